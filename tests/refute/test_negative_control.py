"""A negative control shows confounding that is left, and nothing where none is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import BadArguments

from .conftest import MakeEnv, refute

N = 4000


@pytest.fixture
def frame() -> pd.DataFrame:
    """u moves the treatment, the outcome and two controls: an outcome before treatment, and a second exposure."""
    rng = np.random.default_rng(11)
    u = rng.normal(size=N)
    t = (u + rng.normal(size=N) > 0).astype(int)
    return pd.DataFrame(
        {
            "u": u,
            "t": t,
            "y": t + u + rng.normal(size=N),
            "earlier": u + rng.normal(size=N),
            "beside": u + rng.normal(size=N),
            "noise": rng.normal(size=N),
        }
    )


@pytest.mark.parametrize("control", [{"outcome": "earlier"}, {"treatment": "beside"}])
def test_confounding_that_is_left_shows_and_goes_when_it_is_adjusted_for(
    make_env: MakeEnv, frame: pd.DataFrame, control: dict[str, str]
) -> None:
    left = make_env(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=["noise"])
    assert refute(left, "refute_negative_control", **control).checks[0].status == "fail"
    gone = make_env(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=["u"])
    assert refute(gone, "refute_negative_control", **control).checks[0].status == "pass"


def test_the_number_is_the_effect_on_the_control(make_env: MakeEnv, frame: pd.DataFrame) -> None:
    env = make_env(frame, "estimate_difference", treatment="t", outcome="y")
    found = refute(env, "refute_negative_control", outcome="earlier")
    means = frame.groupby("t")["earlier"].mean()
    assert found.refuted_mean == pytest.approx(means[1] - means[0])
    assert "earlier" in found.checks[0].meaning


def test_a_control_is_not_adjusted_for_itself(make_env: MakeEnv, frame: pd.DataFrame) -> None:
    env = make_env(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=["u", "earlier"])
    assert refute(env, "refute_negative_control", outcome="earlier").checks[0].status == "pass"


@pytest.mark.parametrize("control", [{}, {"outcome": "y"}, {"treatment": "t"}, {"outcome": "u", "treatment": "noise"}])
def test_exactly_one_other_column_is_the_control(
    make_env: MakeEnv, frame: pd.DataFrame, control: dict[str, Any]
) -> None:
    env = make_env(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=["u"])
    with pytest.raises(BadArguments, match="Name one column"):
        refute(env, "refute_negative_control", **control)


def test_a_comparison_of_arms_cannot_adjust_for_the_treatment(make_env: MakeEnv, frame: pd.DataFrame) -> None:
    env = make_env(frame, "estimate_difference", treatment="t", outcome="y")
    assert refute(env, "refute_negative_control", outcome="earlier").checks[0].status == "fail"
    with pytest.raises(BadArguments, match="use estimate_regression"):
        refute(env, "refute_negative_control", treatment="beside")
