"""Read changes to a graph from plain words: `remove age -> income`, `nothing causes age`, `orient a -- b as a -> b`."""

from __future__ import annotations

import re

from ..edits import Action, Edit
from ..errors import BadArguments
from ._lines import Statement, statements

ALLOWED = (
    "Write `add a -> b`, `remove a -> b`, `reverse a -> b`, `orient a -- b as a -> b`, `nothing causes a`, `a causes nothing`, "
    "`a does not cause b`, `a is latent`, `a is observed`, `add node a` or `remove node a`."
)
MAX_STATEMENT = 5_000
_LAG = re.compile(r"\[\s*lag\s+(\d{1,9})\s*\]\s*$", re.IGNORECASE)
_VERBS: dict[str, Action] = {
    "add": "add", "insert": "add", "draw": "add",
    "remove": "remove", "delete": "remove", "drop": "remove", "cut": "remove",
    "reverse": "reverse", "flip": "reverse", "turn": "reverse",
    "orient": "orient", "direct": "orient",
}  # fmt: skip
_VERB = re.compile(
    rf"(?P<verb>{'|'.join(_VERBS)})\s+(?![<o@]?[-=]|[→←↔])(?:the\s+|an?\s+(?=edge|arrow|node|variable))?(?P<what>edges?\s+|arrows?\s+|nodes?\s+|variables?\s+)?(?P<rest>.+)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"between\s+(?P<a>\S.*?)\s+and\s+(?P<b>\S.*)", re.IGNORECASE)
_AS = re.compile(r"(?P<old>.+?)\s+as\s+(?P<new>.+)", re.IGNORECASE)
_CAUSE = r"(?:causes?|affects?|influences?)"
_NOT = r"(?:(?:does|do)\s+not|doesn't|don't|cannot|can't|never)"
_WORDS: tuple[tuple[Action, re.Pattern[str]], ...] = (
    ("no_causes", re.compile(rf"nothing\s+{_CAUSE}\s+(?P<a>\S.*)", re.IGNORECASE)),
    ("no_effects", re.compile(rf"(?P<a>\S.*?)\s+{_CAUSE}\s+nothing", re.IGNORECASE)),
    ("forbid", re.compile(rf"(?P<a>\S.*?)\s+{_NOT}\s+{_CAUSE}\s+(?P<b>\S.*)", re.IGNORECASE)),
    ("show", re.compile(r"(?P<a>\S.*?)\s+is\s+(?:observed|measured|not\s+latent|not\s+hidden)", re.IGNORECASE)),
    ("hide", re.compile(r"(?P<a>\S.*?)\s+is\s+(?:latent|hidden|unobserved|unmeasured|not\s+observed|not\s+measured)", re.IGNORECASE)),
    ("hide", re.compile(r"hide\s+(?P<a>\S.*)", re.IGNORECASE)),
    ("add", re.compile(rf"(?P<a>\S.*?)\s+{_CAUSE}\s+(?P<b>\S.*)", re.IGNORECASE)),
)  # fmt: skip


def read_edits(text: str) -> tuple[Edit, ...]:
    """Read one or more changes, separated by semicolons or line ends.

    Raises:
        BadArguments: a statement is not understood; the message shows it and the forms that are.

    Example:
        >>> [str(e) for e in read_edits("remove age -> income; nothing causes age")]
        ['remove age -> income', 'nothing causes age']
    """
    found: list[Edit] = []
    for statement in statements(text, "edit"):
        if len(statement.text) > MAX_STATEMENT:
            raise statement.error(f"this has {len(statement.text):,} characters. {ALLOWED}")
        squeezed = Statement(
            statement.line, " ".join(statement.text.split()).rstrip("."), statement.quoted, statement.what
        )
        found += _read(squeezed)
    if not found:
        raise BadArguments(f"There is no edit in {text[:80]!r}. {ALLOWED}")
    return tuple(found)


def read_edit(text: str) -> Edit:
    """Read exactly one change; see `read_edits`.

    Raises:
        BadArguments: the text is not understood, or holds more than one change.
    """
    first, *more = read_edits(text)
    if more:
        raise BadArguments(
            f"{1 + len(more)} edits are given where one is expected: {first}; {'; '.join(map(str, more))}."
        )
    return first


def _read(at: Statement) -> list[Edit]:
    if match := _VERB.fullmatch(at.text):
        action = _VERBS[match.group("verb").lower()]
        what, rest = (match.group("what") or "").lower(), match.group("rest")
        if what.startswith(("node", "variable")) and not Statement(at.line, rest, at.quoted, at.what).arrows()[1]:
            if action not in ("add", "remove"):
                raise at.error(f"a node can be added or removed. {ALLOWED}")
            node_action: Action = "add_node" if action == "add" else "remove_node"
            return [Edit(action=node_action, source=n) for n in at.names(rest)]
        return _edges(at, action, rest)
    if at.negated:
        causes, effects = at.struck()
        return [Edit(action="forbid", source=a, target=b) for a in causes for b in effects]
    if at.arrows()[1]:
        return _edges(at, "add", at.text)
    for action, pattern in _WORDS:
        if match := pattern.fullmatch(at.text):
            sources = at.names(match.group("a"))
            if "b" not in pattern.groupindex:
                return [Edit(action=action, source=a) for a in sources]
            return [Edit(action=action, source=a, target=b) for a in sources for b in at.names(match.group("b"))]
    raise at.error(f"this change is not understood. {ALLOWED}")


def _edges(at: Statement, action: Action, text: str) -> list[Edit]:
    lag = 0
    if match := _LAG.search(text):
        lag, text = int(match.group(1)), text[: match.start()]
    if match := _BETWEEN.fullmatch(text):
        if action != "remove":
            raise at.error(f"say which way the edge runs. {ALLOWED}")
        return [Edit(action="remove", source=at.name(match.group("a")), target=at.name(match.group("b")), symbol="--")]
    if action == "orient" and (match := _AS.fullmatch(text)):
        old, text = match.group("old"), match.group("new")
        _same_pair(at, old, text)
    part = Statement(at.line, text, at.quoted, at.what)
    parts, symbols = part.arrows()
    if not symbols:
        raise at.error(f"an edge such as `a -> b` is expected. {ALLOWED}")
    groups = [part.names(p) for p in parts]
    return [
        Edit(action=action, source=a, target=b, symbol=symbol, lag_steps=lag)
        for left, symbol, right in zip(groups, symbols, groups[1:], strict=False)
        for a in left
        for b in right
    ]


def _same_pair(at: Statement, old: str, new: str) -> None:
    named: list[set[str]] = []
    for text in (old, new):
        part = Statement(at.line, text, at.quoted, at.what)
        parts, symbols = part.arrows()
        if len(symbols) != 1:
            raise at.error(f"one edge is expected on each side of `as`. {ALLOWED}")
        named.append({part.name(p) for p in parts})
    if named[0] != named[1]:
        raise at.error("both sides of `as` must name the same two variables.")
