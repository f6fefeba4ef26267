"""What may be adjusted for, and what becomes of a choice that nothing written backs; the same for every policy.

A policy that was talked into another adjustment set would change the answer without any number being false. So what is
written of the order in time is held to: a column that came after the treatment is not adjusted for unless the person
asks for it. Every other choice is free; where it departs from what the person, the codebook or the other columns
suggest, the estimate is made again with that set, and the answer shows both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..tools.domain.questions import EffectQuestion
from ..tools.domain.results import AuditReport, EffectEstimate, Identification, result_from_json
from ..tools.registry import get_tool
from .policies.rules.design import measured_before, other_columns
from .policies.rules.ledger import Seen
from .policies.rules.read import read_question
from .policies.rules.timing import placed
from .policy import Situation
from .primary import UNADJUSTED, rightful_primary
from .state import Plan, ToolCall

COMPARE, ADJUSTED = "refute_adjustment_set", "estimate_regression"
MOST = 60
"""Columns of a set that nobody chose; with more, an estimate is no comparison any more."""


class Reference(NamedTuple):
    """What there is to adjust for, by what is written, and who says so."""

    columns: tuple[str, ...]
    because: str


def keep_plan(plan: Plan, situation: Situation) -> Plan:
    """The plan without covariates that came after the treatment, with the reason; what is left empty is filled."""
    late = later(plan.adjustment_set or (), situation)
    if not late:
        return plan
    kept = tuple(c for c in plan.adjustment_set or () if c not in late)
    reasons = [_why(late, situation)]
    if not kept:
        kept, because = reference(situation)
        reasons.append(f"in its place {', '.join(kept) or 'nothing'} is adjusted for ({because})")
    return plan.model_copy(update={"adjustment_set": kept, "reasons": (*plan.reasons, *reasons)})


def keep_calls(calls: Sequence[ToolCall], situation: Situation) -> tuple[tuple[ToolCall, ...], tuple[str, ...]]:
    """Calls without covariates that came after the treatment.

    Returns:
        The calls, and a sentence for each that was changed.
    """
    kept: list[ToolCall] = []
    notes: list[str] = []
    for call in calls:
        late = later(call.args.get("adjustment_set") or (), situation)
        if late:
            columns = [c for c in call.args["adjustment_set"] if c not in late]
            planned = situation.plan.adjustment_set if situation.plan else None
            call = call.model_copy(update={"args": call.args | {"adjustment_set": columns or [*(planned or ())]}})
            notes.append(f"{call.tool}: {_why(late, situation)}.")
        kept.append(call)
    return tuple(kept), tuple(notes)


def later(columns: Sequence[str], situation: Situation) -> tuple[str, ...]:
    """Those of some covariates that are written to come after the treatment, and that the person did not name."""
    question, graph = situation.question, situation.catalog.graph_nodes
    if not columns or not isinstance(question, EffectQuestion) or situation.catalog.table is None:
        return ()
    when = placed(question.treatment, situation.catalog)
    late = tuple(c for c in columns if when.get(c) == "after" and c not in graph)
    return tuple(c for c in late if c not in (_named(situation) or ())) if late else ()


def comparison(situation: Situation) -> ToolCall | None:
    """The estimate that answers once more with what is written to adjust for, where the policy chose otherwise."""
    primary, question = rightful_primary(situation), situation.question
    if primary is None or not isinstance(question, EffectQuestion) or any(e.tool == COMPARE for e in situation.ledger):
        return None
    result = result_from_json(primary.result or {})
    strategy = _strategy(situation)
    if not isinstance(result, EffectEstimate) or "adjustment_set" not in primary.args:
        return None
    if situation.catalog.graph is not None or strategy not in ("backdoor", "randomised"):
        return None
    chosen, found = {*result.adjustment_set}, reference(situation)
    free = chosen <= {*found.columns} if strategy == "randomised" else chosen == {*found.columns}
    if free or len(found.columns) > MOST:
        return None
    why = "see whether the answer hangs on what is adjusted for"
    if primary.tool == UNADJUSTED:
        args = primary.args | {"adjustment_set": list(found.columns)}
        made = any(e.tool == ADJUSTED and {*e.args["adjustment_set"]} == {*found.columns} for e in situation.ledger)
        return None if made else ToolCall(tool=ADJUSTED, args=_taken(args), why=why)
    args = {"estimate": primary.id, "adjustment_set": list(found.columns), "because": found.because}
    return ToolCall(tool=COMPARE, args=args, why=why)


def _taken(args: dict[str, Any]) -> dict[str, Any]:
    """The arguments that the regression takes as well."""
    return {k: v for k, v in args.items() if k in get_tool(ADJUSTED).args.model_fields}


def reference(situation: Situation) -> Reference:
    """What to adjust for by the person's words, by what is written of the order in time, or else all that is left."""
    question = situation.question
    assert isinstance(question, EffectQuestion)
    named = _named(situation)
    if named is not None:
        return Reference(named, "the question names them")
    seen = Seen(situation.ledger)
    if before := measured_before(question, situation, seen):
        return Reference(before, "they are written to come before the treatment")
    when = placed(question.treatment, situation.catalog)
    hints = question.hints
    parts = {*question.mediators, hints.cluster, hints.instrument, hints.unit, hints.time, hints.running_variable}
    audit = seen.result(AuditReport)
    leaks = {c for f in audit.findings if f.code == "leakage" for c in f.columns} if audit else set[str]()
    others = other_columns(question, situation, seen)
    left = tuple(c for c in others if when.get(c) == "unknown" and c not in parts and c not in leaks)
    return Reference(left, "every other column, as nothing says when they were measured")


def _named(situation: Situation) -> tuple[str, ...] | None:
    """The covariates that the person asks to adjust for, by their own words and not by anybody's reading of them."""
    question = read_question(situation.words, situation.catalog).question
    return question.hints.adjust_for if isinstance(question, EffectQuestion) else None


def _strategy(situation: Situation) -> str:
    identified = Seen(situation.ledger).result(Identification)
    return identified.strategy if identified and identified.status == "identified" else ""


def _why(late: Sequence[str], situation: Situation) -> str:
    treatment = getattr(situation.question, "treatment", "the treatment")
    return (
        f"{', '.join(late)} {'is' if len(late) == 1 else 'are'} written to come after {treatment} and not adjusted for; a question "
        "that names it to adjust for has its way"
    )
