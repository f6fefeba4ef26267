"""Read and write Tetrad's text: `Graph Nodes:` with names between semicolons, `Graph Edges:` with numbered edges."""

from __future__ import annotations

import re

from ..errors import BadArguments
from ..graphs import AnyGraph
from ._draft import Draft, GraphText, bad_line, canonical, refuse

_EDGE = re.compile(
    r"\s*(?:\d+\.)?\s*(?P<a>\S+)\s+(?P<mark>-->|<--|<->|---|o->|<-o|o-o|o--|--o)\s+(?P<b>\S+)\s*(?P<rest>.*)$"
)
_SYMBOLS = {"-->": "->", "<--": "<-", "---": "--"}
_WRITTEN = {"->": "-->", "--": "---"}
_HEAD = re.compile(r"Graph Nodes:|Graph Edges:|Graph Attributes:|Graph Node Attributes:|Ambiguous triples")


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read a graph that Tetrad saved; latent nodes stand in parentheses, edge properties are left out.

    Raises:
        BadArguments: with the line and the offending text.
    """
    draft = Draft("Tetrad text")
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if match := _HEAD.match(line):
            section, line = match.group(), line[match.end() :].strip()
        if not line:
            continue
        if section == "Graph Nodes:":
            for name in re.split("[;,]", line):
                hidden = re.fullmatch(r"\((.+)\)", name.strip())
                draft.node(hidden.group(1) if hidden else name.strip(), number, latent=bool(hidden))
        elif section == "Graph Edges:":
            _edge(draft, line, number)
        elif not section:
            raise bad_line(draft.what, number, line, "a Tetrad text starts with `Graph Nodes:`.")
    return draft.finish("tetrad", latent)


def write(graph: AnyGraph) -> str:
    """Write a graph as Tetrad does.

    Raises:
        BadArguments: the graph has lags, or a name with blanks or separators, which Tetrad cannot tell apart.
    """
    refuse(graph, "tetrad", lags=True)
    for name in graph.nodes:
        if not name or re.search(r"[\s;,()]", name):
            raise BadArguments(
                f"tetrad cannot hold the name {name!r} (blanks, `;`, `,`, parentheses); use json or edgelist."
            )
    nodes = ";".join(f"({n})" if n in graph.latent else n for n in graph.nodes)
    lines = ["Graph Nodes:", nodes, "", "Graph Edges:"]
    for i, e in enumerate(map(canonical, graph.edges), start=1):
        lines.append(f"{i}. {e.source} {_WRITTEN.get(e.symbol, e.symbol)} {e.target}")
    return "\n".join(lines) + "\n"


def _edge(draft: Draft, line: str, number: int) -> None:
    match = _EDGE.match(line)
    if match is None:
        raise bad_line(draft.what, number, line, "an edge reads `1. a --> b`, with -->, <->, ---, o-> or o-o.")
    ends = [re.sub(r"^\((.+)\)$", r"\1", match.group(end)) for end in "ab"]
    if missing := [n for n in ends if n not in draft.nodes]:
        raise bad_line(draft.what, number, line, f"{missing[0]!r} is not among the nodes above.")
    draft.edge(ends[0], _SYMBOLS.get(match.group("mark"), match.group("mark")), ends[1], number)
