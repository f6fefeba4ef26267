"""Weighting against scikit-learn, an independent M-estimation and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.examples import get_example
from whence.tools.propensity import fit_logistic


def table(n: int = 3000, seed: int = 3) -> pd.DataFrame:
    """Effect 1 + x with x ~ N(0.5, 1) and a logistic propensity in x: ATE 1.5, ATT above it, ATC below."""
    rng = np.random.default_rng(seed)
    x, w = rng.normal(0.5, 1, n), rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-0.8 * x + 0.3 * w))).astype(int)
    y = 2 + t * (1 + x) + 1.5 * x - w + rng.normal(size=n)
    return pd.DataFrame({"x": x, "w": w, "t": t, "y": y, "g": rng.integers(0, 60, n)})


def _stacked(frame: pd.DataFrame, estimand: str, groups: np.ndarray | None = None) -> tuple[float, float]:
    """An independent sandwich: numerical derivatives of the stacked equations at their root."""
    x = sm.add_constant(frame[["x", "w"]].to_numpy())
    t, y = frame["t"].to_numpy(), frame["y"].to_numpy()
    b = sm.Logit(t, x).fit(disp=0).params

    def equations(theta: np.ndarray) -> np.ndarray:
        e = 1 / (1 + np.exp(-x @ theta[:-2]))
        w1, w0 = {"ATE": (1 / e, 1 / (1 - e)), "ATT": (1 + 0 * e, e / (1 - e)), "ATC": ((1 - e) / e, 1 + 0 * e)}[
            estimand
        ]
        return np.column_stack([x * (t - e)[:, None], t * w1 * (y - theta[-2]), (1 - t) * w0 * (y - theta[-1])])

    e = 1 / (1 + np.exp(-x @ b))
    w1, w0 = {"ATE": (1 / e, 1 / (1 - e)), "ATT": (1 + 0 * e, e / (1 - e)), "ATC": ((1 - e) / e, 1 + 0 * e)}[estimand]
    root = np.array([*b, np.average(y[t == 1], weights=w1[t == 1]), np.average(y[t == 0], weights=w0[t == 0])])
    step = 1e-5
    slope = np.column_stack(
        [(equations(root + d).sum(0) - equations(root - d).sum(0)) / (2 * step) for d in step * np.eye(len(root))]
    )
    rows = equations(root)
    if groups is not None:
        rows = np.array([rows[groups == g].sum(axis=0) for g in np.unique(groups)])
    v = np.linalg.inv(slope) @ (rows.T @ rows) @ np.linalg.inv(slope).T
    c = np.zeros(len(root))
    c[-2:] = 1, -1
    return root[-2] - root[-1], float(c @ v @ c) ** 0.5


@pytest.mark.parametrize("estimand", ["ATE", "ATT", "ATC"])
def test_value_and_error_equal_an_independent_m_estimation(run_on, estimand):
    frame = table()
    got = run_on(frame, "estimate_ipw", treatment="t", outcome="y", adjustment_set=("x", "w"), estimand=estimand)
    value, error = _stacked(frame, estimand)
    assert got.value == pytest.approx(value, rel=1e-6)
    assert got.std_error == pytest.approx(error, rel=1e-4)


def test_clustered_error_sums_rows_within_clusters(run_on):
    frame = table()
    got = run_on(frame, "estimate_ipw", treatment="t", outcome="y", adjustment_set=("x", "w"), cluster="g")
    _, error = _stacked(frame, "ATE", frame["g"].to_numpy())
    assert got.std_error == pytest.approx(error, rel=0.02)


def test_logistic_fit_equals_statsmodels():
    frame = table(n=500)
    fit = fit_logistic(frame[["x", "w"]].to_numpy(), frame["t"].to_numpy())
    oracle = sm.Logit(frame["t"], sm.add_constant(frame[["x", "w"]].to_numpy())).fit(disp=0)
    assert fit.scores == pytest.approx(oracle.predict(), abs=1e-8)
    assert fit.predict(frame[["x", "w"]].to_numpy()) == pytest.approx(fit.scores)


def test_ridge_logistic_equals_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    frame = table(n=500)
    x = frame[["x", "w"]].to_numpy()
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    oracle = LogisticRegression(C=1 / 3, tol=1e-10, max_iter=1000).fit(z, frame["t"])
    assert fit_logistic(x, frame["t"].to_numpy(), ridge=3.0).scores == pytest.approx(
        oracle.predict_proba(z)[:, 1], abs=1e-6
    )


def test_recovers_simpsons_reversal(run_on):
    example = get_example("simpson")
    frame = example.simulate(20_000, seed=4)
    got = run_on(frame, "estimate_ipw", treatment="t", outcome="y", adjustment_set=("z",))
    crude = run_on(frame, "estimate_difference", treatment="t", outcome="y")
    assert crude.value < 0 < got.value
    assert got.ci_low < example.effect < got.ci_high


def test_poor_overlap_fails_its_check_and_nothing_is_trimmed_unasked(run_on):
    rng = np.random.default_rng(0)
    x = rng.normal(size=4000)
    t = (rng.random(4000) < 1 / (1 + np.exp(-4 * x))).astype(int)
    frame = pd.DataFrame({"x": x, "t": t, "y": t + x + rng.normal(size=4000)})
    got = run_on(frame, "estimate_ipw", treatment="t", outcome="y", adjustment_set=("x",))
    check = got.checks[0]
    assert (check.name, check.status) == ("overlap", "fail")
    assert "Poor overlap" in check.meaning
    assert got.n_used == 4000
    trimmed = run_on(frame, "estimate_ipw", treatment="t", outcome="y", adjustment_set=("x",), trim=0.1)
    assert trimmed.n_used == 4000 - trimmed.diagnostics["n_trimmed"]
    assert any("not of everyone" in w for w in trimmed.warnings)
    assert trimmed.checks[0].status == "pass"


def test_effective_sample_size_is_kishs(run_on):
    frame = table()
    got = run_on(frame, "estimate_ipw", treatment="t", outcome="y", adjustment_set=("x", "w"))
    e = sm.Logit(frame["t"], sm.add_constant(frame[["x", "w"]].to_numpy())).fit(disp=0).predict()
    w = 1 / e[frame["t"] == 1]
    assert got.diagnostics["ess_treated"] == pytest.approx(w.sum() ** 2 / (w**2).sum(), rel=1e-5)


def test_weights_balance_the_covariates(run_on):
    got = run_on(table(), "estimate_ipw", treatment="t", outcome="y", adjustment_set=("x", "w"))
    assert got.checks[1].status == "pass"
    assert got.diagnostics["max_abs_smd_weighted"] < 0.05


def test_complete_separation_is_refused_by_name(run_on):
    frame = table(n=300)
    frame["age"] = np.where(frame["t"] == 1, 60, 30) + np.random.default_rng(0).normal(size=300)
    with pytest.raises(AssumptionViolated, match="'age'"):
        run_on(frame, "estimate_ipw", treatment="t", outcome="y", adjustment_set=("x", "age"))


def test_a_level_seen_in_one_arm_only_does_not_stop_the_att(run_on):
    frame = table(n=1000)
    frame["rare"] = np.where((frame["t"] == 0) & (frame["w"] > 1), "only control", "both")
    got = run_on(frame, "estimate_ipw", treatment="t", outcome="y", adjustment_set=("x", "rare"), estimand="ATT")
    assert np.isfinite([got.value, got.std_error]).all()


def test_a_continuous_treatment_is_refused_with_the_estimator_to_use(run_on):
    with pytest.raises(BadArguments, match="estimate_regression"):
        run_on(get_example("chain_of_three").simulate(100), "estimate_ipw", treatment="t", outcome="y")


def test_without_covariates_it_is_the_difference_in_means(run_on):
    frame = table(n=400)
    got = run_on(frame, "estimate_ipw", treatment="t", outcome="y")
    assert got.value == pytest.approx(run_on(frame, "estimate_difference", treatment="t", outcome="y").value)
