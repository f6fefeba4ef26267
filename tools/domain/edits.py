"""Changes to a graph that a person asks for, as values, and what each does to each kind of graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from pydantic import Field

from .edges import MARKS, Edge
from .errors import BadArguments
from .graphs import Admg, AnyGraph, Cpdag, Dag, LaggedDag, Pag
from .knowledge import Knowledge
from .model import Model

Action = Literal[
    "add", "remove", "reverse", "orient", "forbid", "no_causes", "no_effects", "hide", "show", "add_node", "remove_node"
]


class Edit(Model):
    """One change to a graph."""

    action: Action
    source: str
    target: str | None = None
    """The other end; None for changes of a node (`no_causes`, `no_effects`, `hide`, `show`, `add_node`, `remove_node`)."""
    symbol: str = "->"
    """The edge meant, such as `->`, `<->` or `--`; `--` in a removal means whatever edge there is."""
    lag_steps: int = Field(default=0, ge=0)

    def __str__(self) -> str:
        lag = f" [lag {self.lag_steps}]" if self.lag_steps else ""
        edge = f"{self.source} {self.symbol} {self.target}{lag}"
        return {
            "forbid": f"{self.source} does not cause {self.target}",
            "no_causes": f"nothing causes {self.source}",
            "no_effects": f"{self.source} causes nothing",
            "hide": f"{self.source} is latent",
            "show": f"{self.source} is observed",
            "add_node": f"add node {self.source}",
            "remove_node": f"remove node {self.source}",
        }.get(self.action, f"{self.action} {edge}")


def apply_edit(graph: AnyGraph, edit: Edit) -> AnyGraph:
    """Change a graph.

    On a Cpdag, orienting an edge also orients what follows from it (Meek's rules), and only undecided edges can
    be oriented. Adding `<->` to a Dag gives an Admg.

    Args:
        graph: Left as it is.
        edit: The change.

    Returns:
        The changed graph; new edges have the origin `user`.

    Raises:
        BadArguments: the edge or node is not there, is there already, or the change would make a cycle, which is named.
    """
    if edit.action not in ("add", "add_node"):
        graph.require(edit.source, *([edit.target] if edit.target is not None else []))
    if edit.action in _ON_EDGES and edit.target is None:
        raise BadArguments(f"To {edit.action} an edge takes two variables; only {edit.source!r} is named.")
    return _APPLY[edit.action](graph, edit)


def changes(before: AnyGraph, after: AnyGraph) -> tuple[str, ...]:
    """What differs between two graphs, in words: edges and nodes added, removed or changed; the kind; what is latent."""
    said: list[str] = []
    if before.kind != after.kind:
        said.append(f"the graph is now a {type(after).__name__}, not a {type(before).__name__}")
    old, new = _between(before), _between(after)
    for pair in dict.fromkeys([*old, *new]):
        was, now = old.get(pair), new.get(pair)
        if was != now:
            said.append(f"added {now}" if was is None else f"removed {was}" if now is None else f"{was} became {now}")
    said += [f"added node {n}" for n in after.nodes if n not in before.nodes]
    said += [f"removed node {n}" for n in before.nodes if n not in after.nodes]
    said += [f"{n} is now latent" for n in after.latent if n not in before.latent]
    said += [f"{n} is now observed" for n in before.latent if n not in after.latent and n in after.nodes]
    return tuple(said)


def _between(graph: AnyGraph) -> dict[frozenset[str], str]:
    table: dict[frozenset[str], list[str]] = {}
    for e in graph.edges:
        ends = frozenset((e.source, e.target))
        shown = e.reversed() if e.symbol in ("<-", "<-o", "--o") and not e.lag_steps else e
        table.setdefault(ends, []).append(str(shown))
    return {ends: " and ".join(sorted(shown)) for ends, shown in table.items()}


def _rebuilt(graph: AnyGraph, edges: Iterable[Edge], cls: type[AnyGraph] | None = None) -> AnyGraph:
    built = (cls or type(graph)).build(edges, nodes=graph.nodes, latent=graph.latent)
    if isinstance(built, Pag) and (cycle := built.directed_cycle()):
        raise BadArguments(f"That makes a cycle: {' -> '.join(cycle)}. Remove or reverse one of these edges first.")
    return built


def _found(graph: AnyGraph, edit: Edit) -> tuple[Edge, ...]:
    """The edges an edit speaks of; `--` stands for any edge outside a Cpdag or Pag that has such an edge."""
    pair = {edit.source, edit.target}
    between = [e for e in graph.edges if {e.source, e.target} == pair]
    if edit.lag_steps:
        between = [e for e in between if e.lag_steps == edit.lag_steps]
    wanted = _edge(edit)
    exact = [e for e in between if _same(e, wanted)]
    found = exact or (between if edit.symbol == "--" else [])
    if not found:
        there = " and ".join(map(str, between)) or "no edge between them"
        raise BadArguments(f"There is no edge {wanted} in the graph; there is {there}.")
    return tuple(found)


def _same(e: Edge, wanted: Edge) -> bool:
    lagless = [x.model_copy(update={"lag_steps": 0, "origin": "user", "support": None}) for x in (e, wanted)]
    return lagless[0] == lagless[1] or (lagless[0].reversed() == lagless[1])


def _edge(edit: Edit) -> Edge:
    if edit.symbol not in MARKS:
        raise BadArguments(f"There is no arrow {edit.symbol!r}; allowed: {sorted(MARKS)}.")
    mark_source, mark_target = MARKS[edit.symbol]
    return Edge(
        source=edit.source, target=edit.target or "", mark_source=mark_source, mark_target=mark_target, lag_steps=edit.lag_steps
    )  # fmt: skip


def _add(graph: AnyGraph, edit: Edit) -> AnyGraph:
    e = _edge(edit)
    if e.lag_steps and not isinstance(graph, LaggedDag):
        raise BadArguments(f"A lag needs a graph over time, not a {type(graph).__name__}.")
    if e.symbol == "<-" and isinstance(graph, LaggedDag):
        e = Edge(source=e.target, target=e.source, lag_steps=e.lag_steps)
    pair = {e.source, e.target}
    between = [x for x in graph.edges if {x.source, x.target} == pair]
    cls = type(graph)
    if isinstance(graph, Dag | Admg) and e.symbol == "<->":
        cls = Admg
        between = [x for x in between if not x.directed]
    elif isinstance(graph, Admg):
        between = [x for x in between if x.directed]
    elif isinstance(graph, LaggedDag):
        between = [x for x in between if x.lag_steps == e.lag_steps and x.source == e.source]
    elif isinstance(graph, Cpdag) and e.directed and any(x.symbol == "--" for x in between):
        return _orient(graph, edit)
    if between:
        raise BadArguments(f"There is already the edge {between[0]}; remove or reverse it to change it.")
    try:
        built = cls.build([*graph.edges, e], nodes=graph.nodes, latent=graph.latent)
    except BadArguments as error:
        raise BadArguments(f"{e} cannot be added: {error}") from error
    return _closed(_rebuilt(built, built.edges))


def _remove(graph: AnyGraph, edit: Edit) -> AnyGraph:
    gone = _found(graph, edit)
    return _rebuilt(graph, [e for e in graph.edges if e not in gone])


def _reverse(graph: AnyGraph, edit: Edit) -> AnyGraph:
    found = [e for e in _found(graph, edit) if e.mark_source != e.mark_target]
    if not found:
        raise BadArguments(f"{edit.source} {edit.symbol} {edit.target} reads the same both ways; orient or remove it.")
    if any(e.lag_steps for e in found):
        raise BadArguments("An edge with a lag cannot be reversed: an effect does not come before its cause.")

    def turned(e: Edge) -> Edge:
        return e.model_copy(
            update={"mark_source": e.mark_target, "mark_target": e.mark_source, "origin": "user", "support": None}
        )

    edges = [turned(e) if e in found else e for e in graph.edges]
    try:
        return _closed(_rebuilt(graph, edges))
    except BadArguments as error:
        raise BadArguments(f"{found[0]} cannot be reversed: {error}") from error


def _orient(graph: AnyGraph, edit: Edit) -> AnyGraph:
    source, target = edit.source, edit.target or ""
    if edit.symbol == "<-":
        source, target = target, source
    elif edit.symbol != "->" and not isinstance(graph, Pag):
        raise BadArguments(f"Orient an edge as `a -> b` or `a <- b`, not as {edit.symbol!r}.")
    between = [e for e in graph.edges if {e.source, e.target} == {source, target}]
    if isinstance(graph, Cpdag) and between:
        if between[0].symbol == "--":
            from .equivalence import orient

            return orient(graph, Knowledge(required=((source, target),)))
        if source in graph.parents(target):
            return graph
    if isinstance(graph, Pag) and between:
        return _orient_pag(graph, between[0], _edge(edit))
    there = " and ".join(map(str, between)) or "no edge between them"
    raise BadArguments(f"Only an undecided edge can be oriented; there is {there}. Use reverse, add or remove.")


def _orient_pag(graph: Pag, e: Edge, wanted: Edge) -> AnyGraph:
    if wanted.source != e.source:
        wanted = wanted.reversed()
    for node in (e.source, e.target):
        if e.mark_at(node) not in ("circle", wanted.mark_at(node)):
            raise BadArguments(
                f"The mark of {e} at {node!r} is decided; only circles can be oriented. Remove the edge to contradict it."
            )
    return _rebuilt(graph, [wanted if x == e else x for x in graph.edges])


def _forbid(graph: AnyGraph, edit: Edit) -> AnyGraph:
    """Take away the edge that says source causes target; on an undecided edge, take the other direction."""
    source, target = edit.source, edit.target or ""
    between = [e for e in graph.edges if {e.source, e.target} == {source, target}]
    if isinstance(graph, Cpdag):
        if any(e.symbol == "--" for e in between):
            return _orient(graph, Edit(action="orient", source=target, target=source))
        _refuse_decided(
            graph, [e for e in between if source in graph.parents(target)], f"{source} does not cause {target}"
        )
        return graph
    if isinstance(graph, Pag):
        return _no_tail(graph, source, [e for e in between if e.mark_at(target) != "tail"])
    return _rebuilt(graph, [e for e in graph.edges if not (e in between and _from_to(e) == (source, target))])


def _no_causes(graph: AnyGraph, edit: Edit) -> AnyGraph:
    node = edit.source
    if isinstance(graph, Cpdag):
        _refuse_decided(
            graph, [e for e in graph.incident(node) if e.directed and e.mark_at(node) == "arrow"], str(edit)
        )
        knowledge = Knowledge(required=tuple((node, other) for other in graph.undirected_neighbours(node)))
        return _with_knowledge(graph, knowledge)
    if isinstance(graph, Pag):
        raise BadArguments("A Pag cannot say that nothing causes a variable; orient its edges one by one.")
    return _rebuilt(graph, [e for e in graph.edges if _from_to(e)[1] != node])


def _no_effects(graph: AnyGraph, edit: Edit) -> AnyGraph:
    node = edit.source
    if isinstance(graph, Cpdag):
        _refuse_decided(graph, [e for e in graph.incident(node) if e.directed and e.mark_at(node) == "tail"], str(edit))
        knowledge = Knowledge(required=tuple((other, node) for other in graph.undirected_neighbours(node)))
        return _with_knowledge(graph, knowledge)
    if isinstance(graph, Pag):
        return _no_tail(graph, node, list(graph.incident(node)))
    return _rebuilt(graph, [e for e in graph.edges if _from_to(e)[0] != node])


def _no_tail(graph: Pag, node: str, edges: list[Edge]) -> AnyGraph:
    """Put an arrowhead at `node` on edges that may start there: it is no cause of their other end."""
    _refuse_decided(graph, [e for e in edges if e.mark_at(node) == "tail"], f"{node} is no cause")

    def headed(e: Edge) -> Edge:
        end = "mark_source" if e.source == node else "mark_target"
        return e.model_copy(update={end: "arrow", "origin": "user"})

    return _rebuilt(graph, [headed(e) if e in edges else e for e in graph.edges])


def _refuse_decided(graph: AnyGraph, edges: list[Edge], wish: str) -> None:
    if edges:
        raise BadArguments(
            f"{wish!r} contradicts {edges[0]}, which the {type(graph).__name__} holds as decided. "
            "Remove or reverse that edge to overrule it."
        )


def _with_knowledge(graph: Cpdag, knowledge: Knowledge) -> AnyGraph:
    if knowledge.empty:
        return graph
    from .equivalence import orient

    return orient(graph, knowledge)


def _closed(graph: AnyGraph) -> AnyGraph:
    """A Cpdag with everything oriented that follows from its arrows; other kinds as they are."""
    if not isinstance(graph, Cpdag):
        return graph
    from .equivalence import orient

    return orient(graph, Knowledge())


def _from_to(e: Edge) -> tuple[str | None, str | None]:
    """Cause and effect of a directed edge; two Nones for any other."""
    if not e.directed:
        return None, None
    return (e.source, e.target) if e.symbol == "->" else (e.target, e.source)


def _hide(graph: AnyGraph, edit: Edit) -> AnyGraph:
    if not isinstance(graph, Dag | Admg | LaggedDag):
        raise BadArguments(f"A {type(graph).__name__} is about observed variables; it has no latent nodes.")
    return type(graph).build(graph.edges, nodes=graph.nodes, latent=dict.fromkeys([*graph.latent, edit.source]))


def _show(graph: AnyGraph, edit: Edit) -> AnyGraph:
    return type(graph).build(graph.edges, nodes=graph.nodes, latent=[n for n in graph.latent if n != edit.source])


def _add_node(graph: AnyGraph, edit: Edit) -> AnyGraph:
    if edit.source in graph.nodes:
        raise BadArguments(f"There is already a node {edit.source!r}.")
    return type(graph).build(graph.edges, nodes=[*graph.nodes, edit.source], latent=graph.latent)


def _remove_node(graph: AnyGraph, edit: Edit) -> AnyGraph:
    node = edit.source
    return type(graph).build(
        [e for e in graph.edges if node not in (e.source, e.target)],
        nodes=[n for n in graph.nodes if n != node],
        latent=[n for n in graph.latent if n != node],
    )


_ON_EDGES = ("add", "remove", "reverse", "orient", "forbid")
_APPLY: dict[Action, Callable[[AnyGraph, Edit], AnyGraph]] = {
    "add": _add,
    "remove": _remove,
    "reverse": _reverse,
    "orient": _orient,
    "forbid": _forbid,
    "no_causes": _no_causes,
    "no_effects": _no_effects,
    "hide": _hide,
    "show": _show,
    "add_node": _add_node,
    "remove_node": _remove_node,
}
