"""Levels that the text spells out: "income level being low", "had been high", "is changed to be refreshed".

Here variable and level are told apart by a verb, so nothing is guessed: the variable is a declared name, and each
variable has the two levels that the text names for it, whatever their words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .likeness import contrary, sense
from .types import Event

if TYPE_CHECKING:
    from .vocabulary import Vocabulary

IS = r"(?:being|is|are|was|were|had been|has been|have been|is set to(?: be)?|equals|=)"
_DETERMINER = re.compile(r"^(?:the|a|an|their|his|her|its|his or her)\s+", re.I)
_SEPARATOR = re.compile(r"(,\s+and\s+|,\s+|\s+and\s+)")
_IS = re.compile(rf"\s{IS}(?=\s)", re.I)
_NAMED = re.compile(
    r"(?:\bprobability (?:of|that)|\b(?:for|among) those with)\s+(?P<before>.+?)\s+being\s"
    r"|^(?P<subject>.+?)\s+has an? (?:\w+ )?effect on\s",
    re.I,
)


class Scales:
    """The two levels of each variable, numbered as they come: 0 for a low or denied one, else 1."""

    def __init__(self) -> None:
        self._levels: dict[str, dict[str, int]] = {}

    def event(self, variable: str, level: str) -> Event | None:
        """The event that a variable is at a level; None for a third level that is neither of the two known."""
        words = " ".join(level.casefold().split())
        known = self._levels.setdefault(variable, {})
        if words not in known:
            number = self._number(words, known)
            if number is None:
                return None
            known[words] = number
        return Event(variable=variable, level=known[words])

    def words_of(self, event: Event) -> str | None:
        """How the text speaks of an event, if it spells out its level."""
        words = next((w for w, number in self._levels.get(event.variable, {}).items() if number == event.level), None)
        return f"{event.variable} being {words}" if words else None

    def _number(self, words: str, known: dict[str, int]) -> int | None:
        taken = set(known.values())
        if len(taken) == 2:
            return next((number for other, number in known.items() if _same(words, other)), None)
        if taken:
            return 1 - taken.pop()
        said = sense(words)
        return 0 if said.negated or said.low else 1


def read_events(phrase: str, vocabulary: Vocabulary, scales: Scales) -> tuple[Event, ...] | None:
    """The events of "A being low, B being high and C being good"; None when any part is not of that form."""
    events: list[Event] = []
    for part in _parts(phrase):
        # a name may have a verb of its own: the first verb after a whole name parts it from its level
        cuts = [(declared(part[: verb.start()], vocabulary), part[verb.end() :]) for verb in _IS.finditer(part)]
        event = next((scales.event(name, level.strip()) for name, level in cuts if name), None)
        if event is None:
            return None
        events.append(event)
    return tuple(events)


def compound_names(sentences: Sequence[str]) -> list[str]:
    """Names with an "and" or a comma inside, such as `trees and shrubs`, that an enumeration would tear apart.

    A phrase is one name when it has a level or a verb in the singular, and its parts are never spoken of alone.
    """
    phrases = [
        name for s in sentences for m in _NAMED.finditer(s) if _SEPARATOR.search(name := m["before"] or m["subject"])
    ]
    text = " . ".join(sentences).casefold()
    found: list[str] = []
    for name in dict.fromkeys(phrases):
        whole = _DETERMINER.sub("", name.casefold())
        parts = [_DETERMINER.sub("", p) for p in _SEPARATOR.split(whole)[::2]]
        if all(text.count(part) == text.count(whole) for part in parts):
            found.append(name)
    return found


def declared(phrase: str, vocabulary: Vocabulary) -> str | None:
    """The variable of this name, determiners in front of it aside: "their the person's income"."""
    phrase = phrase.strip()
    while phrase:
        if name := vocabulary.named(phrase):
            return name
        shorter = _DETERMINER.sub("", phrase)
        if shorter == phrase:
            return None
        phrase = shorter
    return None


def _parts(phrase: str) -> list[str]:
    """Cut an enumeration where the next piece has a verb of its own."""
    pieces = _SEPARATOR.split(phrase.strip())
    parts = [pieces[0]]
    for separator, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if _IS.search(f" {piece} ") and _IS.search(f" {parts[-1]} "):
            parts.append(piece)
        else:
            parts[-1] += separator + piece
    return parts


def _same(one: str, two: str) -> bool:
    """Whether two spellings mean one level: "not satisfied" and "dissatisfied"."""
    a, b = sense(one), sense(two)
    denied = a.negated != b.negated
    turned = any(contrary(x, y) for x in a.stems for y in b.stems)
    related = turned or bool(set(a.stems) & set(b.stems))
    return related and denied == turned
