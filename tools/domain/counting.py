"""Count the DAGs of an equivalence class without listing them."""

from __future__ import annotations

from math import factorial

from .errors import AssumptionViolated, TooLarge
from .graphs import Cpdag
from .meek import Partial

MOST_STEPS = 50_000
"""Subproblems to solve before a count is given up; dense classes of some 30 nodes stay below."""


def count_members(cpdag: Cpdag) -> int:
    """Count the DAGs of the class.

    The undirected components are independent, so their counts multiply. A component without knowledge is counted
    over its possible roots, one with knowledge by directing one edge both ways.

    Raises:
        AssumptionViolated: the graph has no member.
        TooLarge: a component is too large and dense to count.

    Reference: He, Jia, Yu 2015, Counting and exploring sizes of Markov equivalence classes.

    Example:
        >>> count_members(Cpdag.of("a -- b", "b -- c"))
        3
    """
    partial = Partial.of(cpdag).close()
    if partial.extension() is None:
        raise AssumptionViolated("The graph is not the equivalence class of any DAG, so it has no members to count.")
    return _Counter().product(partial)


class _Counter:
    """Counts by component, each solved once."""

    def __init__(self) -> None:
        self.known: dict[object, int] = {}

    def product(self, partial: Partial) -> int:
        total = 1
        for group in partial.components():
            total *= self.component(partial.within(group))
        return total

    def component(self, partial: Partial) -> int:
        n, n_edges = len(partial.adjacent), sum(map(len, partial.undirected.values())) // 2
        free = not any(partial.parents.values())
        if free and n_edges == n - 1:
            return n
        if free and n_edges == n * (n - 1) // 2:
            return factorial(n)
        key = frozenset(partial.adjacent) if free else frozenset(partial.arrows()), frozenset(partial.adjacent)
        if key not in self.known:
            if len(self.known) >= MOST_STEPS:
                raise TooLarge("The class is too large to count; add knowledge that directs some of its edges.")
            self.known[key] = 0
            self.known[key] = self.by_root(partial) if free else self.by_edge(partial)
        return self.known[key]

    def by_root(self, partial: Partial) -> int:
        """Each DAG of a component has one root; everything that follows from it is directed."""
        total = 0
        for root in partial.adjacent:
            rooted = partial.copy()
            arrows = [(root, n) for n in sorted(partial.undirected[root])]
            for a, b in arrows:
                rooted.direct(a, b)
            # what stays undirected is again without knowledge: He, Jia, Yu 2015, Theorem 5
            total += self.product(rooted.close(arrows).undirected_part())
        return total

    def by_edge(self, partial: Partial) -> int:
        a = min(n for n, near in partial.undirected.items() if near)
        b = min(partial.undirected[a])
        total = 0
        for cause, effect in ((a, b), (b, a)):
            branch = partial.copy()
            branch.direct(cause, effect)
            total += self.product(branch.close([(cause, effect)]))
        return total
