"""Answer from the table by the tools that the agent uses: test, learn, read off the graph, adjust."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...tools.domain.errors import ToolError
from ...tools.domain.results import EffectEstimate, IndependenceResult
from ..harness.spec import Item, Response
from ..structural.desk import desk, learned
from ..structural.marks import class_of, edges_in_words


def solve(item: Item) -> Response:
    """Answer one question; a tool that refuses, or a direction that the data leave open, abstains."""
    asked: dict[str, Any] = item.data["asked"]
    table = Path(item.data["table"])
    try:
        match asked["kind"]:
            case "independence" | "conditional_independence":
                return _independence(asked, table)
            case "average_effect":
                return _effect(asked, table)
            case "equivalence_class":
                tool, graph = learned(table)
                return Response(answer=edges_in_words(class_of(graph)), because=f"learned by {tool}")
            case _:
                return _edge(asked, table)
    except ToolError as error:
        return Response(answer=None, because=f"{type(error).__name__}: {error}")


def _independence(asked: dict[str, Any], table: Path) -> Response:
    args = {name: asked[name] for name in ("source", "target", "given")}
    found = desk(table).on_data("graph_independence", **args)
    assert isinstance(found, IndependenceResult)
    return Response(answer="no" if found.p_value < found.alpha else "yes", because=found.summary())


def _edge(asked: dict[str, Any], table: Path) -> Response:
    tool, graph = learned(table)
    a, b = asked["source"], asked["target"]
    arrows = {"direct_cause": [(a, b)]}.get(asked["kind"], [])
    if via := asked.get("via"):
        arrows = [(a, via), (b, via)] if asked["kind"] == "collider" else [(via, a), (via, b)]
    because = f"learned by {tool}: {graph}"
    said = [_arrow(graph.edge_between(*pair)) for pair in arrows]
    if False in said:
        return Response(answer="no", because=because)
    return Response(answer=None if None in said else "yes", because=because)


def _arrow(edge: Any) -> bool | None:
    """Whether the edge is there and points forward; None where the class leaves it open."""
    if edge is None:
        return False
    return True if edge.symbol == "->" else None if edge.symbol in ("--", "o-o", "o->") else False


def _effect(asked: dict[str, Any], table: Path) -> Response:
    """Adjust for all that came before, which blocks every back door when nothing is hidden (order of time)."""
    binary = {asked["control"], asked["treated"]} == {0.0, 1.0}
    found = desk(table).on_data(
        "estimate_aipw" if binary and asked["before"] else "estimate_regression",
        treatment=asked["treatment"],
        outcome=asked["outcome"],
        adjustment_set=asked["before"],
        contrast={"control": asked["control"], "treated": asked["treated"]},
    )
    assert isinstance(found, EffectEstimate)
    return Response(answer=repr(found.value), because=found.summary())
