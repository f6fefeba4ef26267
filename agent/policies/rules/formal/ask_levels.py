"""Read questions about effects between named levels: "if income is changed to be high, will health be more likely good?"

One grammar for total, controlled, natural effects, effects on the treated and probabilities of causation: who is looked
at, what is held, what is changed to which level, and which level of the outcome is asked for; as yes or no, or a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .....tools.domain.results import QueryAnswer, Result
from .calls import query_reading
from .frames import match_any
from .polarity import asks_up, by_sign
from .scales import declared, read_events
from .types import Event, FormalReading, FormalVerdict, Premises
from .vocabulary import Vocabulary

_VERBS = (
    "(had been|is changed to be|is changed to|was changed to|were changed to|is set to be|is set to|were set to|was set to)",
    "(were|was|is|becomes|became|been|is made|were made)",
)
"""The plain ones last: a name may have them inside."""
_IF = "(if|when|had|suppose|supposing) <cause> VERB <level>"
_THEN = "{aux} <effect> (have been|be|become|have become) {way} {likely} [to be] <asked>"
_KEEPS = "(keeps|keep|stays|stay|remains|remain|is held|are held|is kept|are kept|were kept|was kept) (constant|fixed|unchanged)"
_MEDIATOR = "[(the|all|any)] (mediator|mediators|mediating variable|mediating variables|intermediate variables)"
_NATURAL_DIRECT = (
    f"(suppose|supposing|assume|if) [that] {_MEDIATOR} {_KEEPS} (when|while|as) <cause> (is|was|were) changed to [be] <level>, {_THEN}",
)
_NATURAL_INDIRECT = (
    f"(suppose|supposing|assume|if) [that] <held> (is|are|was|were) (held|kept) (constant|fixed|unchanged) (and|while|but) "
    f"{_MEDIATOR} (changes|change|changed) to whatever value (it|they) would have (attained|taken|had) (under|with|if) <cause> "
    f"(changing|changed|being changed|being set) to [be] <level>, {_THEN}",
)
_AMONG = (
    f"(for|among|of) (those|people|individuals|units|cases) (with|whose|having) <group>, {_IF}, {_THEN}",
    f"given [that] <group>, {_IF}, {_THEN}",
)
_HELD = (
    f"(conditioned on|conditional on|conditioning on|holding|keeping|fixing|with|controlling for) <group> [fixed], {_IF}, {_THEN}",
)
_TOTAL = (f"{_IF}, {_THEN}", "{aux} <effect> be {way} {likely} [to be] <asked> " + _IF)
_CAUSATION = (
    f"given [that] <group>, what is the [<bound> bound of the] {{chance}} (of|that) <effect> would have been <asked> {_IF}",
    f"what is the [<bound> bound of the] {{chance}} (of|that) <effect> would have been <asked> {_IF}, given [that] <group>",
)
_NUMBER = re.compile(
    r"\b(?:decimals?|decimal places?|calculation result|as a number|numeric(?:al)? (?:value|answer|result))\b", re.I
)
_NONE_BELOW = re.compile(
    r"\beffects? (?:smaller|less) than (?P<least>\d*\.?\d+) counts? as (?:none|zero|no effect)", re.I
)
EXACT = 1e-12


@dataclass(frozen=True)
class _Wanted:
    """The form of the answer: a number, or yes and no with the least effect that counts."""

    number: bool
    least: float


def read(question: str, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Read a question whose levels are all spelled out."""
    wanted = _wanted(vocabulary.form)
    for patterns, build in _KINDS:
        for pattern in (p.replace("VERB", verb) for p in patterns for verb in _VERBS):
            slots = match_any((pattern,), question)
            if slots and (reading := build(slots, wanted, premises, vocabulary)) is not None:
                return reading
    return None


def _wanted(form: str) -> _Wanted:
    least = _NONE_BELOW.search(form)
    return _Wanted(bool(_NUMBER.search(form)), float(least["least"]) if least else EXACT)


