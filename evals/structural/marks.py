"""How near a learned graph is to the true equivalence class."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...tools.domain.equivalence import cpdag_of
from ...tools.domain.graphs import Cpdag, Dag, Graph
from ...tools.domain.model import Model

Mark = tuple[str, str, str]
"""An edge as (one node, symbol, other node), the names in order."""
_EDGE = re.compile(r"\s*(?P<a>.+?)\s*(?P<mark>->|<-|--)\s*(?P<b>.+?)\s*")


class GraphMarks(Model):
    """Structural Hamming distance and F1 of two kinds."""

    shd: int
    """Pairs that are not joined in the same way."""
    skeleton_precision: float
    skeleton_recall: float
    skeleton_f1: float
    """Of adjacent pairs, whatever their direction."""
    arrow_f1: float
    """Of directed edges, cause to effect."""
    edge_f1: float
    """Of edges with their marks: what is undirected must be undirected."""


def class_of(graph: Graph) -> Cpdag:
    """The equivalence class of what was learned; a DAG is put into its class."""
    return cpdag_of(graph) if isinstance(graph, Dag) else Cpdag.build(graph.edges, nodes=graph.nodes)


def read_edges(text: str) -> frozenset[Mark] | None:
    """The edges of a graph in words, `a -> b; b -- c` or `none`, each written one way; None when it is no such list."""
    found: set[Mark] = set()
    for part in re.split(r"[;\n]", text):
        if part.strip().lower() in ("", "none"):
            continue
        match = _EDGE.fullmatch(part)
        if match is None:
            return None
        a, mark, b = match["a"], match["mark"], match["b"]
        found.add((a, mark, b) if a < b else (b, {"->": "<-", "<-": "->"}.get(mark, mark), a))
    return frozenset(found)


def edges_in_words(graph: Graph) -> str:
    """The edges of a graph as `read_edges` reads them."""
    return "; ".join(map(str, graph.edges)) or "none"


def compare(mine: frozenset[Mark], right: frozenset[Mark]) -> GraphMarks:
    """Mark the edges of a learned graph against the true ones, mark by mark."""
    pairs, true_pairs = ({(a, b) for a, _, b in side} for side in (mine, right))
    arrows, true_arrows = ({m for m in side if m[1] in ("->", "<-")} for side in (mine, right))
    together = {(a, b): s for a, s, b in mine}
    other = {(a, b): s for a, s, b in right}
    hit = len(pairs & true_pairs)
    return GraphMarks(
        shd=sum(together.get(p) != other.get(p) for p in pairs | true_pairs),
        skeleton_precision=hit / len(pairs) if pairs else float(not true_pairs),
        skeleton_recall=hit / len(true_pairs) if true_pairs else 1.0,
        skeleton_f1=f1(pairs, true_pairs),
        arrow_f1=f1(arrows, true_arrows),
        edge_f1=f1(mine, right),
    )


def f1(found: Iterable[object], right: Iterable[object]) -> float:
    """Harmonic mean of precision and recall; 1 when there is nothing to find and nothing was found."""
    mine, wanted = set(found), set(right)
    return 2 * len(mine & wanted) / (len(mine) + len(wanted)) if mine or wanted else 1.0
