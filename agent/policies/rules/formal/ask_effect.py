"""Read questions about effects: total, on the treated, direct and through mediators, and what conditioning opens."""

from __future__ import annotations

from collections.abc import Callable

from .....tools.domain.results import QueryAnswer, Result
from .ask_levels import as_number
from .calls import query_reading
from .frames import matches
from .polarity import asks_up, by_sign
from .sentences import split_list
from .types import Event, FormalReading, FormalVerdict, Premises
from .vocabulary import Vocabulary

_DIRECT = (
    "{ignoring} {path} {by} <means>, {aux} <cause> {sign} {affect} <effect>",
    "{ignoring} {path} {by} <means>, {aux} <cause> {moves} [the {chance} of] <effect>",
    "{aux} <cause> {sign} {affect} <effect>, {ignoring} {path} {by} <means>",
    "{aux} <cause> {moves} [the {chance} of] <effect>, {ignoring} {path} {by} <means>",
    "{ignoring} {path} {by} <means>, is <effect> {sign} {affected} by <cause>",
)
_INDIRECT = (
    "{aux} <cause> {sign} {affect} <effect>, [only] {through} <means>",
    "{aux} <cause> {moves} [the {chance} of] <effect>, [only] {through} <means>",
    "{through} <means>, {aux} <cause> {sign} {affect} <effect>",
    "{through} <means>, {aux} <cause> {moves} [the {chance} of] <effect>",
    "is <effect> {sign} {affected} by <cause>, [only] {through} <means>",
)
_TREATED = (
    "{look at} <group>, {is} it [be] [have been] {way} likely (to see|to observe|to find|to have|for) <event> (if|had) <instead>",
    "{look at} <group>, {is} [the {chance} of] <event> [be] [have been] {way} [likely] (if|had) <instead>",
    "{look at} <group>, (if|had) <instead>, {is} it [be] [have been] {way} likely (to see|to observe|to find|to have|for) <event>",
    "{look at} <group>, (if|had) <instead>, {is} [the {chance} of] <event> [be] [have been] {way} [likely]",
    "{is} it [be] [have been] {way} likely (to see|to observe|to find) <event> {look at} <group>, (if|had) <instead>",
    "would <group> [be] have been {way} likely to (have|get|show|develop|see|experience) <event>, (if|had) <instead>",
)
_OPENED = (
    "{look at} <group>, {conclude} <cause> {denied} {affect} <effect>",
    "{look at} <group>, {conclude} <cause> (has|have) {denied} effect on <effect>",
    "{look at} <group>, {conclude} <effect> (is|are) {denied} {affected} by <cause>",
    "{look at} <group>, {conclude} <cause> {affect} <effect>",
    "{look at} <group>, {conclude} <cause> (has|have) an effect on <effect>",
    "{look at} <group>, {conclude} <effect> (is|are) {affected} by <cause>",
)
_TOTAL = (
    "{aux} <cause> [causally] {moves} the [overall] {chance} (of|that) <event>",
    "{aux} <cause> make <event> {way} {likely}",
    "{is} the {chance} (of|that) <event> [be] {moves} by <cause>",
    "does <cause> cause <event> to be {way} {likely}",
    "{is} <event> [be] [become] {way} {likely} if (we|one|someone|somebody) {impose} <cause>",
    "if <cause>, would [the {chance} of] <event> [be] [become] {way} [{likely}]",
    "does <cause> {cause an effect} [the {chance} of] <event>",
    "is {the effect} <cause> (on|upon) [the {chance} of] <event> {sign}",
    "(if|when) (we|one|someone|somebody) {impose} <cause>, {is} [the {chance} of] <event> [be] [become] {way} [{likely}]",
    "(if|when) (we|one|someone|somebody) {impose} <cause>, {aux} the {chance} of <event> {moves}",
)

_SIZE = (
    "what is {the effect} <cause> (on|upon) [the {chance} of] <event>",
    "(how much|by how much) does <cause> (change|affect|alter|raise|increase|influence) [the {chance} of] <event>",
    "how large is {the effect} <cause> (on|upon) [the {chance} of] <event>",
)


