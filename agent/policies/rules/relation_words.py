"""What a question about a relation is conditioned on, and which columns it names that no part of the reading uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ...state import Catalog
from .context import Context
from .modifiers import Modifiers, tail
from .prepare import EVERYDAY
from .slots import Filled, listed
from .words import Token

_HIDDEN = frozenset({"unobserved", "unmeasured", "hidden", "latent", "unobservable"})
_MORE_THAN_ONE_PATH = frozenset(
    {"all", "list", "every", "many", "backdoor", "back-door", "frontdoor", "front-door", "shortest"}
)
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


def unsupported(kind: str, sentence: Sequence[Token], catalog: Catalog) -> str | None:
    """Say which part of a question about a graph has no tool to answer it; None when all of it has.

    One open path is no list of them, and an instrument is read off a graph that is known, not one learned for the purpose.
    """
    said = next((t.text for t in sentence if t.low in _MORE_THAN_ONE_PATH), None)
    if kind in ("path", "directed") and said is not None:
        return (
            f"Whether an open or a directed path joins two variables can be told, but paths are not listed or told apart ({said!r} was "
            "not read). Ask whether the two are independent, or what to adjust for."
        )
    asks = any(t.low in {"which", "what", "list"} for t in sentence)
    if kind == "graph" and asks and any(t.stem in {"independency", "independence", "independent"} for t in sentence):
        return "The independencies that a graph implies are not listed. Ask about two variables: 'is … independent of … given …?'"
    if kind == "instrument" and catalog.graph is None:
        return (
            "Whether a variable is an instrument is read off a causal graph, and none was given. Give one with --graph."
        )
    return None


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


def hidden_problem(sentence: Sequence[Token], pair: Iterable[str]) -> str | None:
    """Say that a column is supposed to be hidden, `if z is unobserved`, which the graph does not know; None when none is."""
    taken = {*pair}
    for i, token in enumerate(sentence[:-2]):
        if token.column is None or token.column in taken or sentence[i + 1].stem != "be":
            continue
        after = [t.low for t in sentence[i + 2 : i + 4]]
        if after[0] in _HIDDEN or (after[0] == "not" and after[1:] in (["observed"], ["measured"], ["known"])):
            return (
                f"The question supposes that {token.column!r} is not measured, which the words alone cannot make so. Mark it as hidden in "
                "the graph, leave it out of the table, and ask again."
            )
    return None
