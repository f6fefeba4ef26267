"""Read and write GraphML; document types and entities are refused, so no text can grow while it is read."""

from __future__ import annotations

import re
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from ..errors import BadArguments
from ..graphs import AnyGraph
from ._attributes import add_edge, latent_of
from ._draft import Draft, GraphText, bad_line, canonical, declared_kind, edge_extras, kind_to_state, refuse

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GENERATED = re.compile(r"(n|v|node|id)?_?\d+", re.IGNORECASE)
_KEYS = {
    "kind": ("graph", "string"),
    "observed": ("node", "string"),
    "mark_source": ("edge", "string"),
    "mark_target": ("edge", "string"),
    "lag_steps": ("edge", "int"),
    "origin": ("edge", "string"),
    "support": ("edge", "double"),
    "confidence": ("edge", "double"),
}


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read one GraphML graph; nodes whose ids are made up (`n0`) take their labels as names.

    Raises:
        BadArguments: with the line; also for a DOCTYPE or an entity, which GraphML does not need.
    """
    draft = Draft("GraphML text")
    found = _Reader(draft.what).run(text)
    if "kind" in found.graph:
        declared_kind(draft, found.graph["kind"])
    labels = {node: said["label"] for node, said, _ in found.nodes if "label" in said}
    ids = [node for node, _, _ in found.nodes]
    named = len(set(labels.values())) == len(ids) and all(map(_GENERATED.fullmatch, ids))
    names = {node: labels[node] if named else node for node in ids}
    if named and ids:
        draft.notes.append("The nodes' ids are made up, so their labels were taken as names.")
    for node, said, line in found.nodes:
        if names[node] in draft.nodes:
            raise bad_line(draft.what, line, node, "this node is given twice; ids must be unique.")
        draft.node(names[node], line, latent=latent_of(said))
    for source, target, directed, said, line in found.edges:
        if missing := [n for n in (source, target) if n not in names]:
            raise bad_line(draft.what, line, f"{source} -> {target}", f"there is no node {missing[0][:40]!r}.")
        add_edge(draft, names[source], "->" if directed else "--", names[target], said, line)
    return draft.finish("graphml", latent)


def write(graph: AnyGraph) -> str:
    """Write a graph as GraphML that networkx reads; marks, lags and origins are edge data.

    Raises:
        BadArguments: a name holds a control character, which XML cannot.
    """
    refuse(graph, "graphml")
    for name in graph.nodes:
        if bad := _NOT_XML.search(name):
            raise BadArguments(
                f"GraphML cannot hold the name {name!r}: XML has no character {bad.group()!r}; use json."
            )
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    for key, (place, type_) in _KEYS.items():
        lines.append(f'  <key id="{key}" for="{place}" attr.name="{key}" attr.type="{type_}"/>')
    lines.append('  <graph edgedefault="directed">')
    if stated := kind_to_state(graph):
        lines.append(f'    <data key="kind">{stated}</data>')
    for name in graph.nodes:
        hidden = '<data key="observed">no</data>' if name in graph.latent else ""
        lines.append(f"    <node id={quoteattr(name)}>{hidden}</node>")
    for e in map(canonical, graph.edges):
        marks = {} if e.symbol == "->" else {"mark_source": e.mark_source, "mark_target": e.mark_target}
        data = "".join(f'<data key="{k}">{v}</data>' for k, v in (marks | edge_extras(e)).items())
        lines.append(f"    <edge source={quoteattr(e.source)} target={quoteattr(e.target)}>{data}</edge>")
    return "\n".join([*lines, "  </graph>", "</graphml>"]) + "\n"


class _Reader:
    """Handlers over the parser's events; holds one open node or edge at a time."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.graph: dict[str, str] = {}
        self.nodes: list[tuple[str, dict[str, str], int]] = []
        self.edges: list[tuple[str, str, bool, dict[str, str], int]] = []
        self.names: dict[str, str] = {}
        self.directed: bool | None = None
        self.open: list[str] = []
        self.owner: dict[str, str] = {}
        self.key: str | None = None
        self.text: list[str] = []
        self.parser = expat.ParserCreate("utf-8")

    def run(self, text: str) -> _Reader:
        parser = self.parser
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        parser.EntityDeclHandler = self.doctype
        try:
            parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            line = (text.splitlines() or [""])[max(0, min(error.lineno, text.count("\n") + 1) - 1) :][:1]
            problem = f"it is not well-formed XML ({expat.errors.messages[error.code]})."
            raise bad_line(self.what, error.lineno, line[0] if line else "", problem) from error
        if self.directed is None:
            raise BadArguments("The GraphML text has no <graph> element.")
        return self

    def doctype(self, *_: object) -> None:
        raise bad_line(
            self.what, self.parser.CurrentLineNumber, "<!DOCTYPE or <!ENTITY", "document types and entities are refused; remove it."
        )  # fmt: skip

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag, line = tag.rsplit(":", 1)[-1], self.parser.CurrentLineNumber
        if tag in ("hyperedge", "port") or (tag == "graph" and self.directed is not None):
            raise bad_line(self.what, line, f"<{tag}>", "one flat graph without hyperedges and ports is expected.")
        if tag == "key" and "id" in attributes:
            self.names[attributes["id"]] = attributes.get("attr.name", attributes["id"])
        elif tag == "graph":
            self.directed = attributes.get("edgedefault", "directed") != "undirected"
            self.owner = self.graph
        elif tag == "node":
            self.owner = {}
            self.nodes.append((self._attribute(attributes, "id", tag, line), self.owner, line))
        elif tag == "edge":
            self.owner = {}
            directed = attributes.get("directed", "true" if self.directed else "false") == "true"
            ends = [self._attribute(attributes, end, tag, line) for end in ("source", "target")]
            self.edges.append((ends[0], ends[1], directed, self.owner, line))
        elif tag == "data":
            self.key, self.text = attributes.get("key", ""), []

    def _attribute(self, attributes: dict[str, str], name: str, tag: str, line: int) -> str:
        if name not in attributes:
            raise bad_line(self.what, line, f"<{tag}>", f"the attribute `{name}` is missing.")
        return attributes[name]

    def end(self, tag: str) -> None:
        tag = tag.rsplit(":", 1)[-1]
        if tag == "data" and self.key is not None:
            self.owner[self.names.get(self.key, self.key)] = "".join(self.text)
            self.key = None
        elif tag in ("node", "edge"):
            self.owner = self.graph

    def characters(self, found: str) -> None:
        if self.key is not None:
            self.text.append(found)
