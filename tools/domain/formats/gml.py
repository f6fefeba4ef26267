"""Read and write GML with a small reader of our own: nested `key [ … ]` lists, no recursion."""

from __future__ import annotations

import re

from ..errors import BadArguments
from ..graphs import AnyGraph
from ._attributes import add_edge, latent_of
from ._draft import Draft, GraphText, bad_line, canonical, declared_kind, edge_extras, kind_to_state, refuse

MAX_DEPTH = 50
_TOKEN = re.compile(
    r'\s++|^\s*+\#[^\n]*+|(?P<string>"[^"]*+")|(?P<bracket>[\[\]])|(?P<word>[^\s\[\]"]++)', re.MULTILINE
)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(quot|amp|lt|gt|apos));")
_NAMED = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'"}

Item = tuple[str, object, int]
"""A key, its value (text, or a list of items), and its line."""


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read a GML graph; a node's name is its label, or its id when it has none.

    Raises:
        BadArguments: with the line and the offending text.
    """
    draft = Draft("GML text")
    graphs = [(value, line) for key, value, line in _items(text, draft.what) if key.lower() == "graph"]
    if len(graphs) != 1 or not isinstance(graphs[0][0], list):
        raise BadArguments(f"The GML text must hold one `graph [ … ]`; it has {len(graphs)}.")
    items: list[Item] = graphs[0][0]
    top = {key: str(value) for key, value, _ in items if not isinstance(value, list)}
    if "kind" in top:
        declared_kind(draft, top["kind"])
    names = _nodes(draft, items)
    symbol = "->" if top.get("directed", "0") == "1" else "--"
    for key, value, line in items:
        if key == "edge":
            said = _record(draft, value, line)
            ends = [said.get("source"), said.get("target")]
            if missing := [e for e in ends if e not in names]:
                shown = f"edge {said.get('source')} -> {said.get('target')}"
                raise bad_line(draft.what, line, shown, f"there is no node with the id {str(missing[0])[:40]!r}.")
            add_edge(draft, names[str(ends[0])], symbol, names[str(ends[1])], said, line)
    return draft.finish("gml", latent)


def write(graph: AnyGraph) -> str:
    """Write a graph as GML that networkx and dowhy read; marks, lags and origins are edge attributes."""
    refuse(graph, "gml")
    lines = ["graph [", "  directed 1"]
    if len({(c.source, c.target) for c in map(canonical, graph.edges)}) < len(graph.edges):
        lines.append("  multigraph 1")
    if stated := kind_to_state(graph):
        lines.append(f'  kind "{stated}"')
    number = {name: i for i, name in enumerate(graph.nodes)}
    for name, i in number.items():
        hidden = ' observed "no"' if name in graph.latent else ""
        lines.append(f'  node [ id {i} label "{_escape(name)}"{hidden} ]')
    for key, e in enumerate(map(canonical, graph.edges)):
        said: dict[str, str | int | float] = {}
        if e.symbol != "->":
            said |= {"mark_source": e.mark_source, "mark_target": e.mark_target}
        if "  multigraph 1" in lines:
            said["key"] = key
        said |= edge_extras(e)
        shown = "".join(f' {k} "{v}"' if isinstance(v, str) else f" {k} {v}" for k, v in said.items())
        lines.append(f"  edge [ source {number[e.source]} target {number[e.target]}{shown} ]")
    return "\n".join([*lines, "]"]) + "\n"


def _nodes(draft: Draft, items: list[Item]) -> dict[str, str]:
    names: dict[str, str] = {}
    for key, value, line in items:
        if key == "node":
            said = _record(draft, value, line)
            name = said.get("label", said.get("id"))
            if name is None or "id" not in said:
                raise bad_line(draft.what, line, str(said), "a node needs an `id`.")
            if said["id"] in names or name in draft.nodes:
                raise bad_line(draft.what, line, name, "this node is given twice; ids and labels must be unique.")
            names[said["id"]] = name
            draft.node(name, line, latent=latent_of(said))
    return names


def _record(draft: Draft, value: object, line: int) -> dict[str, str]:
    if not isinstance(value, list):
        raise bad_line(draft.what, line, str(value), "expected `[ … ]` here.")
    items: list[Item] = value
    return {key: str(inner) for key, inner, _ in items if not isinstance(inner, list)}


def _items(text: str, what: str) -> list[Item]:
    """Read the text into nested lists of key and value, with a stack in place of recursion."""
    root: list[Item] = []
    stack, key, key_line = [root], "", 0
    line = 1
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise bad_line(what, line, text[at : at + 40].split("\n")[0], "a quote is not closed.")
        kind, found = match.lastgroup, match.group()
        if kind == "bracket" and found == "[":
            if not key or len(stack) > MAX_DEPTH:
                problem = f"lists are nested deeper than {MAX_DEPTH}." if key else "a `[` needs a key before it."
                raise bad_line(what, line, "[", problem)
            inner: list[Item] = []
            stack[-1].append((key, inner, key_line))
            stack.append(inner)
            key = ""
        elif kind == "bracket":
            if key or len(stack) == 1:
                raise bad_line(what, line, f"{key} ]", "this `]` closes nothing, or a key before it has no value.")
            stack.pop()
        elif kind == "word" and not key:
            key, key_line = found, line
        elif kind in ("word", "string"):
            if not key:
                raise bad_line(what, line, found, "a value needs a key before it.")
            stack[-1].append((key, _unescape(found[1:-1]) if kind == "string" else found, key_line))
            key = ""
        line += found.count("\n")
        at = match.end()
    if len(stack) > 1 or key:
        raise bad_line(what, line, key or "end of text", "a closing `]` or a value is missing.")
    return root


def _escape(name: str) -> str:
    return re.sub(r'[^ -~]|[&"]', lambda m: f"&#{ord(m.group())};", name)


def _unescape(found: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match.group(3):
            return _NAMED[match.group(3)]
        code = int(match.group(1)) if match.group(1) else int(match.group(2), 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else match.group()

    return _ENTITY.sub(one, found)
