"""The doubly robust estimator against closed forms, an independent formula, and wrong nuisance models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.design import prepare
from whence.tools.domain.errors import AssumptionViolated
from whence.tools.domain.examples import get_example
from whence.tools.estimate._nuisance import assign_folds, cross_fit

pytestmark = pytest.mark.slow  # processes, servers or whole runs


def _table(n: int = 2000, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, w = rng.normal(0.5, 1, n), rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-0.8 * x + 0.3 * w))).astype(int)
    y = 2 + t * (1 + x) + 1.5 * x - w + rng.normal(size=n)
    return pd.DataFrame({"x": x, "w": w, "t": t, "y": y, "g": rng.integers(0, 60, n)})


def _bent(n: int = 3000, seed: int = 0) -> pd.DataFrame:
    """Confounding through |x|, which no linear model sees; effect 1."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-2 * (np.abs(x) - 0.8)))).astype(int)
    return pd.DataFrame({"x": x, "t": t, "y": t + 3 * np.abs(x) + rng.normal(size=n)})


@pytest.mark.parametrize("name", ["confounder", "simpson"])
def test_recovers_the_closed_form_effect(run_on, name):
    example = get_example(name)
    got = run_on(example.simulate(5000, seed=3), "estimate_aipw", treatment="t", outcome="y", adjustment_set=("z",))
    assert got.ci_low < example.effect < got.ci_high


def test_value_and_error_agree_with_the_plain_formula(run_on):
    frame = _table()
    got = run_on(frame, "estimate_aipw", treatment="t", outcome="y", adjustment_set=("x", "w"))
    x = sm.add_constant(frame[["x", "w"]].to_numpy())
    t, y = frame["t"].to_numpy(), frame["y"].to_numpy()
    e = sm.Logit(t, x).fit(disp=0).predict()
    m0, m1 = (sm.OLS(y[t == a], x[t == a]).fit().predict(x) for a in (0, 1))
    psi = m1 - m0 + t * (y - m1) / e - (1 - t) * (y - m0) / (1 - e)
    assert got.value == pytest.approx(psi.mean(), abs=0.2 * got.std_error)
    assert got.std_error == pytest.approx(psi.std() / len(y) ** 0.5, rel=0.05)


@pytest.mark.parametrize(("estimand", "arms"), [("ATE", (0, 1)), ("ATT", (1,)), ("ATC", (0,))])
def test_averages_over_the_population_asked_for(run_on, estimand, arms):
    frame = _table(n=8000)
    truth = float(1 + frame["x"][frame["t"].isin(arms)].mean())
    got = run_on(frame, "estimate_aipw", treatment="t", outcome="y", adjustment_set=("x", "w"), estimand=estimand)
    assert got.value == pytest.approx(truth, abs=3 * got.std_error)


def test_boosting_is_chosen_when_a_linear_model_cannot_see_the_confounding(run_on):
    frame = _bent()
    linear = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",))
    got = run_on(frame, "estimate_aipw", treatment="t", outcome="y", adjustment_set=("x",))
    assert got.diagnostics["boosted_propensity"] == got.diagnostics["boosted_outcome"] == 1
    assert abs(linear.value - 1) > 0.5
    assert got.value == pytest.approx(1, abs=0.2)


def test_the_linear_model_is_kept_when_it_is_right(run_on):
    got = run_on(_table(), "estimate_aipw", treatment="t", outcome="y", adjustment_set=("x", "w"))
    assert got.diagnostics["boosted_propensity"] == got.diagnostics["boosted_outcome"] == 0
    assert any("linear model" in w for w in got.warnings)


def test_the_same_seed_gives_the_same_numbers(run_on):
    call = {"treatment": "t", "outcome": "y", "adjustment_set": ("x",)}
    frame = _bent(n=1000)
    first, again, other = (run_on(frame, "estimate_aipw", seed=s, **call).value for s in (1, 1, 2))
    assert first == again != other


def test_clusters_stay_together_in_a_fold():
    frame = _table(n=500)
    design = prepare(frame, None, treatment="t", outcome="y", adjustment_set=("x",), cluster="g")
    folds = assign_folds(design, 5, seed=0)
    assert pd.Series(folds).groupby(frame["g"]).nunique().max() == 1
    assert set(folds) == set(range(5))


def test_a_row_is_never_predicted_by_a_model_that_saw_it():
    """One wild outcome moves the predictions of other folds, not its own."""
    frame = _table(n=300)
    spoiled = frame.copy()
    spoiled.loc[0, "y"] = 1e6
    designs = [prepare(f, None, treatment="t", outcome="y", adjustment_set=("x",)) for f in (frame, spoiled)]
    plain, wild = (cross_fit(d, 5, seed=0) for d in designs)
    mine = assign_folds(designs[0], 5, seed=0) == assign_folds(designs[0], 5, seed=0)[0]
    field = "outcome_treated" if frame["t"][0] else "outcome_control"
    change = getattr(plain, field) != getattr(wild, field)
    assert not change[mine].any()
    assert change[~mine].all()


def test_a_binary_outcome_is_a_risk_difference(run_on):
    rng = np.random.default_rng(4)
    frame = _table()
    risk = 1 / (1 + np.exp(-frame["x"] - frame["t"]))
    frame["y"] = np.where(rng.random(len(frame)) < risk, "Yes", "No")
    truth = (1 / (1 + np.exp(-frame["x"] - 1)) - 1 / (1 + np.exp(-frame["x"]))).mean()
    got = run_on(frame, "estimate_aipw", treatment="t", outcome="y", adjustment_set=("x", "w"))
    assert got.value == pytest.approx(truth, abs=3 * got.std_error)
    assert "probability" in got.unit


def test_clipped_scores_are_counted_and_said(run_on):
    rng = np.random.default_rng(0)
    x = rng.normal(size=2000)
    t = (rng.random(2000) < 1 / (1 + np.exp(-4 * x))).astype(int)
    frame = pd.DataFrame({"x": x, "t": t, "y": t + x + rng.normal(size=2000)})
    got = run_on(frame, "estimate_aipw", treatment="t", outcome="y", adjustment_set=("x",))
    assert got.diagnostics["n_clipped"] > 0
    assert any("bound 0.01" in w for w in got.warnings)
    assert got.checks[0].status == "fail"


def test_a_treatment_restated_by_a_covariate_is_refused(run_on):
    frame = _table(n=300).assign(copy=lambda f: 5 - 2 * f["t"])
    with pytest.raises(AssumptionViolated, match="'copy'"):
        run_on(frame, "estimate_aipw", treatment="t", outcome="y", adjustment_set=("x", "copy"))
