"""Markov equivalence: from a DAG to its class, and from a class to its members.

A CPDAG here may also carry directions from background knowledge (a maximally oriented PDAG); every function takes both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .ancestral import may_cause
from .counting import count_members
from .edges import Edge
from .errors import AssumptionViolated, BadArguments, TooLarge
from .graphs import Admg, Cpdag, Dag, Graph, LaggedDag, Pag
from .knowledge import Knowledge
from .meek import Partial
from .projection import project

__all__ = [
    "count_members",
    "cpdag_of",
    "extend",
    "is_valid_cpdag",
    "members",
    "orient",
    "possible_ancestors",
    "possible_descendants",
    "possible_parent_sets",
    "project",
    "v_structures",
]

NOT_EXTENDABLE = (
    "The graph is not the equivalence class of any DAG: its undirected edges cannot be directed without a cycle or a "
    "new collider. Directions learned from few rows often clash; edit the edges, add knowledge, or give a DAG."
)


def v_structures(graph: Graph) -> tuple[tuple[str, str, str], ...]:
    """List every a -> b <- c with a and c not adjacent, sorted, a before c.

    Example:
        >>> v_structures(Dag.of("a -> b", "c -> b"))
        (('a', 'b', 'c'),)
    """
    found: list[tuple[str, str, str]] = []
    for b in graph.nodes:
        into = sorted({e.target if e.source == b else e.source for e in graph.incident(b) if e.mark_at(b) == "arrow"})
        for i, a in enumerate(into):
            near = set(graph.adjacent(a))
            found += [(a, b, c) for c in into[i + 1 :] if c not in near]
    return tuple(sorted(found, key=lambda t: (t[1], t[0], t[2])))


def cpdag_of(dag: Dag) -> Cpdag:
    """Find the equivalence class of a DAG: directed are the edges on which all its members agree.

    Latent nodes are treated as any other; project first when they must not appear.

    Reference: Verma and Pearl 1990; Meek 1995.

    Example:
        >>> str(cpdag_of(Dag.of("a -> b", "b -> c")))
        'a -- b; b -- c'
    """
    known = {pair for a, b, c in v_structures(dag) for pair in ((a, b), (c, b))}
    return Cpdag.build(_pattern(dag, known), nodes=dag.nodes, latent=dag.latent)


def _pattern(dag: Dag, known: Iterable[tuple[str, str]]) -> list[Edge]:
    partial = Partial(dag.nodes)
    for e in dag.edges:
        partial.join(e.source, e.target)
    arrows = sorted(known)
    for a, b in arrows:
        partial.direct(a, b)
    return _redraw(dag, partial.close(arrows))


def _redraw(graph: Graph, partial: Partial) -> list[Edge]:
    """The graph's own edges, origin and support kept, with the marks of `partial`."""
    drawn: list[Edge] = []
    for e in graph.edges:
        into_source, into_target = e.target in partial.parents[e.source], e.source in partial.parents[e.target]
        marks = {"mark_source": "arrow" if into_source else "tail", "mark_target": "arrow" if into_target else "tail"}
        changed = e.model_copy(update=marks)
        drawn.append(changed.reversed() if into_source else changed)
    return drawn


def extend(cpdag: Cpdag) -> Dag:
    """Take one member of the class.

    Raises:
        AssumptionViolated: the graph has no member.

    Reference: Dor and Tarsi 1992.
    """
    partial = Partial.of(cpdag)
    arrows = partial.extension()
    if arrows is None:
        raise AssumptionViolated(NOT_EXTENDABLE)
    for a, b in arrows:
        partial.direct(a, b)
    return Dag.build(_redraw(cpdag, partial), nodes=cpdag.nodes, latent=cpdag.latent)


def is_valid_cpdag(cpdag: Cpdag) -> bool:
    """Whether the graph is exactly the equivalence class of some DAG, with no knowledge added."""
    if Partial.of(cpdag).extension() is None:
        return False
    return _marks(cpdag_of(extend(cpdag))) == _marks(cpdag)


def _marks(graph: Graph) -> frozenset[tuple[str, str, str]]:
    flipped = (
        e.reversed() if e.symbol == "<-" or (e.symbol == "--" and e.source > e.target) else e for e in graph.edges
    )
    return frozenset((e.source, e.symbol, e.target) for e in flipped)


def members(cpdag: Cpdag, limit: int | None = None) -> Iterator[Dag]:
    """Yield the DAGs of the class one by one; the work for each is polynomial, never all at once.

    Raises:
        AssumptionViolated: the graph has no member.
    """
    start = Partial.of(cpdag).close()
    if start.extension() is None:
        raise AssumptionViolated(NOT_EXTENDABLE)
    todo, n_found = [start], 0
    while todo and (limit is None or n_found < limit):
        partial = todo.pop()
        free = next((n for n in cpdag.nodes if partial.undirected[n]), None)
        if free is None:
            n_found += 1
            yield Dag.build(_redraw(cpdag, partial), nodes=cpdag.nodes, latent=cpdag.latent)
            continue
        other = min(partial.undirected[free])
        for a, b in ((other, free), (free, other)):
            branch = partial.copy()
            branch.direct(a, b)
            todo.append(branch.close([(a, b)]))


