"""Put the answer together: everything but the sentences comes from the ledger, not from whoever wrote them."""

from __future__ import annotations

from typing import Any

from ..tools.domain.estimands import Assumption
from ..tools.domain.evidence import Check, Evidence
from ..tools.domain.questions import DesignKind
from ..tools.domain.results import (
    AuditReport,
    EffectEstimate,
    EffectRange,
    GraphResult,
    Identification,
    result_from_json,
)
from .critique import shown
from .state import Answer, Draft, Estimate, LedgerEntry, ModelUsage, Objection, Plan, Reading

TESTED_BY: dict[str, tuple[str, ...]] = {
    "positivity": ("overlap",),
    "instrument relevance": ("instrument strength",),
    "random assignment": ("joint balance",),
}
"""Assumptions that a check speaks to, by the beginnings of their names."""


BALANCE_BEFORE = ("balance", "joint balance")


def compose_answer(
    *,
    run: str,
    words: str,
    reading: Reading,
    question: Any,
    plan: Plan | None,
    draft: Draft | None,
    ledger: tuple[Evidence, ...],
    dropped: tuple[str, ...],
    incomplete: str | None,
    seconds: float,
    policy: str = "",
    objections: tuple[Objection, ...] = (),
    usage: ModelUsage | None = None,
) -> Answer:
    """Build the versioned answer from a verified draft and the ledger."""
    base = Answer(
        run=run, status="cannot_read", claim=reading.problem or "", words=words, question=question,
        reading=reading.because, evidence=ledger, policy=policy, usage=usage, seconds=round(seconds, 3),
        would_change=tuple(f"Try: {e}" for e in reading.examples) if reading.problem else (),
    )  # fmt: skip
    if draft is None or plan is None:
        return base
    by_id = {e.id: e for e in ledger if e.ok}
    identification = _result(by_id.get(draft.identification or ""), Identification)
    primary = by_id.get(draft.primary or "")
    estimate = _result(primary, EffectEstimate)
    spread = _result(primary, EffectRange)
    used = [e for e in ledger if e.ok]
    return base.model_copy(
        update={
            "status": _status(draft, identification, estimate, spread, incomplete, ledger),
            "claim": draft.headline.text,
            "claims": (draft.headline, *draft.claims),
            "design": _design(plan, identification),
            "design_reasons": plan.reasons,
            "plan": tuple(step.text for step in plan.steps),
            "identified": _identified(question, identification),
            "estimand": identification.estimand if identification else None,
            "estimator": estimate.estimator if estimate else None,
            "adjustment_set": _adjustment(identification, estimate),
            "estimate": _estimate(estimate),
            "effect_range": (spread.low, spread.high) if spread else None,
            "graph": _graph(ledger),
            "assumptions": _assumptions(used, draft),
            "checks": _checks(used, draft, plan),
            "ledger": tuple(entry for e in used for entry in _entries(e)),
            "warnings": (
                *_audited(ledger, estimate),
                *_warnings(reading, ledger, dropped, incomplete),
                *map(shown, objections),
            ),
            "would_change": _would_change(identification),
        }
    )


def _result(evidence: Evidence | None, cls: type[Any]) -> Any:
    if evidence is None or evidence.result is None:
        return None
    result = result_from_json(evidence.result)
    return result if isinstance(result, cls) else None


def _design(plan: Plan, identification: Identification | None) -> DesignKind | None:
    """The design that was planned; where a graph decided, the one it led to, if any."""
    if plan.design != "backdoor" or identification is None:
        return plan.design
    return identification.estimand.design if identification.estimand else None


def _status(
    draft: Draft, identification: Identification | None, estimate: Any, spread: Any, incomplete: str | None,
    ledger: tuple[Evidence, ...],
) -> str:  # fmt: skip
    if incomplete:
        return "incomplete"
    if estimate is not None:
        return "answered"
    if spread is not None:
        return "range"
    if identification and identification.status in ("not_identifiable", "invalid", "depends_on_orientation"):
        return "not_identifiable"
    if draft.primary is None and any(not e.ok and e.tool.startswith("estimate_") for e in ledger):
        return "failed"  # identified, and every estimator refused these data
    return "answered" if draft.primary or draft.identification else "failed"


def _identified(question: Any, identification: Identification | None) -> bool | None:
    kind = question.get("kind") if isinstance(question, dict) else getattr(question, "kind", None)
    if identification is None:
        return None
    return identification.status == "identified" if kind in ("effect", "adjustment", "relation") else None


