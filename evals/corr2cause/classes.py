"""Equivalence classes by listing their members, and relations by following arrows.

The tools decide without listing members; this way shares nothing with them, so that labels are checked by another road.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations

from .problem import Problem, Statement

Parents = tuple[int, ...]
"""A DAG: the set of parents of each node, as bits."""
MOST_LISTED = 7
"""Variables up to which the members of a class are listed."""


def follows(problem: Problem) -> bool | None:
    """Whether the hypothesis holds in every DAG of the class; None when no DAG has these independencies.

    A direct cause is an arrow; an indirect one a directed path of two or more arrows, beside which an arrow may be;
    a collider (confounder) a third variable with disjoint directed paths from (to) both.
    """
    place = {n: i for i, n in enumerate(problem.variables)}
    a, b = place[problem.source], place[problem.target]
    found = False
    for parents in members(problem.variables, problem.independencies):
        if not holds(problem.relation, parents, a, b):
            return False
        found = True
    return True if found else None


@lru_cache(maxsize=8)
def members(variables: tuple[str, ...], independencies: frozenset[Statement]) -> list[Parents]:
    """All DAGs with exactly these independencies, by skeleton and colliders (Verma and Pearl 1990)."""
    place = {n: i for i, n in enumerate(variables)}
    sets: dict[tuple[int, int], list[int]] = {}
    for x, y, given in independencies:
        i, j = sorted((place[x], place[y]))
        sets.setdefault((i, j), []).append(sum(1 << place[g] for g in given))
    n = len(variables)
    adjacent = [0] * n
    for i, j in combinations(range(n), 2):
        if (i, j) not in sets:
            adjacent[i] |= 1 << j
            adjacent[j] |= 1 << i
    colliders: dict[int, set[tuple[int, int]]] = {z: set() for z in range(n)}
    for (i, j), separating in sets.items():
        for z in range(n):
            if adjacent[z] >> i & 1 and adjacent[z] >> j & 1 and not any(s >> z & 1 for s in separating):
                colliders[z].add((i, j))
    return list(_orient(adjacent, colliders))


def class_of(parents: Parents) -> tuple[list[int], dict[int, set[tuple[int, int]]]]:
    """Skeleton and unshielded colliders of a DAG."""
    n = len(parents)
    adjacent = [parents[i] | sum(1 << j for j in range(n) if parents[j] >> i & 1) for i in range(n)]
    colliders = {
        z: {(i, j) for i, j in combinations(_bits(parents[z]), 2) if not adjacent[i] >> j & 1} for z in range(n)
    }
    return adjacent, colliders


def members_of_class(parents: Parents) -> list[Parents]:
    """All DAGs with the skeleton and colliders of one."""
    return list(_orient(*class_of(parents)))


def _orient(adjacent: list[int], colliders: Mapping[int, set[tuple[int, int]]]) -> Iterator[Parents]:
    """Take the last node of the DAG away again and again, the smallest where there is a choice: no DAG comes twice."""
    n = len(adjacent)
    parents = [0] * n

    def walk(left: int, passed: tuple[int, ...]) -> Iterator[Parents]:
        """`passed`: the largest node that was taken while this one could have been."""
        if not left:
            yield tuple(parents)
            return
        for sink in _bits(left):
            if sink < passed[sink]:
                continue
            around = adjacent[sink] & left
            meeting = {(i, j) for i, j in combinations(_bits(around), 2) if not adjacent[i] >> j & 1}
            if meeting == colliders[sink]:
                parents[sink] = around
                later = tuple(-1 if adjacent[i] >> sink & 1 else max(p, sink) for i, p in enumerate(passed))
                yield from walk(left & ~(1 << sink), later)

    yield from walk((1 << n) - 1, (-1,) * n)


def holds(relation: str, parents: Parents, a: int, b: int) -> bool:
    """Whether a relation holds in one DAG."""
    if relation == "parent":
        return bool(parents[b] >> a & 1)
    if relation == "indirect":
        return any(above(parents, p, without=b) >> a & 1 for p in _bits(parents[b] & ~(1 << a)))
    if relation == "confounder":
        return bool(above(parents, a, without=b) & above(parents, b, without=a) & ~(1 << a | 1 << b))
    below_a, below_b = (
        {c for c in range(len(parents)) if c not in (a, b) and above(parents, c, without=other) >> one & 1}
        for one, other in ((a, b), (b, a))
    )
    return bool(below_a & below_b)


def above(parents: Parents, node: int, without: int) -> int:
    """A node and all with a directed path to it that avoids another node."""
    seen, todo = 1 << node, parents[node] & ~(1 << without)
    while todo:
        bit = todo & -todo
        seen |= bit
        todo = (todo | parents[bit.bit_length() - 1]) & ~seen & ~(1 << without)
    return seen


def _bits(mask: int) -> list[int]:
    return [i for i in range(mask.bit_length()) if mask >> i & 1]
