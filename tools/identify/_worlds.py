"""The counterfactual graph: several worlds of one graph, with what is the same in all of them made one node.

Every node of the graph has a copy in each world; copies share their hidden causes. Two copies that see the same values
are one and the same variable, and two values of it contradict each other.

Reference: Shpitser and Pearl 2007, What counterfactuals can be tested, Figure 1 (make-cg) and Lemma 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..domain.graphs import Admg
from ..domain.walks import Walks
from ._id import causal_order

Setting = tuple[tuple[str, str], ...]
"""Variables and the symbols of the values they are set to, sorted: (("x", "x=1"),)."""


@dataclass(frozen=True)
class Happening:
    """One counterfactual event: the variable has the value that the symbol stands for when others are set."""

    variable: str
    symbol: str
    do: Setting = ()


Node = tuple[str, Setting]
"""A variable in a world."""


class Contradiction(Exception):
    """The events cannot all happen: one variable would have two values."""


@dataclass
class WorldsGraph:
    """The counterfactual graph of some events, cut down to what causes them.

    Attributes:
        graph: What holds in every world; all nodes observed.
        events: What happens, by the node it happens to.
    """

    graph: Admg
    events: dict[Node, str] = field(default_factory=dict[Node, str])
    _same: dict[Node, Node] = field(default_factory=dict[Node, Node])

    @classmethod
    def of(cls, graph: Admg, happenings: Sequence[Happening]) -> WorldsGraph:
        """Build it.

        Raises:
            Contradiction: the events cannot all happen.
        """
        worlds = cls(graph)
        settings = tuple(dict.fromkeys(h.do for h in happenings))
        wanted: dict[Node, str] = {}
        for h in happenings:
            if wanted.setdefault((h.variable, h.do), h.symbol) != h.symbol:
                raise Contradiction(h.variable)
        for variable in causal_order(graph):
            copies = [(variable, s) for s in settings if variable not in dict(s)]
            for i, node in enumerate(copies):
                worlds._same[node] = node
                twin = next((t for t in copies[:i] if worlds._same[t] == t and worlds._agree(t, node)), None)
                worlds._same[node] = twin or node
            for node in copies:
                if node in wanted and worlds.events.setdefault(worlds._same[node], wanted[node]) != wanted[node]:
                    raise Contradiction(variable)
        return worlds

    def node_of(self, happening: Happening) -> Node:
        """The node that an event happens to."""
        return self._same[happening.variable, happening.do]

    def seen(self, node: Node) -> dict[str, Node | str]:
        """What each cause of a node is in its world: another node, or the symbol of the value it is set to."""
        variable, setting = node
        fixed = dict(setting)
        return {
            cause: self._observed(cause, fixed[cause]) if cause in fixed else self._same[cause, setting]
            for cause in self.graph.parents(variable)
        }

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes that cause the events, these included, causes first."""
        found: set[Node] = set()
        todo = list(self.events)
        while todo:
            node = todo.pop()
            if node not in found:
                found.add(node)
                todo += [cause for cause in self.seen(node).values() if not isinstance(cause, str)]
        order = {v: i for i, v in enumerate(causal_order(self.graph))}
        return tuple(sorted(found, key=lambda n: (order[n[0]], n[1])))

    @cached_property
    def districts(self) -> list[tuple[Node, ...]]:
        """Groups of nodes that hidden causes join; copies of one variable share theirs."""
        group = {node: i for i, node in enumerate(self.nodes)}
        for i, a in enumerate(self.nodes):
            for b in self.nodes[i + 1 :]:
                if (a[0] == b[0] or b[0] in self.graph.siblings(a[0])) and group[a] != group[b]:
                    old, new = group[b], group[a]
                    group = {n: new if g == old else g for n, g in group.items()}
        return [tuple(n for n in self.nodes if group[n] == g) for g in dict.fromkeys(group.values())]

    def exchangeable(self, node: Node, happening: Iterable[Node], given: Iterable[Node]) -> bool:
        """Whether observing a node's value tells as much as setting it (rule 2 of the do-calculus)."""
        walks = Walks(map(str, self.nodes))
        for i, effect in enumerate(self.nodes):
            for cause in self.seen(effect).values():
                if not isinstance(cause, str) and cause != node:
                    walks.add(str(cause), str(effect), arrow_source=False, arrow_target=True)
            for other in self.nodes[i + 1 :]:
                if other[0] == effect[0] or other[0] in self.graph.siblings(effect[0]):
                    walks.add(str(effect), str(other), arrow_source=True, arrow_target=True)
        return walks.separated((str(node),), [str(n) for n in happening], [str(n) for n in given])

    def _agree(self, one: Node, other: Node) -> bool:
        """Whether two copies of a variable see the same."""
        here, there = self.seen(one), self.seen(other)
        return all(here[c] == there[c] or self._value(here[c]) == self._value(there[c]) is not None for c in here)

    def _value(self, node: Node | str) -> str | None:
        return node if isinstance(node, str) else self.events.get(node)

    def _observed(self, variable: str, symbol: str) -> Node | str:
        """A node at which the variable is seen to have a value anyway; then nothing needs to set it."""
        nodes = (n for n, value in self.events.items() if n[0] == variable and value == symbol)
        return next(nodes, symbol)


def relevant(graph: Admg, variable: str, do: Mapping[str, str]) -> Setting:
    """The part of a setting that can reach the variable: those with a directed path there that no other one cuts."""
    found: dict[str, str] = {}
    todo, seen = [variable], {variable}
    while todo:
        for cause in graph.parents(todo.pop()):
            if cause in do:
                found[cause] = do[cause]
            elif cause not in seen:
                seen.add(cause)
                todo.append(cause)
    return tuple(sorted(found.items()))
