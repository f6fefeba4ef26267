"""Adjustment sets: which variables to hold fixed so that an association is the total effect.

One criterion serves all graphs: the generalised adjustment criterion. A set is valid when (0) every path that may
be causal starts with an edge that is surely causal, (1) the set has no effect of a node on a causal path, and
(2) it blocks every other path.

Reference: Perković, Textor, Kalisch, Maathuis 2018, Complete graphical characterization and construction of
adjustment sets, Definition 4; van der Zander, Liśkiewicz, Textor 2019 for (2) as separation in the proper
back-door graph; Perković, Kalisch, Maathuis 2017 for CPDAGs with knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from .ancestral import may_cause, visible
from .edges import Edge
from .equivalence import possible_ancestors, possible_descendants
from .errors import BadArguments
from .graphs import Admg, Cpdag, Dag, Graph, LaggedDag, Pag
from .meek import Partial
from .separation import path_text, walks_of
from .separators import all_separators, minimal_separators
from .walks import Walks


@dataclass(frozen=True)
class AdjustmentProblem:
    """One treatment and outcome in one graph, with what every adjustment set is judged by."""

    graph: Graph
    treatment: str
    outcome: str

    def __post_init__(self) -> None:
        """Refuse names that are not nodes, and a treatment that is the outcome."""
        self.graph.require(self.treatment, self.outcome)
        if isinstance(self.graph, LaggedDag):
            raise BadArguments("Adjustment in a LaggedDag needs the time steps spelled out; unroll it to a Dag first.")
        if self.treatment == self.outcome:
            raise BadArguments(f"Treatment and outcome are both {self.treatment!r}; they must differ.")

    @cached_property
    def causal(self) -> frozenset[str]:
        """Nodes on paths that may be causal, the treatment left out; empty when the effect is zero."""
        starts = (
            n for e in self.graph.incident(self.treatment) if may_cause(self.graph, e, self.treatment) for n in _ends(e)
        )
        backward = possible_ancestors(self.graph, self.outcome, without=(self.treatment,))
        found: set[str] = set()
        for start in sorted({*starts} - {self.treatment}):
            if start in backward:
                found |= possible_descendants(self.graph, start, without=(self.treatment,)) & backward
        return frozenset(found)

    @cached_property
    def forbidden(self) -> frozenset[str]:
        """Nodes that bias the total effect when adjusted for: what the causal paths reach."""
        if isinstance(self.graph, Dag | Admg):
            return self.graph.descendants(*self.causal)
        return frozenset(n for c in self.causal for n in possible_descendants(self.graph, c)) - {self.treatment}

    @cached_property
    def undecided(self) -> tuple[Edge, ...]:
        """Edges at the treatment that start a path which may or may not be causal."""
        return tuple(e for e in self.graph.incident(self.treatment) if self._undecided(e))

    def _undecided(self, e: Edge) -> bool:
        other = e.target if e.source == self.treatment else e.source
        if not may_cause(self.graph, e, self.treatment) or other not in self.causal:
            return False
        if isinstance(self.graph, Pag):
            return not visible(self.graph, self.treatment, other)
        if isinstance(self.graph, Cpdag) and e.symbol == "--":
            return _reaches_when_directed(self.graph, self.treatment, other, self.outcome)
        return False

    @cached_property
    def allowed(self) -> tuple[str, ...]:
        """Measured nodes that an adjustment set may have, in order."""
        taken = {*self.forbidden, self.treatment, self.outcome}
        return tuple(n for n in self.graph.observed if n not in taken)

    @cached_property
    def backdoor(self) -> Walks:
        """A member of the class without the first edges of the causal paths: what is left must be blocked."""
        return walks_of(self.graph).without([self.treatment], into=self.causal)

    def blocks(self, given: Iterable[str]) -> bool:
        """Whether a set blocks every path that is not causal."""
        return self.backdoor.separated([self.treatment], [self.outcome], given)

    def blocked_by(self, given: Iterable[str]) -> bool:
        """Whether a set meets all three conditions."""
        chosen = frozenset(given)
        return not self.undecided and chosen <= frozenset(self.allowed) and self.blocks(chosen)

    def open_path(self, given: Iterable[str] = ()) -> str | None:
        """A path that is not causal and that the set leaves open, as text."""
        path = self.backdoor.open_path(self.treatment, self.outcome, given)
        return None if path is None else path_text(self.graph, path, self.backdoor)

    @cached_property
    def solvable(self) -> bool:
        """Whether some valid set exists."""
        near = self.backdoor.ancestors([self.treatment, self.outcome])
        return self.blocked_by(near & frozenset(self.allowed))


def is_adjustment_set(graph: Graph, treatment: str, outcome: str, proposed: Iterable[str]) -> bool:
    """Whether adjusting for a set gives the total effect, in every graph of the class.

    Args:
        graph: A DAG (latent nodes allowed), ADMG, CPDAG (with or without knowledge) or PAG.
        treatment: The cause.
        outcome: The effect.
        proposed: The set; a latent node makes it invalid.

    Example:
        >>> from .graphs import Dag
        >>> is_adjustment_set(Dag.of("z -> t", "z -> y", "t -> y"), "t", "y", ["z"])
        True
    """
    proposed = tuple(proposed)
    graph.require(*proposed)
    return AdjustmentProblem(graph, treatment, outcome).blocked_by(proposed)


def minimal_adjustment_sets(
    graph: Graph, treatment: str, outcome: str, limit: int = 100
) -> tuple[tuple[str, ...], ...]:
    """List the valid sets of which no part is valid, smallest first; the work for each is polynomial.

    Args:
        graph: As for `is_adjustment_set`.
        treatment: The cause.
        outcome: The effect.
        limit: Most sets to list.

    Returns:
        Sorted sets; `((),)` when none is needed, `()` when none exists.
    """
    problem = AdjustmentProblem(graph, treatment, outcome)
    if not problem.solvable:
        return ()
    return minimal_separators(problem.backdoor, treatment, outcome, problem.allowed, limit)


def all_adjustment_sets(graph: Graph, treatment: str, outcome: str, limit: int = 200) -> tuple[tuple[str, ...], ...]:
    """List the valid sets, smallest first; when there are over `limit`, the minimal ones and some others."""
    problem = AdjustmentProblem(graph, treatment, outcome)
    if not problem.solvable:
        return ()
    first = minimal_separators(problem.backdoor, treatment, outcome, problem.allowed, limit)
    return all_separators(problem.backdoor, treatment, outcome, problem.allowed, first, limit)


def canonical_adjustment_set(graph: Graph, treatment: str, outcome: str) -> tuple[str, ...] | None:
    """All measured possible causes of treatment or outcome that may be adjusted for; None when no set is valid.

    Reference: Perković et al. 2018, Corollary 26: valid whenever any set is.
    """
    problem = AdjustmentProblem(graph, treatment, outcome)
    if not problem.solvable:
        return None
    near = possible_ancestors(graph, treatment) | possible_ancestors(graph, outcome)
    return tuple(sorted(near & frozenset(problem.allowed)))


def optimal_adjustment_set(graph: Graph, treatment: str, outcome: str) -> tuple[str, ...] | None:
    """The valid set with the smallest asymptotic variance in linear models: causes of the nodes on causal paths.

    Returns:
        None when the effect is zero, when the set has a latent node, and when it is not valid.

    Reference: Henckel, Perković, Maathuis 2022, Definition 3.1 and Theorem 3.13; for a DAG or CPDAG.
    """
    problem = AdjustmentProblem(graph, treatment, outcome)
    if not problem.causal or isinstance(graph, Pag):
        return None
    causes = {p for n in problem.causal for p in graph.parents(n)} - problem.forbidden - {treatment}
    return tuple(sorted(causes)) if problem.blocked_by(causes) else None


def why_not(graph: Graph, treatment: str, outcome: str, proposed: Iterable[str]) -> str | None:
    """Say in words why a set is not valid, or None when it is."""
    chosen = tuple(proposed)
    graph.require(*chosen)
    problem = AdjustmentProblem(graph, treatment, outcome)
    faults = [f for n in chosen if (f := _fault(problem, n))]
    if faults:
        return "; ".join(faults)
    if problem.undecided:
        return undecided_text(problem)
    path = problem.backdoor.open_path(treatment, outcome, chosen)
    if path is None:
        return None
    shown = path_text(graph, path, problem.backdoor)
    opened = _opened(problem.backdoor, path, chosen)
    return f"conditioning on {' and '.join(opened)} opens {shown}" if opened else f"leaves {shown} open"


def _opened(walks: Walks, path: tuple[str, ...], chosen: tuple[str, ...]) -> list[str]:
    """The colliders of an open path, each with the chosen node that opens it."""
    found: list[str] = []
    for node, before, after in zip(path[1:-1], path, path[2:], strict=False):
        into = {s.node for s in walks.steps[node] if s.arrow_here}
        if node in chosen and {before, after} <= into:
            found.append(f"{node}, a collider,")
        elif {before, after} <= into and not {before, after} & _tails(walks, node):
            below = walks.descendants((node,))
            found += [f"{n}, an effect of the collider {node}," for n in chosen if n in below][:1]
    return found


def _tails(walks: Walks, node: str) -> frozenset[str]:
    return frozenset(s.node for s in walks.steps[node] if not s.arrow_here)


def undecided_text(problem: AdjustmentProblem) -> str:
    """Say which edges leave open whether a path is causal."""
    shown = ", ".join(str(e) for e in problem.undecided)
    if isinstance(problem.graph, Pag):
        return f"a hidden common cause or the other direction is possible at {shown}"
    return f"the data do not decide the direction of {shown}"


def _fault(problem: AdjustmentProblem, node: str) -> str | None:
    """Why one node cannot be in any valid set, in words."""
    t, y, graph = problem.treatment, problem.outcome, problem.graph
    if node in (t, y):
        return f"{node} is the {'treatment' if node == t else 'outcome'} itself"
    if node in graph.latent:
        return f"{node} is not measured"
    if node not in problem.forbidden:
        return None
    maybe = "" if node in _surely_after(problem) else "may be "
    if node in problem.causal:
        return f"{node} {maybe or 'is '}a mediator"
    if node in possible_descendants(graph, y):
        collider = f", a collider of {t} and {y}" if t in graph.parents(node) else ""
        return f"{node} {maybe or 'is '}an effect of the outcome {y}{collider}"
    after = [m for m in sorted(problem.causal - {y}) if node in possible_descendants(graph, m)]
    return f"{node} {maybe or 'is '}an effect of the mediator {after[0]}" if after else f"{node} is an effect of {t}"


def _surely_after(problem: AdjustmentProblem) -> frozenset[str]:
    """Nodes that the treatment surely causes."""
    return problem.graph.descendants(problem.treatment)


def _reaches_when_directed(graph: Cpdag, a: str, b: str, goal: str) -> bool:
    """Whether some member has a -> b and a directed path from b to the goal."""
    partial = Partial.of(graph)
    partial.direct(a, b)
    partial.close([(a, b)])
    seen: set[tuple[str, str]] = {(a, b)}
    todo = [(a, b)]
    while todo:
        before, here = todo.pop()
        if here == goal:
            return True
        for there in partial.children[here] | partial.undirected[here]:
            # the first edge may be shielded: after a -> b it is decided by the rules
            if there != a and (before == a or there not in partial.adjacent[before]) and (here, there) not in seen:
                seen.add((here, there))
                todo.append((here, there))
    return False


def _ends(e: Edge) -> tuple[str, str]:
    return (e.source, e.target)
