"""The ID algorithm: every interventional distribution that a graph with hidden common causes identifies."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.graphs import Admg
from ..domain.walks import Walks
from ._formula import Formula, Prob, Ratio, product, total


@dataclass(frozen=True)
class Hedge:
    """Why an effect is not identifiable: two sets joined by hidden common causes, one around the other.

    Reference: Shpitser and Pearl 2006, Definition 5 and Theorem 4.
    """

    outer: tuple[str, ...]
    """Holds at least one treatment."""
    inner: tuple[str, ...]
    """Holds none."""
    links: tuple[str, ...]
    """The `<->` edges within the outer set, as text."""
    outcomes: tuple[str, ...]

    def text(self) -> str:
        """Name the hedge in words."""
        if len(self.inner) == 1:
            inside = f"{self.inner[0]} among them"
        else:
            inside = f"{{{', '.join(self.inner)}}} among them are still joined when the treatment is set"
        return (
            f"a hedge: hidden common causes join {{{', '.join(self.outer)}}} ({', '.join(self.links)}), "
            f"with {inside} leading to {', '.join(self.outcomes)}; two models with this graph can agree on all data "
            "and differ in the effect"
        )


@dataclass(frozen=True)
class Distribution:
    """The distribution a step of the algorithm works on: a joint, a chain of conditionals, or any formula.

    Attributes:
        order: Its variables, causes first.
        chain: One conditional for each variable given the earlier ones, whose product it is; None when only
            `formula` is known.
        formula: The whole.
    """

    order: tuple[str, ...]
    formula: Formula
    chain: tuple[Formula, ...] | None = None

    def keep(self, names: frozenset[str]) -> Distribution:
        """Sum out all other variables."""
        order = tuple(v for v in self.order if v in names)
        gone = [v for v in reversed(self.order) if v not in names]
        if self.chain is not None and order == self.order[: len(order)]:
            return Distribution(order, product(self.chain[: len(order)]), self.chain[: len(order)])
        return Distribution(order, total(gone, self.formula))


def identify(graph: Admg, outcomes: frozenset[str], treatments: frozenset[str]) -> Formula | Hedge:
    """Express P(outcomes | do(treatments)) by observed distributions, or find the hedge that forbids it.

    Args:
        graph: All its nodes observed; project latent nodes out first.
        outcomes: Y.
        treatments: X.

    Reference: Shpitser and Pearl 2006, Figure 3; complete by their Theorem 5.
    """
    order = causal_order(graph)
    return _Solver(graph).solve(outcomes, treatments, Distribution(order, Prob(order)), graph)


class _Solver:
    """One run: the full graph tells which conditions in P(v | …) are superfluous."""

    def __init__(self, graph: Admg) -> None:
        self.graph = graph

    def solve(self, y: frozenset[str], x: frozenset[str], p: Distribution, g: Admg) -> Formula | Hedge:
        v = frozenset(g.nodes)
        # 1. nothing is intervened on
        if not x:
            return p.keep(y).formula
        # 2. leave out what does not cause the outcomes
        if v != (above := g.ancestors(*y)):
            return self.solve(y, x & above, p.keep(above), induced(g, above))
        # 3. intervening on what causes the outcomes only through the treatments changes nothing
        if w := v - x - Walks.of(g).without_into(x).ancestors(y):
            return self.solve(y, x | w, p, g)
        parts = districts(induced(g, v - x))
        # 4. one factor for each district without the treatments
        if len(parts) > 1:
            factors: list[Formula] = []
            for part in parts:
                factor = self.solve(part, v - part, p, g)
                if isinstance(factor, Hedge):
                    return factor
                factors.append(factor)
            return total([n for n in p.order if n not in y | x], product(factors))
        (s,) = parts
        around = next(d for d in districts(g) if s <= d)
        # 5. the whole graph is one district: s and the graph form a hedge
        if around == v:
            links = tuple(str(e) for e in g.edges if e.symbol == "<->")
            return Hedge(
                tuple(n for n in p.order if n in v), tuple(n for n in p.order if n in s), links, tuple(sorted(y))
            )
        # 6. s is a district by itself
        if around == s:
            found = product(self.conditional(p, n) for n in p.order if n in s)
            return total([n for n in reversed(p.order) if n in s - y], found)
        # 7. s lies within a district: go on there
        inside = tuple(n for n in p.order if n in around)
        chain = tuple(self.conditional(p, n) for n in inside)
        return self.solve(y, x & around, Distribution(inside, product(chain), chain), induced(g, around))

    def conditional(self, p: Distribution, node: str) -> Formula:
        """P(node | all variables before it in the causal order)."""
        place = p.order.index(node)
        before = p.order[:place]
        if p.chain is not None:
            return p.chain[place]
        if isinstance(p.formula, Prob) and not p.formula.given:
            return Prob((node,), self.needed(node, before))
        top, bottom = p.keep(frozenset((*before, node))).formula, p.keep(frozenset(before)).formula
        return Ratio(top, bottom) if before else top

    def needed(self, node: str, before: tuple[str, ...]) -> tuple[str, ...]:
        """The conditions on which P(node | before) really depends: its Markov pillow among what precedes it.

        Reference: Richardson, Evans, Robins, Shpitser 2023, Section 2: its district there, and their parents.
        """
        inside = {*before, node}
        group, todo = {node}, [node]
        while todo:
            fresh = {n for n in self.graph.siblings(todo.pop()) if n in inside} - group
            group |= fresh
            todo += fresh
        pillow = group.union(*(self.graph.parents(n) for n in group)) - {node}
        return tuple(n for n in before if n in pillow)


def induced(graph: Admg, keep: frozenset[str]) -> Admg:
    """The graph on some of its nodes."""
    edges = [e for e in graph.edges if e.source in keep and e.target in keep]
    return Admg.build(edges, nodes=[n for n in graph.nodes if n in keep])


def districts(graph: Admg) -> list[frozenset[str]]:
    """Groups of nodes connected by `<->` (c-components), in the order of the nodes."""
    found: list[frozenset[str]] = []
    seen: set[str] = set()
    for start in graph.nodes:
        if start in seen:
            continue
        group, todo = {start}, [start]
        while todo:
            fresh = set(graph.siblings(todo.pop())) - group
            group |= fresh
            todo += fresh
        seen |= group
        found.append(frozenset(group))
    return found


def causal_order(graph: Admg) -> tuple[str, ...]:
    """The nodes, causes first."""
    left, order = dict.fromkeys(graph.nodes), list[str]()
    while left:
        ready = [n for n in left if not any(p in left for p in graph.parents(n))]
        order += ready
        for n in ready:
            del left[n]
    return tuple(order)
