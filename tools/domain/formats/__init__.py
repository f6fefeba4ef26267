"""Read and write graphs in the formats people have them in, and read what they know in plain words.

Texts come from strangers: sizes are bounded, nothing in them is executed or fetched, nesting costs no stack,
and what a format cannot hold is refused, not dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import BadArguments, TooLarge
from ..graphs import AnyGraph
from . import _json, adjacency, dagitty, dot, edgelist, gml, graphml, mermaid, nodelink, tetrad
from ._draft import MAX_BYTES, GraphText, edge_extras
from .edits import read_edit, read_edits
from .knowledge import read_knowledge

__all__ = [
    "FORMATS",
    "GraphText",
    "detect_format",
    "not_kept",
    "read_edit",
    "read_edits",
    "read_graph",
    "read_graph_text",
    "read_knowledge",
    "write_graph",
]

_READERS: dict[str, Callable[[str, tuple[str, ...]], GraphText]] = {
    "dagitty": dagitty.read,
    "dot": dot.read,
    "gml": gml.read,
    "graphml": graphml.read,
    "edgelist": edgelist.read,
    "adjacency": adjacency.read,
    "nodelink": nodelink.read,
    "json": _json.read,
    "mermaid": mermaid.read,
    "tetrad": tetrad.read,
}
_WRITERS: dict[str, Callable[[AnyGraph], str]] = {
    "dagitty": dagitty.write,
    "dot": dot.write,
    "gml": gml.write,
    "graphml": graphml.write,
    "edgelist": edgelist.write,
    "adjacency": adjacency.write,
    "nodelink": nodelink.write,
    "json": _json.write,
    "mermaid": mermaid.write,
    "tetrad": tetrad.write,
}
FORMATS = tuple(_READERS)
"""Names of the formats that are read and written."""

_PLAIN = ("edgelist", "adjacency", "mermaid", "tetrad")
_FENCE = re.compile(r"\s*```[^\n]*\n(.*?)\n?```\s*$", re.DOTALL)
_NAME = r'(?:"(?:[^"\\]++|\\.)*+"|[\w.-]++)?\s*+'
_STARTS = (
    ("dagitty", re.compile(rf"(?:strict\s+)?(?:dag|pdag|mag|pag)\b\s*+{_NAME}\{{", re.IGNORECASE)),
    ("dot", re.compile(rf"(?:strict\s+)?(?:digraph|graph)\b\s*+{_NAME}\{{", re.IGNORECASE)),
    ("gml", re.compile(r"(?:(?:Creator|Version|comment)[ \t]+[^\n]*+\n\s*+)*+graph\s*+\[", re.IGNORECASE)),
    (
        "mermaid",
        re.compile(
            r"(?:%%[^\n]*+\n\s*+)*+(?:flowchart(?:-elk)?(?=\s*[;\n]|\s+[TBRL][BDTLR]\b)|graph\s+(?:TB|TD|BT|RL|LR)\b)",
            re.DOTALL,
        ),
    ),
    ("tetrad", re.compile(r"Graph Nodes:")),
)
_PREAMBLE = re.compile(r"(?:\s++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/|\#[^\n]*+)*+")


def read_graph(text: str, format: str | None = None, latent: tuple[str, ...] = ()) -> AnyGraph:
    """Read a graph from text.

    Args:
        text: In one of `FORMATS`, at most 5 MB.
        format: Name of the format; None to tell it from the text.
        latent: Nodes to mark as hidden besides those the text marks.

    Raises:
        BadArguments: with the line, the offending text and what is allowed; also for a cycle, which is shown.
        TooLarge: the text is over 5 MB, or holds over 20,000 nodes or 200,000 edges.

    Example:
        >>> str(read_graph("dag { z -> {x y}; x -> y }"))
        'z -> x; z -> y; x -> y'
    """
    return read_graph_text(text, format, latent).graph


def read_graph_text(text: str, format: str | None = None, latent: tuple[str, ...] = ()) -> GraphText:
    """Read a graph with what the text says beyond it: its format, exposures, outcomes and notes; see `read_graph`."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise TooLarge(f"The graph text has {len(text):,} characters; at most {MAX_BYTES:,} bytes are read.")
    text = text.removeprefix("\ufeff")
    if match := _FENCE.match(text):
        text = match.group(1) + "\n"
    if not text.strip():
        raise BadArguments(f"The graph text is empty. {edgelist.ALLOWED}")
    name = detect_format(text) if format is None else format
    if name not in _READERS:
        raise BadArguments(f"There is no graph format {name[:40]!r}; there are {', '.join(FORMATS)}.")
    return _READERS[name](text.lstrip() if name == "graphml" else text, tuple(latent))


def write_graph(graph: AnyGraph, format: str) -> str:
    """Write a graph as text.

    Args:
        graph: Any of the five kinds.
        format: One of `FORMATS`; only `json` holds every kind whole. `not_kept` says what else would not travel.

    Raises:
        BadArguments: the format cannot hold a mark, a lag, a latent node or a name of this graph.
    """
    if format not in _WRITERS:
        raise BadArguments(f"There is no graph format {format[:40]!r}; there are {', '.join(FORMATS)}.")
    return _WRITERS[format](graph)


def not_kept(graph: AnyGraph, format: str) -> tuple[str, ...]:
    """What of a graph's provenance a format has no place for, in words; its structure is always kept or refused."""
    if format not in _PLAIN:
        return ()
    marked = [e for e in graph.edges if edge_extras(e).keys() & {"origin", "support", "confidence"}]
    return (
        (f"{format} has no place for the origin, bootstrap support and confidence of {len(marked)} edge(s)",)
        if marked
        else ()
    )


def detect_format(text: str) -> str:
    """Tell the format of a text from how it starts; what looks like none of the others is an edge list."""
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped.startswith("---\n") and (end := stripped.find("\n---\n", 3)) > 0:  # Mermaid's front matter
        stripped = stripped[end + 5 :].lstrip()
    preamble = _PREAMBLE.match(text)
    body = text[preamble.end() :] if preamble else stripped
    if stripped.startswith("<"):
        return "graphml"
    if re.match(r'\{\s*["}]', stripped):
        return "json" if _ours(stripped) else "nodelink"
    for name, start in _STARTS:
        if start.match(body) or start.match(stripped):
            return name
    return "adjacency" if adjacency.looks_like(text) else "edgelist"


def _ours(text: str) -> bool:
    """Whether JSON has our `kind` at its top level."""
    try:
        data = _json.load(text, "text")
    except BadArguments:
        return False
    return isinstance(data, dict) and "kind" in data
