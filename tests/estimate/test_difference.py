"""The difference in means against scipy, statsmodels and every way of writing yes and no."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.examples import get_example
from whence.tools.domain.questions import Contrast


def _table(n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    t = (rng.random(n) < 0.3).astype(int)
    return pd.DataFrame({"t": t, "y": 2 * t + rng.normal(size=n) * (1 + 2 * t), "g": rng.integers(0, 35, n)})


def test_interval_and_p_value_are_welchs(run_on):
    frame = _table()
    got = run_on(frame, "estimate_difference", treatment="t", outcome="y")
    oracle = stats.ttest_ind(frame["y"][frame["t"] == 1], frame["y"][frame["t"] == 0], equal_var=False)
    interval = oracle.confidence_interval(0.95)
    assert (got.ci_low, got.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert got.p_value == pytest.approx(oracle.pvalue, rel=1e-9)
    assert (got.contrasts[0].n_treated, got.contrasts[0].n_control) == (
        int(frame["t"].sum()),
        int((1 - frame["t"]).sum()),
    )


def test_clustered_error_equals_statsmodels(run_on):
    frame = _table()
    got = run_on(frame, "estimate_difference", treatment="t", outcome="y", cluster="g")
    oracle = sm.OLS(frame["y"].to_numpy(), sm.add_constant(frame["t"].to_numpy())).fit(
        cov_type="cluster", cov_kwds={"groups": frame["g"].to_numpy()}, use_t=True
    )
    assert got.std_error == pytest.approx(oracle.bse[1], rel=1e-9)
    assert got.ci_high == pytest.approx(oracle.conf_int()[1][1], rel=1e-9)


def test_recovers_the_effect_of_the_randomised_example(run_on):
    example = get_example("randomised")
    got = run_on(example.simulate(20_000, seed=2), "estimate_difference", treatment="t", outcome="y")
    assert got.ci_low < example.effect < got.ci_high


@pytest.mark.parametrize(
    ("control", "treated"),
    [
        ("no", "yes"), ("No", "Yes"), ("control", "treated"), (False, True), (0, 1), (1, 2), (0.0, 1.0), ("0", "1"),
        ("placebo", "drug"), ("untreated", "active"), ("not enrolled", "enrolled"), ("zzz none", "yes"),
    ],
)  # fmt: skip
def test_the_control_level_is_recognised_however_it_is_written(run_on, control, treated):
    frame = _table()
    plain = run_on(frame, "estimate_difference", treatment="t", outcome="y")
    written = frame.assign(t=pd.Series(np.where(frame["t"] == 1, treated, control)))
    got = run_on(written, "estimate_difference", treatment="t", outcome="y")
    assert got.value == pytest.approx(plain.value)
    assert got.contrast == Contrast(control=control, treated=treated)
    assert bool(got.warnings) is (control == 1)  # codes 1 and 2: the rule has to guess, and says so


def test_levels_without_a_known_control_are_ordered_and_said(run_on):
    frame = _table().assign(t=lambda f: np.where(f["t"] == 1, "treatment B", "treatment A"))
    got = run_on(frame, "estimate_difference", treatment="t", outcome="y")
    assert got.contrast.control == "treatment A"
    assert "alphabetical" in got.warnings[0]
    swapped = run_on(
        frame,
        "estimate_difference",
        treatment="t",
        outcome="y",
        contrast={"control": "treatment B", "treated": "treatment A"},
    )
    assert swapped.value == pytest.approx(-got.value)
    assert not swapped.warnings


@pytest.mark.parametrize("kind", ["object", "string", "category", "bool"])
def test_a_text_outcome_is_a_probability(run_on, kind):
    frame = _table()
    event = frame["y"] > 1
    frame["y"] = event if kind == "bool" else pd.Series(np.where(event, "Yes", "No")).astype(kind)
    got = run_on(frame, "estimate_difference", treatment="t", outcome="y")
    assert got.value == pytest.approx(event[frame["t"] == 1].mean() - event[frame["t"] == 0].mean())
    level = "True" if kind == "bool" else "Yes"
    assert got.unit == f"difference in the probability that 'y' is {level} per change of 't' from 0 to 1"


def test_a_population_restricts_the_rows(run_on):
    frame = _table()
    got = run_on(
        frame, "estimate_difference", treatment="t", outcome="y", population=[{"column": "g", "op": ">=", "value": 10}]
    )
    part = frame[frame["g"] >= 10]
    assert got.n_used == len(part)
    assert got.value == pytest.approx(part["y"][part["t"] == 1].mean() - part["y"][part["t"] == 0].mean())


def test_an_empty_population_is_refused(run_on):
    with pytest.raises(AssumptionViolated, match="No row meets"):
        run_on(
            _table(),
            "estimate_difference",
            treatment="t",
            outcome="y",
            population=[{"column": "g", "op": ">", "value": 99}],
        )


def test_two_named_values_of_a_dose_serve_as_arms(run_on):
    rng = np.random.default_rng(1)
    years = rng.integers(8, 19, 2000)
    frame = pd.DataFrame({"years": years, "y": years**2 + rng.normal(size=2000)})
    got = run_on(frame, "estimate_difference", treatment="years", outcome="y", contrast={"control": 12, "treated": 16})
    assert got.value == pytest.approx(16**2 - 12**2, abs=0.5)
    with pytest.raises(BadArguments, match="continuous"):
        run_on(frame, "estimate_difference", treatment="years", outcome="y")


def test_covariates_and_tiny_arms_are_refused(run_on):
    with pytest.raises(BadArguments, match="estimate_regression"):
        run_on(_table(), "estimate_difference", treatment="t", outcome="y", adjustment_set=("g",))
    with pytest.raises(AssumptionViolated, match=r"Only 1 row"):
        run_on(
            pd.DataFrame({"t": [0, 0, 0, 1], "y": [1.0, 2, 3, 4]}), "estimate_difference", treatment="t", outcome="y"
        )