def _total(slots: dict[str, str], wanted: _Wanted, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    return _effect("ATE", slots, wanted, premises, vocabulary)


def _direct(slots: dict[str, str], wanted: _Wanted, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    return _effect("NDE", slots, wanted, premises, vocabulary)


def _indirect(
    slots: dict[str, str], wanted: _Wanted, premises: Premises, vocabulary: Vocabulary
) -> FormalReading | None:
    if declared(slots["held"], vocabulary) != declared(slots["cause"], vocabulary):
        return None
    return _effect("NIE", slots, wanted, premises, vocabulary)


def _held(slots: dict[str, str], wanted: _Wanted, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    held = read_events(slots["group"], vocabulary, vocabulary.scales)
    return _effect("CDE", slots, wanted, premises, vocabulary, do=held) if held else None


def _among(slots: dict[str, str], wanted: _Wanted, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """The effect on those who had the other level; among any other group, the effect there."""
    group, pair = read_events(slots["group"], vocabulary, vocabulary.scales), _pair(slots, vocabulary)
    if not group or pair is None:
        return None
    cause, effect = pair
    own = [e for e in group if e.variable == cause.variable]
    rest = tuple(e for e in group if e.variable != cause.variable)
    if not own:
        return _effect("ATE", slots, wanted, premises, vocabulary, given=rest)
    if own[0].level == cause.level:
        return None
    because = (f"effect of {vocabulary.words_of(own[0])} on {vocabulary.words_of(effect)} among those who have it",)
    # the number compares what was with what would have been; the words ask the other way round
    decide = as_number() if wanted.number else by_sign(up=not asks_up(slots["way"]), zero=wanted.least)
    return _call(premises, "ATT", effect, decide, because, own[0], rest)


def _effect(
    query: str,
    slots: dict[str, str],
    wanted: _Wanted,
    premises: Premises,
    vocabulary: Vocabulary,
    given: Iterable[Event] = (),
    do: Iterable[Event] = (),
) -> FormalReading | None:
    pair = _pair(slots, vocabulary)
    if pair is None:
        return None
    cause, effect = pair
    if cause.variable == effect.variable:
        return None
    because = (f"{query} of {vocabulary.words_of(cause)} on {vocabulary.words_of(effect)}",)
    decide = as_number() if wanted.number else by_sign(up=asks_up(slots["way"]), zero=wanted.least)
    return _call(premises, query, effect, decide, because, cause, given, do)


def _causation(
    slots: dict[str, str], wanted: _Wanted, premises: Premises, vocabulary: Vocabulary
) -> FormalReading | None:
    """The chance that the outcome would have been other than it was, had the cause been other than it was."""
    facts, pair = read_events(slots["group"], vocabulary, vocabulary.scales), _pair(slots, vocabulary)
    if not facts or pair is None:
        return None
    cause, effect = pair
    fact = {e.variable: e for e in facts}
    was, happened = fact.pop(cause.variable, None), fact.pop(effect.variable, None)
    if was is None or happened is None or was.level == cause.level:
        return None
    other = happened.level != effect.level
    because = (
        f"chance of {vocabulary.words_of(effect)} under {vocabulary.words_of(cause)}, given "
        f"{' and '.join(vocabulary.words_of(e) for e in facts)}",
    )
    decide = as_number(slots.get("bound", ""), complement=not other)
    return _call(premises, "PN", happened, decide, because, was, fact.values())


def _call(
    premises: Premises,
    query: str,
    effect: Event,
    decide: Callable[[Result], FormalVerdict],
    because: tuple[str, ...],
    cause: Event,
    given: Iterable[Event] = (),
    do: Iterable[Event] = (),
) -> FormalReading:
    """Numbers to many digits are measured frequencies, which have no independence exactly."""
    clash = "add_arrows"
    return query_reading(
        premises, query, effect, decide, because, treatment=cause, given=given, do=do, when_inconsistent=clash
    )


def _pair(slots: dict[str, str], vocabulary: Vocabulary) -> tuple[Event, Event] | None:
    cause, effect = declared(slots["cause"], vocabulary), declared(slots["effect"], vocabulary)
    if cause is None or effect is None:
        return None
    changed, asked = vocabulary.scales.event(cause, slots["level"]), vocabulary.scales.event(effect, slots["asked"])
    return None if changed is None or asked is None else (changed, asked)


def as_number(bound: str = "", *, complement: bool = False) -> Callable[[Result], FormalVerdict]:
    """Answer with the number, four decimals, or with the bound that is asked for.

    Args:
        bound: `lower` or `upper`; "" asks for the exact number.
        complement: The result is the chance of the contrary.
    """

    def decide(result: Result) -> FormalVerdict:
        assert isinstance(result, QueryAnswer)
        low, high = result.lower, result.upper
        if complement and low is not None and high is not None:
            low, high = 1 - high, 1 - low
        value = {"lower": low, "upper": high}.get(bound.casefold(), low if result.status == "exact" else None)
        if value is None:
            return FormalVerdict(answer=None, sentence=f"The number is not decided: {result.summary()}")
        shown = f"{round(value, 4) + 0.0:.4f}"
        return FormalVerdict(answer=shown, sentence=f"{shown}: {result.summary()}")

    return decide


_KINDS = (
    (_NATURAL_DIRECT, _direct),
    (_NATURAL_INDIRECT, _indirect),
    (_CAUSATION, _causation),
    (_AMONG, _among),
    (_HELD, _held),
    (_TOTAL, _total),
)
"""The first pattern that fits and whose levels are all spelled out decides the kind."""
