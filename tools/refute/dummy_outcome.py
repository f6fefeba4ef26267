"""Shuffle the outcome, so that nothing affects it, and see whether the estimator finds an effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..coding import find_column
from ..domain.results import Refutation
from ..spec import Env, Tool
from ._rerun import (
    Altered,
    RefuteArgs,
    conclude,
    judge_zero,
    load,
    not_for,
    repeat,
    replace_column,
    rerun_cost,
    shuffled,
)

if TYPE_CHECKING:
    import numpy as np

NAME = "dummy_outcome"
VALIDATED = (
    "estimate_difference", "estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching", "estimate_iv",
    "estimate_frontdoor",
)  # fmt: skip


class DummyOutcomeArgs(RefuteArgs):
    """Arguments of `refute_dummy_outcome`."""


def run(args: DummyOutcomeArgs, env: Env) -> Refutation:
    """Null: an outcome in random order depends on nothing, so estimates scatter around zero by their error.

    Unlike the placebo, treatment and covariates keep their relation, so faults in weights, scores and first stages show.

    Raises:
        BadArguments: the evidence is not an estimate.
    """
    original = load(args, env)
    if original.tool not in VALIDATED:
        reason = f"Shuffling the outcome has not been validated for {original.tool}; what it should return is not known to be zero."
        return not_for(NAME, original, reason)
    name = original.result.outcome
    column = find_column(original.frame, name, "outcome")

    def alter(rng: np.random.Generator) -> Altered:
        return replace_column(original.frame, name, shuffled(column, rng)), {}

    runs = repeat(args, env, original, alter)
    null = f"With {name} shuffled among rows nothing affects it;"
    return conclude(NAME, original, runs, lambda: judge_zero(runs, original, null))


TOOL = Tool(
    "refute_dummy_outcome",
    DummyOutcomeArgs,
    run,
    example=DummyOutcomeArgs(estimate="E1", n_runs=10),
    reference="Negative control outcomes: Lipsitch, Tchetgen Tchetgen and Cohen 2010",
    cost=rerun_cost,
)
