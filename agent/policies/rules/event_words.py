"""Read which value of an outcome the words ask about: of `dying`, the died and not the survived are counted."""

from __future__ import annotations

from collections.abc import Sequence

from ....tools.coding import control_level
from ....tools.data.derive import described
from ....tools.domain.model import Scalar
from ....tools.domain.questions import Derivation
from ....tools.domain.results import ColumnCard
from .context import Context
from .contrast import DENIALS
from .derive_words import Made, free_name, impossible
from .slots import Filled, words_of
from .values import level_of
from .words import Token, tokenise

SHARED_LETTERS = 5
"""Survival and survived begin alike; shorter beginnings are shared by chance."""
_PLAIN = frozenset({"yes", "no", "true", "false", "none", "0", "1"})
"""Values that name no event."""


def read_event(filled: Filled | None, column: str, context: Context) -> Made:
    """The outcome as the event that was named; the column itself when that is what its values count anyway.

    Args:
        filled: The phrase of the outcome.
        column: The column that the phrase names.
        context: The lookups of this reading.
    """
    card = context.index.cards.get(column)
    level = _named(filled.tokens, card, context.index.described[column]) if filled and card else None
    if filled is None or card is None or level is None or level == counted(card.levels):
        return Made(column, (), ())
    event = Derivation(name=f"{column}_is_{level}"[:100], how="level", of=(column,), level=level)
    if why := impossible(context):
        note = f"not used: {described(event)} is not computed, because {why}; {column!r} is taken as it is"
        return Made(column, (), (note,))
    event = free_name(event, context)
    said = f"{event.name!r} is computed as {described(event)}, from {words_of(filled.tokens)!r}"
    return Made(event.name, (event,), (said,))


def counted(levels: Sequence[Scalar]) -> Scalar | None:
    """Of two levels in words, the one that an estimate counts as 1; None for anything else."""
    if len(levels) != 2 or not all(isinstance(v, str) for v in levels):
        return None
    return levels[1 - control_level(tuple(levels))[0]]


def _named(tokens: Sequence[Token], card: ColumnCard, description: str) -> Scalar | None:
    """The one level that a phrase names; of two levels, the other one where it denies it."""
    if card.type not in ("binary", "nominal") or not any(isinstance(v, str) for v in card.levels):
        return None
    named = [level for _, level in level_of(tokens, card, description)] or [*_alike(tokens, card)]
    if len(set(named)) != 1 or str(named[0]).casefold() in _PLAIN:
        return None
    if len(card.levels) == 2 and any(t.low in DENIALS for t in tokens[:-1]):
        return next(v for v in card.levels if v != named[0])
    return named[0]


def _alike(tokens: Sequence[Token], card: ColumnCard) -> list[Scalar]:
    """Levels of one word that begin like a word of the phrase."""
    words = [t.low for t in tokens if t.is_word]
    found: list[Scalar] = []
    for level in card.levels:
        parts = [t.low for t in tokenise(str(level)) if t.is_word]
        if len(parts) == 1 and any(_begin_alike(parts[0], w) for w in words):
            found.append(level)
    return found


def _begin_alike(one: str, other: str) -> bool:
    return len(one) >= SHARED_LETTERS and one[:SHARED_LETTERS] == other[:SHARED_LETTERS]
