"""A graph that the premises state, given edge by edge or by the name of a graph of the run."""

from __future__ import annotations

from ..domain.edges import edge
from ..domain.errors import BadArguments
from ..domain.graphs import Admg, Dag
from ..spec import Args, Env


class StatedGraphArgs(Args):
    """Arguments of the tools that take a graph as stated."""

    graph: str | None = None
    """Name of a DAG or ADMG of this run; None when `edges` states it."""
    edges: tuple[tuple[str, str], ...] = ()
    """Direct causes as (cause, effect)."""
    confounded: tuple[tuple[str, str], ...] = ()
    """Pairs that share an unobserved common cause."""
    nodes: tuple[str, ...] = ()
    """Variables that no edge names; every variable asked about is in an edge or here."""
    latent: tuple[str, ...] = ()
    """Variables that are not observed."""


def stated_graph(args: StatedGraphArgs, env: Env, *asked: str) -> Dag | Admg:
    """The graph, with everything that is asked about in it.

    Raises:
        BadArguments: edges and a graph are both given, the graph is an equivalence class or has a cycle, or a
            variable asked about is not in it.
    """
    if args.graph is not None:
        if args.edges or args.confounded:
            raise BadArguments("Give edges, or the name of a graph, not both.")
        graph = env.graph(args.graph)
        if not isinstance(graph, Dag | Admg):
            raise BadArguments(f"{args.graph!r} is a {type(graph).__name__}; a DAG or an ADMG is needed.")
    else:
        graph = _built(args)
    graph.require(*asked)
    return graph


def _built(args: StatedGraphArgs) -> Dag | Admg:
    nodes = dict.fromkeys((*args.nodes, *args.latent))
    directed = [edge(a, "->", b) for a, b in dict.fromkeys(args.edges)]
    if not args.confounded:
        return Dag.build(directed, nodes=nodes, latent=args.latent)
    pairs = {frozenset(pair): pair for pair in args.confounded}
    hidden = [edge(a, "<->", b) for a, b in pairs.values()]
    return Admg.build([*directed, *hidden], nodes=nodes, latent=args.latent)
