"""The same contrast in DoWhy: equal where the formula is, close where only the fitting differs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from .conftest import MakeEnv, refute

pytestmark = pytest.mark.slow  # processes, servers or whole runs


def _frame(n: int = 500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    z, g = rng.standard_normal(n), rng.choice(["a", "b"], n)
    t = np.where(rng.random(n) < 1 / (1 + np.exp(-z)), "drug", "placebo")
    y = (t == "drug") + z + (g == "b") + rng.standard_normal(n)
    # a column of this name changes DoWhy's own answer when it is passed on as it is
    return pd.DataFrame({"z": z, "propensity_score": g, "t": t, "y": y})


@pytest.mark.parametrize("estimand", ["ATE", "ATT"])
@pytest.mark.parametrize("tool", ["estimate_regression", "estimate_ipw", "estimate_matching", "estimate_aipw"])
def test_both_libraries_agree(make_env: MakeEnv, tool: str, estimand: str) -> None:
    adjusted = ("z", "propensity_score")
    env = make_env(_frame(), tool, treatment="t", outcome="y", adjustment_set=adjusted, estimand=estimand)
    found = refute(env, "refute_second_library")
    assert found.checks[0].status == "pass", found
    if tool == "estimate_regression":
        assert found.refuted_mean == pytest.approx(found.original, rel=1e-8)


def test_a_plain_difference_and_a_dose_agree(make_env: MakeEnv) -> None:
    frame = _frame().assign(dose=lambda d: d["z"] + np.random.default_rng(1).standard_normal(len(d)))
    env = make_env(frame, "estimate_difference", treatment="t", outcome="y")
    assert refute(env, "refute_second_library").checks[0].status == "pass"
    env = make_env(frame, "estimate_regression", treatment="dose", outcome="y", adjustment_set=("z",))
    assert refute(env, "refute_second_library").checks[0].status == "pass"


def test_nothing_is_printed(make_env: MakeEnv, capfd: pytest.CaptureFixture[str]) -> None:
    env = make_env(_frame(), "estimate_ipw", treatment="t", outcome="y", adjustment_set=("z",))
    refute(env, "refute_second_library")
    out = capfd.readouterr()
    assert out.out == out.err == ""


def test_three_arms_have_no_counterpart(make_env: MakeEnv) -> None:
    frame = _frame().assign(arm=lambda d: np.arange(len(d)) % 3)
    env = make_env(frame, "estimate_regression", treatment="arm", outcome="y", adjustment_set=("z",))
    assert refute(env, "refute_second_library").checks[0].status == "not_run"
