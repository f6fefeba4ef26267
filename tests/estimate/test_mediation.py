"""Natural effects against closed forms and a bootstrap of an independent formula."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated
from whence.tools.domain.examples import get_example


def _table(n: int = 3000, seed: int = 0) -> pd.DataFrame:
    """E[m | t] = 1 + 2 t + c, y = t + 3 m + 0.5 t m + c: NDE = 1 + 0.5 * 1 = 1.5, NIE = 3 * 2 = 6, total 8.5."""
    rng = np.random.default_rng(seed)
    c = rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-c))).astype(int)
    m = 1 + 2 * t + c + rng.normal(size=n)
    return pd.DataFrame({"c": c, "t": t, "m": m, "y": t + 3 * m + 0.5 * t * m + c + rng.normal(size=n)})


def _plain(frame: pd.DataFrame) -> tuple[float, float]:
    c = frame["c"] - frame["c"].mean()
    stage = sm.OLS(frame["m"], sm.add_constant(np.column_stack([frame["t"], c]))).fit().params.to_numpy()
    x = np.column_stack([frame["t"], frame["m"], frame["t"] * frame["m"], c])
    h = sm.OLS(frame["y"], sm.add_constant(x)).fit().params.to_numpy()
    return h[1] + h[3] * stage[0], h[2] * stage[1]


def _call(run_on, frame, **more):
    return run_on(
        frame, "estimate_mediation", treatment="t", outcome="y", mediators=("m",), adjustment_set=("c",), **more
    )


def test_values_equal_the_formula_and_the_truth(run_on):
    frame = _table()
    nie, nde = _call(run_on, frame), _call(run_on, frame, estimand="NDE")
    assert (nde.value, nie.value) == pytest.approx(_plain(frame))
    assert nde.value == pytest.approx(1.5, abs=3 * nde.std_error)
    assert nie.value == pytest.approx(6, abs=3 * nie.std_error)
    assert nie.diagnostics["total"] == pytest.approx(8.5, abs=4 * nie.diagnostics["total_std_error"])


def _by_simulation(start: float, end: float, n: int = 400_000) -> dict[str, float]:
    """Pearl's definitions by the g-formula: draw what m would be in one world, and y in another with that m."""
    rng = np.random.default_rng(9)
    c, e = rng.normal(size=n), rng.normal(size=n)

    def m(t):
        return 0.5 + t + 0.7 * c + e

    def y(t, m):
        return 2 * t + m + 5 * t * m + c

    return {
        "nde": float((y(end, m(start)) - y(start, m(start))).mean()),
        "nie": float((y(start, m(end)) - y(start, m(start))).mean()),
        "total": float((y(end, m(end)) - y(start, m(start))).mean()),
    }


@pytest.mark.parametrize(("start", "end"), [(0, 1), (1, 0), (0.5, 2.0)])
def test_both_parts_and_the_total_are_those_of_the_worlds_they_compare(run_on, start, end):
    rng = np.random.default_rng(4)
    n = 6000
    c = rng.normal(size=n)
    arms = isinstance(start, int)
    t = (rng.random(n) < 1 / (1 + np.exp(-c))).astype(int) if arms else 1 + 0.6 * c + rng.normal(size=n)
    m = 0.5 + t + 0.7 * c + rng.normal(size=n)
    frame = pd.DataFrame({"c": c, "t": t, "m": m, "y": 2 * t + m + 5 * t * m + c + rng.normal(size=n)})
    got = _call(run_on, frame, contrast={"control": start, "treated": end})
    truth = _by_simulation(start, end)
    for part, value in truth.items():
        assert got.diagnostics[part] == pytest.approx(value, abs=4 * got.diagnostics[f"{part}_std_error"] + 0.03), part
    together = got.diagnostics["mediated_interaction"]
    left = truth["total"] - truth["nde"] - truth["nie"]
    assert together == pytest.approx(left, abs=4 * got.diagnostics["mediated_interaction_std_error"] + 0.05)
    assert any("do not add up" in w for w in got.warnings)


def test_errors_agree_with_a_bootstrap(run_on):
    frame = _table(n=1500)
    nie, nde = _call(run_on, frame), _call(run_on, frame, estimand="NDE")
    rng = np.random.default_rng(0)
    drawn = np.array([_plain(frame.iloc[rng.integers(0, len(frame), len(frame))]) for _ in range(200)])
    assert (nde.std_error, nie.std_error) == pytest.approx(tuple(drawn.std(axis=0)), rel=0.15)


def test_the_textbook_mediator_splits_into_its_paths(run_on):
    frame = get_example("mediator").simulate(20_000, seed=3)
    got = run_on(frame, "estimate_mediation", treatment="t", outcome="y", mediators=("m",))
    assert got.value == pytest.approx(1.0, abs=3 * got.std_error)
    assert got.diagnostics["nde"] == pytest.approx(0.5, abs=0.1)
    assert got.diagnostics["share_mediated"] == pytest.approx(2 / 3, abs=0.05)


def test_the_interaction_is_the_coefficient_of_the_product(run_on):
    frame = _table()
    found = _call(run_on, frame)
    x = sm.add_constant(frame[["t", "m", "c"]].assign(tm=frame["t"] * frame["m"]))
    own = sm.OLS(frame["y"], x).fit(cov_type="HC2")
    assert found.diagnostics["interaction"] == pytest.approx(own.params["tm"])
    assert found.diagnostics["interaction_std_error"] == pytest.approx(own.bse["tm"])
    assert found.diagnostics["p_value_interaction"] == pytest.approx(own.pvalues["tm"], abs=1e-9)
    yes = _call(run_on, frame.assign(m=lambda f: (f["m"] > 2).astype(int))).diagnostics
    assert yes["cde_mediator_1"] - yes["cde_mediator_0"] == pytest.approx(yes["interaction"])


def test_a_dose_and_a_nominal_mediator_run(run_on):
    rng = np.random.default_rng(1)
    t = rng.normal(size=2000)
    m = np.where(rng.random(2000) < 1 / (1 + np.exp(-t)), "on", "off")
    frame = pd.DataFrame({"t": t, "m": m, "y": t + 2 * (m == "on") + rng.normal(size=2000)})
    got = run_on(
        frame,
        "estimate_mediation",
        treatment="t",
        outcome="y",
        mediators=("m",),
        contrast={"control": -0.5, "treated": 0.5},
    )
    assert got.diagnostics["nde"] == pytest.approx(1, abs=0.2)
    assert 0.2 < got.value < 0.6


def test_a_mediator_that_restates_the_treatment_is_refused_by_name(run_on):
    frame = _table(n=300).assign(m=lambda f: 2 * f["t"])
    with pytest.raises(AssumptionViolated, match="'m'"):
        _call(run_on, frame)
