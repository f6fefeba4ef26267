"""Which estimate may answer: the one that was declared before any estimate existed.

Whoever decides, the plan and the estimand stand before the first estimate, and the first of the planned estimators
that succeeds gives the answer. Every other specification is run and shown if asked for, marked exploratory, and
cannot become the answer. So nothing can be selected by its p-value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..tools.domain.evidence import Evidence
from ..tools.domain.questions import EffectQuestion
from ..tools.registry import get_tool
from .policy import Situation
from .state import Claim, Draft, Plan, ToolCall

UNADJUSTED = "estimate_difference"
"""Compares the arms as they are, whatever the others adjust for."""


def is_estimate(tool: str) -> bool:
    """Whether a tool estimates an effect."""
    return tool.startswith("estimate_")


def any_estimate(ledger: Iterable[Evidence]) -> bool:
    """Whether an estimate exists, after which no plan is changed."""
    return any(e.ok and is_estimate(e.tool) for e in ledger)


def mark_exploratory(calls: tuple[ToolCall, ...], situation: Situation) -> tuple[ToolCall, ...]:
    """Mark the estimates that the plan did not declare.

    Args:
        calls: What is to be run now, in order.
        situation: As it is before the first of them.
    """
    marked: list[ToolCall] = []
    runs = {_run(e.tool, e.args) for e in situation.ledger if e.ok and not e.exploratory}
    for call in calls:
        run = _run(call.tool, call.args)
        outside = is_estimate(call.tool) and (run in runs or not _is_planned(call, situation))
        marked.append(call.model_copy(update={"exploratory": True}) if outside else call)
        if not outside:  # what was not declared does not take the place of what was
            runs.add(run)
    return tuple(marked)


def _run(tool: str, args: dict[str, Any]) -> str:
    """A run of a tool on certain rows, however its other options are turned: one of them is the declared one."""
    return f"{tool} {_conditions(args.get('population'))}"


def _is_planned(call: ToolCall, situation: Situation) -> bool:
    plan, question = situation.plan, situation.question
    if not any(e.ok and e.tool.startswith("identify_") for e in situation.ledger):
        return False
    if plan is None or plan.provisional or not isinstance(question, EffectQuestion):
        return plan is not None and not plan.provisional
    if not plan.estimators or call.tool in plan.beside:
        return True
    args = call.args
    rows = _conditions(args.get("population"))
    extra = rows - _conditions([c.model_dump() for c in question.population])
    strata = {column for column, _, _ in extra}
    return (
        call.tool in plan.estimators
        and args.get("treatment", question.treatment) == question.treatment
        and args.get("outcome", question.outcome) == question.outcome
        and args.get("estimand") in (None, "ATE", question.estimand, plan.estimand)
        and _same_contrast(args.get("contrast"), question)
        and strata <= {*question.given}
        and _conditions([c.model_dump() for c in question.population]) <= rows
        and _planned_set(call, plan, strata)
    )


def _planned_set(call: ToolCall, plan: Plan, strata: set[str]) -> bool:
    """Whether an estimate adjusts for what was planned; within strata their column is constant and left out."""
    adjusted = {*call.args.get("adjustment_set", ())}
    if plan.adjustment_set is None or call.tool == UNADJUSTED:
        return call.tool != UNADJUSTED or not adjusted
    if "adjustment_set" not in get_tool(call.tool).args.model_fields:
        return True
    return adjusted | strata == {*plan.adjustment_set} | strata


def _same_contrast(contrast: dict[str, Any] | None, question: EffectQuestion) -> bool:
    return contrast is None or (question.contrast is not None and contrast == question.contrast.model_dump())


def _conditions(population: Any) -> frozenset[tuple[str, str, str]]:
    """Conditions on rows as a set, so that their order does not matter."""
    return frozenset((str(c["column"]), str(c["op"]), repr(c["value"])) for c in population or () if len(c) == 3)


def rightful_primary(situation: Situation) -> Evidence | None:
    """The estimate that answers: of the first planned estimator that succeeded on the rows that were asked for."""
    plan, question = situation.plan, situation.question
    if plan is None or not isinstance(question, EffectQuestion):
        return None
    asked = _conditions([c.model_dump() for c in question.population])
    for tool in plan.estimators:
        if not may_answer(tool, plan):
            continue
        for e in situation.ledger:
            if e.ok and e.tool == tool and not e.exploratory and _conditions(e.args.get("population")) == asked:
                return e
    return None


def may_answer(tool: str, plan: Plan) -> bool:
    """Whether a tool's estimate can be the answer: the arms as they are answer only where nothing need be adjusted for."""
    return tool != UNADJUSTED or not plan.adjustment_set or plan.design == "experiment"


def primary_faults(draft: Draft, situation: Situation) -> tuple[str, ...]:
    """Why the estimate that a draft takes for the answer may not be it; nothing when it may."""
    chosen = next((e for e in situation.ledger if e.id == draft.primary), None)
    if draft.primary is None:
        return ()
    if chosen is None:
        return (f"The primary evidence {draft.primary!r} is not in the ledger.",)
    if not chosen.ok:
        return (f"The primary evidence {chosen.id} is a call that failed.",)
    if not is_estimate(chosen.tool):
        return ()
    rightful = rightful_primary(situation)
    if rightful is not None and rightful.id != chosen.id:
        return (
            f"The primary estimate must be {rightful.id} ({rightful.tool}), which the plan declared before any estimate "
            f"existed; {chosen.id} ({chosen.tool}) may be mentioned beside it.",
        )
    if situation.plan and not may_answer(chosen.tool, situation.plan):
        return (
            f"{chosen.id} ({chosen.tool}) does not adjust for {list(situation.plan.adjustment_set or ())!r}; it is no answer.",
        )
    if chosen.exploratory:
        return (f"{chosen.id} ({chosen.tool}) was not in the plan: it is exploratory and cannot be the answer.",)
    return ()


def bare_draft(situation: Situation) -> Draft:
    """What the ledger holds in the tools' own words, for a run whose writer may not be asked any more."""
    primary = rightful_primary(situation)
    identified = next((e for e in reversed(situation.ledger) if e.ok and e.tool.startswith("identify_")), None)
    shown = primary or identified
    text = shown.summary if shown else "The run ended before anything could be said."
    return Draft(
        headline=Claim(text=text, evidence=(shown.id,) if shown else ()),
        primary=primary.id if primary else None,
        identification=identified.id if identified else None,
    )
