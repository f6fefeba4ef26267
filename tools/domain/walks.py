"""Walk a graph along open paths: the one engine behind separation, adjustment and instruments.

A walker needs of an edge only whether there is an arrowhead at each end. With that, one search serves DAGs,
ADMGs and maximal ancestral graphs: a node passed with two arrowheads is a collider, open when it is an ancestor
of the conditioning set; any other node is open when it is not in that set (Richardson and Spirtes 2002).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .graphs import Graph


class Step(NamedTuple):
    """One edge as seen from the node it leaves."""

    node: str
    """The node at the other end."""
    arrow_here: bool
    arrow_there: bool


State = tuple[str, bool]
"""A node and whether the walk came into it through an arrowhead."""


class Walks:
    """A directed mixed graph as lists of steps; building it is linear in the edges."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self.steps: dict[str, list[Step]] = {n: [] for n in nodes}

    @classmethod
    def of(cls, graph: Graph) -> Walks:
        """Take a graph whose marks are tails and arrowheads only (a DAG, an ADMG, a MAG)."""
        walks = cls(graph.nodes)
        for e in graph.edges:
            walks.add(e.source, e.target, e.mark_source == "arrow", e.mark_target == "arrow")
        return walks

    def add(self, source: str, target: str, arrow_source: bool, arrow_target: bool) -> None:
        """Add one edge."""
        self.steps[source].append(Step(target, arrow_source, arrow_target))
        self.steps[target].append(Step(source, arrow_target, arrow_source))

    def without(self, out_of: Iterable[str], into: frozenset[str] | None = None) -> Walks:
        """Leave out the directed edges out of some nodes (only those into `into` when it is given)."""
        out_of = frozenset(out_of)
        cut = Walks(self.steps)
        for node, steps in self.steps.items():
            cut.steps[node] = [
                s
                for s in steps
                if not (
                    (node in out_of and _leaves(s) and (into is None or s.node in into))
                    or (s.node in out_of and _enters(s) and (into is None or node in into))
                )
            ]
        return cut

    def without_into(self, nodes: frozenset[str]) -> Walks:
        """Leave out every edge with an arrowhead at some nodes: they are set from outside."""
        cut = Walks(self.steps)
        for node, steps in self.steps.items():
            cut.steps[node] = [
                s for s in steps if not ((node in nodes and s.arrow_here) or (s.node in nodes and s.arrow_there))
            ]
        return cut

    def within(self, keep: frozenset[str]) -> Walks:
        """The induced graph on some of the nodes, in the old order."""
        sub = Walks(n for n in self.steps if n in keep)
        for node in sub.steps:
            sub.steps[node] = [s for s in self.steps[node] if s.node in keep]
        return sub

    def ancestors(self, nodes: Iterable[str]) -> frozenset[str]:
        """The nodes and everything with a directed path to one of them."""
        return self._closure(nodes, forward=False)

    def descendants(self, nodes: Iterable[str]) -> frozenset[str]:
        """The nodes and everything they have a directed path to."""
        return self._closure(nodes, forward=True)

    def _closure(self, nodes: Iterable[str], forward: bool) -> frozenset[str]:
        seen = set(nodes)
        todo = list(seen)
        while todo:
            for step in self.steps[todo.pop()]:
                ok = _leaves(step) if forward else _enters(step)
                if ok and step.node not in seen:
                    seen.add(step.node)
                    todo.append(step.node)
        return frozenset(seen)

    def search(
        self, sources: Iterable[str], given: Iterable[str], colliders: frozenset[str] | None = None
    ) -> dict[State, State | None]:
        """Find every state that an open walk from the sources reaches.

        Args:
            sources: Where walks start.
            given: Nodes conditioned on.
            colliders: Nodes at which a collider is open; the ancestors of `given` when None.

        Returns:
            Each state reached with the state before it, in breadth-first order, so that following them back is a
            shortest open walk (in an acyclic graph a shortest open walk visits no node twice).
        """
        given = frozenset(given)
        opened = self.ancestors(given) if colliders is None else colliders
        start = tuple(sources)
        before: dict[State, State | None] = {(s, False): None for s in start}
        todo: deque[State] = deque(before)
        first = set(start)
        while todo:
            state = todo.popleft()
            node, arrow_in = state
            at_start = node in first and before[state] is None
            for step in self.steps[node]:
                collider = arrow_in and step.arrow_here
                if not at_start and not (node in opened if collider else node not in given):
                    continue
                after = (step.node, step.arrow_there)
                if after not in before:
                    before[after] = state
                    todo.append(after)
        return before

    def connected(self, sources: Iterable[str], given: Iterable[str] = ()) -> frozenset[str]:
        """Every node that some open walk from the sources ends in, the sources included."""
        return frozenset(node for node, _ in self.search(sources, given))

    def separated(self, xs: Iterable[str], ys: Iterable[str], given: Iterable[str] = ()) -> bool:
        """Whether no walk from `xs` to `ys` is open; nodes of `given` are left out of both sides."""
        given = frozenset(given)
        xs, ys = frozenset(xs) - given, frozenset(ys) - given
        return not xs or not ys or ys.isdisjoint(self.connected(sorted(xs), given))

    def open_path(self, x: str, y: str, given: Iterable[str] = ()) -> tuple[str, ...] | None:
        """A shortest open path as its nodes, or None."""
        before = self.search((x,), given)
        for state in before:
            if state[0] == y and before[state] is not None:
                return tuple(reversed(list(_back(before, state))))
        return None

    def adjacent(self, node: str) -> frozenset[str]:
        """The nodes that share an edge with this one."""
        return frozenset(s.node for s in self.steps[node])


def _leaves(step: Step) -> bool:
    """Whether the edge is directed out of the node it is listed under."""
    return step.arrow_there and not step.arrow_here


def _enters(step: Step) -> bool:
    """Whether the edge is directed into the node it is listed under."""
    return step.arrow_here and not step.arrow_there


def _back(before: dict[State, State | None], state: State | None) -> Iterator[str]:
    while state is not None:
        yield state[0]
        state = before[state]
