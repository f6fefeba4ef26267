"""Estimate again with an outcome that the treatment cannot change, or a treatment that cannot change the outcome.

Unlike shuffled columns, a negative control shares the common causes of the real pair, hidden ones too: an effect on it is
confounding that is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..domain.errors import BadArguments
from ..domain.evidence import Check
from ..domain.results import EffectEstimate, Refutation
from ..spec import Args, Env, Tool
from ._rerun import ALPHA, Original, RefuteArgs, load, rerun_cost

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "negative_control"
ADJUSTED = ("estimate_difference", "estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching")
NOT_SHOWN = (
    "Common causes that the control does not share: no effect on it says nothing of them. That it is a control at all is "
    "knowledge, not a finding."
)


class NegativeControlArgs(Args):
    """Arguments of `refute_negative_control`."""

    estimate: str
    """Evidence id of the estimate to put to the test, such as `E3`."""
    outcome: str | None = None
    """Column that shares the outcome's causes and that the treatment cannot change; give this or treatment."""
    treatment: str | None = None
    """Column that shares the treatment's causes and that cannot change the outcome."""


def run(args: NegativeControlArgs, env: Env) -> Refutation:
    """Null: the effect on (or of) the control is zero once the common causes are adjusted for.

    Raises:
        BadArguments: the evidence is not an estimate that adjusts for covariates, or not exactly one other column is named.
    """
    original = load(RefuteArgs(estimate=args.estimate), env)
    if original.tool not in ADJUSTED:
        raise BadArguments(f"A negative control is for {', '.join(ADJUSTED)}; {args.estimate!r} is by {original.tool}.")
    control = args.outcome or args.treatment
    pair = (original.result.treatment, original.result.outcome)
    if control is None or (args.outcome and args.treatment) or control in pair:
        raise BadArguments(
            f"Name one column, as outcome or as treatment, other than {' and '.join(map(repr, pair))}; given were "
            f"outcome={args.outcome!r} and treatment={args.treatment!r}."
        )
    result = env.rerun(args.estimate, {}, **_changes(args, original, control))
    assert isinstance(result, EffectEstimate)
    return Refutation(
        refuter=NAME,
        estimate_id=args.estimate,
        original=original.result.value,
        refuted_mean=result.value,
        refuted_std=result.std_error,
        n_runs=1,
        checks=(_check(result),),
        warnings=tuple(f"The estimate with the negative control: {w}" for w in result.warnings),
    )


def _changes(args: NegativeControlArgs, original: Original, control: str) -> Mapping[str, Any]:
    """The arguments of the estimator that change; what was the treatment is adjusted for beside a negative exposure."""
    covariates = [c for c in original.evidence.args.get("adjustment_set", ()) if c != control]
    adjusts = "adjustment_set" in original.evidence.args
    if args.outcome:
        return {"outcome": control} | ({"adjustment_set": covariates} if adjusts else {})
    if not adjusts:
        raise BadArguments(
            f"{original.tool} cannot adjust for the treatment beside another one; use estimate_regression."
        )
    return {"treatment": control, "contrast": None, "adjustment_set": [*covariates, original.result.treatment]}


def _check(result: EffectEstimate) -> Check:
    from scipy.special import ndtr

    if not result.std_error:
        return Check(
            name=NAME, status="uninformative", does_not_show=NOT_SHOWN,
            meaning=f"The estimator gives no standard error for the effect of {result.treatment} on {result.outcome}.",
        )  # fmt: skip
    z = result.value / result.std_error
    p_value = 2 * float(ndtr(-abs(z)))
    fail = p_value < ALPHA
    verdict = "it should be zero, so confounding is left" if fail else "no confounding seen"
    return Check(
        name=NAME, status="fail" if fail else "pass", statistic=z, p_value=p_value, does_not_show=NOT_SHOWN,
        meaning=f"The estimated effect of {result.treatment} on {result.outcome} is {result.value:.3g} (p = {p_value:.2g} for zero): "
        f"{verdict}.",
    )  # fmt: skip


TOOL = Tool(
    "refute_negative_control",
    NegativeControlArgs,
    run,
    assumes=("the treatment cannot change the negative control",),
    example=NegativeControlArgs(estimate="E1", outcome="z"),
    reference="Lipsitch, Tchetgen Tchetgen and Cohen 2010",
    cost=rerun_cost,
)
