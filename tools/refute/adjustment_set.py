"""Estimate again with another adjustment set, and say whether the answer hangs on the choice between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..domain.errors import BadArguments
from ..domain.evidence import Check
from ..domain.results import EffectEstimate, Refutation
from ..spec import Args, Env, Tool
from ._rerun import RefuteArgs, load, rerun_cost

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "adjustment_set"
NOT_SHOWN = (
    "Which of the two sets is right: that is knowledge of what came before the treatment. Two sets that agree may both miss a "
    "common cause."
)


class AdjustmentSetArgs(Args):
    """Arguments of `refute_adjustment_set`."""

    estimate: str
    """Evidence id of the estimate to compare with, such as `E3`."""
    adjustment_set: tuple[str, ...]
    """The other covariates, in place of those of the estimate."""
    because: str = Field(default="", max_length=300)
    """What speaks for the other covariates, in words."""


def run(args: AdjustmentSetArgs, env: Env) -> Refutation:
    """Fail when the other estimate lies outside the interval of the first.

    Raises:
        BadArguments: the evidence is not an estimate that adjusts for covariates, or the set is the same.
    """
    original = load(RefuteArgs(estimate=args.estimate), env)
    first = original.result
    if "adjustment_set" not in original.evidence.args:
        raise BadArguments(f"{args.estimate!r} is by {original.tool}, which adjusts for no covariates.")
    if {*args.adjustment_set} == {*first.adjustment_set}:
        raise BadArguments(f"{args.estimate!r} adjusts for this set already: {_listed(first.adjustment_set)}.")
    other = env.rerun(args.estimate, {}, adjustment_set=list(args.adjustment_set))
    assert isinstance(other, EffectEstimate)
    check = _check(first, other, args.because)
    return Refutation(
        refuter=NAME,
        estimate_id=args.estimate,
        original=first.value,
        refuted_mean=other.value,
        refuted_std=other.std_error,
        n_runs=1,
        checks=(check,),
        warnings=(check.meaning,) if check.status == "fail" else (),
    )


def _check(first: EffectEstimate, other: EffectEstimate, because: str) -> Check:
    low, high = first.ci_low, first.ci_high
    reason = f" ({because})" if because else ""
    said = (
        f"Adjusted for {_listed(other.adjustment_set)}{reason} the estimate is {_told(other)}, in place of {_told(first)} adjusted for "
        f"{_listed(first.adjustment_set)}"
    )
    if low is None or high is None:
        return Check(
            name=NAME, status="uninformative", does_not_show=NOT_SHOWN,
            meaning=f"{said}; without an interval nothing says whether they differ.",
        )  # fmt: skip
    differ = not low <= other.value <= high
    verdict = (
        "the answer hangs on what is adjusted for" if differ else "the choice makes no difference that can be told"
    )
    return Check(name=NAME, status="fail" if differ else "pass", meaning=f"{said}: {verdict}.", does_not_show=NOT_SHOWN)


def _told(estimate: EffectEstimate) -> str:
    interval = (
        ""
        if estimate.ci_low is None or estimate.ci_high is None
        else f" [{estimate.ci_low:.4g}, {estimate.ci_high:.4g}]"
    )
    return f"{estimate.value:.4g}{interval} on {estimate.n_used} rows"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


TOOL = Tool(
    "refute_adjustment_set",
    AdjustmentSetArgs,
    run,
    assumes=("both sets come before the treatment",),
    example=AdjustmentSetArgs(estimate="E1", adjustment_set=()),
    reference="Specification checks: Leamer 1983; Oster 2019",
    cost=rerun_cost,
)
