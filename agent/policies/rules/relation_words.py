"""What a question about a relation is conditioned on, and which columns it names that no part of the reading uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .context import Context
from .modifiers import Modifiers, tail
from .prepare import EVERYDAY
from .slots import Filled, listed
from .words import Token

_SYMBOLS = (
    (re.compile(r"\s*(?:_\|\|_|\|\|_|⊥⊥|⫫|⊥)\s*"), " is independent of "),
    (re.compile(r"(?<=\w)\s*\|\s*(?=[\w{(])"), " given "),
)
"""How independence and conditioning are written in formulas, and in words."""


def spelled_out(words: str) -> str:
    """A statement of independence in symbols, `w _||_ y | t`, in words; all other text as it is.

    Example:
        >>> spelled_out("w _||_ y | t, z")
        'w is independent of y given t, z'
    """
    (independent, _), *_rest = _SYMBOLS
    if not independent.search(words):
        return words
    for symbol, meaning in _SYMBOLS:
        words = symbol.sub(meaning, words)
    return words


def conditioned_on(
    slot: Filled | None, sentence: Sequence[Token], modifiers: Modifiers, pair: Iterable[str], context: Context
) -> tuple[str, ...]:
    """The columns that two others are compared given: by `given`, `conditional on`, `separated by`, or a leading set."""
    found = [*modifiers.given, *(modifiers.adjust or ())]
    for i, token in enumerate(sentence):
        if token.low == "by" and token.lock < EVERYDAY:
            found += listed(tail(sentence, i + 1), context.index)[0]
    if slot is not None:
        found += listed(slot.tokens, context.index)[0]
    return tuple(c for c in dict.fromkeys(found) if c not in {*pair})


def left_unread(sentence: Sequence[Token], used: Iterable[str]) -> str | None:
    """Say which columns a question about a relation names and its reading leaves out; None when there are none.

    To answer without them would be to answer another question: `independent by t` is not `independent`.
    """
    taken = {*used}
    named = [t.column for t in sentence if t.column is not None and t.lock >= EVERYDAY and t.column not in taken]
    if not named:
        return None
    said = ", ".join(map(repr, dict.fromkeys(named)))
    known = " and ".join(map(repr, dict.fromkeys(used)))
    return (
        f"The question was read as one about {known}, but it names {said} too, and what for was not understood. "
        "Ask about two variables, with 'given' before the others."
    )
