"""Compare two graphs edge by edge, such as one learned from data alone and one with a model's knowledge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.edits import changes
from ..domain.results import GraphComparison
from ..spec import Args, Tool

if TYPE_CHECKING:
    from ..domain.graphs import AnyGraph
    from ..spec import Env


class CompareArgs(Args):
    """Arguments of `graph_compare`."""

    first: str
    """Name of a graph, or the id of the evidence that holds one."""
    second: str
    """Name of the graph to compare it with, or the id of its evidence."""


def run(args: CompareArgs, env: Env) -> GraphComparison:
    """Count pairs that are joined in both, in one only, and joined in both but with other marks."""
    first, second = env.graph(args.first), env.graph(args.second)
    one, two = _joined(first), _joined(second)
    both = one.keys() & two.keys()
    return GraphComparison(
        first=args.first,
        second=args.second,
        n_same=sum(one[pair] == two[pair] for pair in both),
        n_other_marks=sum(one[pair] != two[pair] for pair in both),
        n_only_first=len(one.keys() - two.keys()),
        n_only_second=len(two.keys() - one.keys()),
        differences=changes(first, second),
    )


def _joined(graph: AnyGraph) -> dict[frozenset[str], frozenset[tuple[str, str, str, str, int]]]:
    """Each joined pair of nodes with the edges between the two, read from the node that sorts first."""
    found: dict[frozenset[str], set[tuple[str, str, str, str, int]]] = {}
    for e in graph.edges:
        ends = e if e.lag_steps or e.source <= e.target else e.reversed()
        edge = (ends.source, ends.target, ends.mark_source, ends.mark_target, ends.lag_steps)
        found.setdefault(frozenset((e.source, e.target)), set()).add(edge)
    return {pair: frozenset(edges) for pair, edges in found.items()}


TOOL = Tool(
    "graph_compare",
    CompareArgs,
    run,
    example=CompareArgs(first="confounder", second="collider"),
    reference="Tsamardinos, Brown, Aliferis 2006 (structural Hamming distance)",
)