def _adjustment(identification: Identification | None, estimate: EffectEstimate | None) -> tuple[str, ...] | None:
    if estimate is not None:
        return estimate.adjustment_set
    return identification.adjustment_set if identification else None


def _estimate(estimate: EffectEstimate | None) -> Estimate | None:
    if estimate is None:
        return None
    return Estimate(
        value=estimate.value, std_error=estimate.std_error, ci_low=estimate.ci_low, ci_high=estimate.ci_high, unit=estimate.unit
    )  # fmt: skip


def _graph(ledger: tuple[Evidence, ...]) -> dict[str, Any] | None:
    for evidence in reversed(ledger):
        graph = _result(evidence, GraphResult) if evidence.ok else None
        if graph is not None:
            return graph.graph.model_dump(mode="json")
    return None


def _checks(used: list[Evidence], draft: Draft, plan: Plan) -> tuple[Check, ...]:
    """The checks of the answer, each once: those of estimates shown beside it stay with their evidence.

    That the arms differ before adjustment is what an observational design expects, so it is a check only of
    a randomised one.
    """
    beside = [e.id for e in used if e.tool.startswith("estimate_") and e.id != draft.primary]
    found: dict[tuple[str, str], Check] = {}
    for e in used:
        for check in e.checks if e.id not in beside else ():
            if plan.design == "experiment" or check.name not in BALANCE_BEFORE:
                found.setdefault((check.name, "" if check.name == "overlap" else check.meaning), check)
    return tuple(found.values())


def _assumptions(used: list[Evidence], draft: Draft) -> tuple[Assumption, ...]:
    """The premises of the identification and of the primary estimate, with what the checks say about them."""
    found: dict[str, Assumption] = {}
    for e in used:
        if e.id in (draft.identification, draft.primary):
            for assumption in e.assumptions:
                found.setdefault(assumption.name, assumption)
    return tuple(_with_status(a, used) for a in found.values())


def _with_status(assumption: Assumption, used: list[Evidence]) -> Assumption:
    if assumption.status != "not_tested":
        return assumption
    names = next((checks for begin, checks in TESTED_BY.items() if assumption.name.startswith(begin)), ())
    outcomes = [(e.id, c.status) for e in used for c in e.checks if c.name.startswith(names) and names]
    verdicts = {status for _, status in outcomes}
    status = "tested_failed" if "fail" in verdicts else "tested_passed" if "pass" in verdicts else "not_tested"
    return assumption.model_copy(update={"status": status, "evidence": tuple(id for id, _ in outcomes)})


def _entries(e: Evidence) -> list[LedgerEntry]:
    """One ledger line an estimate; a range lists each of its members."""
    result = result_from_json(e.result) if e.result else None
    members = (
        [result]
        if isinstance(result, EffectEstimate)
        else list(result.members)
        if isinstance(result, EffectRange)
        else []
    )
    return [
        LedgerEntry(
            evidence=e.id, tool=e.tool, summary=m.summary(), value=m.value, ci_low=m.ci_low, ci_high=m.ci_high, exploratory=e.exploratory
        )
        for m in members
    ]  # fmt: skip


def _warnings(
    reading: Reading, ledger: tuple[Evidence, ...], dropped: tuple[str, ...], incomplete: str | None
) -> tuple[str, ...]:
    """Words of the question that were not used, what the tools warn of, what failed, what was dropped."""
    found = [b for b in reading.because if b.lower().startswith("not used")]
    found += [w for e in ledger if e.ok for w in e.warnings]
    found += [f"{e.tool} could not be used: {e.summary}" for e in ledger if not e.ok]
    found += [*dropped, *([incomplete] if incomplete else [])]
    return tuple(dict.fromkeys(found))


def _audited(ledger: tuple[Evidence, ...], estimate: EffectEstimate | None) -> tuple[str, ...]:
    """What the audit warns of in the columns that the estimate uses; leakage is among the checks."""
    if estimate is None:
        return ()
    used = {estimate.treatment, estimate.outcome, *estimate.adjustment_set}
    reports = [r for e in ledger if isinstance(r := _result(e, AuditReport), AuditReport)]
    return tuple(
        f"{f.message} {f.action}"
        for report in reports
        for f in report.findings
        if f.severity != "note" and f.code != "leakage" and (not f.columns or used & {*f.columns})
    )


def _would_change(identification: Identification | None) -> tuple[str, ...]:
    return identification.what_would_help if identification else ()
