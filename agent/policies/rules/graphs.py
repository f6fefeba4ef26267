"""The steps of questions about the graph: discovery, relations, adjustment."""

from __future__ import annotations

from typing import Any

from ....tools.domain.questions import AdjustmentQuestion, DiscoveryQuestion, RelationQuestion
from ....tools.domain.results import GraphResult
from ...policy import Situation
from ...state import Plan, PlanStep, ToolCall
from .learn import discovery_calls, graph_in_use
from .ledger import Seen

GraphQuestion = DiscoveryQuestion | RelationQuestion | AdjustmentQuestion


def graph_plan(question: GraphQuestion, situation: Situation) -> Plan:
    """Say how a question about the graph will be answered."""
    given = situation.catalog.graph
    if isinstance(question, RelationQuestion) and question.relation == "independent":
        asked = "ask the graph for separation" if given else "test the independence on the data"
        both = " and test it on the data" if given and situation.catalog.table else ""
        return Plan(
            reasons=("the question is about independence, not about an effect",),
            steps=(PlanStep(stage="graph", text=asked + both),),
        )
    source = f"use the graph {given!r} that was given" if given else "learn the graph from the data"
    reason = (
        "a causal graph was given"
        if given
        else "no graph was given; that there is no hidden common cause is an assumption"
    )
    if isinstance(question, DiscoveryQuestion) and question.instruments and not given:
        source = (
            f"regress both columns on {' and '.join(question.instruments)}, and only then learn the graph from the data"
        )
        reason = "the words name instruments: what moves the cause moves the effect too, and not the other way round"
    last = {
        "discovery": "report its edges, and say which directions the data leave open",
        "relation": "read the relation off the graph, with the path that makes it so",
        "adjustment": "find the adjustment sets and the role of every variable",
    }[question.kind]
    return Plan(
        design=None if given else "discovery",
        reasons=(reason,),
        steps=(PlanStep(stage="graph" if given else "discover", text=source), PlanStep(stage="graph", text=last)),
    )


def graph_calls(question: GraphQuestion, situation: Situation) -> tuple[ToolCall, ...]:
    """The next calls for a question about the graph."""
    seen = Seen(situation.ledger)
    if isinstance(question, RelationQuestion) and question.relation == "independent":
        return _independence(question, situation, seen)
    if situation.catalog.table is not None and not seen.ran("data_audit"):
        return (
            ToolCall(
                tool="data_audit",
                args={"dataset": situation.catalog.table.name},
                why="see which columns are fit for analysis",
            ),
        )
    if (call := _by_instruments(question, situation)) is not None and not seen.ran(call.tool):
        return (call,)
    told = [r for _, r in seen.pairs(GraphResult) if r.method == "instruments" and r.graph.kind == "dag"]
    if told:
        return ()  # the direction is what was asked, and the instruments told it
    graph = graph_in_use(situation, seen)
    pair = (question.treatment, question.outcome) if isinstance(question, AdjustmentQuestion) else (None, None)
    calls = discovery_calls(situation, seen, *pair)
    if calls or graph is None:
        return calls
    return tuple(c for c in _questions(question, graph, situation) if not seen.ran(c.tool))


def _by_instruments(question: GraphQuestion, situation: Situation) -> ToolCall | None:
    """For a direction between two columns with instruments that the words name: what moves the cause moves the effect."""
    table = situation.catalog.table
    if (
        not isinstance(question, DiscoveryQuestion)
        or not question.instruments
        or table is None
        or situation.catalog.graph
    ):
        return None
    first, second = question.variables
    args = {"dataset": table.name, "source": first, "target": second, "instruments": question.instruments}
    return ToolCall(tool="discover_instruments", args=args, why="see which column passes on what moves it")


def _independence(question: RelationQuestion, situation: Situation, seen: Seen) -> tuple[ToolCall, ...]:
    calls: list[ToolCall] = []
    args: dict[str, Any] = {"source": question.source, "target": question.target, "given": question.given}
    if situation.catalog.graph:
        calls.append(
            ToolCall(
                tool="graph_separation", args={"graph": situation.catalog.graph} | args, why="what the graph implies"
            )
        )
    if situation.catalog.table:
        calls.append(
            ToolCall(
                tool="graph_independence",
                args={"dataset": situation.catalog.table.name} | args,
                why="what the data show",
            )
        )
    return tuple(c for c in calls if not seen.ran(c.tool))


def _questions(question: GraphQuestion, graph: str, situation: Situation) -> list[ToolCall]:
    table = situation.catalog.table
    if isinstance(question, DiscoveryQuestion) or situation.catalog.graph is None:
        tested = [] if table is None else [_implications(graph, table.name)]
        return tested if isinstance(question, DiscoveryQuestion) else [*tested, *_asked(question, graph, situation)]
    return _asked(question, graph, situation)


def _implications(graph: str, dataset: str) -> ToolCall:
    args: dict[str, Any] = {"graph": graph, "dataset": dataset}
    return ToolCall(tool="graph_implications", args=args, why="see whether the data contradict the graph")


def _asked(question: AdjustmentQuestion | RelationQuestion, graph: str, situation: Situation) -> list[ToolCall]:
    args: dict[str, Any]
    if isinstance(question, AdjustmentQuestion):
        args = {"graph": graph, "treatment": question.treatment, "outcome": question.outcome}
        proposed = {} if question.proposed is None else {"proposed": question.proposed}
        return [
            ToolCall(tool="graph_adjustment", args=args | proposed, why="find the adjustment sets"),
            ToolCall(tool="graph_roles", args=args, why="the role of every variable, with its path"),
        ]
    if question.relation == "instrument":
        args = {"graph": graph, "treatment": question.source, "outcome": question.target, "candidates": question.given}
        return [ToolCall(tool="identify_instrument", args=args, why="ask the graph whether it is an instrument")]
    if question.relation in ("confounder", "collider", "mediator"):
        args = {"graph": graph, "treatment": question.source, "outcome": question.target}
        return [ToolCall(tool="graph_roles", args=args, why="the role of every variable, with its path")]
    if question.relation == "direct":
        return []  # an edge is seen in the graph itself
    if question.relation == "path":
        args = {"graph": graph, "source": question.source, "target": question.target, "given": question.given}
        return [ToolCall(tool="graph_separation", args=args, why="look for an open path")]
    args = {"graph": graph, "treatment": question.source, "outcome": question.target}
    return [ToolCall(tool="graph_roles", args=args, why="see how they are connected"),
            ToolCall(tool="identify_effect", args=args, why="ask whether one causes the other")]  # fmt: skip
