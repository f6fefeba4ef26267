"""Read a causal question that comes with premises: sentence by sentence, then the question, then one typed call."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from . import (
    ask_chance,
    ask_counterfactual,
    ask_effect,
    ask_graph,
    ask_levels,
    ask_method,
    ask_relation,
    state_chances,
    state_edges,
    state_graph,
    state_independence,
    state_levels,
    state_methods,
    state_observed,
    state_rules,
)
from .frames import CLASSES
from .scales import compound_names
from .sentences import split_passage
from .types import FormalReading, Premises, Unreadable
from .vocabulary import Vocabulary

StatementReader = Callable[[str, Premises, Vocabulary], bool]
QuestionReader = Callable[[str, Premises, Vocabulary], FormalReading | None]

STATEMENT_READERS: tuple[StatementReader, ...] = (
    state_methods.read,
    state_independence.read,
    state_rules.read,
    state_levels.read,
    state_chances.read,
    state_observed.read_unseen,
    state_graph.read,
    state_edges.read,
    state_observed.read,
)
"""The first that understands a sentence has it."""
QUESTION_READERS: tuple[QuestionReader, ...] = (
    ask_method.read,
    ask_relation.read,
    ask_counterfactual.read,
    ask_graph.read,
    ask_levels.read,
    ask_effect.read,
    ask_chance.read,
)
"""The first that understands the question has it."""
MOST_SHOWN = 120
_EDGE = re.compile(
    r"\b(?:effect|influence|impact)s? (?:up)?on\b|\b(?:directly|causally) (?:affects?|influences?|impacts?)\b"
    r"|\b(?:is|are) (?:directly |causally )?(?:affected|influenced|impacted) by\b",
    re.I,
)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?<![\w.])(?!(?:19|20)\d\d\b(?![%.]))\.?\d")
"""A number in a sentence; years and the digits in a name count for nothing."""
_CHANCE = re.compile(rf"%|\bper ?cent\b|\b(?:{CLASSES['chance']})\b|\bP\(", re.I)
_DENIES = re.compile(r"\b(?:not|no|never|neither|nor|cannot)\b|n't\b", re.I)
_ACTING = re.compile(r"\b(?:caus|affect|effect|influenc|impact|determin|driv|arrow|edge|depend)", re.I)
MOST_IN_SENTENCE = 8_000
"""Longer sentences state nothing that can be read; trying would take time in proportion to the square."""


def _states_an_edge(sentence: str) -> bool:
    return bool(_EDGE.search(sentence)) and not _DIGIT.search(sentence)


def _matters(sentence: str, nodes: Sequence[str]) -> bool:
    """Whether a sentence that was not read holds a number about what is known, or denies an effect between variables."""
    named = {n for n in nodes if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", sentence, re.I)}
    if _NUMBER.search(sentence) and (named or _CHANCE.search(sentence)):
        return True
    return bool(_DENIES.search(sentence) and _ACTING.search(sentence)) and len(named) > 1


def read_formal(text: str) -> FormalReading | Unreadable:
    """Read premises and a question.

    Args:
        text: All of it: background, given numbers, question.

    Returns:
        One typed call and how its result answers the words, or what could not be read.
    """
    passage = split_passage(text)
    if not 0 < len(passage.question) <= MOST_IN_SENTENCE:
        return Unreadable("The question is too long to be read." if passage.question else "The text is empty.")
    premises = Premises()
    vocabulary = Vocabulary(premises, passage.question, passage.form)
    for name in compound_names(passage.statements):
        vocabulary.declare(name)
    # what affects what names the variables, so it is read first, wherever it stands
    for sentence in sorted(passage.statements, key=lambda s: not _states_an_edge(s)):
        if len(sentence) > MOST_IN_SENTENCE or not any(
            read(sentence, premises, vocabulary) for read in STATEMENT_READERS
        ):
            premises.ignored.append(sentence)
    vocabulary.settle()
    if unread := [s for s in premises.ignored if _matters(s, premises.nodes)]:
        return Unreadable(f"Not read, though the answer may depend on it: {unread[0][:MOST_SHOWN]!r}.", premises)
    if both := [pair for pair in premises.edges if pair in premises.denied]:
        a, b = both[0]
        return Unreadable(f"That {a} affects {b} is both stated and denied.", premises)
    for ask in QUESTION_READERS:
        if (reading := ask(passage.question, premises, vocabulary)) is not None:
            return reading
    if not premises.nodes:
        return Unreadable("No sentence states which variable affects which.")
    return Unreadable(f"The question was not understood: {passage.question[:MOST_SHOWN]!r}.", premises)
