"""Read questions about what is seen: how likely an event is, and how that differs with what is observed."""

from __future__ import annotations

import re

from .ask_levels import as_number
from .calls import query_reading
from .frames import matches
from .polarity import asks_up, by_sign
from .types import FormalReading, Premises
from .vocabulary import Vocabulary

_AGAINST = (
    "{is} [it] [the] [overall] [{chance} of] <event> [be] {way} [{likely}] [overall] than [the {chance} of] [that of] <other> [in general]",
    "{is} [it] [the] [overall] [{chance} of] <event> [be] {way} [{likely}] [overall] than [the {chance} of] [that of] <other> overall",
)
_WHEN_SEEN = (
    "{is} the {chance} of <event> [be] {way} {when} [that] [{seeing}] [that] <cause>",
    "{when} [that] {seeing} [that] <cause>, {is} [the {chance} of] <event> [be] {way} [{likely}]",
    "{is} <event> [be] {way} {likely} {when} [that] {seeing} [that] <cause>",
    "{aux} {seeing} [that] <cause> {moves} the {chance} of <event>",
    "{aux} {seeing} [that] <cause> make <event> {way} {likely}",
    "{is} <event> {way} {likely} (among|in|for) <cause>",
    "are <cause> {way} likely to (have|get|show|develop|experience) <event>",
    "is <cause> {sign} (correlated|associated) with <event>",
    "{aux} the {chance} of <event> {moves} {when} [that] [{seeing}] [that] <cause>",
)
_ASKED = (
    "what is the [{overall}] {chance} (of|that) <event> if (we|one|someone|somebody) {impose} <set>",
    "what is the [{overall}] {chance} (of|that) <event> (given|among|for|if|when|knowing) [that] [{seeing}] [that] <given>",
    "what is the [{overall}] {chance} (of|that) <event>",
    "how (likely|probable|common) is <event> if (we|one|someone|somebody) {impose} <set>",
    "how (likely|probable|common) is <event> (given|among|for|if|when|knowing) [that] [{seeing}] [that] <given>",
    "how (likely|probable|common) is <event>",
)
_IN_GROUP = (
    "{look at} <group>, {aux} the {chance} of <event> {moves} {when} [that] [{seeing}] [that] <cause>",
    "{look at} <group>, {is} [the {chance} of] <event> [be] {way} [{likely}] {when} [that] [{seeing}] [that] <cause>",
    "{aux} the {chance} of <event> {moves} {when} [that] [{seeing}] [that] <cause>, {look at} <group>",
    "{look at} <group>, {aux} {seeing} <cause> make <event> {way} {likely}",
)
_HALF = re.compile(r"not|even|(?:one |a )?half|50 ?%|0?\.50?|its (?:opposite|absence|contrary)", re.I)


def read(question: str, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Read a question of the first rung."""
    for patterns, build in (
        (_IN_GROUP, _contrast),
        (_WHEN_SEEN, _contrast),
        (_AGAINST, _more_likely),
        (_ASKED, _how_likely),
    ):
        for slots in matches(patterns, question):
            if (reading := build(slots, premises, vocabulary)) is not None:
                return reading
    return None


def _contrast(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    event = vocabulary.align(slots["event"])
    if event is None:
        return None
    others = [n for n in premises.nodes if n != event.variable]
    group = vocabulary.align(slots["group"], others) if "group" in slots else None
    if "group" in slots and group is None:
        return None
    cause = vocabulary.align(slots["cause"], [n for n in others if group is None or n != group.variable])
    if cause is None:
        return None
    up = asks_up(next(slots[k] for k in ("way", "moves", "sign") if k in slots))
    because = [f"{vocabulary.words_of(event)} is compared between {cause.variable} = {cause.level} and otherwise"]
    if group is None:
        return query_reading(premises, "association", event, by_sign(up=up), because, treatment=cause)
    because.append(f"among {vocabulary.words_of(group)}")
    decide = by_sign(up=up, zero=0.0)
    return query_reading(premises, "explaining_away", event, decide, because, treatment=cause, given=(group,))


def _more_likely(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    half = _HALF.fullmatch(slots["other"])
    event = vocabulary.align(slots["event"]) if half else vocabulary.align_against(slots["event"], slots["other"])
    if event is None:
        return None
    decide = by_sign(up=asks_up(slots["way"]), threshold=0.5, zero=0.0)
    because = [f"P({vocabulary.words_of(event)}) is compared with one half"]
    return query_reading(premises, "marginal", event, decide, because)


def _how_likely(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    event = vocabulary.align(slots["event"])
    if event is None:
        return None
    others = [n for n in premises.nodes if n != event.variable]
    behind = slots.get("set") or slots.get("given")
    known = vocabulary.align(behind, others) if behind else None
    if behind and known is None:
        return None
    query = "interventional" if "set" in slots else "conditional" if behind else "marginal"
    shown = f" when {vocabulary.words_of(known)} is {'set' if 'set' in slots else 'seen'}" if known else ""
    because = [f"P({vocabulary.words_of(event)}){shown}"]
    given = (known,) if known and "set" not in slots else ()
    do = (known,) if known and "set" in slots else ()
    return query_reading(premises, query, event, as_number(), because, given=given, do=do)
