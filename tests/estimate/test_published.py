"""The bundled real data give their published numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import statsmodels.api as sm

DATA = Path(__file__).parents[2] / "evals" / "data"
BEFORE = ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name / f"{name}.csv")


def test_the_job_training_experiment(run_on):
    """LaLonde 1986; Dehejia & Wahba 1999: $1,794 with standard error 633 (pooled) or 671 (unequal variances)."""
    got = run_on(_read("nsw_experiment"), "estimate_difference", treatment="treat", outcome="re78")
    assert got.value == pytest.approx(1794.34, abs=0.01)
    assert got.std_error == pytest.approx(671, abs=1)
    assert got.value / got.diagnostics["t_value"] == pytest.approx(633, abs=1)
    adjusted = run_on(
        _read("nsw_experiment"), "estimate_regression", treatment="treat", outcome="re78", adjustment_set=BEFORE
    )
    assert adjusted.ci_low < 1794 < adjusted.ci_high


@pytest.mark.slow
def test_job_training_against_a_survey(run_on):
    """Dehejia & Wahba 1999: the naive difference is -$8,498, and the arms hardly overlap."""
    frame = _read("nsw_cps")
    naive = run_on(frame, "estimate_difference", treatment="treat", outcome="re78")
    assert naive.value == pytest.approx(-8497.52, abs=0.01)
    call = {"treatment": "treat", "outcome": "re78", "adjustment_set": BEFORE}
    plain = run_on(frame, "estimate_regression", interactions=False, **call)
    oracle = sm.OLS(frame["re78"], sm.add_constant(frame[["treat", *BEFORE]])).fit()
    assert plain.value == pytest.approx(oracle.params["treat"], rel=1e-9)
    for tool in ("estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching"):
        got = run_on(frame, tool, estimand="ATT", **call)
        assert -500 < got.value < 3500, tool
        assert got.ci_low < 1794 < got.ci_high, tool
    weighted = run_on(frame, "estimate_ipw", **call)
    assert weighted.checks[0].status == "fail"
    assert "Poor overlap" in weighted.checks[0].meaning


def test_schooling_and_college_proximity(run_on):
    """Card 1995: least squares 0.0747 (0.0035), two-stage 0.1315 (0.055), first-stage t 3.64, F 13.3."""
    frame = _read("card")
    regions = tuple(f"reg{r}" for r in range(661, 669))
    exogenous = ("exper", "expersq", "black", "smsa", "south", "smsa66", *regions)
    call = {
        "treatment": "educ",
        "outcome": "lwage",
        "adjustment_set": exogenous,
        "contrast": {"control": 12, "treated": 13},
    }
    ols = run_on(frame, "estimate_regression", **call)
    assert (ols.value, ols.std_error) == pytest.approx((0.0747, 0.0036), abs=2e-4)
    iv = run_on(frame, "estimate_iv", instruments=("nearc4",), **call)
    assert iv.value == pytest.approx(0.1315, abs=1e-4)
    assert iv.std_error == pytest.approx(0.054, abs=2e-3)
    assert iv.diagnostics["first_stage_f_classical"] == pytest.approx(13.26, abs=0.01)
    assert 13 < iv.diagnostics["first_stage_f"] < 15
    assert iv.diagnostics["ar_ci_low"] < 0.03
    assert iv.diagnostics["ar_ci_high"] > 0.25
