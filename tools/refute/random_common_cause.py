"""Adjust for a column of pure noise as well, and see whether the estimate moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.results import Refutation
from ..spec import Env, Tool
from ._rerun import Altered, Original, RefuteArgs, Runs, Verdict, conclude, load, not_for, repeat, rerun_cost, yardstick

if TYPE_CHECKING:
    import numpy as np

NAME = "random_common_cause"
VALIDATED = ("estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching", "estimate_iv")
MOVED = 0.5
"""Standard errors by which noise may move an estimate that weighs columns by what they tell."""
MOVED_MATCHING = 2.0
"""The same for matching: one more column makes other pairs, so its estimate moves without any fault."""


class RandomCommonCauseArgs(RefuteArgs):
    """Arguments of `refute_random_common_cause`."""


def run(args: RandomCommonCauseArgs, env: Env) -> Refutation:
    """Null: adjusting for a column that is independent of everything leaves the estimate where it is.

    The yardstick is the estimate's standard error, because noise in the adjustment set may move an estimate by chance.

    Raises:
        BadArguments: the evidence is not an estimate.
    """
    original = load(args, env)
    if original.tool not in VALIDATED:
        return not_for(NAME, original, f"{original.tool} adjusts for nothing that a random column could be added to.")
    name = _fresh_name(original)
    adjusted = (*original.result.adjustment_set, name)

    def alter(rng: np.random.Generator) -> Altered:
        changed = original.frame.copy()
        changed[name] = rng.standard_normal(len(changed))
        return changed, {"adjustment_set": adjusted}

    runs = repeat(args, env, original, alter)
    own = original.result.std_error is None
    return conclude(NAME, original, runs, lambda: _judge(runs, original), by_own_errors=own)


def _judge(runs: Runs, original: Original) -> Verdict:
    shift = float(runs.values.mean()) - original.result.value
    error = original.result.std_error
    moved = abs(shift) / yardstick(original, float((runs.errors**2).mean()) ** 0.5 if error is None else error)
    allowed = MOVED_MATCHING if original.tool == "estimate_matching" else MOVED
    fail = moved > allowed
    words = (
        f"Adjusting for a random column as well should change nothing; over {len(runs.values)} runs the estimate moves from "
        f"{original.result.value:.4g} to {float(runs.values.mean()):.4g}, by {moved:.2f} standard errors"
    )
    words += (
        ": it depends on columns that carry no information."
        if fail
        else f" (up to {allowed} is chance): no fault found."
    )
    return Verdict(fail, words, moved, None)


def _fresh_name(original: Original) -> str:
    taken = {str(c) for c in original.frame.columns}
    name = "random column"
    while name in taken:
        name += " again"
    return name


TOOL = Tool(
    "refute_random_common_cause",
    RandomCommonCauseArgs,
    run,
    example=RandomCommonCauseArgs(estimate="E1", n_runs=10),
    reference="Sharma and Kiciman 2020, section 5",
    cost=rerun_cost,
)
