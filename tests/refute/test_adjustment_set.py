"""Two adjustment sets are compared: the numbers are the estimator's own, and a difference that matters fails."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import BadArguments

from .conftest import MakeEnv, refute

N = 2000


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    z = rng.normal(size=N)
    t = (z + rng.normal(size=N) > 0).astype(int)
    return pd.DataFrame({"z": z, "w": rng.normal(size=N), "t": t, "y": t + z + rng.normal(size=N)})


def test_leaving_out_a_common_cause_fails_and_says_both_numbers(make_env: MakeEnv, frame: pd.DataFrame) -> None:
    env = make_env(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=["z"])
    found = refute(env, "refute_adjustment_set", adjustment_set=[], because="a whim")
    means = frame.groupby("t")["y"].mean()
    assert found.refuted_mean == pytest.approx(means[1] - means[0])
    assert found.checks[0].status == "fail"
    assert found.warnings[-1] == found.checks[0].meaning
    assert "Adjusted for nothing (a whim)" in found.warnings[-1]
    assert f"{found.original:.4g}" in found.warnings[-1]


def test_what_makes_no_difference_passes(make_env: MakeEnv, frame: pd.DataFrame) -> None:
    env = make_env(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=["z"])
    assert refute(env, "refute_adjustment_set", adjustment_set=["z", "w"]).checks[0].status == "pass"


def test_the_same_set_and_estimates_without_one_are_refused(make_env: MakeEnv, frame: pd.DataFrame) -> None:
    env = make_env(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=["z"])
    with pytest.raises(BadArguments, match="adjusts for this set already"):
        refute(env, "refute_adjustment_set", adjustment_set=["z"])
    plain = make_env(frame, "estimate_difference", treatment="t", outcome="y")
    with pytest.raises(BadArguments, match="adjusts for nothing"):
        refute(plain, "refute_adjustment_set", adjustment_set=["z"])
