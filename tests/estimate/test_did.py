"""Difference in differences against the four cell means, statsmodels and the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated
from whence.tools.domain.examples import DESIGN_EFFECTS, design_tables
from whence.tools.estimate.did import DidArgs, run
from whence.tools.workspace import WorkspaceEnv

ARGS = DidArgs(dataset="two_periods", treatment="t", outcome="y", time="w")


def test_it_is_the_difference_of_the_four_cell_means(env: WorkspaceEnv) -> None:
    frame, found = env.table("two_periods"), run(ARGS, env)
    m = frame.groupby(["t", "w"])["y"].mean()
    assert found.value == pytest.approx((m[1, 1] - m[1, 0]) - (m[0, 1] - m[0, 0]))
    assert abs(found.value - DESIGN_EFFECTS["two_periods"]) < 4 * (found.std_error or 0)


def test_its_error_is_that_of_the_saturated_regression(env: WorkspaceEnv) -> None:
    frame = env.table("two_periods")
    x = np.column_stack([np.ones(len(frame)), frame["t"], frame["w"], frame["t"] * frame["w"]])
    oracle = sm.OLS(frame["y"].to_numpy(), x).fit(cov_type="HC2")
    assert run(ARGS, env).std_error == pytest.approx(oracle.bse[3])


def test_more_than_two_periods_are_refused_with_the_next_step(env: WorkspaceEnv) -> None:
    frame = env.table("two_periods")
    frame.loc[:50, "w"] = 2
    other = WorkspaceEnv(env.workspace, 0, {"two_periods": frame})
    with pytest.raises(AssumptionViolated, match="Restrict the population to two periods"):
        run(ARGS, other)


@pytest.mark.parametrize(
    "names",
    [
        (0, 1), (-1, 0), (2019, 2020), ("before", "after"), ("pre", "post"), ("Q3 2019", "Q1 2020"), ("wave 2", "wave 10"),
        ("old", "new"), (False, True), ("zero", "two"),
    ],
    ids=str,
)  # fmt: skip
def test_the_sign_does_not_hang_on_what_the_periods_are_called(env: WorkspaceEnv, names: tuple[object, object]) -> None:
    """The treated go through 2 + 5 and the others through 2, so that the truth is 5 and not its opposite."""
    rng = np.random.default_rng(5)
    t, after = rng.integers(0, 2, 800), rng.integers(0, 2, 800)
    y = 3.0 * t + 2.0 * after + 5.0 * t * after + rng.standard_normal(800)
    frame = pd.DataFrame({"t": t, "w": [names[k] for k in after], "y": y})
    other = WorkspaceEnv(env.workspace, 0, {"two_periods": frame})
    if names == ("zero", "two"):
        with pytest.raises(AssumptionViolated, match="came first cannot be read from 'two', 'zero'"):
            run(ARGS, other)
        return
    found = run(ARGS, other)
    assert found.value == pytest.approx(5, abs=4 * (found.std_error or 0))
    assert f"from {names[0]} to {names[1]}" in found.assumptions[0].meaning
    assert len(found.warnings) == isinstance(names[0], str)


def test_an_error_of_nothing_but_one_cluster_a_group_is_refused(env: WorkspaceEnv) -> None:
    frame = env.table("two_periods")
    frame["state"] = frame["t"].map({0: "PA", 1: "NJ"})
    frame["county"] = np.where(frame["t"] == 1, -1, np.arange(len(frame)) % 30)
    other = WorkspaceEnv(env.workspace, 0, {"two_periods": frame})
    with pytest.raises(AssumptionViolated, match="one cluster of 'state' and the others are one too"):
        run(ARGS.model_copy(update={"cluster": "state"}), other)
    found = run(ARGS.model_copy(update={"cluster": "county"}), other)
    assert any("treated are a single cluster of 'county'" in w for w in found.warnings)


def test_a_column_that_is_one_before_is_told(env: WorkspaceEnv) -> None:
    frame = env.table("two_periods").assign(pre=lambda f: 1 - f["w"])
    found = run(ARGS.model_copy(update={"time": "pre"}), WorkspaceEnv(env.workspace, 0, {"two_periods": frame}))
    assert found.value == pytest.approx(run(ARGS, env).value)
    assert found.warnings == ("Of 'pre', 1 was read as before and 0 as after.",)


def test_intervals_cover_the_truth_at_their_level(env: WorkspaceEnv) -> None:
    hits = 0
    for seed in range(100):
        frame = design_tables(300, seed=seed)["two_periods"]
        found = run(ARGS, WorkspaceEnv(env.workspace, 0, {"two_periods": frame}))
        assert found.ci_low is not None
        assert found.ci_high is not None
        hits += found.ci_low <= DESIGN_EFFECTS["two_periods"] <= found.ci_high
    assert 88 <= hits <= 100
