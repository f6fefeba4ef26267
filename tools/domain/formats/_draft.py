"""A graph while it is being read: nodes and edges with the line they stand on, bounds, and the kind they add up to."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from ..edges import MARKS, Edge, Origin
from ..errors import BadArguments, TooLarge
from ..graphs import Admg, AnyGraph, Cpdag, Dag, LaggedDag, Pag
from ..model import Model

MAX_BYTES = 5_000_000
MAX_NODES = 20_000
MAX_EDGES = 200_000

KINDS: dict[str, type[Dag] | type[Admg] | type[Cpdag] | type[Pag] | type[LaggedDag]] = {
    "dag": Dag,
    "admg": Admg,
    "cpdag": Cpdag,
    "pag": Pag,
    "lagged_dag": LaggedDag,
}


class GraphText(Model):
    """What a text says: the graph, and what it says beyond it."""

    graph: AnyGraph
    format: str
    exposures: tuple[str, ...] = ()
    """Nodes that the text marks as treatment (dagitty's `exposure`)."""
    outcomes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What was read in a way the writer may not have meant, or is not part of a graph."""


def bad_line(what: str, line: int, text: str, problem: str) -> BadArguments:
    """An error that names the line, shows the offending text and says what is allowed."""
    shown = text.strip()
    return BadArguments(f"Line {line} of the {what}, {shown[:80]!r}{'…' if len(shown) > 80 else ''}: {problem}")


def canonical(e: Edge) -> Edge:
    """The edge written from its tail or circle: `b <- a` becomes `a -> b`; others stay as they are."""
    return e.reversed() if e.symbol in ("<-", "<-o", "--o") and not e.lag_steps else e


def kind_of(edges: Iterable[Edge]) -> str:
    """The narrowest kind of graph that allows the edges."""
    edges = tuple(edges)
    symbols = {canonical(e).symbol for e in edges}
    if any(e.lag_steps for e in edges):
        return "lagged_dag"
    if symbols <= {"->"}:
        return "dag"
    if symbols <= {"->", "<->"}:
        return "admg"
    return "cpdag" if symbols <= {"->", "--"} else "pag"


class Draft:
    """Collects nodes and edges, refuses what is too large, and builds the graph at the end."""

    def __init__(self, what: str) -> None:
        self.what = what
        """The format in words, for messages."""
        self.kind: str | None = None
        self.nodes: dict[str, None] = {}
        self.latent: dict[str, None] = {}
        self.edges: dict[tuple[str, str, str, int], Edge] = {}
        self.notes: list[str] = []
        self.exposures: list[str] = []
        self.outcomes: list[str] = []

    def node(self, name: str, line: int = 0, *, latent: bool = False) -> None:
        """Add a node, or say again that it is there."""
        if name not in self.nodes:
            if len(self.nodes) >= MAX_NODES:
                raise TooLarge(
                    f"The {self.what} has more than {MAX_NODES:,} nodes (line {line}); keep the variables of the question."
                )
            self.nodes[name] = None
        if latent:
            self.latent[name] = None

    def edge(
        self,
        source: str,
        symbol: str,
        target: str,
        line: int = 0,
        *,
        lag_steps: int = 0,
        origin: Origin = "user",
        support: float | None = None,
        confidence: float | None = None,
    ) -> None:
        """Add an edge; the same edge twice counts once."""
        mark_source, mark_target = MARKS[symbol]
        try:
            e = Edge(
                source=source, target=target, mark_source=mark_source, mark_target=mark_target,
                lag_steps=lag_steps, origin=origin, support=support, confidence=confidence,
            )  # fmt: skip
        except BadArguments as error:
            raise bad_line(self.what, line, f"{source} {symbol} {target}", str(error)) from error
        except ValidationError as error:
            problem = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors())
            raise bad_line(self.what, line, f"{source} {symbol} {target}", problem) from error
        e = canonical(e)
        self._refuse_two_cycle(e, line)
        self.node(source, line)
        self.node(target, line)
        if len(self.edges) >= MAX_EDGES:
            raise TooLarge(f"The {self.what} has more than {MAX_EDGES:,} edges (line {line}).")
        key = (e.source, e.symbol, e.target, e.lag_steps)
        mirrored = (e.target, e.symbol, e.source, e.lag_steps)
        if key in self.edges or (e.mark_source == e.mark_target and mirrored in self.edges):
            return
        self.edges[key] = e

    def _refuse_two_cycle(self, e: Edge, line: int) -> None:
        if e.symbol == "->" and e.lag_steps == 0 and (e.target, "->", e.source, 0) in self.edges:
            raise bad_line(
                self.what,
                line,
                str(e),
                f"the graph has a cycle: {e.target} -> {e.source} -> {e.target}. Remove one of the two; write "
                f"`{e.source} <-> {e.target}` for a hidden common cause, `{e.source} -- {e.target}` for an undecided direction.",
            )

    def finish(self, format: str, latent: Iterable[str] = ()) -> GraphText:
        """Build the graph of the declared kind, or of the narrowest kind that fits.

        Raises:
            BadArguments: a latent name is no node, the graph has a cycle, or an edge does not fit its kind.
        """
        latent = tuple(latent)
        if unknown := [n for n in latent if n not in self.nodes]:
            raise BadArguments(
                f"Latent {unknown} are not nodes of the {self.what}; its nodes are {list(self.nodes)[:20]}."
            )
        hidden = [n for n in self.nodes if n in self.latent or n in latent]
        edges = tuple(self.edges.values())
        cls = KINDS[self.kind or kind_of(edges)]
        graph = cls.build(edges, nodes=self.nodes, latent=hidden)
        if isinstance(graph, Pag) and (cycle := graph.directed_cycle()):
            raise BadArguments(f"The {self.what} has a cycle: {' -> '.join(cycle)}. Remove one of these edges.")
        return GraphText(
            graph=graph,
            format=format,
            exposures=tuple(self.exposures),
            outcomes=tuple(self.outcomes),
            notes=tuple(self.notes),
        )


def declared_kind(draft: Draft, kind: str, line: int = 0) -> None:
    """Take the kind that a text declares for itself."""
    if kind not in KINDS:
        raise bad_line(draft.what, line, kind, f"the kind of graph must be one of {', '.join(KINDS)}.")
    draft.kind = kind


def refuse(graph: AnyGraph, format: str, *, marks: bool = False, lags: bool = False, latent: bool = False) -> None:
    """Refuse a graph that holds what a format cannot.

    Args:
        graph: What is to be written.
        format: Name of the format, for the message.
        marks: Whether the format holds nothing but `->`.
        lags: Whether it holds no time lags.
        latent: Whether it holds no latent nodes.

    Raises:
        BadArguments: naming the first thing that would be lost.
    """
    instead = "json, edgelist, dot, gml, graphml and nodelink can."
    if lags and (lagged := next((e for e in graph.edges if e.lag_steps), None)):
        raise BadArguments(f"{format} cannot hold the time lag of edge {str(lagged)!r}; {instead}")
    if any(e.lag_steps for e in graph.edges) and not isinstance(graph, LaggedDag):
        raise BadArguments(f"Only a LaggedDag with time lags can be written as {format}; use json.")
    if marks and (other := next((e for e in graph.edges if not e.directed), None)):
        raise BadArguments(f"{format} holds directed edges only, not {str(other)!r}; {instead}")
    if latent and graph.latent:
        raise BadArguments(f"{format} cannot mark {graph.latent[0]!r} as latent; {instead}")
    refuse_surrogates(graph)


def refuse_surrogates(graph: AnyGraph) -> None:
    """Refuse names that no text file can hold."""
    for name in graph.nodes:
        if any("\ud800" <= c <= "\udfff" for c in name):
            raise BadArguments(
                f"The name {name!r} holds half a surrogate pair, which is not text; rename the variable."
            )


def kind_to_state(graph: AnyGraph) -> str | None:
    """The kind, when a reader could not tell it from the edges alone."""
    return None if kind_of(graph.edges) == graph.kind else graph.kind


def edge_extras(e: Edge) -> dict[str, str | int | float]:
    """What an edge carries beyond its ends and marks, without defaults: lag, origin, support, confidence."""
    extras: dict[str, str | int | float] = {}
    if e.lag_steps:
        extras["lag_steps"] = e.lag_steps
    if e.origin != "user":
        extras["origin"] = e.origin
    if e.support is not None:
        extras["support"] = e.support
    if e.confidence is not None:
        extras["confidence"] = e.confidence
    return extras
