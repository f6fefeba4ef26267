"""Natural experiments that the running text tells of: a rule with a cut-off, chance or distance that moves treatment.

Nothing names these designs; a sentence says how treatment came about, and the column is the one whose words it uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Literal, NamedTuple

from .codebook import prose
from .context import Context
from .cues import (
    ABOVE_NUMBER,
    ASSIGNED_BY_RULE,
    BELOW_NUMBER,
    BY_CHANCE,
    DRAWN,
    EXOGENOUS,
    HAPPENED,
    INCLUDED,
    LIKELIER,
    NUMBER_AND_BELOW,
    NUMBER_OR_MORE,
    PANEL,
    RANDOM,
)
from .lexicon import FUNCTION, GENERIC, STOP, family_of
from .roles import study_sentences
from .words import Token, name_parts, root, tokenise

MIN_SUPPORT = 1.0
MIN_RIVAL = 0.5
"""Support from which on another column may be meant as well."""
MAX_BEFORE, MAX_AFTER = 70, 50
"""Characters before and after a number within which its column is named."""
PERIOD_PARTS = frozenset(
    {"year", "month", "week", "quarter", "period", "wave", "date", "day", "time", "semester", "season", "yr", "round"}
)
MIN_PERIODS, MAX_PERIODS = 3, 400
MIN_FILLED = 0.6
"""Share of unit-by-period cells that must have a row for a table to count as a panel."""

Side = Literal["above", "below"]


class Rule(NamedTuple):
    """Who crosses a number gets the treatment."""

    column: str
    cutoff: float
    side: Side
    sentence: tuple[Token, ...]
    """The sentence that says so and the next one."""


class Panel(NamedTuple):
    """Units that are seen in several periods."""

    unit: str
    time: str


def said_of(tokens: Sequence[Token], context: Context, leave_out: Sequence[str] = ()) -> list[tuple[str, float]]:
    """How many of the words each column answers to, words that say little for a part; the best first."""
    found: dict[str, float] = {}
    for token in {t.stem: t for t in tokens if t.is_word and t.low not in STOP and t.stem not in FUNCTION}.values():
        weight = 0.5 if token.stem in GENERIC or token.low in GENERIC else 1.0
        for position, terms in context.index.hits(token.stem).items():
            name = context.index.names[position]
            if name not in leave_out:
                found[name] = found.get(name, 0.0) + weight * max(t.strength for t in terms)
    return sorted(found.items(), key=lambda kv: -kv[1])


def speaks_of(sentence: Sequence[Token], words: Sequence[Token]) -> bool:
    """Whether a sentence uses one of these words, in another form, or a word of its family."""
    stems = {t.stem for t in sentence if t.is_word}
    roots, families = {root(s) for s in stems}, {f for s in stems for f in family_of(s)}
    telling = [t.stem for t in words if t.is_word and t.low not in STOP and t.stem not in GENERIC and len(t.stem) > 2]
    return any(s in stems or root(s) in roots or family_of(s) & families for s in telling)


def rules(words: str, context: Context, leave_out: Sequence[str] = ()) -> Iterator[Rule]:
    """Sentences by which a number decides who is treated: `applicants who score 70 points or more are paid a grant`."""
    for text in (words, prose(context.catalog.codebook)):
        sentences = study_sentences(text)
        for i, sentence in enumerate(sentences):
            said = text[sentence[0].start : sentence[-1].end]
            if sentence[-1].low == "?" or not ASSIGNED_BY_RULE.search(said):
                continue
            if INCLUDED.search(said) or RANDOM.search(said):
                continue
            if LIKELIER.search(said) and not re.search(
                r"eligib|entitl|recommend|qualif|cut|threshold", said, re.IGNORECASE
            ):
                continue  # `those over 65 get it more often` tells of a covariate
            for match, side in _numbers(said):
                before = said[max(0, match.start() - MAX_BEFORE) : match.end()]
                column = _measured(before, said[match.end() : match.end() + MAX_AFTER], context, leave_out)
                if column is not None:
                    after = sentences[i + 1] if i + 1 < len(sentences) else []
                    value = next(g for g in match.groups() if g is not None)
                    yield Rule(column, float(value.replace(",", "")), side, (*sentence, *after))


def _numbers(text: str) -> Iterator[tuple[re.Match[str], Side]]:
    for pattern, side in (
        (NUMBER_OR_MORE, "above"), (NUMBER_AND_BELOW, "below"), (ABOVE_NUMBER, "above"), (BELOW_NUMBER, "below"),
    ):  # fmt: skip
        for match in pattern.finditer(text):
            yield match, "above" if side == "above" else "below"


def _measured(before: str, after: str, context: Context, leave_out: Sequence[str]) -> str | None:
    """The column of many values that the words beside a number speak of, the nearest words first."""
    back, forth = tokenise(before)[::-1], tokenise(after)
    if any(t.low in ("old", "older", "younger", "aged") for t in (*back[:3], *forth[:4])):
        back = [*tokenise("age"), *back]
    near = [t for pair in zip_longest(back, forth) for t in pair if t is not None]
    for tokens in (*([t] for t in near if t.stem not in GENERIC and t.low not in GENERIC), near):
        for name, support in said_of(tokens, context, leave_out):
            card = context.index.cards.get(name)
            many = card is not None and card.type in ("continuous", "count")
            if many and name not in context.roles.identifier and support >= (0.75 if len(tokens) == 1 else 0.5):
                return name
    return None


def exogenous(words: str, context: Context, leave_out: Sequence[str]) -> tuple[str, str] | None:
    """The column that a sentence calls unrelated to what is hidden, as good as random or a source of variation; and it."""
    for text in (words, prose(context.catalog.codebook)):
        sentences = study_sentences(text)
        for i, sentence in enumerate(sentences):
            said = text[sentence[0].start : sentence[-1].end]
            cue = EXOGENOUS.search(said)
            if cue is None:
                continue
            for tokens in (sentence, [*(sentences[i - 1] if i else []), *sentence]):
                ranked = [(n, s) for n, s in said_of(tokens, context, leave_out) if _can_instrument(n, context)]
                if ranked and ranked[0][1] >= MIN_SUPPORT and (len(ranked) == 1 or ranked[0][1] > ranked[1][1] + 0.1):
                    return ranked[0][0], said[cue.start() : cue.end() + 80]
    return None


def drawn(context: Context, treatment: str, leave_out: Sequence[str]) -> tuple[str, str] | None:
    """The two-level column that a sentence about chance speaks of more than of the treatment: who was drawn, sent, called.

    It must be said of the column itself, or in two words of the sentence, that it tells who was drawn.
    """
    text = prose(context.catalog.codebook)
    best: tuple[float, str, str] | None = None
    for sentence in study_sentences(text):
        cue = BY_CHANCE.search(text[sentence[0].start : sentence[-1].end])
        if cue is None:
            continue
        support = dict(said_of(sentence, context))
        own = support.get(treatment, 0.0)
        for name, value in support.items():
            card = context.index.cards.get(name)
            two = card is None or card.type == "binary"
            draws = DRAWN.search(f"{name.replace('_', ' ')} {context.index.described[name]}")
            two = two and (draws is not None or value >= 2)
            if two and name not in (*leave_out, treatment) and value > max(own, best[0] if best else 0.0):
                best = (value, name, cue[0])
    return (best[1], best[2]) if best and best[0] >= 0.5 else None


def _can_instrument(name: str, context: Context) -> bool:
    card = context.index.cards.get(name)
    return (
        card is None or card.type in ("binary", "count", "continuous", "nominal")
    ) and name not in context.roles.identifier


def period_of_two(context: Context) -> str | None:
    """The column that tells before from after: by the words beside `before` and `after`, or two values of a calendar."""
    text = prose(context.catalog.codebook)
    if not HAPPENED.search(text):
        return None
    cards = {n: c for n, c in context.index.cards.items() if c.n_distinct == 2}
    calendar = [n for n in cards if set(name_parts(n)) & PERIOD_PARTS]
    if len(calendar) == 1:
        return calendar[0]
    beside = [
        m[1].lower() for m in re.finditer(r"\b(\w{3,20})\s*\(\s*(?:\w+ ){0,2}(?:before|after)\b", text, re.IGNORECASE)
    ]
    found = [
        n
        for n in cards
        if set(beside) & {t.low for t in tokenise(f"{' '.join(name_parts(n))} {context.index.described[n]}")}
    ]
    return found[0] if len(found) == 1 else None


def treated_group(phrase: Sequence[Token], context: Context, leave_out: Sequence[str]) -> tuple[str, str] | None:
    """The two-level column of which the sentence speaks that tells of the treatment; with the sentence."""
    text = prose(context.catalog.codebook)
    for sentence in study_sentences(text):
        if not speaks_of(sentence, phrase):
            continue
        groups = [
            (n, s) for n, s in said_of(sentence, context, leave_out)
            if (c := context.index.cards.get(n)) is not None and c.n_distinct == 2 and c.type in ("binary", "nominal")
        ]  # fmt: skip
        if groups and groups[0][1] >= 0.5 and (len(groups) == 1 or groups[0][1] > groups[1][1]):
            return groups[0][0], " ".join(text[sentence[0].start : sentence[-1].end].split())[:80]
    return None


def named_beside(phrase: Sequence[Token], context: Context, leave_out: Sequence[str]) -> tuple[str, str] | None:
    """The one two-level column that a sentence which tells of the phrase names: `the build went to some servers (canary = 1)`."""
    text = prose(context.catalog.codebook)
    periods = {*context.roles.before_after} | ({period_of_two(context)} - {None})
    rivals = {name for name, support in said_of(phrase, context, leave_out) if support >= MIN_RIVAL}
    for sentence in study_sentences(text):
        written = {t.text for t in sentence}
        named = [
            n for n, c in context.index.cards.items()
            if c.type == "binary" and n in written and n not in leave_out and n not in periods and len(n) > 1
        ]  # fmt: skip
        if len(named) == 1 and not rivals - {*named} and speaks_of(sentence, phrase):
            return named[0], " ".join(text[sentence[0].start : sentence[-1].end].split())[:80]
    return None


def first_level_told(phrase: Sequence[Token], column: str, context: Context) -> str | None:
    """Of a column with two words as levels, the one named first in the sentence that tells of the treatment."""
    card = context.index.cards.get(column)
    levels = [v for v in card.levels if isinstance(v, str)] if card else []
    if len(levels) != 2:
        return None
    for sentence in study_sentences(prose(context.catalog.codebook)):
        at = {v: i for v in levels for i, t in reversed(list(enumerate(sentence))) if t.text == v}
        if at and speaks_of(sentence, phrase):
            return min(at, key=lambda v: at[v])
    return None


def panel(context: Context) -> Panel | None:
    """Unit and period of a table with one row for nearly each pair, which the text also tells of."""
    table, text = context.catalog.table, context.catalog.codebook.text
    if table is None or not HAPPENED.search(text):
        return None
    times = [
        c
        for c in table.columns
        if set(name_parts(c.name)) & PERIOD_PARTS and MIN_PERIODS <= c.n_distinct <= MAX_PERIODS
    ]
    for time in sorted(times, key=lambda c: len(name_parts(c.name))):
        for unit in table.columns:
            cells = unit.n_distinct * time.n_distinct
            named = unit.type in ("id", "nominal", "text", "count") and unit.name != time.name
            if named and 2 < unit.n_distinct < table.n_rows and table.n_rows <= cells <= table.n_rows / MIN_FILLED:
                return (
                    Panel(unit.name, time.name)
                    if PANEL.search(context.catalog.codebook.text) or cells == table.n_rows
                    else None
                )
    return None
