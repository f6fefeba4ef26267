"""Tell whether and how two graphs differ, whatever the order their nodes and edges are written in."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict

from ..tools.domain.edges import Edge
from ..tools.domain.graphs import AnyGraph
from .records import GraphDiff


def digest(graph: AnyGraph) -> str:
    """Hash what a graph says; two graphs have the same digest exactly when `compare` finds no difference.

    Returns:
        SHA-256 in hexadecimal over kind, nodes, latent nodes and edges, all sorted, each edge read one way.
    """
    edges = sorted((_one_way(e) for e in graph.edges), key=_sort_key)
    said = [graph.kind, sorted(graph.nodes), sorted(graph.latent), [e.model_dump(mode="json") for e in edges]]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def compare(before: AnyGraph, after: AnyGraph) -> GraphDiff:
    """List what changed from one graph to the other.

    An edge is the same edge when it joins the same two nodes (over time: from the same cause, to the same
    effect, at the same lag). Changed marks are a reorientation, not a removal and an addition.
    """
    old, new = _by_pair(before), _by_pair(after)
    added: list[Edge] = []
    removed: list[Edge] = []
    reoriented: list[tuple[Edge, Edge]] = []
    relabelled: list[tuple[Edge, Edge]] = []
    for pair in sorted(old.keys() | new.keys()):
        gone, come = dict(old.get(pair, {})), dict(new.get(pair, {}))
        for symbol in sorted(gone.keys() & come.keys()):
            was, now = gone.pop(symbol), come.pop(symbol)
            if was != now:
                relabelled.append((was, now))
        was_left, now_left = list(gone.values()), list(come.values())
        reoriented += zip(was_left, now_left, strict=False)
        removed += was_left[len(now_left) :]
        added += now_left[len(was_left) :]
    stayed = set(before.nodes) & set(after.nodes)
    return GraphDiff(
        kind=None if before.kind == after.kind else (before.kind, after.kind),
        added_nodes=tuple(sorted(set(after.nodes) - stayed)),
        removed_nodes=tuple(sorted(set(before.nodes) - stayed)),
        now_latent=tuple(sorted(set(after.latent) - set(before.latent))),
        now_observed=tuple(sorted((set(before.latent) - set(after.latent)) & stayed)),
        added=tuple(added),
        removed=tuple(removed),
        reoriented=tuple(reoriented),
        relabelled=tuple(relabelled),
    )


def _by_pair(graph: AnyGraph) -> dict[tuple[str, str, int], dict[str, Edge]]:
    """The edges by (source, target, lag), read one way, then by symbol: a bow has two between the same nodes."""
    found: dict[tuple[str, str, int], dict[str, Edge]] = defaultdict(dict)
    for e in map(_one_way, graph.edges):
        found[e.source, e.target, e.lag_steps][e.symbol] = e
    return found


def _one_way(e: Edge) -> Edge:
    """Read an edge without lag from the node that sorts first, so that `a <- b` and `b -> a` are one."""
    return e if e.lag_steps or e.source < e.target else e.reversed()


def _sort_key(e: Edge) -> tuple[str, str, int, str]:
    return (e.source, e.target, e.lag_steps, e.symbol)
