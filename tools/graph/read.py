"""Read a graph from text: dagitty, DOT, GML, GraphML, edges, an adjacency matrix, networkx, JSON, Mermaid or Tetrad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..domain.equivalence import is_valid_cpdag
from ..domain.errors import BadArguments
from ..domain.formats import FORMATS, GraphText, read_graph_text
from ..domain.graphs import Cpdag
from ..domain.results import GraphResult
from ..spec import Args, Tool

if TYPE_CHECKING:
    from ..spec import Env


class ReadArgs(Args):
    """Arguments of `graph_read`."""

    text: str = Field(max_length=5_000_000)
    """The graph, such as `dag { z -> {x y}; x -> y }` or `z -> x; x -> y`, at most 5 MB."""
    name: str = Field(min_length=1, max_length=200)
    """Name to give the graph."""
    format: str | None = None
    """One of dagitty, dot, gml, graphml, edgelist, adjacency, nodelink, json, mermaid, tetrad; None tells it from the text."""
    latent: tuple[str, ...] = ()
    """Nodes that are not measured, besides those the text marks."""


def run(args: ReadArgs, env: Env) -> GraphResult:
    """Read the text and name the graph.

    Returns:
        The graph, with notes on what the text says beyond it and on anything that was read in an unexpected way.

    Raises:
        BadArguments: with the line, the offending text and what is allowed; a cycle is shown.
        TooLarge: the text is over the bounds.
    """
    if args.format is not None and args.format not in FORMATS:
        raise BadArguments(f"There is no graph format {args.format[:40]!r}; there are {', '.join(FORMATS)}.")
    found = read_graph_text(args.text, args.format, args.latent)
    return GraphResult(name=args.name, graph=found.graph, method="read", notes=_notes(found), warnings=_warnings(found))


def _notes(found: GraphText) -> tuple[str, ...]:
    said = [f"read as {found.format}"]
    if found.exposures:
        said.append(f"the text marks {', '.join(found.exposures)} as exposure")
    if found.outcomes:
        said.append(f"the text marks {', '.join(found.outcomes)} as outcome")
    return (*said, *found.notes)


def _warnings(found: GraphText) -> tuple[str, ...]:
    graph = found.graph
    if isinstance(graph, Cpdag) and any(e.symbol == "--" for e in graph.edges) and not is_valid_cpdag(graph):
        return (
            "This is not the equivalence class of any one DAG as it stands: some arrows come from knowledge beyond the data, "
            "or follow from others and are not drawn, or it has no member.",
        )
    return ()


TOOL = Tool(
    "graph_read",
    ReadArgs,
    run,
    example=ReadArgs(text="dag { z -> {t y}; t -> y }", name="drawn"),
    reference="Textor et al. 2016 (dagitty); Gansner & North 2000 (DOT)",
)