def read(question: str, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Read a question of the second or third rung."""
    for patterns, build in _KINDS:
        for slots in matches(patterns, question):
            if (reading := build(slots, premises, vocabulary)) is not None:
                return reading
    return None


def _total(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    pair = _cause_and_event(slots, premises, vocabulary, "event")
    if pair is None:
        return None
    cause, event = pair
    up = asks_up(next(slots[k] for k in ("moves", "way", "sign") if k in slots))
    because = [f"total effect of {vocabulary.words_of(cause)} on {vocabulary.words_of(event)}"]
    return query_reading(
        premises, "ATE", event, by_sign(up=up), because, treatment=cause, assume=("homogeneous_effect",)
    )


def _size(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    pair = _cause_and_event(slots, premises, vocabulary, "event")
    if pair is None:
        return None
    cause, event = pair
    because = [f"size of the total effect of {vocabulary.words_of(cause)} on {vocabulary.words_of(event)}"]
    return query_reading(premises, "ATE", event, as_number(), because, treatment=cause, assume=("homogeneous_effect",))


def _treated(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    event = vocabulary.align(slots["event"])
    if event is None:
        return None
    group = vocabulary.align(slots["group"], [n for n in premises.nodes if n != event.variable])
    if group is None:
        return None
    instead = vocabulary.align(slots["instead"], (group.variable,))
    other = vocabulary.variable(slots["instead"])
    if instead is None and other not in (None, group.variable):
        return None
    # the question is about the same people in the other world: more likely there means a negative effect here
    up = not asks_up(slots["way"])
    because = [
        f"effect of {vocabulary.words_of(group)} on {vocabulary.words_of(event)} among them, seen from the other world"
    ]
    return query_reading(premises, "ATT", event, by_sign(up=up), because, treatment=group, assume=("treated_like_all",))


def _direct(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    return _natural("NDE", slots, premises, vocabulary)


def _indirect(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    return _natural("NIE", slots, premises, vocabulary)


def _natural(query: str, slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    pair = _cause_and_event(slots, premises, vocabulary, "effect")
    if pair is None:
        return None
    cause, event = pair
    text = slots["means"]
    whole = vocabulary.named(text)
    means = [whole] if whole else [vocabulary.variable(p) for p in split_list(text)]
    if any(m is None or m in (cause.variable, event.variable) for m in means):
        return None
    mediators = tuple(m for m in means if m is not None)
    up = asks_up(slots.get("sign") or slots["moves"])
    because = [f"{query} of {cause.variable} on {event.variable} through {', '.join(mediators)}"]
    return query_reading(
        premises,
        query,
        event,
        by_sign(up=up),
        because,
        treatment=cause,
        mediators=mediators,
        assume=("unconfounded_mediator",),
    )


def _opened(slots: dict[str, str], premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Whether one variable affects another is for the graph to say, whatever correlation a selection shows."""
    pair = _cause_and_event(slots, premises, vocabulary, "effect")
    if pair is None or vocabulary.align(slots["group"]) is None:
        return None
    cause, event = pair
    denied = "denied" in slots
    because = [f"whether {cause.variable} affects {event.variable} at all"]
    decide = _by_existence(denied=denied)
    return query_reading(premises, "ATE", event, decide, because, treatment=cause)


def _cause_and_event(
    slots: dict[str, str], premises: Premises, vocabulary: Vocabulary, effect: str
) -> tuple[Event, Event] | None:
    event = vocabulary.align(slots[effect])
    if event is None:
        return None
    cause = vocabulary.align(slots["cause"], [n for n in premises.nodes if n != event.variable])
    return None if cause is None else (cause, event)


def _by_existence(*, denied: bool) -> Callable[[Result], FormalVerdict]:
    """Whether there is an effect, for any numbers: without a directed path it is zero."""

    def decide(result: Result) -> FormalVerdict:
        assert isinstance(result, QueryAnswer)
        none = result.status == "exact" and result.value is not None and abs(result.value) < 1e-12
        answer = "yes" if none == denied else "no"
        what = "no directed path leads from cause to effect; what is seen among those selected is not an effect"
        return FormalVerdict(
            answer=answer,
            sentence=f"{answer.capitalize()}: {what if none else 'a directed path leads there'}. {result.summary()}",
        )

    return decide


_KINDS = (
    (_DIRECT, _direct),
    (_TREATED, _treated),
    (_INDIRECT, _indirect),
    (_OPENED, _opened),
    (_TOTAL, _total),
    (_SIZE, _size),
)
"""The first pattern that fits and whose phrases can be aligned decides the kind."""
