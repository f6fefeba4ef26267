"""Leave hidden variables out of a graph and keep what they do to the measured ones."""

from __future__ import annotations

from .edges import Edge, Origin, edge
from .graphs import Admg, Dag


def project(graph: Dag | Admg) -> Admg:
    """Project a graph with latent nodes onto its observed nodes.

    Two observed nodes get `->` when a directed path joins them through latent nodes alone, and `<->` when a latent
    node (or a `<->`) reaches both through latent nodes alone. Separation among observed nodes is unchanged.

    Reference: Verma and Pearl 1990; Richardson et al. 2023, Definition 3.

    Example:
        >>> str(project(Dag.of("u -> t", "u -> y", "t -> y", latent=["u"])))
        't -> y; t <-> y'
    """
    hidden = frozenset(graph.latent)
    direct = {frozenset((e.source, e.target)): e for e in graph.edges if e.directed}
    found: dict[tuple[str, str, str], Edge] = {}

    def put(a: str, symbol: str, b: str) -> None:
        known = direct.get(frozenset((a, b))) if symbol == "->" else None
        origin: Origin = known.origin if known else _origin(graph)
        built = edge(a, symbol, b, origin)
        found[a, symbol, b] = built if known is None else built.model_copy(update={"support": known.support})

    reach = {n: _reach(graph, n, hidden) for n in graph.nodes}
    place = {n: i for i, n in enumerate(graph.nodes)}
    for node in graph.observed:
        for child in sorted(reach[node], key=place.__getitem__):
            put(node, "->", child)
    for group_a, group_b in _confounded(graph, reach, hidden):
        for a in group_a:
            for b in group_b:
                if a != b:
                    first, second = sorted((a, b), key=place.__getitem__)
                    put(first, "<->", second)
    order = sorted(found, key=lambda key: (key[1] == "<->", place[key[0]], place[key[2]]))
    return Admg.build([found[key] for key in order], nodes=graph.observed)


def _reach(graph: Dag | Admg, node: str, hidden: frozenset[str]) -> frozenset[str]:
    """Observed nodes that a directed path leaves `node` for, through latent nodes alone."""
    seen: set[str] = set()
    todo = [node]
    while todo:
        for child in graph.children(todo.pop()):
            if child not in seen:
                seen.add(child)
                if child in hidden:
                    todo.append(child)
    return frozenset(seen - hidden)


def _confounded(
    graph: Dag | Admg, reach: dict[str, frozenset[str]], hidden: frozenset[str]
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Pairs of groups of which every two members share a hidden cause."""
    groups = [(reach[n], reach[n]) for n in graph.latent]
    for e in graph.edges:
        if e.symbol == "<->":
            ends = [reach[n] if n in hidden else frozenset((n,)) for n in (e.source, e.target)]
            groups.append((ends[0], ends[1]))
    return groups


def _origin(graph: Dag | Admg) -> Origin:
    origins: set[Origin] = {e.origin for e in graph.edges}
    return origins.pop() if len(origins) == 1 else "user"


def canonical_dag(graph: Admg) -> Dag:
    """Replace every `<->` by a latent node with two arrows; latent nodes are named after the pair.

    Example:
        >>> str(canonical_dag(Admg.of("t -> y", "t <-> y")))
        't -> y; u(t,y) -> t; u(t,y) -> y'
    """
    edges = [e for e in graph.edges if e.directed]
    latent = list(graph.latent)
    for e in graph.edges:
        if not e.directed:
            name = f"u({e.source},{e.target})"
            while name in graph.nodes or name in latent:
                name += "'"
            latent.append(name)
            edges += [edge(name, "->", end, e.origin) for end in (e.source, e.target)]
    return Dag.build(edges, nodes=graph.nodes, latent=latent)