def orient(cpdag: Cpdag, knowledge: Knowledge) -> Cpdag:
    """Direct the undirected edges that the knowledge decides, and all that follow from them.

    Raises:
        AssumptionViolated: the knowledge contradicts itself, the graph, or leaves no DAG in the class.

    Reference: Meek 1995, rules R1 to R4.
    """
    if reason := knowledge.contradiction():
        raise AssumptionViolated(f"The knowledge contradicts itself: {reason}.")
    partial = Partial.of(cpdag)
    for e in cpdag.edges:
        a, b = e.source, e.target
        if e.symbol != "--":
            continue
        forward, backward = knowledge.forbids(a, b), knowledge.forbids(b, a)
        if forward and backward:
            raise AssumptionViolated(f"Edge {a} -- {b} can have no direction: {forward}, and {backward}.")
        if forward or backward:
            partial.direct(*((b, a) if forward else (a, b)))
    partial.close()
    oriented = None if partial.cyclic() else _redraw(cpdag, partial)
    new = partial.unshielded_colliders() - Partial.of(cpdag).unshielded_colliders()
    if new or oriented is None or partial.extension() is None:
        clash = (
            "a new collider " + " and ".join(f"{a} -> {b} <- {c}" for a, b, c in sorted(new)[:3]) if new else "a cycle"
        )
        raise AssumptionViolated(
            f"No DAG of the class keeps this knowledge: it would need {clash}. Check {knowledge!r}."
        )
    graph = Cpdag.build(oriented, nodes=cpdag.nodes, latent=cpdag.latent)
    if broken := knowledge.violations(graph):
        raise AssumptionViolated(f"The graph breaks the knowledge: {'; '.join(broken)}.")
    return graph


def possible_descendants(graph: Graph, node: str, without: Iterable[str] = ()) -> frozenset[str]:
    """The node and all that it causes in at least one member of the class (in a DAG or ADMG: its descendants).

    Args:
        graph: A DAG, ADMG, CPDAG or PAG.
        node: Where to start.
        without: Nodes taken out of the graph first.
    """
    return _possible(graph, node, frozenset(without), forward=True)


def possible_ancestors(graph: Graph, node: str, without: Iterable[str] = ()) -> frozenset[str]:
    """The node and all that cause it in at least one member of the class."""
    return _possible(graph, node, frozenset(without), forward=False)


def _possible(graph: Graph, node: str, without: frozenset[str], *, forward: bool) -> frozenset[str]:
    """Follow unshielded walks that may be directed.

    In a CPDAG with or without knowledge an unshielded walk that may be directed is directed in some member, and a
    directed path of a member has such a walk between its ends (Perković, Kalisch, Maathuis 2017, Lemma 3.6).
    """
    graph.require(node)
    if isinstance(graph, LaggedDag):
        raise BadArguments("A LaggedDag has no single set of descendants; unroll it over time first.")
    shielded = isinstance(graph, Pag | Dag | Admg)
    around: dict[str, set[str]] = {}
    seen: set[tuple[str, str]] = {("", node)}
    todo = [("", node)]
    while todo:
        before, here = todo.pop()
        for e in graph.incident(here):
            there = e.target if e.source == here else e.source
            if there in without or not may_cause(graph, e, here if forward else there):
                continue
            if before and not shielded:
                if before not in around:
                    around[before] = set(graph.adjacent(before)) | {before}
                if there in around[before]:
                    continue
            state = ("" if shielded else here, there)
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return frozenset(n for _, n in seen)


def possible_parent_sets(cpdag: Cpdag, node: str, limit: int = 4096) -> tuple[tuple[str, ...], ...]:
    """List the sets of direct causes that a node has in the members of the class, each once, smallest first.

    Args:
        cpdag: An equivalence class, with or without knowledge.
        node: The variable whose causes are asked.
        limit: Most sets to list.

    Raises:
        TooLarge: there are more.

    Reference: Maathuis, Kalisch, Bühlmann 2009 (IDA), Lemma 3.1; Fang and He 2020 for knowledge.

    Example:
        >>> possible_parent_sets(Cpdag.of("a -- b", "b -- c"), "b")
        ((), ('a',), ('c',))
    """
    cpdag.require(node)
    partial = Partial.of(cpdag).close()
    fixed, free = partial.parents[node], sorted(partial.undirected[node])
    sets: list[tuple[str, ...]] = []
    todo: list[tuple[tuple[str, ...], int]] = [((), 0)]
    while todo:
        chosen, start = todo.pop()
        if _closed(partial, node, chosen):
            sets.append(tuple(sorted(fixed | set(chosen))))
            if len(sets) > limit:
                raise TooLarge(f"{node!r} has over {limit} possible sets of causes; direct some of its edges first.")
        for i in range(start, len(free)):
            near = partial.adjacent[free[i]]
            if fixed <= near and all(c in near for c in chosen):
                todo.append(((*chosen, free[i]), i + 1))
    return tuple(sorted(sets, key=lambda s: (len(s), s)))


def _closed(partial: Partial, node: str, chosen: tuple[str, ...]) -> bool:
    """Whether no effect of the node would cause one of the chosen causes (a directed triangle)."""
    effects = (partial.undirected[node] - set(chosen)) | partial.children[node]
    return not any(partial.parents[c] & effects for c in chosen)
