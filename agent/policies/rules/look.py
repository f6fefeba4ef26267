"""The calls that look at the data before anything is identified, and the arguments that calls share."""

from __future__ import annotations

from typing import Any

from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import EffectQuestion, EstimandKind
from ....tools.domain.results import AuditReport, Finding
from ...policy import Situation
from ...state import ToolCall
from .design import Design, binary, other_columns
from .ledger import Seen
from .timing import placed

MAX_STRATIFIERS = 5
MAX_LEVELS = 6


def look_calls(question: EffectQuestion, design: Design, situation: Situation, seen: Seen) -> tuple[ToolCall, ...]:
    """The audit first, then the balance a design waits for, then the arms within levels of other columns."""
    table = table_name(situation)
    calls: list[ToolCall] = []
    if not seen.ran("data_audit"):
        args: dict[str, Any] = {"dataset": table, "treatment": question.treatment, "outcome": question.outcome}
        calls.append(ToolCall(tool="data_audit", args=args, why="see what in the data could mislead"))
    elif design.provisional and not seen.ran("data_balance"):
        why = "see whether treatment looks randomised"
        if design.kind != "backdoor":
            args = {"dataset": table, "treatment": question.treatment, "covariates": design.compare}
            calls.append(ToolCall(tool="data_balance", args=args | asked_args(question, situation), why=why))
        else:
            calls += [balance_call(question, e, design.compare, situation) for e in ("ATE", "ATT")]
    elif design.kind in ("backdoor", "discovery") and situation.catalog.graph is None:
        return _strata_call(question, situation, seen)
    return tuple(calls)


def misspelled(question: EffectQuestion, seen: Seen) -> tuple[Evidence, Finding] | None:
    """What the audit says of a treatment or outcome whose levels are one word spelled in several ways."""
    found = seen.pair(AuditReport)
    part = {question.treatment, question.outcome}
    wrong = [f for f in found[1].findings if f.code == "spelling" and part & {*f.columns}] if found else []
    return (found[0], wrong[0]) if found and wrong else None


def _strata_call(question: EffectQuestion, situation: Situation, seen: Seen) -> tuple[ToolCall, ...]:
    """Compare the arms within the levels of other columns, which shows an association that turns round."""
    columns = _stratifiers(question, situation, seen)
    if seen.ran("data_strata") or not columns or not binary(question.treatment, situation):
        return ()
    args: dict[str, Any] = {"dataset": table_name(situation), "treatment": question.treatment}
    args |= {"outcome": question.outcome, "columns": columns}
    why = "see whether the difference turns round within the levels of another column"
    return (ToolCall(tool="data_strata", args=args | asked_args(question, situation), why=why),)


def _stratifiers(question: EffectQuestion, situation: Situation, seen: Seen) -> tuple[str, ...]:
    """Columns with few levels that may come before the treatment, those to adjust for first."""
    table, hints = situation.catalog.table, question.hints
    when = placed(question.treatment, situation.catalog)
    taken = {hints.instrument, hints.time, hints.unit, hints.cluster, *question.mediators}
    taken |= {c.column for c in question.population}
    others = other_columns(question, situation, seen)
    named = [c for c in hints.adjust_for or () if c in others]
    found: list[str] = []
    for name in dict.fromkeys((*named, *others)):
        card = table.column(name) if table else None
        few = card is not None and card.type in ("binary", "nominal") and 2 <= card.n_distinct <= MAX_LEVELS
        if few and name not in taken and when.get(name) != "after":
            found.append(name)
    return tuple(found[:MAX_STRATIFIERS])


def balance_call(
    question: EffectQuestion, estimand: EstimandKind, compared: tuple[str, ...], situation: Situation
) -> ToolCall:
    """Balance and overlap of the arms under weights for this estimand."""
    args: dict[str, Any] = {"dataset": table_name(situation), "treatment": question.treatment, "covariates": compared}
    args |= asked_args(question, situation)
    if estimand in ("ATT", "ATC"):
        args["estimand"] = estimand
    return ToolCall(tool="data_balance", args=args, why="see whether the arms are comparable: balance and overlap")


def asked_args(question: EffectQuestion, situation: Situation) -> dict[str, Any]:
    """The contrast and the rows that were asked for, as arguments; what was not asked is left to the tool."""
    args: dict[str, Any] = {}
    if question.contrast and not _one_unit(question, situation):
        args["contrast"] = question.contrast.model_dump()
    if question.population:
        args["population"] = [c.model_dump() for c in question.population]
    return args


def _one_unit(question: EffectQuestion, situation: Situation) -> bool:
    """Whether "per extra unit" was asked of a treatment with many values: the estimators' default, taken at its median."""
    c = question.contrast
    return c is not None and (c.control, c.treated) == (0, 1) and not binary(question.treatment, situation)


def table_name(situation: Situation) -> str:
    """Name of the table that is asked about."""
    table = situation.catalog.table
    assert table is not None  # callers ask only when there is one
    return table.name
