"""Five kinds of causal graph, each allowing only its own edges.

`Dag` and `Admg` are models of the world; `Cpdag` and `Pag` say what data can tell about them (an equivalence
class); `LaggedDag` is a DAG unrolled over time. All are frozen; "changing" one makes another.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, model_validator

from .edges import MARKS, Edge, Origin, edge
from .errors import BadArguments
from .model import Model


class Graph(Model):
    """What the five kinds share: named nodes, edges, latent nodes, and neighbour look-ups."""

    allowed: ClassVar[frozenset[str]] = frozenset()

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...] = ()
    latent: tuple[str, ...] = ()
    """Nodes that exist but are not measured."""

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        names = set(self.nodes)
        if len(names) != len(self.nodes):
            twice = sorted(n for n, times in Counter(self.nodes).items() if times > 1)
            raise BadArguments(f"Node names must be unique; repeated: {twice}.")
        seen: dict[object, Edge] = {}
        for e in self.edges:
            if missing := {e.source, e.target} - names:
                raise BadArguments(f"Edge {str(e)!r} names {sorted(missing)}, not among the nodes.")
            if e.symbol not in self.allowed:
                raise BadArguments(
                    f"Edge {str(e)!r} is not allowed in a {type(self).__name__}; allowed: {sorted(self.allowed)}."
                )
            key = self._identity(e)
            if other := seen.get(key):
                back = e.directed and other.directed and str(e) != str(other)
                what = f"makes a cycle with {str(other)!r}" if back else "is given twice between the same two nodes"
                raise BadArguments(f"Edge {str(e)!r} {what}.")
            seen[key] = e
        if missing := set(self.latent) - names:
            raise BadArguments(f"Latent {sorted(missing)} are not among the nodes.")
        self._check()
        return self

    def _identity(self, e: Edge) -> object:
        """What must be unique about an edge: by default one edge a pair."""
        return frozenset((e.source, e.target))

    def _check(self) -> None:
        """Refuse what this kind of graph cannot be; the base refuses nothing more."""

    @classmethod
    def of(cls, *edges: str, nodes: Iterable[str] = (), latent: Iterable[str] = (), origin: Origin = "user") -> Self:
        """Build a graph from edges written as text; names are single words here.

        Example:
            >>> Dag.of("z -> x", "z -> y", "x -> y").parents("y")
            ('x', 'z')
        """
        built: list[Edge] = []
        for text in edges:
            source, symbol, target = text.split()
            if symbol not in MARKS:
                raise BadArguments(f"Edge {text!r} has the arrow {symbol!r}; allowed: {sorted(MARKS)}.")
            built.append(edge(source, symbol, target, origin))
        return cls.build(built, nodes=nodes, latent=latent)

    @classmethod
    def build(cls, edges: Iterable[Edge], nodes: Iterable[str] = (), latent: Iterable[str] = ()) -> Self:
        """Build a graph from edges; nodes are those given, then those the edges name, in order."""
        edges, latent = tuple(edges), tuple(latent)
        order = dict.fromkeys(nodes)
        order |= dict.fromkeys(n for e in edges for n in (e.source, e.target))
        order |= dict.fromkeys(latent)
        return cls.model_validate({"nodes": tuple(order), "edges": edges, "latent": latent})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed: checked like any graph, its look-up tables made anew."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate(fields | dict(update or {}))

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """The measured nodes, in order."""
        hidden = set(self.latent)
        return tuple(n for n in self.nodes if n not in hidden)

    @cached_property
    def _incident(self) -> dict[str, list[Edge]]:
        table: dict[str, list[Edge]] = {n: [] for n in self.nodes}
        for e in self.edges:
            table[e.source].append(e)
            if e.target != e.source:
                table[e.target].append(e)
        return table

    @cached_property
    def _parents(self) -> dict[str, frozenset[str]]:
        table: dict[str, set[str]] = {n: set() for n in self.nodes}
        for e in self.edges:
            if e.symbol == "->":
                table[e.target].add(e.source)
            elif e.symbol == "<-":
                table[e.source].add(e.target)
        return {n: frozenset(p) for n, p in table.items()}

    @cached_property
    def _children(self) -> dict[str, frozenset[str]]:
        table: dict[str, set[str]] = {n: set() for n in self.nodes}
        for child, parents in self._parents.items():
            for parent in parents:
                table[parent].add(child)
        return {n: frozenset(c) for n, c in table.items()}

    def require(self, *names: str) -> None:
        """Refuse names that are not nodes, listing those that are.

        Raises:
            BadArguments: a name is not a node.
        """
        for name in names:
            if name not in self._incident:
                shown = ", ".join(self.nodes[:20]) + (", …" if len(self.nodes) > 20 else "")
                raise BadArguments(f"{name!r} is not a node of the graph; its nodes are: {shown}.")

    def incident(self, node: str) -> tuple[Edge, ...]:
        """The edges that touch a node."""
        self.require(node)
        return tuple(self._incident[node])

    def edge_between(self, a: str, b: str) -> Edge | None:
        """The edge between two nodes read from `a` to `b`, or None; a bow's directed edge comes first."""
        self.require(a, b)
        found = [e for e in self._incident[a] if {e.source, e.target} == {a, b}]
        found.sort(key=lambda e: not e.directed)
        return None if not found else found[0] if found[0].source == a else found[0].reversed()

    def adjacent(self, node: str) -> tuple[str, ...]:
        """Every node that shares an edge with this one, sorted."""
        self.require(node)
        return tuple(sorted({e.target if e.source == node else e.source for e in self._incident[node]}))

    def parents(self, node: str) -> tuple[str, ...]:
        """Direct causes: nodes with a directed edge into this one, sorted."""
        self.require(node)
        return tuple(sorted(self._parents[node]))

    def children(self, node: str) -> tuple[str, ...]:
        """Direct effects: nodes this one has a directed edge into, sorted."""
        self.require(node)
        return tuple(sorted(self._children[node]))

    def ancestors(self, *nodes: str) -> frozenset[str]:
        """The nodes and every node with a directed path to one of them."""
        return self._reach(nodes, self._parents)

    def descendants(self, *nodes: str) -> frozenset[str]:
        """The nodes and every node they have a directed path to."""
        return self._reach(nodes, self._children)

    def _reach(self, start: Iterable[str], table: dict[str, frozenset[str]]) -> frozenset[str]:
        todo = list(start)
        self.require(*todo)
        seen = set(todo)
        while todo:
            for other in table[todo.pop()]:
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return frozenset(seen)

    def directed_cycle(self) -> tuple[str, ...] | None:
        """A directed cycle as its nodes in order, the first repeated at the end; None if there is none."""
        return find_cycle({n: sorted(c) for n, c in self._children.items()})

    def _refuse_cycle(self) -> None:
        if cycle := self.directed_cycle():
            raise BadArguments(
                f"The graph has a cycle: {' -> '.join(cycle)}. A causal DAG has none; "
                "remove one of these edges, or unroll the loop over time."
            )

    def __str__(self) -> str:
        lonely = [n for n in self.nodes if not self._incident[n]]
        return "; ".join([*map(str, self.edges), *lonely])


