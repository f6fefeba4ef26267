"""Every estimator that adjusts says where the arms do not overlap, and is silent where they do.

The oracle is how the data were made: the true chance of treatment is known for every row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import AssumptionViolated
from whence.tools.propensity import judge_overlap

from .conftest import Run

ADJUSTING = ("estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching")


def _positivity(run_on: Run, frame: pd.DataFrame, tool: str, **more: Any) -> str:
    """`tested_passed`, `tested_failed`, or `refused`."""
    covariates = tuple(c for c in frame if c.startswith("x"))
    try:
        got = run_on(frame, tool, treatment="t", outcome="y", adjustment_set=covariates, **more)
    except AssumptionViolated as refusal:
        return "refused" if "apart without error" in str(refusal) else str(refusal)
    return str(next(a for a in got.assumptions if a.name == "positivity").status)


def _frame(x: np.ndarray, t: np.ndarray, seed: int = 0) -> pd.DataFrame:
    """The outcome bends, so that a line carried over to the other arm is wrong; the effect is 0."""
    rng = np.random.default_rng(seed)
    columns = {f"x{j}": x[:, j] for j in range(x.shape[1])}
    return pd.DataFrame(columns | {"t": t, "y": 3 * x[:, 0] ** 2 + 0.1 * rng.normal(size=len(x))})


def _sound(seed: int, n: int, n_covariates: int) -> pd.DataFrame:
    """Log odds of standard deviation up to 1.5: hardly any row has a chance under 1 in 50."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, n_covariates))
    x[:, ::3] = rng.random((n, len(range(0, n_covariates, 3)))) < 0.4
    score = x @ rng.normal(size=n_covariates)
    log_odds = (score - score.mean()) / score.std() * rng.uniform(0, 1.5)
    return _frame(x, (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(int), seed)


@pytest.mark.parametrize("tool", ADJUSTING)
def test_arms_split_by_a_covariate_never_pass(run_on: Run, tool: str) -> None:
    x = np.random.default_rng(0).uniform(-1, 1, (400, 1))
    found = _positivity(run_on, _frame(x, (x[:, 0] > 0).astype(int)), tool)
    assert found == ("tested_failed" if tool == "estimate_regression" else "refused")


@pytest.mark.parametrize("tool", ADJUSTING)
@pytest.mark.parametrize("noise", [0.02, 0.1, 0.3])
def test_arms_that_meet_at_an_edge_only_do_not_pass(run_on: Run, tool: str, noise: float) -> None:
    """Weights are near one on both sides, so effective sample sizes alone would pass."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 2))
    frame = _frame(x, (x[:, 0] + noise * rng.normal(size=400) > 0).astype(int))
    assert _positivity(run_on, frame, tool) in ("tested_failed", "refused")


@pytest.mark.slow
def test_boosting_sees_arms_apart_that_no_line_separates(run_on: Run) -> None:
    x = np.random.default_rng(0).normal(size=(2000, 1))
    assert _positivity(run_on, _frame(x, (abs(x[:, 0]) > 0.7).astype(int)), "estimate_aipw") == "tested_failed"


@pytest.mark.parametrize(("target", "status"), [("ATE", "fail"), ("ATT", "pass"), ("ATC", "fail")])
def test_only_the_rows_asked_about_need_a_counterpart(target: Any, status: str) -> None:
    """Treatment happens between -1 and 1 only, where half are treated; x reaches from -3 to 3."""
    rng = np.random.default_rng(2)
    x = rng.uniform(-3, 3, (3000, 1))
    inside = abs(x[:, 0]) < 1
    t = (inside & (rng.random(3000) < 0.5)).astype(int)
    check, numbers, _ = judge_overlap(np.column_stack([x, inside]), t, ("x", "inside"), "t", target)
    assert check.status == status
    expected = {"ATE": np.mean(~inside), "ATT": 0.0, "ATC": np.mean(~inside[t == 0])}[target]
    assert numbers["share_out_of_reach"] == pytest.approx(expected)


def test_a_rare_treatment_given_at_random_passes() -> None:
    """Every score is near 0.01, and yet all rows are alike."""
    rng = np.random.default_rng(3)
    t = (rng.random(5000) < 0.01).astype(int)
    check, numbers, _ = judge_overlap(rng.normal(size=(5000, 3)), t, ("a", "b", "c"), "t", "ATE")
    assert check.status == "pass"
    assert numbers["share_out_of_reach"] == 0


@pytest.mark.parametrize("n", [300, 2000])
def test_sound_data_pass(n: int) -> None:
    """Of 100 data sets with 1 to 10 covariates at most 5 fail."""
    failed = 0
    for seed in range(100):
        frame = _sound(seed, n, 1 + seed % 10)
        x = frame.drop(columns=["t", "y"])
        labels = tuple(map(str, x.columns))
        failed += judge_overlap(x.to_numpy(), frame["t"].to_numpy(), labels, "t", "ATE")[0].status == "fail"
    assert failed <= 5


@pytest.mark.slow
@pytest.mark.parametrize("tool", ADJUSTING)
def test_every_estimator_passes_sound_data(run_on: Run, tool: str) -> None:
    found = [_positivity(run_on, _sound(seed, 300, 1 + seed % 10), tool) for seed in range(100)]
    assert found.count("tested_passed") >= 95


def test_a_randomised_treatment_passes_with_few_rows(run_on: Run) -> None:
    rng = np.random.default_rng(5)
    found = [
        _positivity(run_on, _frame(rng.normal(size=(60, 3)), rng.permutation(np.resize([0, 1], 60))), tool)
        for tool in ADJUSTING
    ]
    assert found == ["tested_passed"] * 4
