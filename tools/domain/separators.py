"""List the sets that separate two nodes, a polynomial amount of work for each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from .walks import Walks

Moral = dict[str, frozenset[str]]
"""An undirected graph: the neighbours of each node."""


def minimal_separators(walks: Walks, x: str, y: str, allowed: Iterable[str], limit: int) -> tuple[tuple[str, ...], ...]:
    """List sets within `allowed` that separate x from y and of which no part does, smallest first.

    Every minimal set is a minimal vertex separator of the moral graph of the ancestors of x and y. One is grown
    next to x; each other one follows from a known one by moving one of its nodes to the side of x.

    Reference: Berry, Bordat, Cogis 2000, Generating all the minimal separators of a graph; van der Zander,
    Liśkiewicz, Textor 2019, Constructing separators, Section 4.
    """
    near = walks.ancestors((x, y))
    moral = moralise(walks.within(near))
    free = frozenset(allowed) & near - {x, y}
    first = _nearest(moral, frozenset((x,)), y, free)
    if first is None:
        return ()
    found: dict[frozenset[str], None] = {first: None}
    todo = deque([first])
    while todo and len(found) < limit:
        separator = todo.popleft()
        side = component(moral, x, separator)
        for node in sorted(separator):
            other = _nearest(moral, side | {node}, y, free)
            if other is not None and other not in found:
                found[other] = None
                todo.append(other)
    return tuple(sorted((tuple(sorted(s)) for s in found), key=lambda s: (len(s), s)))[:limit]


def _nearest(moral: Moral, side: frozenset[str], y: str, free: frozenset[str]) -> frozenset[str] | None:
    """The minimal separator nearest to a connected side that must keep its nodes, or None when y touches it."""
    grown, todo = set(side), list(side)
    border: set[str] = set()
    while todo:
        for n in moral[todo.pop()]:
            if n in grown or n in border:
                continue
            if n == y:
                return None
            if n in free:
                border.add(n)
            else:
                # a node that may not be adjusted for belongs to the side that reaches it
                grown.add(n)
                todo.append(n)
    far = component(moral, y, frozenset(border))
    return frozenset(n for n in border if not moral[n].isdisjoint(far))


def all_separators(
    walks: Walks, x: str, y: str, allowed: Iterable[str], first: Iterable[tuple[str, ...]], limit: int
) -> tuple[tuple[str, ...], ...]:
    """List sets within `allowed` that separate x from y, those in `first` before others, at most `limit`.

    A search over "in or out" for each node, cut where no separating set is left.
    """
    found = dict.fromkeys(first)
    inside = dict.fromkeys(n for s in found for n in s)
    order = (*inside, *(n for n in allowed if n not in inside))
    found.update(dict.fromkeys(islice(_supersets(walks, x, y, order), limit)))
    return tuple(sorted(islice(found, limit), key=lambda s: (len(s), s)))


def _supersets(walks: Walks, x: str, y: str, order: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Walk the tree in which a node's children add one later variable; the whole tree holds every set once."""
    stack: list[tuple[frozenset[str], Iterator[int]]] = [(frozenset(), iter(range(len(order))))]
    if walks.separated((x,), (y,)):
        yield ()
    while stack:
        chosen, rest = stack[-1]
        i = next(rest, None)
        if i is None:
            stack.pop()
            continue
        child = chosen | {order[i]}
        if _possible(walks, x, y, child, frozenset(order[i + 1 :])):
            stack.append((child, iter(range(i + 1, len(order)))))
            if walks.separated((x,), (y,), child):
                yield tuple(sorted(child))


def _possible(walks: Walks, x: str, y: str, must: frozenset[str], may: frozenset[str]) -> bool:
    """Whether some set with all of `must` and any of `may` separates x from y.

    Reference: van der Zander, Liśkiewicz, Textor 2019, Lemma 4: the ancestors of all three do, if any set does.
    """
    near = walks.ancestors({x, y, *must})
    return walks.separated((x,), (y,), must | (near & may))


def moralise(walks: Walks) -> Moral:
    """Join the nodes that a path of colliders connects (in a DAG: marry the parents)."""
    joined: dict[str, set[str]] = {n: set() for n in walks.steps}
    everyone = frozenset(walks.steps)
    for node in walks.steps:
        # with every node conditioned on, exactly the paths of colliders are open
        joined[node] = {n for n, _ in walks.search((node,), everyone - {node}, colliders=everyone)} - {node}
    return {n: frozenset(near) for n, near in joined.items()}


def component(moral: Moral, start: str, removed: frozenset[str]) -> frozenset[str]:
    """The nodes that `start` reaches when some are removed."""
    seen, todo = {start}, [start]
    while todo:
        fresh = moral[todo.pop()] - seen - removed
        seen |= fresh
        todo += fresh
    return frozenset(seen)