class Dag(Graph):
    """A directed acyclic graph: every edge is a direct cause, some nodes may be latent."""

    allowed = frozenset({"->", "<-"})
    kind: Literal["dag"] = "dag"

    def _check(self) -> None:
        self._refuse_cycle()

    def topological_order(self) -> tuple[str, ...]:
        """Causes before effects; ties by the order of the nodes."""
        waiting = {n: len(self._parents[n]) for n in self.nodes}
        place = {n: i for i, n in enumerate(self.nodes)}
        order: list[str] = []
        ready = deque(n for n in self.nodes if not waiting[n])
        while ready:
            node = ready.popleft()
            order.append(node)
            for child in sorted(self._children[node], key=place.__getitem__):
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        return tuple(order)


class Admg(Graph):
    """An acyclic directed mixed graph: direct causes, and `<->` for a hidden common cause.

    Two nodes may have both a directed and a bidirected edge (a bow).
    """

    allowed = frozenset({"->", "<-", "<->"})
    kind: Literal["admg"] = "admg"

    def _identity(self, e: Edge) -> object:
        return (frozenset((e.source, e.target)), e.directed)

    def _check(self) -> None:
        self._refuse_cycle()

    def siblings(self, node: str) -> tuple[str, ...]:
        """Nodes that share a hidden common cause with this one, sorted."""
        return tuple(
            sorted(e.target if e.source == node else e.source for e in self.incident(node) if e.symbol == "<->")
        )


class Cpdag(Graph):
    """A Markov equivalence class of DAGs: `--` is an edge whose direction the class does not decide."""

    allowed = frozenset({"->", "<-", "--"})
    kind: Literal["cpdag"] = "cpdag"

    def _check(self) -> None:
        self._refuse_cycle()

    def undirected_neighbours(self, node: str) -> tuple[str, ...]:
        """Nodes joined to this one by an undirected edge, sorted."""
        return tuple(
            sorted(e.target if e.source == node else e.source for e in self.incident(node) if e.symbol == "--")
        )


class Pag(Graph):
    """A partial ancestral graph: what data tell when hidden common causes are possible."""

    allowed = frozenset(MARKS)
    kind: Literal["pag"] = "pag"


class LaggedDag(Graph):
    """A DAG over time: an edge with `lag_steps` k runs from source at t-k to target at t."""

    allowed = frozenset({"->", "<-"})
    kind: Literal["lagged_dag"] = "lagged_dag"

    def _identity(self, e: Edge) -> object:
        return (e.source, e.target, e.lag_steps)

    def _check(self) -> None:
        same_time: dict[str, list[str]] = {n: [] for n in self.nodes}
        for e in self.edges:
            if e.symbol == "<-":
                raise BadArguments(f"Write edge {str(e)!r} from cause to effect in a LaggedDag.")
            if e.lag_steps == 0:
                same_time[e.source].append(e.target)
        if cycle := find_cycle(same_time):
            raise BadArguments(
                f"The graph has a cycle within one time step: {' -> '.join(cycle)}. Give one of these edges a lag."
            )


AnyGraph = Annotated[Dag | Admg | Cpdag | Pag | LaggedDag, Discriminator("kind")]
"""Any of the five kinds; JSON carries `kind`."""


def find_cycle(children: dict[str, list[str]]) -> tuple[str, ...] | None:
    """Find a directed cycle by depth-first search without recursion.

    Returns:
        Its nodes in order with the first repeated at the end, or None.
    """
    state: dict[str, int] = {}
    for root in children:
        if root in state:
            continue
        path: list[str] = [root]
        stack = [iter(children[root])]
        state[root] = 1
        while stack:
            child = next(stack[-1], None)
            if child is None:
                state[path.pop()] = 2
                stack.pop()
            elif state.get(child) == 1:
                return (*path[path.index(child) :], child)
            elif child not in state:
                state[child] = 1
                path.append(child)
                stack.append(iter(children[child]))
    return None
