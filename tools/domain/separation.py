"""Separation: which independencies a graph implies, and which path breaks one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from .ancestral import member_mag
from .equivalence import extend
from .errors import BadArguments
from .graphs import Cpdag, Graph, LaggedDag, Pag
from .walks import Walks


def walks_of(graph: Graph) -> Walks:
    """A graph as walks; of an equivalence class, one member (all members imply the same independencies).

    Raises:
        AssumptionViolated: a CPDAG that has no member.
        BadArguments: a LaggedDag.
    """
    if isinstance(graph, Pag):
        return member_mag(graph)
    if isinstance(graph, Cpdag):
        return Walks.of(extend(graph))
    if isinstance(graph, LaggedDag):
        raise BadArguments("Separation in a LaggedDag needs the time steps spelled out; unroll it to a Dag first.")
    return Walks.of(graph)


def separated(graph: Graph, xs: Iterable[str], ys: Iterable[str], given: Iterable[str] = ()) -> bool:
    """Whether the graph implies that `xs` and `ys` are independent given `given`.

    d-separation in a DAG, m-separation in an ADMG or PAG; linear in the edges.

    Args:
        graph: Any graph but a LaggedDag.
        xs: Nodes on one side.
        ys: Nodes on the other side.
        given: Nodes conditioned on; they belong to neither side.

    Raises:
        BadArguments: a name is not a node, or a node is on two of the three sides.

    Example:
        >>> from .graphs import Dag
        >>> separated(Dag.of("a -> b", "b -> c"), ["a"], ["c"], ["b"])
        True
    """
    x, y, z = tuple(xs), tuple(ys), tuple(given)
    _refuse_overlap(graph, x, y, z)
    return walks_of(graph).separated(x, y, z)


def open_path(graph: Graph, x: str, y: str, given: Iterable[str] = ()) -> str | None:
    """Show a shortest path that is open given `given`, or None when the two are separated.

    Example:
        >>> from .graphs import Dag
        >>> open_path(Dag.of("z -> x", "z -> y"), "x", "y")
        'x <- z -> y'
    """
    given = tuple(given)
    _refuse_overlap(graph, (x,), (y,), given)
    path = walks_of(graph).open_path(x, y, given)
    return None if path is None else path_text(graph, path)


def path_text(graph: Graph, path: tuple[str, ...], walks: Walks | None = None) -> str:
    """Write a path with the graph's own arrows, such as `x <- z -> y`.

    Args:
        graph: Where the edges are looked up.
        path: Nodes in order, neighbours adjacent.
        walks: When edges were taken out of the graph before the path was found: what is left, which decides
            between the two edges of a bow.
    """
    words = [path[0]]
    for a, b in pairwise(path):
        between = [e if e.source == a else e.reversed() for e in graph.incident(a) if b in (e.source, e.target)]
        if walks is not None and len(between) > 1:
            left = {(s.arrow_here, s.arrow_there) for s in walks.steps[a] if s.node == b}
            between = [e for e in between if (e.mark_source == "arrow", e.mark_target == "arrow") in left] or between
        between.sort(key=lambda e: not e.directed)
        words += [between[0].symbol, b]
    return " ".join(words)


def implied_independencies(graph: Graph, limit: int = 1000) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """List independencies that observed data must show if the graph is right.

    One for each pair of observed nodes that some observed set separates, with a minimal such set: no part of it
    separates the pair.

    Args:
        graph: A DAG (latent nodes allowed), an ADMG, a CPDAG or a PAG.
        limit: Most to list.

    Returns:
        (x, y, given) in the order of the nodes; `given` is sorted.

    Reference: van der Zander, Liśkiewicz, Textor 2019, Constructing separators, Algorithm 3.
    """
    walks = walks_of(graph)
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for i, x in enumerate(graph.observed):
        for y in graph.observed[i + 1 :]:
            if len(found) >= limit:
                return tuple(found)
            if y not in walks.adjacent(x) and (given := minimal_separator(walks, x, y, graph.observed)) is not None:
                found.append((x, y, given))
    return tuple(found)


def minimal_separator(walks: Walks, x: str, y: str, allowed: Iterable[str]) -> tuple[str, ...] | None:
    """Find a set within `allowed` that separates two nodes and of which no part does; None when there is none.

    Reference: van der Zander, Liśkiewicz, Textor 2019: among subsets of the ancestors of x and y.
    """
    near = walks.ancestors((x, y))
    candidates = frozenset(allowed) & near - {x, y}
    sub = walks.within(near)
    for start in (x, y):
        # within the ancestors a collider costs nothing: it can always be opened by an end of the path
        reached = frozenset(n for n, _ in sub.search((start,), candidates, colliders=near))
        if {x, y} <= reached:
            return None
        candidates &= reached
    return tuple(sorted(candidates))


def _refuse_overlap(graph: Graph, xs: tuple[str, ...], ys: tuple[str, ...], given: tuple[str, ...]) -> None:
    graph.require(*xs, *ys, *given)
    for one, other in ((xs, ys), (xs, given), (ys, given)):
        if both := sorted(set(one) & set(other)):
            raise BadArguments(
                f"{both[0]!r} is on two sides of the separation; sources, targets and given must differ."
            )
