"""Designs that the question itself names: difference in differences, a cut-off, a rule of admission, an instrument.

A design that is named and cannot be read is refused with the next step; estimating in another way would answer
another question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ....tools.domain.questions import DesignHints, DesignKind
from .columns import ColumnIndex
from .context import Context
from .prepare import Prepared
from .slots import SURE, head_of, words_of
from .values import comparisons
from .words import Token, name_parts, tokenise

DIFFERENCES = re.compile(
    r"\bdifferences?[- ]in[- ]differences?\b|\bdiff-?in-?diff\b|\btwo-way fixed effects\b|\b(?-i:DiD|DID)\b", re.I
)
_NAMED: tuple[tuple[DesignKind, re.Pattern[str], str], ...] = (
    (
        "difference_in_differences",
        DIFFERENCES,
        "no column tells before from after; name it, as in 'by difference in differences over period'",
    ),
    (
        "regression_discontinuity",
        re.compile(r"\bregression discontinuity\b|\bdiscontinuity design\b|\bcut-?off\b|\b(?-i:RDD)\b", re.I),
        "the column and the value of the cut-off are not clear; name both, as in 'at the cut-off score = 50'",
    ),
    (
        "instrument",
        re.compile(
            r"\binstrumental variables?\b|\bas (?:an? |the )?instrument\b|\binstrumented (?:by|with)\b|\b(?:2sls|tsls)\b",
            re.I,
        ),
        "no column is clearly the instrument; name it, as in 'use offered as an instrument'",
    ),
)
CUTOFF_NAMED = re.compile(
    r"\b(?:cut-?offs?|thresholds?|discontinuit\w+)\b|\bjust (?:above|below|over|under)\b|"
    r"\b(?:near|around|at) (?:the|this) (?:\w+ )?(?:limit|line|mark)\b",
    re.IGNORECASE,
)
"""Words of a question that speak of a cut-off without its value."""
_WORDS: dict[str, str] = {
    "difference_in_differences": "difference in differences", "regression_discontinuity": "a regression discontinuity",
    "instrument": "an instrument",
}  # fmt: skip
_CUT_AT = re.compile(
    r"\b(?:cut-?off|threshold|discontinuity|cross(?:es|ed|ing)?|pass(?:es|ed|ing)?)\s+(?:the\s+)?(?:(?:cut-?off|threshold)\s+)?"
    r"(?:at |of |where |when )?([\w.]{1,60}?)\s*(?:=|==|\bis\b|\bof\b|\bat\b|\bequals\b)\s*(-?\d+(?:\.\d+)?)",
    re.I,
)
_SIDES: dict[str, str] = {
    ">=": "", "==": "", "!=": "", ">": "; those exactly at it do not get the treatment", "<": "; those below it get the treatment",
    "<=": "; those up to it get the treatment",
}  # fmt: skip
"""Who is treated by a rule of this direction, where it is not those at the cut-off and above."""
_OVER = frozenset({"over", "across", "by", "between", "before", "in", "period", "time", "with", "along"})
_ALONG = frozenset({"over", "across"})
_UNIT = frozenset({"unit", "units", "panel"})
_TIMES = frozenset({"time", "period", "year", "month", "week", "quarter", "wave", "date", "day", "post", "after"})
_GOT = frozenset({"be", "get", "receive", "become", "qualify", "have", "go"})


class NamedTime(NamedTuple):
    """The column of the periods that difference in differences goes over, the unit if one is named, and the words."""

    time: str
    unit: str | None
    because: str


def named_difference(words: str, asked: tuple[str, ...], context: Context) -> NamedTime | None:
    """Read `by difference in differences over W`, also `… with unit U`; None when not asked for or no period is clear."""
    cue = DIFFERENCES.search(words)
    if cue is None:
        return None
    every = Prepared(words, context.index).tokens
    tokens = [t for t in every if t.start >= cue.end()]
    unit = _after(tokens, _UNIT, asked, context)
    named = _after(tokens, _OVER, (*asked, unit or ""), context)
    named = named or _after([t for t in every if t.end <= cue.start()], _ALONG, (*asked, unit or ""), context)
    if named is None and not any(t.low == "over" for t in tokens):
        cards = [n for n in context.index.names if n in context.index.cards and n not in asked and n != unit]
        timed = [n for n in cards if n in context.roles.before_after] or [
            n for n in cards if set(name_parts(n)) & _TIMES
        ]
        named = timed[0] if len(timed) == 1 else None
    if named is None:
        return None
    return NamedTime(named, unit, f"before/after = {named!r}, from {cue[0]!r}")


def _after(tokens: Sequence[Token], cues: frozenset[str], taken: tuple[str, ...], context: Context) -> str | None:
    """The first column that the words right after one of these cues name."""
    for i, token in enumerate(tokens[:-1]):
        if token.low not in cues or token.column is not None:
            continue
        span = head_of(tokens[i + 1 : i + 5], lists=False)
        locked = [t.column for t in span if t.column is not None and t.column not in taken]
        scores = [m for m in context.index.score([t for t in span if t.is_word]) if m.column not in taken]
        if locked:
            return locked[0]
        if scores and scores[0].score >= SURE + 0.2:
            return scores[0].column
    return None


def named_cutoff(words: str, treatment: str, outcome: str, context: Context) -> tuple[str, float, str] | None:
    """Read `crossing the cut-off z = 0`, and `students with a score above 50 were admitted` of the treatment."""
    for match in _CUT_AT.finditer(words):
        name = _exactly(match[1], context.index)
        if name is not None and name != outcome:
            return name, float(match[2]), f"from {' '.join(match[0].split())!r}"
    for sentence in Prepared(words, context.index).sentences:
        for condition, said in comparisons(sentence, context):
            card = context.index.cards.get(condition.column)
            finely = card is not None and card.type in ("continuous", "count")
            if finely and condition.column not in (treatment, outcome) and _assigns(sentence, said, treatment, context):
                return condition.column, float(condition.value), f"from {words_of(sentence)!r}{_SIDES[condition.op]}"
    return None


def _exactly(word: str, index: ColumnIndex) -> str | None:
    exact = [n for n in index.names if n.lower() == word.lower()]
    scores = index.score(tokenise(word))
    return exact[0] if exact else scores[0].column if scores and scores[0].score >= 0.75 else None


def _assigns(sentence: Sequence[Token], said: str, treatment: str, context: Context) -> bool:
    """Whether a sentence says that those who meet a comparison got the treatment: `… above 50 were admitted`."""
    last = said.rsplit(" ", 1)[-1]
    at = next((i for i, t in enumerate(sentence) if t.text == last), len(sentence))
    rest = sentence[at + 1 : at + 9]
    if any(t.low == "?" for t in sentence) or not any(t.stem in _GOT for t in rest[:2]):
        return False
    scores = context.index.score([t for t in rest if t.is_word])
    return any(t.column == treatment for t in rest) or bool(
        scores and scores[0].column == treatment and scores[0].score >= SURE
    )


def unread_design(words: str, hints: DesignHints) -> str | None:
    """Say which design the question names that was not read; None when one of those named was, or none is named."""
    named = [(kind, why) for kind, pattern, why in _NAMED if pattern.search(words)]
    if not named or hints.design in {kind for kind, _ in named} or hints.selected_on:
        return None
    kind, why = named[0]
    return f"The question asks for {_WORDS[kind]}, but {why}."
