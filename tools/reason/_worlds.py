"""Write a counterfactual probability as a polynomial in the parameters of a causal Bayesian network.

After nodes that nobody speaks of are projected out, the nodes fall into districts: groups joined by hidden causes.
Each district has one unknown distribution over the responses of its nodes to their parents (the canonical partition,
Balke and Pearl 1994), and districts are independent. A coordinate is the response of one node to one setting of its
parents; a factor is the probability that some coordinates of one district have some values; any conjunction of
counterfactual statements is a sum of products of factors, one a district.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

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
Node = tuple[str, Setting]
"""A node in one of the worlds: its name, and the settings that reach it."""


@dataclass(frozen=True)
class Atom:
    """One counterfactual statement: `node` is `value` when the nodes of `do` are set."""

    node: str
    value: int
    do: Setting = ()


@dataclass
class _Seen:
    """What a conjunction sees of the network."""

    needed: dict[Node, tuple[int | Node, ...]] = field(default_factory=dict[Node, tuple[int | Node, ...]])
    """The nodes that decide it, each with its parents or the values these are set to."""
    fixed: dict[Node, int] = field(default_factory=dict[Node, int])
    """The values that it states."""


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
        seen = self._seen(atoms)
        return self._sum(seen, seen.needed) if seen else {}

    def ratio(self, event: Iterable[Atom], known: Iterable[Atom]) -> tuple[Poly, Poly]:
        """The probability of a conjunction given another, without what the known facts cut off from the event.

        What is cut off is the same factor above and below. P(event | its parents) so is one factor, whatever is
        unknown of the causes of the parents.

        Returns:
            Numerator and denominator.

        Raises:
            TooLarge: one of them has more than `MOST_TERMS` products.
        """
        known = tuple(known)
        above, below = self._seen((*event, *known)), self._seen(known)
        if above is None or below is None:
            return {}, self._sum(below, below.needed) if below else {}
        near = self._near(above, known=below.fixed)
        return self._sum(above, near), self._sum(below, near)

    def whole_ratio(self, event: Iterable[Atom], known: Iterable[Atom]) -> tuple[Poly, Poly]:
        """The same, written out: P(event, known) over P(known)."""
        known = tuple(known)
        return self.polynomial((*event, *known)), self.polynomial(known)

    def _seen(self, atoms: Iterable[Atom]) -> _Seen | None:
        """What a conjunction needs of the network; None when it contradicts itself."""
        seen = _Seen()
        for atom in atoms:
            set_to = dict(atom.do)
            if atom.node in set_to:
                if set_to[atom.node] != atom.value:
                    return None
                continue
            key = (atom.node, self._relevant(atom.node, set_to))
            if seen.fixed.setdefault(key, atom.value) != atom.value:
                return None
            self._need(atom.node, set_to, seen.needed)
        return seen

    def _near(self, seen: _Seen, known: Collection[Node]) -> Collection[Node]:
        """The needed nodes that a chain of districts and of parents that are not known joins to a fact that is not known."""
        part_of: dict[Node | int, set[Node | int]] = {}
        for node, parents in seen.needed.items():
            free = (p for p in parents if not isinstance(p, int) and p not in known)
            part = set[Node | int]().union(*(part_of.get(n, {n}) for n in (node, self.district[node[0]], *free)))
            part_of |= dict.fromkeys(part, part)
        asked = [part_of[n] for n in seen.fixed if n not in known]
        return [n for n in seen.needed if any(n in part for part in asked)]

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

    def _need(self, node: str, set_to: Mapping[str, int], needed: dict[Node, tuple[int | Node, ...]]) -> None:
        key = (node, self._relevant(node, set_to))
        if key in needed:
            return
        needed[key] = tuple(set_to[p] if p in set_to else (p, self._relevant(p, set_to)) for p in self.parents[node])
        for p in self.parents[node]:
            if p not in set_to:
                self._need(p, set_to, needed)

    def _sum(self, seen: _Seen, over: Collection[Node]) -> Poly:
        """Sum over the values of some needed nodes that are not fixed, leaving contradictions out."""
        place = {n: i for i, n in enumerate(self.order)}
        todo = sorted(seen.needed.keys() & set(over), key=lambda k: (place[k[0]], k[1]))
        states: list[tuple[dict[Node, int], dict[Coordinate, int]]] = [(seen.fixed, {})]
        for key in todo:
            node, grown = key[0], []
            for values, responses in states:
                at: Coordinate = (node, tuple(p if isinstance(p, int) else values[p] for p in seen.needed[key]))
                allowed = [seen.fixed[key]] if key in seen.fixed else range(self.n_levels[node])
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
