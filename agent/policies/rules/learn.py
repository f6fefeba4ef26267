"""The steps that learn a graph from data, with what the person knows as constraints."""

from __future__ import annotations

from typing import Any

from ....tools.domain.evidence import Evidence
from ....tools.domain.knowledge import Knowledge
from ....tools.domain.questions import EffectQuestion
from ....tools.domain.results import GraphResult, ImplicationsResult, IndependenceResult, Selection
from ...policy import Situation
from ...state import Claim, ToolCall
from .ledger import Seen
from .opinion import LEARNED, opinion_calls
from .timing import placed

MAX_VARIABLES = 40


def graph_in_use(situation: Situation, seen: Seen) -> str | None:
    """The graph to reason on: the one that was given, else the one that was learned."""
    if situation.catalog.graph:
        return situation.catalog.graph
    learned = [r.name for _, r in seen.pairs(GraphResult) if r.learned]
    return learned[-1] if learned else None


def discovery_calls(
    situation: Situation, seen: Seen, treatment: str | None = None, outcome: str | None = None
) -> tuple[ToolCall, ...]:
    """Select an algorithm by the shape of the data, then learn; none when that is done or has failed."""
    table = situation.catalog.table
    if table is None or situation.catalog.graph:
        return ()
    if graph_in_use(situation, seen):
        variables = analysed(situation, seen, treatment, outcome)
        known = knowledge(situation, treatment, outcome, variables)
        return opinion_calls(situation, seen, known.merged(inside(situation.catalog.accepted, variables)))
    variables = analysed(situation, seen, treatment, outcome)
    selection = seen.result(Selection)
    if selection is None:
        if seen.failed("discover_select"):
            return ()
        args: dict[str, Any] = {"dataset": table.name, "variables": variables}
        return (ToolCall(tool="discover_select", args=args, why="choose a discovery algorithm that fits these data"),)
    if seen.failed(selection.tool):
        return ()
    known = knowledge(situation, treatment, outcome, variables)
    args = {"dataset": table.name, "variables": variables, "name": LEARNED} | selection.options
    args |= {} if known.empty else {"knowledge": known.model_dump(mode="json")}
    return (ToolCall(tool=selection.tool, args=args, why="learn what the data tell about the graph"),)


def doubts(seen: Seen) -> list[Claim]:
    """What speaks against leaning on the graph that was learned last."""
    learned = [e for e, r in seen.pairs(GraphResult) if r.learned][-1:]
    tested = [e for e, _ in seen.pairs(ImplicationsResult)] if learned else []
    failed = [
        (e.id, c.name)
        for e in (*learned, *tested)
        for c in e.checks
        if c.status == "fail" and (e.tool != "graph_implications" or c.name == "implied independencies")
    ]
    names = ", ".join(dict.fromkeys(name for _, name in failed))
    text = f"Handle this graph with care: {names} failed, see the checks."
    return [Claim(text=text, evidence=tuple(dict.fromkeys(i for i, _ in failed)))] if failed else []


def contradiction(treatment: str, seen: Seen) -> tuple[Evidence, IndependenceResult] | None:
    """An independence of the treatment that the learned graph implies and the data contradict, the clearest first."""
    learned = any(r.learned for _, r in seen.pairs(GraphResult))
    tested = seen.pair(ImplicationsResult) if learned else None
    wrong = [r for r in tested[1].rejected if treatment in (r.source, r.target)] if tested else []
    return (tested[0], wrong[0]) if tested and wrong else None


def analysed(situation: Situation, seen: Seen, treatment: str | None, outcome: str | None) -> tuple[str, ...]:
    """The columns to learn on: the usable ones, treatment and outcome among them."""
    audit, table = seen.audit(), situation.catalog.table
    names = (
        audit.usable
        if audit
        else tuple(c.name for c in table.columns if c.type in ("binary", "nominal", "count", "continuous"))
        if table
        else ()
    )
    first = [c for c in (treatment, outcome) if c]
    question = situation.question
    carry = question.aspects.carry if isinstance(question, EffectQuestion) and question.aspects else None
    apart = carry.by if carry else None  # where the outcome is known in one population only, it is constant
    rest = [c for c in names if c not in first and c != apart]
    return (*first, *rest[: MAX_VARIABLES - len(first)])


def knowledge(
    situation: Situation, treatment: str | None, outcome: str | None, variables: tuple[str, ...]
) -> Knowledge:
    """What the person knows, the order in time that the codebook tells, and what the question takes for granted."""
    known = situation.catalog.knowledge
    if not known.tiers and treatment:
        when = placed(treatment, situation.catalog)
        before = tuple(c for c in variables if when.get(c) == "before" and c not in (treatment, outcome))
        after = tuple(c for c in variables if when.get(c) == "after" and c not in (treatment, outcome))
        tiers = tuple(t for t in (before, (treatment,), after) if t)
        if before or after:
            known = known.model_copy(update={"tiers": tiers})
    if (
        treatment
        and outcome
        and (treatment, outcome) not in known.forbidden
        and (outcome, treatment) not in known.required
    ):
        known = known.merged(Knowledge(forbidden=((outcome, treatment),)))
    return inside(known, variables)


def inside(known: Knowledge, variables: tuple[str, ...]) -> Knowledge:
    """What is known of these variables."""
    names = set(variables)
    return Knowledge(
        required=tuple(p for p in known.required if {*p} <= names),
        forbidden=tuple(p for p in known.forbidden if {*p} <= names),
        tiers=tuple(t for t in (tuple(n for n in tier if n in names) for tier in known.tiers) if t),
        exogenous=tuple(n for n in known.exogenous if n in names),
        leaves=tuple(n for n in known.leaves if n in names),
    )
