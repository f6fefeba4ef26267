"""Parse the DOT language and its dialect dagitty into nodes and edges with attributes; no layout, no recursion."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from ..errors import TooLarge
from ._draft import MAX_EDGES, bad_line

MAX_DEPTH = 200
"""Deepest nesting of braces that is read."""
MAX_QUOTED = 10_000
"""Longest text, in characters, that is put together from quoted pieces."""

_TOKEN = re.compile(
    r"""
    (?P<space>[\s\ufeff]++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/|^\#[^\n]*+)
  | (?P<quoted>"(?:[^"\\]++|\\.)*+")
  | (?P<arrow>@->|@-@|@--|--@|<->|<-@|<-|->|--)
  | (?P<word>(?:(?<![\w.])-(?=[\d.]))?[\w.]++)
  | (?P<op>[{}\[\];,=:+])
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

_ANGLE = re.compile("[<>]")
COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw", "c", "_")
Dialect = Literal["dot", "dagitty"]
Attributes = dict[str, str]


@dataclass(slots=True)
class Token:
    """One word, name, arrow or bracket, and its line."""

    kind: str
    text: str
    line: int


@dataclass
class Parsed:
    """What the text says, in order; every mention of a node is listed."""

    keyword: str = ""
    attributes: Attributes = field(default_factory=dict[str, str])
    nodes: list[tuple[str, Attributes, int]] = field(default_factory=list[tuple[str, Attributes, int]])
    edges: list[tuple[str, str, str, Attributes, int]] = field(
        default_factory=list[tuple[str, str, str, Attributes, int]]
    )


@dataclass
class _Frame:
    """One pair of braces: the nodes in it, its defaults, and the statement being read."""

    node_defaults: Attributes
    edge_defaults: Attributes
    names: dict[str, None] = field(default_factory=dict[str, None])
    chain: list[list[str]] = field(default_factory=list[list[str]])
    arrows: list[str] = field(default_factory=list[str])
    attributes: Attributes | None = None
    line: int = 0


def parse(text: str, dialect: Dialect) -> Parsed:
    """Parse a whole text.

    Args:
        text: `digraph { … }`, `graph { … }`, or `dag { … }` and the like.
        dialect: Which rules for escapes and defaults hold.

    Raises:
        BadArguments: with the line and the offending text.
        TooLarge: braces are nested too deeply or stand for too many edges.
    """
    return _Parser(text, dialect).parse()


