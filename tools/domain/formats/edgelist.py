"""Read and write plain lists of edges: `a -> b`, `a, b`, `a b`, `a causes b`, `a → b`, one a line."""

from __future__ import annotations

import re

from ..graphs import AnyGraph
from ._draft import Draft, GraphText, canonical, declared_kind, kind_to_state, refuse
from ._lines import Statement, quote, statements

ALLOWED = (
    "Write one edge a line: `a -> b`, `a <-> b`, `a -- b`, `a causes b`, `a, b` or `a b`; "
    "put names with spaces or signs in double quotes."
)
MAX_STATEMENT = 5_000
"""Characters of a statement without an arrow; more is not an edge, and patterns over it would be slow."""
_LAG = re.compile(r"\[\s*lag\s+(\d{1,9})\s*\]\s*$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"(latent|hidden|unobserved|kind|nodes?)\s*:\s*(.*)$", re.IGNORECASE)
_VERB = re.compile(
    r"(?P<left>\S.*?)\s+(?:(?P<forward>causes?|affects?|influences?|drives?|leads\s+to)"
    r"|(?P<backward>is\s+(?:caused|affected|influenced|driven)\s+by|depends\s+on))\s+(?P<right>.*\S)"
)
_NEGATION = re.compile(r"\b(?:not|doesn't|don't|cannot|can't|never|nothing|nobody|no)\b|\bn't\b", re.IGNORECASE)
_HEADERS = {("source", "target"), ("from", "to"), ("cause", "effect"), ("parent", "child")}


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read a list of edges; `latent: u` marks hidden nodes, a name alone on its line is a node without edges.

    Raises:
        BadArguments: with the line, the offending text and the allowed forms.
    """
    draft = Draft("edge list")
    for i, statement in enumerate(statements(text, draft.what)):
        if i == 0 and tuple(p.strip().lower() for p in statement.text.split(",")) in _HEADERS:
            continue
        _statement(draft, statement)
    return draft.finish("edgelist", latent)


def write(graph: AnyGraph) -> str:
    """Write one edge a line; origins and bootstrap support are not part of this format."""
    refuse(graph, "edgelist")
    lines: list[str] = []
    if stated := kind_to_state(graph):
        lines.append(f"kind: {stated}")
    if _order_is_lost(graph):
        lines += ["node: " + quote(n) for n in graph.nodes]
    for e in map(canonical, graph.edges):
        lag = f" [lag {e.lag_steps}]" if e.lag_steps else ""
        lines.append(f"{quote(e.source)} {e.symbol} {quote(e.target)}{lag}")
    if graph.latent:
        lines.append("latent: " + ", ".join(map(quote, graph.latent)))
    return "\n".join(lines) + "\n"


def _order_is_lost(graph: AnyGraph) -> bool:
    """Whether the edges alone would give other nodes, or another order of them."""
    named = dict.fromkeys(n for e in map(canonical, graph.edges) for n in (e.source, e.target))
    return tuple(named | dict.fromkeys(graph.latent)) != graph.nodes


def _statement(draft: Draft, statement: Statement) -> None:
    line = statement.line
    if match := _DIRECTIVE.match(statement.text):
        _directive(draft, statement, match.group(1).lower(), match.group(2))
        return
    if statement.negated:
        raise statement.error(f"this says what is not an edge; that is knowledge about a graph, not a graph. {ALLOWED}")
    lag = 0
    if match := _LAG.search(statement.text):
        lag = int(match.group(1))
        statement = Statement(line, statement.text[: match.start()], statement.quoted, statement.what)
    parts, symbols = statement.arrows()
    if not symbols:
        parts, symbols = _without_arrow(statement)
    groups = [statement.names(p) for p in parts]
    for group in groups:
        for name in group:
            draft.node(name, line)
    for left, symbol, right in zip(groups, symbols, groups[1:], strict=False):
        for a in left:
            for b in right:
                if symbol == "<-" and lag:
                    draft.edge(b, "->", a, line, lag_steps=lag)
                else:
                    draft.edge(a, symbol, b, line, lag_steps=lag)


def _directive(draft: Draft, statement: Statement, word: str, rest: str) -> None:
    if word == "kind":
        declared_kind(draft, rest.strip(), statement.line)
        return
    for name in statement.names(rest):
        draft.node(name, statement.line, latent=not word.startswith("node"))


def _without_arrow(statement: Statement) -> tuple[list[str], list[str]]:
    """Parts and arrows of a statement in words, with a comma, a tab or a space, or of a lone name."""
    text = statement.text
    if len(text) > MAX_STATEMENT:
        raise statement.error(f"this is not an edge; it has {len(text):,} characters. {ALLOWED}")
    if _NEGATION.search(text) and len(text.split()) > 2:
        raise statement.error(f"this says what is not an edge; that is knowledge about a graph, not a graph. {ALLOWED}")
    if match := _VERB.fullmatch(" ".join(text.split())):
        return [match.group("left"), match.group("right")], ["->" if match.group("forward") else "<-"]
    fields = [f.strip() for f in re.split(r"[,\t]", re.sub(r"\s*\{\s*\}$", "", text))]
    if len(fields) == 1:
        fields = fields[0].split()
    if len(fields) == 1:
        return fields, []
    if len(fields) == 2 and all(fields):
        return fields, ["->"]
    raise statement.error(f"this is not an edge. {ALLOWED}")
