"""Read and write Graphviz DOT with a small parser of our own; marks are `dir`, `arrowhead` and `arrowtail`."""

from __future__ import annotations

import re

from ..edges import SYMBOLS, Mark
from ..graphs import AnyGraph
from ._attributes import add_edge, latent_of
from ._dot_parser import Attributes, Parsed, parse
from ._draft import Draft, GraphText, bad_line, canonical, declared_kind, edge_extras, kind_to_state, refuse

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = {"graph", "digraph", "subgraph", "node", "edge", "strict"}
_GENERATED = re.compile(r"(n|v|node|id)?_?\d+", re.IGNORECASE)
_ENDS = {"forward": (False, True), "back": (True, False), "both": (True, True), "none": (False, False)}
_STYLE: dict[str, Attributes] = {
    "->": {},
    "<->": {"dir": "both"},
    "--": {"dir": "none"},
    "o->": {"dir": "both", "arrowtail": "odot"},
    "o-o": {"dir": "both", "arrowtail": "odot", "arrowhead": "odot"},
    "o--": {"dir": "both", "arrowtail": "odot", "arrowhead": "none"},
}


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read a `digraph` or a `graph`; nodes whose ids are made up (`n0`, `1`) take their labels as names.

    Raises:
        BadArguments: with the line and the offending text.
    """
    parsed = parse(text, "dot")
    draft = Draft("DOT text")
    if parsed.keyword not in ("digraph", "graph"):
        raise bad_line(draft.what, 1, parsed.keyword, "a DOT text starts with `digraph` or `graph`.")
    if "kind" in parsed.attributes:
        declared_kind(draft, parsed.attributes["kind"])
    names = _labels(parsed)
    if names:
        draft.notes.append("The nodes' ids are made up, so their labels were taken as names.")
    for node, attributes, line in parsed.nodes:
        draft.node(names.get(node, node), line, latent=latent_of(attributes))
    for source, arrow, target, attributes, line in parsed.edges:
        symbol = _symbol(draft, arrow, attributes, line)
        add_edge(draft, names.get(source, source), symbol, names.get(target, target), attributes, line)
    return draft.finish("dot", latent)


def write(graph: AnyGraph) -> str:
    """Write a graph as a `digraph`; Graphviz draws it with the right marks, dowhy reads its latent nodes."""
    refuse(graph, "dot")
    lines = ["digraph {"]
    if stated := kind_to_state(graph):
        lines.append(f"  kind={stated};")
    for name in graph.nodes:
        lines.append(f"  {_quoted(name)}" + (' [observed="no"];' if name in graph.latent else ";"))
    for e in map(canonical, graph.edges):
        attributes = _STYLE[e.symbol] | {k: str(v) for k, v in edge_extras(e).items()}
        if e.lag_steps:
            attributes["label"] = f"lag {e.lag_steps}"
        said = ", ".join(f"{k}={_quoted(v)}" for k, v in attributes.items())
        lines.append(f"  {_quoted(e.source)} -> {_quoted(e.target)}" + (f" [{said}];" if said else ";"))
    return "\n".join([*lines, "}"]) + "\n"


def _labels(parsed: Parsed) -> dict[str, str]:
    """Labels by id, when every id is made up and every node has a label of its own."""
    ids = {node for node, _, _ in parsed.nodes}
    labels = {node: attributes["label"] for node, attributes, _ in parsed.nodes if "label" in attributes}
    if ids and ids == labels.keys() and all(map(_GENERATED.fullmatch, ids)) and len(set(labels.values())) == len(ids):
        return labels
    return {}


def _symbol(draft: Draft, arrow: str, attributes: Attributes, line: int) -> str:
    if arrow not in ("->", "--"):
        return arrow.replace("@", "o")
    direction = attributes.get("dir", "forward" if arrow == "->" else "none").lower()
    if direction not in _ENDS:
        raise bad_line(draft.what, line, f"dir={direction}", f"`dir` must be one of {', '.join(_ENDS)}.")
    at_tail, at_head = _ENDS[direction]
    tail = _mark(attributes.get("arrowtail", "normal")) if at_tail else "tail"
    head = _mark(attributes.get("arrowhead", "normal")) if at_head else "tail"
    return SYMBOLS[tail, head]


def _mark(shape: str) -> Mark:
    marks: dict[str, Mark] = {"odot": "circle", "circle": "circle", "none": "tail"}
    return marks.get(shape.lower(), "arrow")


def _quoted(name: str) -> str:
    if _PLAIN.fullmatch(name) and name.lower() not in _KEYWORDS:
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
