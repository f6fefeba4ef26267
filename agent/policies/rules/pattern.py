"""A small pattern language over words: literals, word classes, optional words, gaps and slots.

`what/which @effect do <T> have on <Y>` reads: one of two words, a word of class `effect`, `do` in any form, a
phrase, `have`, `on`, a phrase. `*` is a gap of at most eight words, `*3` of three, `^` the start of the sentence. Slots are never
empty; the last slot runs to the end of the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from .lexicon import AUXILIARIES, CHANGE_VERBS, COMPARATIVES, EFFECT_NOUNS, RELATED
from .words import Token

MAX_GAP = 8
MAX_STEPS = 40_000
"""Bound on the work of one sentence; longer searches stop and keep what they found."""

_ESTIMANDS = frozenset({"ATE", "ATT", "ATC", "LATE", "CATE", "CACE"})
DETERMINERS = frozenset({"a", "an", "the", "any", "this", "that", "its", "their", "his", "her", "our", "no", "some"})
STARTERS = frozenset({"whether", "if", "that", ",", ":", "and", "how", "because", "—", "-", "("})
_IRREGULAR_FORMS = {
    "led_to": ("lead_to", "ed"), "brought": ("bring", "ed"), "made": ("make", "ed"), "grew": ("grow", "ed"),
    "drove": ("drive", "ed"), "driven": ("drive", "ed"), "shrank": ("shrink", "ed"), "grown": ("grow", "ed"),
    "resulted_in": ("result_in", "ed"), "raise": ("raise", "base"), "cut": ("cut", "base"), "cost": ("cost", "base"),
}  # fmt: skip


class Slots(NamedTuple):
    """Where the slots of a pattern were found, as half-open ranges of tokens."""

    spans: dict[str, tuple[int, int]]
    verb: int
    """Position of the verb, -1 when the pattern has none."""


@cache
def verb_forms() -> dict[str, tuple[str, str]]:
    """Every inflected form of the verbs of change: `reduces` -> (`reduce`, `s`)."""
    found: dict[str, tuple[str, str]] = {}
    for verb in CHANGE_VERBS:
        first, _, tail = verb.partition("_")
        rest = f"_{tail}" if tail else ""
        short = first[:-1] if first.endswith("e") else first
        doubled = first + first[-1]
        forms = {
            "base": (first,), "s": (first + "s", first + "es", first[:-1] + "ies"),
            "ed": (short + "ed", first + "ed", doubled + "ed", first[:-1] + "ied"),
            "ing": (short + "ing", first + "ing", doubled + "ing"),
        }  # fmt: skip
        for form, words in forms.items():
            for word in words:
                found.setdefault(word + rest, (verb, form))
    return found | _IRREGULAR_FORMS


def _is_verb(tokens: Sequence[Token], i: int) -> bool:
    form = verb_forms().get(tokens[i].low)
    if form is None or tokens[i].lock >= 2 or (i and tokens[i - 1].low in DETERMINERS):
        return False
    return form[1] != "ing"


def _is_verb_form(tokens: Sequence[Token], i: int, wanted: str) -> bool:
    form = verb_forms().get(tokens[i].low)
    return form is not None and (form[1] == wanted or (wanted == "ed" and form[0] in ("cut", "hurt")))


def _in_class(name: str, tokens: Sequence[Token], i: int) -> bool:
    token = tokens[i]
    if token.lock >= 2:
        return False
    match name:
        case "effect":
            return token.stem in EFFECT_NOUNS or token.low in EFFECT_NOUNS or token.text in _ESTIMANDS
        case "verb":
            return _is_verb(tokens, i)
        case "verbed":
            return _is_verb_form(tokens, i, "ed")
        case "verbing":
            return _is_verb_form(tokens, i, "ing")
        case "verbbase":
            return _is_verb_form(tokens, i, "base")
        case "aux":
            return token.stem in AUXILIARIES or token.low in AUXILIARIES
        case "comp":
            return token.low.removesuffix("_than") in COMPARATIVES
        case "related":
            return token.low in RELATED or token.stem in RELATED
        case "number":
            return token.low[:1].isdigit()
        case "end":
            return token.low in {"?", ".", "!", ";"}
        case _:
            raise ValueError(f"no word class {name!r}")


class Pattern:
    """A compiled pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._elements = [_element(word) for word in text.split()]

    def find(self, tokens: Sequence[Token]) -> Iterator[Slots]:
        """Yield every way the pattern fits the tokens, starting anywhere."""
        if not all(any(e.accepts(tokens, i) for i in range(len(tokens))) for e in self._elements if e.required):
            return
        budget = [MAX_STEPS]
        for start in self._starts(tokens):
            yield from self._fit(tokens, 0, start, Slots({}, -1), budget)

    def _starts(self, tokens: Sequence[Token]) -> Iterator[int]:
        if self._elements[0].kind != "slot":
            yield from range(len(tokens))
            return
        yield 0
        for i, token in enumerate(tokens[:-1]):
            if token.low in STARTERS or _in_class("aux", tokens, i):
                yield i + 1

    def _fit(self, tokens: Sequence[Token], k: int, at: int, slots: Slots, budget: list[int]) -> Iterator[Slots]:
        budget[0] -= 1
        if budget[0] < 0:
            return
        if k == len(self._elements):
            yield slots
            return
        element = self._elements[k]
        if element.kind == "slot":
            last = k == len(self._elements) - 1
            ends = [_end(tokens, at)] if last else range(at + 1, _end(tokens, at) + 1)
            for end in ends:
                if end > at:
                    spans = {**slots.spans, element.name: (at, end)}
                    yield from self._fit(tokens, k + 1, end, slots._replace(spans=spans), budget)
            return
        if element.kind == "start":
            if at == 0:
                yield from self._fit(tokens, k + 1, at, slots, budget)
            return
        if element.kind == "gap":
            for end in range(at, min(len(tokens), at + element.size) + 1):
                yield from self._fit(tokens, k + 1, end, slots, budget)
            return
        if element.optional:
            yield from self._fit(tokens, k + 1, at, slots, budget)
        if at < len(tokens) and element.accepts(tokens, at):
            verb = at if element.is_verb else slots.verb
            yield from self._fit(tokens, k + 1, at + 1, slots._replace(verb=verb), budget)


def _end(tokens: Sequence[Token], at: int) -> int:
    """The end of the sentence: its final mark is not part of a slot."""
    end = len(tokens)
    while end > at and tokens[end - 1].low in {"?", ".", "!", ";", ","}:
        end -= 1
    return end


class _Element(NamedTuple):
    kind: str
    name: str = ""
    words: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()
    optional: bool = False
    size: int = 0
    """Words that a gap may hold."""

    @property
    def required(self) -> bool:
        return self.kind == "word" and not self.optional

    @property
    def is_verb(self) -> bool:
        return any(c.startswith("verb") for c in self.classes)

    def accepts(self, tokens: Sequence[Token], i: int) -> bool:
        token = tokens[i]
        if token.lock < 2 and (token.low in self.words or token.stem in self.words):
            return True
        return any(_in_class(c, tokens, i) for c in self.classes)


def _element(word: str) -> _Element:
    if word.startswith("<"):
        return _Element("slot", word.strip("<>"))
    if word == "^":
        return _Element("start")
    if word[0] == "*":
        return _Element("gap", size=int(word[1:] or MAX_GAP))
    optional = word.startswith("?")
    options = word.removeprefix("?").split("/")
    classes = tuple(o[1:] for o in options if o.startswith("@"))
    return _Element("word", word, frozenset(o for o in options if not o.startswith("@")), classes, optional)
