"""Read probabilities of variables at named levels: "For those with income being low, the probability of … is 0.31"."""

from __future__ import annotations

from .frames import match_any
from .scales import read_events
from .types import Chance, Premises
from .vocabulary import Vocabulary

_STATED = (
    "(for|among|given|of|when) (those|people|individuals|units|cases) (with|who have|whose|having) <given>, "
    "the [{overall}] {chance} (of|that) <event> {equals} {number}",
    "(given|given that|when|if|for) <given>, the [{overall}] {chance} (of|that) <event> {equals} {number}",
    "the [{overall}] {chance} (of|that) <event> (given|given that|when|if) <given> {equals} {number}",
    "the [{overall}] {chance} (of|that) <event> {equals} {number}",
)


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add the probability a sentence states when it spells out every variable and level; False otherwise."""
    slots = match_any(_STATED, sentence)
    if not slots:
        return False
    event = read_events(slots["event"], vocabulary, vocabulary.scales)
    given = read_events(slots["given"], vocabulary, vocabulary.scales) if "given" in slots else ()
    value = float(slots["number"]) / (100 if "percent" in slots else 1)
    if event is None or given is None or not 0 <= value <= 1:
        return False
    vocabulary.take(Chance(event=event, given=given, value=round(value, 12)))
    return True
