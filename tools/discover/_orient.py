"""Direct a skeleton so that the result is always an equivalence class of DAGs.

Tests on few rows contradict each other; directing edges as they come then gives cycles, or a graph that no DAG
belongs to. Here knowledge comes first, colliders next, strongest first, each only if it contradicts nothing before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..domain.edges import Edge, Origin
from ..domain.errors import AssumptionViolated
from ..domain.evidence import Check
from ..domain.graphs import Cpdag, find_cycle
from ..domain.knowledge import Knowledge
from ..domain.meek import Partial
from ._knowledge import known_arrows

Collider = tuple[str, str, str]
"""a -> b <- c with a and c not adjacent, as (a, b, c)."""


@dataclass(frozen=True)
class Directed:
    """A directed skeleton, and how it departs from what the data alone said."""

    graph: Cpdag
    dropped: tuple[Collider, ...] = ()
    """Colliders that the data showed but that contradict knowledge or stronger colliders."""
    added: tuple[Collider, ...] = ()
    """Colliders that no test showed but that every DAG on this skeleton would need."""


def direct(
    names: tuple[str, ...],
    pairs: Iterable[frozenset[str]],
    colliders: Iterable[Collider],
    knowledge: Knowledge,
) -> Directed:
    """Direct the edges of a skeleton.

    Args:
        names: The variables.
        pairs: Adjacent pairs.
        colliders: What the data show, strongest first.
        knowledge: Wins over the data.

    Raises:
        AssumptionViolated: the knowledge itself makes a cycle on these edges.

    Reference: Meek 1995 for the closure; Dor and Tarsi 1992 for the existence of a DAG.
    """
    adjacent = frozenset(pairs)
    partial = _start(names, adjacent, knowledge)
    given = partial.arrows()
    candidates = tuple(colliders)
    known = partial.unshielded_colliders()
    pending = {_ordered(c) for c in candidates}
    kept: list[Collider] = []
    dropped: list[Collider] = []
    for collider in candidates:
        trial = _with(partial, collider)
        if trial is not None and _possible(trial, pending, known | {_ordered(c) for c in (*kept, collider)}):
            partial = trial
            kept.append(collider)
        else:
            dropped.append(collider)
        pending.discard(_ordered(collider))
    closed = partial.copy().close()
    added: tuple[Collider, ...] = ()
    if (
        closed.cyclic()
        or closed.extension() is None
        or not closed.unshielded_colliders() <= partial.unshielded_colliders()
    ):
        before = partial.unshielded_colliders()
        closed = _nearest_class(names, partial, given)
        added = tuple(sorted(closed.unshielded_colliders() - before))
    return Directed(_cpdag(names, closed, knowledge), tuple(dropped), added)


def direction_check(found: Directed) -> Check:
    """Say whether the directions came out without contradiction."""
    shown = [f"{a} -> {b} <- {c}" for a, b, c in found.dropped[:3]]
    extra = [f"{a} -> {b} <- {c}" for a, b, c in found.added[:3]]
    parts: list[str] = []
    if shown:
        parts.append(
            f"{len(found.dropped)} collider(s) that the data show were not drawn because they contradict stronger ones or "
            f"the knowledge ({'; '.join(shown)})"
        )
    if extra:
        parts.append(
            f"{len(found.added)} collider(s) were drawn that no test showed, as every DAG needs them ({'; '.join(extra)})"
        )
    return Check(
        name="consistent directions",
        status="fail" if parts else "pass",
        meaning=(
            f"Directions contradict each other: {'; '.join(parts)}. Read the directions near these variables as open."
            if parts
            else "All directions found fit together in one equivalence class of DAGs."
        ),
        does_not_show="That the directions are right: a wrong edge or a hidden common cause can give consistent wrong directions.",
    )


def _start(names: tuple[str, ...], adjacent: frozenset[frozenset[str]], knowledge: Knowledge) -> Partial:
    partial = Partial(names)
    for pair in adjacent:
        partial.join(*sorted(pair))
    for cause, effect in known_arrows(knowledge, adjacent, names):
        partial.direct(cause, effect)
    if cycle := find_cycle({n: sorted(c) for n, c in partial.children.items()}):
        raise AssumptionViolated(
            f"The knowledge directs the edges that the data show into a cycle: {' -> '.join(cycle)}. Take one of these back."
        )
    return partial


def _with(partial: Partial, collider: Collider) -> Partial | None:
    """The graph with a collider drawn in, or None when an edge already points the other way."""
    a, b, c = collider
    if b in partial.parents[a] or b in partial.parents[c]:
        return None
    trial = partial.copy()
    for cause in (a, c):
        if cause not in trial.parents[b]:
            trial.direct(cause, b)
    return trial


def _possible(partial: Partial, pending: set[Collider], allowed: set[Collider] | frozenset[Collider]) -> bool:
    """Whether the arrows so far, and what follows from them, make no cycle and no collider that is not allowed.

    A pending triple may still become a collider, so nothing follows from its not being one yet.
    """
    trial = partial.copy()
    todo = trial.arrows()
    while todo:
        a, b = todo.pop()
        follows = [(b, c) for c in trial.undirected[b] - trial.adjacent[a] if _ordered((a, b, c)) not in pending]
        follows += [(a, c) for c in trial.children[b] & trial.undirected[a]]
        follows += [(c, b) for c in trial.parents[a] & trial.undirected[b]]
        for cause, effect in follows:
            if effect in trial.undirected[cause]:
                trial.direct(cause, effect)
                todo.append((cause, effect))
    return not trial.cyclic() and trial.unshielded_colliders() <= allowed | pending


def _ordered(collider: Collider) -> Collider:
    a, b, c = collider
    return (a, b, c) if a < c else (c, b, a)


def _nearest_class(names: tuple[str, ...], partial: Partial, given: list[tuple[str, str]]) -> Partial:
    """The class of a DAG on the same skeleton that keeps every arrow and needs few further colliders.

    As Dor and Tarsi, take sinks away one by one; where none is free, take the one that makes fewest new colliders.
    """
    left = partial.copy()
    arrows = partial.arrows()
    waiting = list(names)
    while waiting:
        sinks = [n for n in waiting if not left.children[n]]
        sink = min(sinks, key=lambda n: (_new_colliders(left, n), names.index(n)))
        arrows += [(n, sink) for n in sorted(left.undirected[sink])]
        left.remove(sink)
        waiting.remove(sink)
    full, pattern = partial.copy(), Partial(names)
    for a, b in arrows:
        if b in full.undirected[a]:
            full.direct(a, b)
        pattern.join(a, b)
    wanted = {pair for a, b, c in full.unshielded_colliders() for pair in ((a, b), (c, b))} | set(given)
    for a, b in sorted(wanted):
        pattern.direct(a, b)
    return pattern.close()


def _new_colliders(left: Partial, node: str) -> int:
    around = left.adjacent[node]
    return sum(len(around - {n} - left.adjacent[n]) for n in left.undirected[node])


def _cpdag(names: tuple[str, ...], partial: Partial, knowledge: Knowledge) -> Cpdag:
    required = set(knowledge.required)
    edges: list[Edge] = []
    for a in names:
        for b in sorted(partial.children[a], key=names.index):
            origin: Origin = "user" if (a, b) in required else "data"
            edges.append(Edge(source=a, target=b, origin=origin))
        edges += [
            Edge(source=a, target=b, mark_target="tail", origin="data")
            for b in sorted(partial.undirected[a], key=names.index)
            if names.index(a) < names.index(b)
        ]
    return Cpdag.build(edges, nodes=names)
