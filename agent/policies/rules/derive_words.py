"""Read what the words make of a column: its logarithm, one column per another, whether it passes a threshold.

What can be computed is computed and said; what cannot is said, and the column is taken as it is. Nothing is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ....tools.data.derive import described
from ....tools.domain.questions import Derivation, DesignHints
from .columns import expanded_parts
from .context import Context
from .modifiers import tail
from .slots import Filled, words_of
from .values import comparisons, number
from .words import Token, name_parts

SURE_COLUMN = 0.75
"""A phrase that scores lower for a column is not computed with; a wrong denominator would be worse than none."""
MAX_AFTER = 8
"""Words after a phrase that may still speak of its column."""
_LOGS = frozenset({"log", "logs", "ln", "logarithm", "logarithms", "logged"})
_OTHER_LOGS = frozenset({"log10", "log2"})
_NOT_A_LOG = frozenset({"in", "on", "out", "into", "off", "file", "files", "entry", "entries", "-"})
_SCALES = frozenset(
    {"share", "percentage", "proportion", "fraction", "squared", "square", "thousands", "millions", "billions", "hundreds",
     "growth", "inverse", "standardized", "standardised", "normalized", "normalised", "percentile", "rank", "hourly", "daily",
     "weekly", "monthly", "yearly", "annual", "quarterly", "cumulative", "lagged"}
)  # fmt: skip
"""Words that make another quantity of a column, which is not computed."""
_OF_EVENTS = frozenset({"share", "percentage", "proportion", "fraction"})
"""Of a column with two levels these are its mean, which is what effects on it are in."""
_JOINED: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"ratio"}), frozenset({"to", "and", "over"}), "ratio"),
    (frozenset({"difference"}), frozenset({"and"}), "difference"),
    (frozenset({"sum", "total"}), frozenset({"and", "plus"}), "sum"),
)
_BETWEEN: dict[str, str] = {"minus": "difference", "plus": "sum", "per": "ratio"}
_NOT_A_DENOMINATOR = frozenset({"additional", "extra", "unit", "each", "every", "one", "more", "further"})
_RESTRICTING = frozenset({"for", "among", "within", "where", "who", "whose", "when", "if"})
_OPS: dict[str, str] = {">": "over", ">=": "at_least", "<": "under", "<=": "at_most"}


class Made(NamedTuple):
    """What a phrase stands for: a column, or a new one with what it is computed from."""

    column: str
    derived: tuple[Derivation, ...]
    because: tuple[str, ...]


class _Phrase(NamedTuple):
    """The phrase of a treatment or an outcome with the words after it that may still speak of its column."""

    column: str
    other: str
    """The column of the other part, which cannot be computed with."""
    tokens: Sequence[Token]
    window: Sequence[Token]


def read_made(
    filled: Filled | None, sentence: Sequence[Token], column: str, other: str, hints: DesignHints, context: Context
) -> Made:
    """Read what the words of one phrase make of its column.

    Args:
        filled: The phrase of the treatment or the outcome.
        sentence: The sentence it stands in.
        column: The column that the phrase names.
        other: The column of the other part of the question.
        hints: The design that was read; a running variable is not cut in two.
        context: The lookups of this reading.
    """
    starts = {t.start for t in filled.tokens} if filled else set()
    at = [i for i, t in enumerate(sentence) if t.start in starts]
    if not at or column not in context.index.names:
        return Made(column, (), ())
    phrase = _Phrase(column, other, sentence[at[0] : at[-1] + 1], sentence[max(0, at[0] - 3) : at[-1] + 1 + MAX_AFTER])
    wanted = [*_two_columns(phrase, context)][:1]
    notes = [] if wanted else [*_unknown_denominator(phrase, context)]
    if hints.running_variable != column and not wanted:
        wanted += [*_threshold(phrase, context)][:1]
    last = wanted[-1].name if wanted else column
    if _says_log(phrase, column, context):
        wanted.append(Derivation(name=f"log_{last}", how="log", of=(last,)))
    notes += _scales(phrase, context)
    if wanted and (why := impossible(context)):
        what = described(wanted[-1])
        return Made(
            column, (), (f"not used: {what} is not computed, because {why}; {column!r} is taken as it is", *notes)
        )
    free = tuple(free_name(d, context) for d in wanted)
    quoted = words_of([t for t in sentence[at[0] : at[-1] + 4] if t.low != "?"])
    said = [f"{d.name!r} is computed as {described(d)}, from {quoted!r}" for d in free]
    return Made(free[-1].name if free else column, free, (*said, *notes))


def impossible(context: Context) -> str | None:
    """Why no column can be computed; None when one can."""
    if context.catalog.table is None:
        return "there is no table"
    if context.catalog.graph is not None:
        return f"the graph {context.catalog.graph!r} has no node for it"
    return None


def free_name(derivation: Derivation, context: Context) -> Derivation:
    """The same with a name that no column has."""
    name = derivation.name
    while name in context.index.names:
        name += "_new"
    return derivation.model_copy(update={"name": name})


def _says(column: str, words: frozenset[str], context: Context) -> bool:
    """Whether a column says one of these words itself, in its name or its description."""
    text = context.index.described[column].lower()
    said = {*expanded_parts(column), *name_parts(column), *re.findall(r"[a-z0-9]+", text[:400])}
    return bool(said & words)


def _says_log(phrase: _Phrase, column: str, context: Context) -> bool:
    """Whether the words ask for the logarithm of a column that is not one already."""
    short = any(column.lower() == prefix + n.lower() for n in context.index.names for prefix in ("l", "ln", "log"))
    if short or _says(column, _LOGS, context):
        return False
    for i, token in enumerate(phrase.tokens):
        after = phrase.tokens[i + 1].low if i + 1 < len(phrase.tokens) else ""
        joined = re.fullmatch(r"(?:log|ln)-(\w+)", token.low)
        if token.column is None and (joined or token.low in _LOGS):
            return (joined[1] if joined else after) not in _NOT_A_LOG
    return False


def _two_columns(phrase: _Phrase, context: Context) -> Iterator[Derivation]:
    """`wage per hour`, `the ratio of debt to income`, `a minus b`: when both name columns."""
    names = {"ratio": "{}_per_{}", "difference": "{}_minus_{}", "sum": "{}_plus_{}"}
    for how, left, right in _pairs(phrase):
        first, second = _column(left, context), _column(right, context)
        if (
            first
            and second
            and first != second
            and phrase.column in (first, second)
            and phrase.other not in (first, second)
        ):
            if how == "ratio" and _says(first, frozenset({"per", "ratio", "rate"}), context):
                return
            name = names[how].format(first, second)
            yield Derivation.model_validate({"name": name, "how": how, "of": (first, second)})


def _pairs(phrase: _Phrase) -> Iterator[tuple[str, Sequence[Token], Sequence[Token]]]:
    window = phrase.window
    for i, token in enumerate(window):
        if token.column is None and token.low in _BETWEEN and i:
            yield _BETWEEN[token.low], window[max(0, i - 3) : i], tail(window, i + 1, lists=False)[:4]
        for heads, links, how in _JOINED:
            if token.low in heads and token.column is None:
                link = next((k for k in range(i + 3, min(i + 8, len(window))) if window[k].low in links), None)
                if link is not None:
                    yield how, window[i + 2 : link], tail(window, link + 1, lists=False)[:4]


def _column(span: Sequence[Token], context: Context) -> str | None:
    """The numeric column that a few words surely name."""
    locked = [t.column for t in span if t.column is not None]
    matches = context.index.score([t for t in span if t.is_word])
    name = locked[-1] if locked else matches[0].column if matches and matches[0].score >= SURE_COLUMN else None
    card = context.index.cards.get(name) if name else None
    return name if card is not None and card.type in ("continuous", "count", "binary") else None


def _unknown_denominator(phrase: _Phrase, context: Context) -> Iterator[str]:
    """`wage per hour` where no column holds the hours, and the wage does not say that it is hourly."""
    ends = phrase.tokens[-1].end
    for i, token in enumerate(phrase.window[:-1]):
        span = tail(phrase.window, i + 1, lists=False)[:3]
        if token.low != "per" or not span or token.column is not None:
            continue
        adjacent = phrase.window[i - 1].end in (ends, *(t.end for t in phrase.tokens)) if i else False
        named = _column(span, context)
        word = span[0].low
        told = _says(phrase.column, frozenset({"per", word, word + "ly"}), context)
        if (
            adjacent
            and named != phrase.other
            and word not in _NOT_A_DENOMINATOR
            and number(span[0]) is None
            and not told
        ):
            yield f"not used, since no column holds it: {'per ' + words_of(span)!r}; {phrase.column!r} is taken as it is"


def _threshold(phrase: _Phrase, context: Context) -> Iterator[Derivation]:
    """`grade of at least 12`, `more than 12 years of education`: one side against the other."""
    card = context.index.cards.get(phrase.column)
    if card is None or card.type not in ("continuous", "count") or card.n_distinct <= 2:
        return
    found = [c for c, _ in comparisons(_unrestricted(phrase), context) if c.column == phrase.column]
    if len(found) == 1 and found[0].op in _OPS and not isinstance(found[0].value, str | bool):
        op, value = found[0].op, float(found[0].value)
        name = f"{phrase.column}_{_OPS[op]}_{value:g}"
        yield Derivation.model_validate(
            {"name": name, "how": "threshold", "of": (phrase.column,), "op": op, "value": value}
        )


def _unrestricted(phrase: _Phrase) -> Sequence[Token]:
    """The window up to the words that restrict the rows: `… among those with a wage above 20`."""
    ends = phrase.tokens[-1].end
    cut = (i for i, t in enumerate(phrase.window) if t.start >= ends and t.low in _RESTRICTING and t.lock < 1.5)
    return phrase.window[: next(cut, len(phrase.window))]


def _scales(phrase: _Phrase, context: Context) -> list[str]:
    """Words that make another quantity of the column, which it does not say of itself."""
    card = context.index.cards.get(phrase.column)
    binary = card is not None and card.type == "binary"
    found: list[str] = []
    for token in phrase.tokens:
        if token.low not in _SCALES | _OTHER_LOGS or token.column is not None or (binary and token.low in _OF_EVENTS):
            continue
        if not _says(phrase.column, frozenset({token.low, token.stem}), context):
            found.append(f"not used, since no column says so: {token.text!r}; {phrase.column!r} is taken as it is")
    return list(dict.fromkeys(found))
