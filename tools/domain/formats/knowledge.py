"""Read background knowledge from plain English lines, from JSON, or from a Tetrad knowledge file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from ..errors import BadArguments, TooLarge
from ..knowledge import Knowledge
from ._draft import MAX_BYTES
from ._json import load, problems
from ._lines import Statement, statements

ALLOWED = (
    "Write one statement a line: `age -> income` (required), `forbidden: b -> a`, `x does not cause y`, `nothing causes age`, "
    "`income causes nothing`, `a comes before b`, `tiers: age, sex < education < income`, or `tier 1: age, sex`."
)
MAX_PAIRS = 200_000
MAX_STATEMENT = 20_000
"""Characters; more is not a statement, and patterns over it would be slow."""

_LABEL = re.compile(
    r"(?P<label>required?|requires|must|forbidden|forbid|not|no edge|tiers?|order|exogenous|randomi[sz]ed|roots?|leaves|leaf|sinks?)"
    r"(?:\s*[:]\s*|\s+(?=tier\b))(?P<rest>.*)$",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"(?P<label>required?|forbid(?:den)?|no edge)\s+(?P<rest>\S.*(?:->|<-|→|←).*)$", re.IGNORECASE)
_TIER = re.compile(r"(?:tier\s*)?(?P<number>\d{1,6})\s*:\s*(?P<rest>.*)$", re.IGNORECASE)
_CAUSE = r"(?:causes?|affects?|influences?)"
_NO_CAUSE = re.compile(
    rf"(?P<a>\S.*?)\s+(?:(?:does|do|did)\s+not|doesn't|don't|cannot|can\s+not|can't|never)\s+(?:directly\s+)?{_CAUSE}\s+(?P<b>\S.*)"
    r"|(?P<c>\S.*?)\s+has\s+no\s+(?:direct\s+)?effect\s+on\s+(?P<d>\S.*)",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?P<a>\S.*?)\s+(?:(?P<before>(?:(?:comes?|is|are|happens?|occurs?)\s+)?before|precedes?)"
    r"|(?:(?:comes?|is|are|happens?|occurs?)\s+)?after|follows?)\s+(?P<b>\S.*)",
    re.IGNORECASE,
)
_EXOGENOUS = re.compile(
    rf"(?:nothing|no\s+variable|no\s+one)\s+{_CAUSE}\s+(?P<a>\S.*)"
    r"|(?P<b>\S.*?)\s+(?:is|are|was|were)\s+(?:exogenous|randomi[sz]ed|randomly\s+assigned|a\s+root)"
    rf"|(?P<c>\S.*?)\s+(?:is|are)\s+(?:caused|affected|influenced)\s+by\s+nothing",
    re.IGNORECASE,
)
_LEAF = re.compile(
    rf"(?P<a>\S.*?)\s+{_CAUSE}\s+nothing|(?P<b>\S.*?)\s+(?:is|are)\s+(?:a\s+)?(?:leaf|leaves|sinks?)", re.IGNORECASE
)
_CAUSED = re.compile(
    rf"(?P<a>\S.*?)\s+{_CAUSE}\s+(?P<b>\S.*)|(?P<c>\S.*?)\s+(?:is|are)\s+caused\s+by\s+(?P<d>\S.*)", re.IGNORECASE
)
_EDGE_LABELS = {"require": True, "required": True, "requires": True, "must": True,
                "forbid": False, "forbidden": False, "not": False, "no edge": False}  # fmt: skip
_NODE_LABELS = {"exogenous", "randomised", "randomized", "root", "roots"}


class _Draft:
    def __init__(self) -> None:
        self.required: dict[tuple[str, str], None] = {}
        self.forbidden: dict[tuple[str, str], None] = {}
        self.tiers: dict[int, list[str]] = {}
        self.exogenous: dict[str, None] = {}
        self.leaves: dict[str, None] = {}

    def pairs(self, causes: list[str], effects: list[str], required: bool, at: Statement) -> None:
        table = self.required if required else self.forbidden
        if len(table) + len(causes) * len(effects) > MAX_PAIRS:
            raise TooLarge(f"The knowledge has more than {MAX_PAIRS:,} pairs (line {at.line}).")
        for a in causes:
            for b in effects:
                if a == b:
                    raise at.error(f"{a!r} stands on both sides; a variable cannot cause itself.")
                table[a, b] = None

    def finish(self) -> Knowledge:
        tiers = tuple(tuple(dict.fromkeys(self.tiers[i])) for i in sorted(self.tiers) if self.tiers[i])
        return check(
            Knowledge(
                required=tuple(self.required),
                forbidden=tuple(self.forbidden),
                tiers=tiers,
                exogenous=tuple(self.exogenous),
                leaves=tuple(self.leaves),
            )
        )


def read_knowledge(text: str) -> Knowledge:
    """Read what a person knows about the graph.

    Args:
        text: Plain lines, a JSON object with the fields of `Knowledge`, or a Tetrad knowledge file; at most 5 MB.

    Raises:
        BadArguments: a line is not understood (the message shows it and the forms that are), or the knowledge
            contradicts itself.
        TooLarge: the text is over the bound.

    Example:
        >>> read_knowledge("nothing causes age; tiers: age, sex < income").exogenous
        ('age',)
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise TooLarge(f"The knowledge has {len(text):,} characters; at most {MAX_BYTES:,} bytes are read.")
    text = text.removeprefix("\ufeff")
    if re.match(r"\s*\{\s*[\"}]", text):
        return _from_json(text)
    if re.match(r"\s*/knowledge\b", text):
        return _from_tetrad(text)
    draft = _Draft()
    for statement in statements(text, "knowledge"):
        if len(statement.text) > MAX_STATEMENT:
            raise statement.error(f"this statement has {len(statement.text):,} characters. {ALLOWED}")
        _statement(draft, statement)
    return draft.finish()


