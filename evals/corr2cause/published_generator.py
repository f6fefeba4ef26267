"""The published generator's labels, with its two slips, to explain the labels that are wrong.

It labels a class by counting relations over its members, each a relabelling of one stored graph. First slip: it looks
the pair up in the stored graph through the relabelling instead of its inverse. Second slip: of two directed paths from
a confounder, the loop along the one to the second variable runs the wrong way and so counts one arrow at most.

Reference: causalNLP/corr2cause, code/data_gen.cpp, `count_relation` and `compute_relation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, permutations

from .classes import Parents, members
from .problem import Problem


def published_label(problem: Problem, *, relabelling_slip: bool = True, loop_slip: bool = True) -> bool:
    """Whether the generator, with the slips or without, calls the hypothesis entailed."""
    place = {n: i for i, n in enumerate(problem.variables)}
    # it stores a relation with the earlier variable first; only the confounder's loop is not symmetric
    a, b = place[problem.source], place[problem.target]
    if problem.relation in ("collider", "confounder"):
        a, b = sorted((a, b))
    for member in members(problem.variables, problem.independencies):
        stored, order = _stored(member)
        pair = (order[a], order[b]) if relabelling_slip else (order.index(a), order.index(b))
        if problem.relation not in _relations(stored, *pair, loop_slip=loop_slip):
            return False
    return True


def _stored(member: Parents) -> tuple[Parents, tuple[int, ...]]:
    """The stored graph of a member, the least code among its topological relabellings, and the first relabelling."""
    n = len(member)
    stored = min((_renamed(member, order) for order in _topological(member)), key=_code)
    return stored, next(order for order in permutations(range(n)) if _renamed(stored, order) == member)


def _topological(member: Parents) -> Iterator[tuple[int, ...]]:
    """Relabellings that put causes first: the new label of each node."""
    n = len(member)

    def walk(labels: dict[int, int]) -> Iterator[tuple[int, ...]]:
        if len(labels) == n:
            yield tuple(labels[i] for i in range(n))
        for node in range(n):
            if node not in labels and all(p in labels for p in range(n) if member[node] >> p & 1):
                yield from walk({**labels, node: len(labels)})

    return walk({})


def _renamed(graph: Parents, order: tuple[int, ...]) -> Parents:
    """The graph whose node `order[i]` is what node i was."""
    found = [0] * len(graph)
    for i, parents in enumerate(graph):
        found[order[i]] = sum(1 << order[p] for p in range(len(graph)) if parents >> p & 1)
    return tuple(found)


def _code(graph: Parents) -> int:
    pairs = combinations(range(len(graph)), 2)
    return sum(1 << k for k, (i, j) in enumerate(pairs) if graph[j] >> i & 1)


def _relations(graph: Parents, a: int, b: int, *, loop_slip: bool) -> set[str]:
    """All relations that any path between two nodes shows."""
    found: set[str] = set()
    for path in _paths(graph, [a], b):
        forward = [bool(graph[y] >> x & 1) for x, y in pairwise(path)]
        n_arrows = len(forward)
        n_down = next((k for k, f in enumerate(forward) if not f), n_arrows)
        n_up = next((k for k, f in enumerate(forward) if f), n_arrows)
        if all(forward):
            found.add("parent" if n_arrows == 1 else "indirect")
        elif any(forward) and not any(forward[n_down:]):
            found.add("collider")
        elif n_up and all(forward[n_up:]) and n_up < n_arrows and not (loop_slip and n_arrows - n_up > 1):
            found.add("confounder")
    return found


def _paths(graph: Parents, path: list[int], end: int) -> Iterator[list[int]]:
    if path[-1] == end:
        yield path
        return
    for node in range(len(graph)):
        if node not in path and (graph[node] >> path[-1] & 1 or graph[path[-1]] >> node & 1):
            yield from _paths(graph, [*path, node], end)
