"""Split plain text into statements, names and arrows; quoted names are opaque until they are asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..edges import MARKS
from ..errors import BadArguments
from ._draft import bad_line

_QUOTED = re.compile(r'"(?:[^"\\\n]++|\\.)*+(?P<end>")?|(?<!\w)\'[^\'\n]++\'(?!\w)|`[^`\n]++`')
_HELD = re.compile("\0(\\d+)\0")
_BULLET = re.compile(r"\s*(?:[*•·]\s+|-\s+(?=[^\s>-])|\d{1,6}[.)]\s+)")
_COMMENT = re.compile(r"(?:^|(?<=\s))(?:#|//).*$")
_NEGATED = re.compile(r"↛|↮|-/-?>|-[xX]->|!->|-!>|=/=>")
_ARROW = re.compile(
    r"(?P<left><|(?<![^\s\0])[o@○])?(?P<body>-{1,4}|={1,3}|─{1,3})(?P<right>>|[o@○](?![^\s\0]))?"
    r"|(?P<to>[→⟶⇒⟹➔➜])|(?P<from>[←⟵⇐])|(?P<both>[↔⟷⇔])"
)
_ENDS = {"<": "<", ">": ">", "o": "o", "@": "o", "○": "o", "": ""}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a text; quoted names stand in it as numbers between NULs."""

    line: int
    text: str
    quoted: tuple[str, ...]
    what: str
    """What is being read, in words, for messages."""

    def raw(self, part: str | None = None) -> str:
        """The statement, or a part of it, as it was written."""
        return _HELD.sub(lambda m: json.dumps(self.quoted[int(m.group(1))], ensure_ascii=False), part or self.text)

    def error(self, problem: str) -> BadArguments:
        """An error that points at this statement."""
        return bad_line(self.what, self.line, self.raw(), problem)

    def name(self, part: str) -> str:
        """The one name that a part of the statement is."""
        part = part.strip()
        if match := _HELD.fullmatch(part):
            return self.quoted[int(match.group(1))]
        if not part:
            raise self.error("a name is missing.")
        if "\0" in part:
            raise self.error("a quoted name must stand alone; quote the whole name.")
        return part

    def names(self, part: str) -> list[str]:
        """The names in a list: `a`, `a, b` or `{a b}`."""
        part = part.strip()
        if part.startswith("{") and part.endswith("}"):
            inner = part[1:-1]
            return [self.name(p) for p in (inner.split(",") if "," in inner else inner.split()) if p.strip()]
        return [self.name(p) for p in part.split(",")]

    def arrows(self) -> tuple[list[str], list[str]]:
        """Split at the arrows.

        Returns:
            The parts between arrows, one more than there are arrows, and the arrows as `->`, `<->`, `--`, `o->`, ….
        """
        parts: list[str] = []
        symbols: list[str] = []
        start = 0
        for match in _ARROW.finditer(self.text):
            if symbol := _symbol(match):
                parts.append(self.text[start : match.start()])
                symbols.append(symbol)
                start = match.end()
        return [*parts, self.text[start:]], symbols

    def struck(self) -> tuple[list[str], list[str]]:
        """The names on both sides of a struck-through arrow: `a -/-> b`."""
        parts = _NEGATED.split(self.text)
        if len(parts) != 2:
            raise self.error("one struck-through arrow a statement is expected, such as `a -/-> b`.")
        return self.names(parts[0]), self.names(parts[1])

    @property
    def negated(self) -> bool:
        """Whether an arrow is struck through, such as `a -/-> b`."""
        return bool(_NEGATED.search(self.text))


def statements(text: str, what: str) -> Iterator[Statement]:
    """Split a text at line ends and semicolons; comments, bullets and empty lines are left out.

    Raises:
        BadArguments: a quoted name is not valid, or the text holds NUL characters.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if "\0" in line:
            raise bad_line(what, number, line, "NUL characters are not text; quote the name as JSON, with \\u0000.")
        quoted: list[str] = []
        held = _QUOTED.sub(lambda m: _hold(m, quoted, what, number), line.rstrip("\r"))  # noqa: B023
        for piece in _COMMENT.sub("", held).split(";"):
            piece = _BULLET.sub("", piece, count=1) if _BULLET.match(piece) else piece
            piece = piece.strip()
            if piece:
                yield Statement(number, piece, tuple(quoted), what)


def quote(name: str) -> str:
    """Write a name so that it is read back as the same name wherever plain text is read."""
    if re.fullmatch(r"[^\W\d]\w*(?:\.\w+)*", name):
        return name
    return json.dumps(name, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\x85", "\\u0085")


def _hold(match: re.Match[str], quoted: list[str], what: str, line: int) -> str:
    found = match.group()
    if found[0] == '"':
        if not match.group("end"):
            problem = 'a double quote is not closed; quote the whole name and write a quote in it as \\".'
            raise bad_line(what, line, found, problem)
        try:
            name = str(json.loads(found, strict=False))
        except ValueError as error:
            raise bad_line(what, line, found, f"the quoted name is not a JSON string ({error}).") from error
    else:
        name = found[1:-1]
    quoted.append(name)
    return f"\0{len(quoted) - 1}\0"


def _symbol(match: re.Match[str]) -> str | None:
    """The arrow as we write it, or None where dashes are part of a name."""
    for group, symbol in (("to", "->"), ("from", "<-"), ("both", "<->")):
        if match.group(group):
            return symbol
    left, right = _ENDS[match.group("left") or ""], _ENDS[match.group("right") or ""]
    body = match.group("body")
    if len(body) == 1 and "<" not in left and ">" not in right and not (left and right):
        return None  # a hyphen, or the `o-` of a word
    if body[0] == "=" and "<" not in left and ">" not in right:
        return None
    dashes = "-" if left and right else "--" if not ({left, right} & {"<", ">"}) else "-"
    symbol = f"{left}{dashes}{right}"
    return symbol if symbol in MARKS else None