def check(knowledge: Knowledge) -> Knowledge:
    """The same knowledge, refused when it contradicts itself.

    Raises:
        BadArguments: with the contradiction in words.
    """
    placed: dict[str, int] = {}
    for i, tier in enumerate(knowledge.tiers):
        for name in tier:
            if placed.setdefault(name, i) != i:
                raise BadArguments(f"The knowledge contradicts itself: {name!r} is in two tiers. Leave it in one.")
    if problem := knowledge.contradiction():
        raise BadArguments(f"The knowledge contradicts itself: {problem}. Drop one of the two.")
    return knowledge


def _from_json(text: str) -> Knowledge:
    data: Any = load(text, "knowledge")
    try:
        return check(Knowledge.model_validate(data))
    except ValidationError as error:
        fields = ", ".join(Knowledge.model_fields)
        raise BadArguments(f"The JSON is not knowledge: {problems(error)}. Its fields are {fields}.") from error


def _statement(draft: _Draft, at: Statement) -> None:
    if match := _TIER.match(at.text):
        draft.tiers.setdefault(int(match.group("number")), []).extend(at.names(match.group("rest")))
    elif match := _LABEL.match(at.text) or _PREFIX.match(at.text):
        _labelled(draft, at, match.group("label").lower(), match.group("rest"))
    elif at.negated:
        draft.pairs(*at.struck(), False, at)
    elif at.arrows()[1]:
        _edges(draft, at, at.text, required=True)
    else:
        _words(draft, at)


def _labelled(draft: _Draft, at: Statement, label: str, rest: str) -> None:
    if label in _EDGE_LABELS:
        _edges(draft, at, rest, required=_EDGE_LABELS[label])
    elif label in ("tiers", "tier", "order"):
        if draft.tiers:
            raise at.error("the tiers are given twice; give them once.")
        draft.tiers = {i: at.names(tier) for i, tier in enumerate(re.split(r"\s*(?:<|→|->)\s*", rest))}
    else:
        table = draft.exogenous if label in _NODE_LABELS else draft.leaves
        table |= dict.fromkeys(at.names(rest))


def _edges(draft: _Draft, at: Statement, text: str, required: bool) -> None:
    part = Statement(at.line, text, at.quoted, at.what)
    parts, symbols = part.arrows()
    if not symbols:
        raise at.error(f"an edge such as `a -> b` is expected. {ALLOWED}")
    groups = [part.names(p) for p in parts]
    for left, symbol, right in zip(groups, symbols, groups[1:], strict=False):
        if symbol not in ("->", "<-"):
            raise at.error(f"knowledge is about `->` only, not {symbol!r}. {ALLOWED}")
        draft.pairs(*((left, right) if symbol == "->" else (right, left)), required, at)


def _words(draft: _Draft, at: Statement) -> None:
    """Read a statement in words; the order of the patterns matters, for they overlap."""
    text = " ".join(at.text.split()).rstrip(".")
    if match := _EXOGENOUS.fullmatch(text):
        draft.exogenous |= dict.fromkeys(at.names(_first(match, "abc")))
    elif match := _LEAF.fullmatch(text):
        draft.leaves |= dict.fromkeys(at.names(_first(match, "ab")))
    elif match := _NO_CAUSE.fullmatch(text):
        draft.pairs(at.names(_first(match, "ac")), at.names(_first(match, "bd")), False, at)
    elif match := _ORDER.fullmatch(text):
        first, second = at.names(match.group("a")), at.names(match.group("b"))
        early, late = (first, second) if match.group("before") else (second, first)
        draft.pairs(late, early, False, at)
    elif match := _CAUSED.fullmatch(text):
        swap = match.group("a") is None
        causes, effects = at.names(_first(match, "ad")), at.names(_first(match, "bc"))
        if not swap and re.search(r"\b(?:not|never|no)\b", text, re.IGNORECASE):
            raise at.error(f"this is not understood. {ALLOWED}")
        draft.pairs(causes, effects, True, at)
    else:
        raise at.error(f"this is not understood. {ALLOWED}")


def _first(match: re.Match[str], groups: Iterable[str]) -> str:
    return next(found for g in groups if (found := match.group(g)) is not None)


_SECTIONS = {"addtemporal", "forbiddirect", "requiredirect", "forbiddengroup", "requiredgroup"}


def _from_tetrad(text: str) -> Knowledge:
    """Read `/knowledge` with `addtemporal`, `forbiddirect` and `requiredirect`; a tier marked `*` forbids edges within it."""
    draft = _Draft()
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.replace(",", " ").split()
        at = Statement(number, line.strip().replace("\0", " "), (), "Tetrad knowledge")
        if not words or words == ["/knowledge"]:
            continue
        if words[0] in _SECTIONS and len(words) == 1:
            section = words[0]
        elif section == "addtemporal":
            head = re.fullmatch(r"(\d{1,6})(\*?)(?:-\*?\d*)?", words[0])
            if head is None:
                raise at.error("a tier reads `1 age sex`: its number, then its variables.")
            names = words[1:]
            draft.tiers.setdefault(int(head.group(1)), []).extend(names)
            if head.group(2):
                for name in names:
                    draft.pairs([name], [n for n in names if n != name], False, at)
        elif section in ("forbiddirect", "requiredirect"):
            if len(words) != 2:
                raise at.error("a pair reads `cause effect`, two names.")
            draft.pairs([words[0]], [words[1]], section == "requiredirect", at)
        elif section:
            raise at.error(f"the section {section!r} is not read; write its pairs under forbiddirect or requiredirect.")
        else:
            raise at.error("a section is expected: addtemporal, forbiddirect or requiredirect.")
    return draft.finish()
