"""What a phrase is about: the stems of its words, and whether it says the thing or its contrary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .lexicon import DENYING, HIGH, LOW, NOT_DENIED, OPPOSITES, plain

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?|\d+")
_OUT_OF = re.compile(r"\bout[- ]of\b[- ]?")
"""Out of state, out of shape: not in it."""
_LETTER = re.compile(r"(?<=\s)A(?=$|[\s,])")
"""The letter, as in "vitamin A"; no article."""
_AFTER_HEAD = re.compile(
    r"\b(?:who|whom|whose|which|that|with|without|of|in|for|to|from|by|on|at|is|are|being|having)\b"
)
_SUBJECT = re.compile(
    r"(?:the |an? )?[\w' -]+? (?:is|are|was|were|be|gets?|got|has|have|had|becomes?|stays?|remains?|feels?|turns? out)\b",
    re.I,
)
_WORDS_SKIPPED = (
    "a an the of to in on at for by with from as is are was were be been being am do does did doing done have has had "
    "having who whom whose which that those these this there their his her its it they he she we you or and if when "
    "would will can could should may might person persons people individual individuals someone somebody one ones "
    "patient patients subject subjects case cases unit units among given any all some level status state value "
    "variable condition get gets getting likely"
)
_ENDINGS = (
    "ization ation ition ment itie ity nesse ness ion ance ence ically ical ing ive ally er or ied ie ed ly al y e"
)
_SKIPPED = frozenset(_WORDS_SKIPPED.split())
_SUFFIXES = tuple(_ENDINGS.split())


@dataclass(frozen=True)
class Sense:
    """A phrase, taken apart."""

    stems: tuple[str, ...]
    """Stems of its content words, in order, without negations."""
    negated: bool
    """Whether it denies: an odd number of negations."""
    low: bool
    """Whether it names the lesser end of a scale: low, few, short."""
    high: bool = False
    """Whether it names the greater end of one."""


@lru_cache(maxsize=8192)
def sense(phrase: str) -> Sense:
    """Take a phrase apart."""
    stems: list[str] = []
    denials = 0
    low = high = False
    for word in _WORD.findall(_OUT_OF.sub(" not ", _LETTER.sub("aaa", phrase).casefold())):
        if word.endswith("n't"):
            denials += 1
            continue
        word = word.removesuffix("'s").removesuffix("'")
        low |= word in LOW
        high |= word in HIGH
        if word in DENYING:
            denials += 1
        elif word.startswith("non") and len(word) > 6:
            denials += 1
            stems.append(stem(word[3:]))
        elif word not in _SKIPPED:
            stems.append(stem(word))
    return Sense(tuple(dict.fromkeys(stems)), denials % 2 == 1, low, high)


@lru_cache(maxsize=8192)
def head(phrase: str) -> str:
    """The stem of the word that says what a phrase is about: of "CEOs who fire employees" that of CEOs."""
    for part in _AFTER_HEAD.split(phrase.casefold()):
        if stems := sense(part).stems:
            return stems[-1]
    return ""


def tells(phrase: str) -> bool:
    """Whether a phrase is a sentence with a verb of its own: "the forest burns down", not "the forest is dry"."""
    return phrase.casefold().startswith("the ") and _SUBJECT.match(phrase) is None


@lru_cache(maxsize=8192)
def predicate(phrase: str) -> tuple[str, ...]:
    """Stems of what is said of a subject: of "the street is quiet" that of quiet; of other phrases all."""
    said = _SUBJECT.match(phrase)
    return (said and sense(phrase[said.end() :]).stems) or sense(phrase).stems


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending, at least three letters long; words that mean the same have one stem."""
    word = plain(word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = plain(word[:-1])
    for ending in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and (len(word) > 4 or ending == "e"):
            word = word[: -len(ending)]
            break
    else:
        return word
    # happiness, happy; running, run
    word = word.removesuffix("i")
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] in "bdgmnprt" else word


@lru_cache(maxsize=65536)
def alike(one: str, two: str) -> float:
    """How much two stems have in common, in [0, 1]: the share of the longer that both begin with."""
    if one == two:
        return 1.0
    longer = max(len(one), len(two))
    if min(len(one), len(two)) < 4:
        return 0.0
    same = 0
    for a, b in zip(one, two, strict=False):
        if a != b:
            break
        same += 1
    share = same / longer
    return share if same >= 4 and share >= 0.6 else 0.0


_OPPOSITE = frozenset(frozenset(stem(w) for w in pair.split()) for pair in OPPOSITES.split(", "))
_NOT_DENIED = frozenset(stem(w) for w in NOT_DENIED)


@lru_cache(maxsize=65536)
def denies(one: str, two: str) -> bool:
    """Whether the first stem is the second with a prefix that denies: unattractive, attractive."""
    return (
        len(one) > len(two)
        and one not in _NOT_DENIED
        and any(one == f"{p}{two}" for p in ("un", "in", "im", "dis", "ir", "il", "ab", "mis"))
    )


def contrary(one: str, two: str) -> bool:
    """Whether one stem denies the other, or the two are opposites: death, survival."""
    return frozenset((one, two)) in _OPPOSITE or denies(one, two) or denies(two, one)


def covered(wanted: Iterable[str], by: Iterable[str]) -> float:
    """The share of some stems that others have, in [0, 1]."""
    wanted, by = tuple(wanted), tuple(by)
    if not wanted or not by:
        return 0.0
    return sum(max(_related(w, b) for b in by) for w in wanted) / len(wanted)


def _related(one: str, two: str) -> float:
    return 0.9 if contrary(one, two) else alike(one, two)