class _Parser:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self.dialect = dialect
        self.what = f"{dialect} text"
        self.tokens = _tokens(text, dialect, self.what)
        self.at = 0
        self.out = Parsed()

    def peek(self) -> Token:
        return self.tokens[self.at]

    def take(self, *texts: str) -> Token:
        token = self.tokens[self.at]
        if texts and (token.text not in texts or token.kind == "quoted"):
            raise self.error(token, f"expected {' or '.join(map(repr, texts))}.")
        if token.kind != "end":
            self.at += 1
        return token

    def error(self, token: Token, problem: str) -> Exception:
        return bad_line(self.what, token.line, token.text or "end of text", problem)

    def parse(self) -> Parsed:
        word = self.take()
        if word.text.lower() == "strict":
            word = self.take()
        self.out.keyword = word.text.lower()
        if self.peek().kind in ("word", "quoted"):
            self.take()
        self.take("{")
        stack = [_Frame({}, {})]
        while stack:
            self._step(stack)
        if self.peek().kind != "end":
            raise self.error(self.peek(), "nothing may follow the closing brace.")
        return self.out

    def _step(self, stack: list[_Frame]) -> None:
        frame, token = stack[-1], self.take()
        if token.kind == "end":
            raise self.error(token, "a closing brace is missing.")
        if token.kind in ("quoted", "word"):
            self._word(stack, frame, token)
        elif token.kind == "arrow":
            if len(frame.chain) != len(frame.arrows) + 1 or frame.attributes is not None:
                raise self.error(token, "an arrow needs a node on its left.")
            frame.arrows.append(token.text)
        elif token.text == "{":
            self._push(stack, frame)
        elif token.text == "}":
            self._finish(frame, token)
            stack.pop()
            if stack:
                stack[-1].names |= frame.names
                self._operand(stack[-1], list(frame.names), token)
        elif token.text == "[":
            if not frame.chain or len(frame.chain) == len(frame.arrows):
                raise self.error(token, "attributes need a node or an edge before them.")
            frame.attributes = (frame.attributes or {}) | self._attributes()
        elif token.text in (";", ","):
            self._finish(frame, token)
        else:
            raise self.error(
                token, "this is not a node, an edge or an attribute; quote names that hold such characters."
            )

    def _word(self, stack: list[_Frame], frame: _Frame, token: Token) -> None:
        keyword = token.text.lower() if token.kind == "word" else ""
        ahead = self.peek()
        if ahead.text == "=" and ahead.kind == "op":
            self.take()
            self.out.attributes[token.text] = self.take().text
        elif keyword == "subgraph" and (ahead.text == "{" or self.tokens[self.at + 1].text == "{"):
            while self.take().text != "{":
                pass
            self._push(stack, frame)
        elif keyword in ("node", "edge", "graph") and ahead.text == "[" and ahead.kind == "op":
            if self.dialect == "dagitty" and keyword != "graph":
                self._operand(frame, [token.text], token)
                return
            self._finish(frame, token)
            self.take("[")
            target = {"node": frame.node_defaults, "edge": frame.edge_defaults}.get(keyword, self.out.attributes)
            target |= self._attributes()
        else:
            if self.dialect == "dot" and ahead.text == ":" and ahead.kind == "op":
                self.take()
                self.take(*COMPASS)  # a port says where to draw, not what
            self._operand(frame, [token.text], token)

    def _push(self, stack: list[_Frame], frame: _Frame) -> None:
        if len(stack) >= MAX_DEPTH:
            raise TooLarge(f"Braces in the {self.what} are nested deeper than {MAX_DEPTH} (line {self.peek().line}).")
        stack.append(_Frame(dict(frame.node_defaults), dict(frame.edge_defaults)))

    def _operand(self, frame: _Frame, names: list[str], token: Token) -> None:
        if len(frame.chain) == len(frame.arrows) + 1:
            self._finish(frame, token)
        if not frame.chain:
            frame.line = token.line
        frame.chain.append(names)
        for name in names:
            frame.names[name] = None
            self.out.nodes.append((name, {}, token.line))

    def _finish(self, frame: _Frame, token: Token) -> None:
        """End a statement: give attributes to its node, or make its edges."""
        if frame.arrows and len(frame.chain) == len(frame.arrows):
            raise self.error(token, f"an arrow {frame.arrows[-1]!r} needs a node on its right.")
        said = frame.attributes or {}
        if frame.chain and not frame.arrows:
            attributes = frame.node_defaults | said
            if attributes:
                self.out.nodes += [(name, attributes, frame.line) for name in frame.chain[0]]
        attributes = frame.edge_defaults | said
        for left, arrow, right in zip(frame.chain, frame.arrows, frame.chain[1:], strict=False):
            if len(self.out.edges) + len(left) * len(right) > 2 * MAX_EDGES:
                raise TooLarge(f"The {self.what} has more than {MAX_EDGES:,} edges (line {frame.line}).")
            self.out.edges += [(a, arrow, b, attributes, frame.line) for a in left for b in right]
        frame.chain, frame.arrows, frame.attributes = [], [], None

    def _attributes(self) -> Attributes:
        found: Attributes = {}
        while True:
            token = self.take()
            if token.text == "]" and token.kind == "op":
                return found
            if token.text in (",", ";") and token.kind == "op":
                continue
            if token.kind not in ("word", "quoted"):
                raise self.error(token, "expected an attribute such as `key=value`, or `]`.")
            value = "true"
            if self.peek().text == "=" and self.peek().kind == "op":
                self.take()
                given = self.take()
                if given.kind not in ("word", "quoted"):
                    raise self.error(given, f"attribute {token.text[:40]!r} has no value.")
                value = given.text
            found[token.text] = value


def _tokens(text: str, dialect: Dialect, what: str) -> list[Token]:
    tokens: list[Token] = []
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at] == "<":
                end = _end_of_html(text, at, line, what)
                tokens.append(Token("quoted", text[at:end], line))
                line += text.count("\n", at, end)
                at = end
                continue
            near = text[at : at + 40].split("\n")[0]
            problem = "a quote is not closed." if text[at] == '"' else "quote names that hold such characters."
            raise bad_line(what, line, near, problem)
        kind, found = str(match.lastgroup), match.group()
        if kind == "quoted":
            _add_quoted(tokens, Token(kind, unquote(found, dialect), line))
        elif kind != "space":
            tokens.append(Token(kind, found, line))
        line += found.count("\n")
        at = match.end()
    tokens += [Token("end", "", line)] * 2
    return tokens


def _add_quoted(tokens: list[Token], token: Token) -> None:
    """Add a quoted name; `"a" + "b"` is one name."""
    if len(tokens) > 1 and tokens[-1].text == "+" and tokens[-1].kind == "op" and tokens[-2].kind == "quoted":
        tokens.pop()
        tokens[-1].text += token.text
        if len(tokens[-1].text) > MAX_QUOTED:
            raise TooLarge(f"A name on line {token.line} has more than {MAX_QUOTED:,} characters.")
    else:
        tokens.append(token)


def _end_of_html(text: str, at: int, line: int, what: str) -> int:
    depth = 0
    for bracket in _ANGLE.finditer(text, at):
        depth += 1 if bracket.group() == "<" else -1
        if depth == 0:
            return bracket.end()
    raise bad_line(what, line, text[at : at + 40], "a `<` is not closed.")


def unquote(found: str, dialect: Dialect) -> str:
    """The name inside double quotes: both read `\\"`, only DOT reads a double backslash as one."""
    inner = re.sub(r"\\\r?\n", "", found[1:-1])
    if dialect == "dagitty":
        return inner.replace('\\"', '"')
    return re.sub(r'\\(["\\])', r"\1", inner)
