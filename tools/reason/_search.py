"""Decide a causal relation in all members of an equivalence class without listing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..domain.errors import TooLarge
from ..domain.meek import Partial

Arrows = Mapping[str, Iterable[str]]
"""Effects of each node."""
Holds = Callable[[Arrows], bool]
"""A relation that more arrows can only make true."""
MOST_STEPS = 20_000
"""Partly directed graphs that one search may look at."""


def reach(arrows: Arrows, start: str, without: str = "") -> set[str]:
    """All that a node has a directed path to, itself left out."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        for there in arrows[todo.pop()]:
            if there not in seen and there not in (without, start):
                seen.add(there)
                todo.append(there)
    return seen


def turned(arrows: Arrows) -> dict[str, set[str]]:
    """The same arrows, each reversed."""
    back: dict[str, set[str]] = {n: set() for n in arrows}
    for a, effects in arrows.items():
        for b in effects:
            back[b].add(a)
    return back


def is_parent(arrows: Arrows, a: str, b: str) -> bool:
    """Whether a -> b."""
    return b in set(arrows[a])


def is_ancestor(arrows: Arrows, a: str, b: str) -> bool:
    """Whether a directed path leads from a to b."""
    return b in reach(arrows, a)


def is_indirect_cause(arrows: Arrows, a: str, b: str) -> bool:
    """Whether a directed path of two or more edges leads from a to b; an edge a -> b may be there as well."""
    return any(c == b or b in reach(arrows, c, without=a) for c in set(arrows[a]) - {b})


def share_effect(arrows: Arrows, a: str, b: str) -> bool:
    """Whether disjoint directed paths lead from a and from b to one third node.

    Two paths to a shared node, each avoiding the other's start, give disjoint ones: cut both where they first meet.
    """
    return bool(reach(arrows, a, without=b) & reach(arrows, b, without=a))


def share_cause(arrows: Arrows, a: str, b: str) -> bool:
    """Whether disjoint directed paths lead from one third node to a and to b."""
    return share_effect(turned(arrows), a, b)


def find_member(start: Partial, holds: Holds, near: tuple[str, str], want: bool) -> list[tuple[str, str]] | None:
    """Find a member of the class in which the relation holds (or does not).

    The directed edges alone bound the relation from below, all edges walked both ways from above; a branch is left
    as soon as a bound decides it, so that a class of millions of members needs few steps.

    Args:
        start: A graph closed under Meek's rules; each undirected edge may then have either direction.
        holds: The relation.
        near: The pair it is about; edges at these two are directed first.
        want: Whether to look for a member with it, or without it.

    Returns:
        The arrows of the member as (cause, effect), or None when there is none.

    Raises:
        TooLarge: the search took more than `MOST_STEPS` steps.
    """
    todo, n_steps = [start], 0
    while todo:
        n_steps += 1
        if n_steps > MOST_STEPS:
            raise TooLarge(
                f"The relation was not decided after {MOST_STEPS} partly directed graphs; direct some edges first, "
                "or ask about a pair with fewer undirected edges between."
            )
        partial = todo.pop()
        surely = holds(partial.children)
        possibly = surely or holds(_both_ways(partial))
        if (surely if want else not possibly) and (arrows := partial.extension()) is not None:
            return arrows
        if surely or not possibly:
            continue
        a, b = _edge_that_matters(partial, holds, near)
        # the last is tried first: along the walk when the relation is wanted, against it when not
        order = ((b, a), (a, b)) if want else ((a, b), (b, a))
        todo += [_directed(partial, *arrow) for arrow in order]
    return None


def _both_ways(partial: Partial) -> dict[str, set[str]]:
    return {n: partial.children[n] | partial.undirected[n] for n in partial.adjacent}


def _directed(partial: Partial, a: str, b: str) -> Partial:
    branch = partial.copy()
    branch.direct(a, b)
    return branch.close([(a, b)])


def _edge_that_matters(partial: Partial, holds: Holds, near: tuple[str, str]) -> tuple[str, str]:
    """An undirected edge, as it is walked, without which the relation fails when those before it are gone too."""
    walk = _both_ways(partial)
    free = [(a, b) for a, around in partial.undirected.items() for b in around]
    for a, b in sorted(free, key=lambda e: ((e[0] in near) + (e[1] in near), e)):
        walk[a].discard(b)
        if not holds(walk):
            return a, b
    raise AssertionError("the relation holds without undirected edges")
