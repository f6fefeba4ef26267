"""Write a counterfactual probability as a polynomial in the parameters of a causal Bayesian network.

After nodes that nobody speaks of are projected out, the nodes fall into districts: groups joined by hidden causes.
Each district has one unknown distribution over the responses of its nodes to their parents (the canonical partition,
Balke and Pearl 1994), and districts are independent. A coordinate is the response of one node to one setting of its
parents; a factor is the probability that some coordinates of one district have some values; any conjunction of
counterfactual statements is a sum of products of factors, one a district.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..domain.errors import TooLarge
from ..domain.graphs import Admg

MOST_TERMS = 20_000
"""Products in one polynomial."""

Coordinate = tuple[str, tuple[int, ...]]
"""A node, and the values of its parents in their order."""
Event = frozenset[tuple[Coordinate, int]]
"""Coordinates of one district and the values they have."""
Term = frozenset[tuple[int, Event]]
"""A product of factors: each district once, with its event."""
Poly = dict[Term, float]
Setting = tuple[tuple[str, int], ...]
"""Nodes and the values they are set to, sorted."""


@dataclass(frozen=True)
class Atom:
    """One counterfactual statement: `node` is `value` when the nodes of `do` are set."""

    node: str
    value: int
    do: Setting = ()


def setting(values: Mapping[str, int]) -> Setting:
    """A setting in its one spelling."""
    return tuple(sorted(values.items()))


class World:
    """A network without numbers: parents, levels and districts of its nodes."""

    def __init__(self, graph: Admg, n_levels: Mapping[str, int]) -> None:
        self.order = _sorted_by_cause(graph)
        self.parents = {n: graph.parents(n) for n in self.order}
        self.n_levels = {n: n_levels[n] for n in self.order}
        self.district = _districts(graph)

    def polynomial(self, atoms: Iterable[Atom]) -> Poly:
        """The probability of a conjunction.

        Raises:
            TooLarge: it has more than `MOST_TERMS` products.
        """
        fixed: dict[tuple[str, Setting], int] = {}
        needed: dict[tuple[str, Setting], tuple[str | int, ...]] = {}
        for atom in atoms:
            set_to = dict(atom.do)
            if atom.node in set_to:
                if set_to[atom.node] != atom.value:
                    return {}
                continue
            key = (atom.node, self._relevant(atom.node, set_to))
            if fixed.setdefault(key, atom.value) != atom.value:
                return {}
            self._need(atom.node, set_to, needed)
        place = {n: i for i, n in enumerate(self.order)}
        todo = sorted(needed, key=lambda k: (place[k[0]], k[1]))
        return self._sum(todo, needed, fixed)

    def _relevant(self, node: str, set_to: Mapping[str, int]) -> Setting:
        """The settings that reach a node."""
        found: dict[str, int] = {}
        todo, seen = [node], {node}
        while todo:
            for p in self.parents[todo.pop()]:
                if p in set_to:
                    found[p] = set_to[p]
                elif p not in seen:
                    seen.add(p)
                    todo.append(p)
        return setting(found)

    def _need(
        self, node: str, set_to: Mapping[str, int], needed: dict[tuple[str, Setting], tuple[str | int, ...]]
    ) -> None:
        key = (node, self._relevant(node, set_to))
        if key in needed:
            return
        needed[key] = tuple(set_to.get(p, p) for p in self.parents[node])
        for p in self.parents[node]:
            if p not in set_to:
                self._need(p, set_to, needed)

    def _sum(
        self,
        todo: list[tuple[str, Setting]],
        needed: Mapping[tuple[str, Setting], tuple[str | int, ...]],
        fixed: Mapping[tuple[str, Setting], int],
    ) -> Poly:
        """Sum over the values of the variables that are not fixed, leaving contradictions out."""
        above = {k: [p if isinstance(p, int) else (p, self._relevant(p, dict(k[1]))) for p in needed[k]] for k in todo}
        states: list[tuple[dict[tuple[str, Setting], int], dict[Coordinate, int]]] = [({}, {})]
        for key in todo:
            node, grown = key[0], []
            for values, responses in states:
                at: Coordinate = (node, tuple(p if isinstance(p, int) else values[p] for p in above[key]))
                allowed = [fixed[key]] if key in fixed else range(self.n_levels[node])
                known = responses.get(at)
                for value in allowed:
                    if known is None or known == value:
                        grown.append(({**values, key: value}, {**responses, at: value}))
            states = grown
            if len(states) > MOST_TERMS:
                raise TooLarge(
                    f"The query sums over more than {MOST_TERMS} combinations of values; leave out nodes that are "
                    "neither given nor asked for, or ask about fewer worlds at once."
                )
        poly: Poly = {}
        for _, responses in states:
            parts: dict[int, list[tuple[Coordinate, int]]] = {}
            for at, value in responses.items():
                parts.setdefault(self.district[at[0]], []).append((at, value))
            term: Term = frozenset((d, frozenset(events)) for d, events in parts.items())
            poly[term] = poly.get(term, 0.0) + 1.0
        return poly


def plus(one: Poly, two: Poly, factor: float = 1.0) -> Poly:
    """Add two polynomials, the second times a factor."""
    total = dict(one)
    for term, weight in two.items():
        total[term] = total.get(term, 0.0) + factor * weight
    return {t: w for t, w in total.items() if w}


def cancelled(*polys: Poly) -> tuple[Poly, ...]:
    """The polynomials with the factors that all their terms share taken out (they must not be zero)."""
    terms = [t for p in polys for t in p]
    shared = frozenset.intersection(*terms) if terms else frozenset[tuple[int, Event]]()
    return tuple({t - shared: w for t, w in p.items()} for p in polys)


def _sorted_by_cause(graph: Admg) -> tuple[str, ...]:
    done: dict[str, None] = {}
    while len(done) < len(graph.nodes):
        done |= dict.fromkeys(n for n in graph.nodes if n not in done and all(p in done for p in graph.parents(n)))
    return tuple(done)


def _districts(graph: Admg) -> dict[str, int]:
    number = {n: i for i, n in enumerate(graph.nodes)}
    for e in graph.edges:
        if e.symbol == "<->":
            low, high = sorted((number[e.source], number[e.target]))
            number = {n: low if d == high else d for n, d in number.items()}
    return number
