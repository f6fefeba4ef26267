"""Read stated probabilities and correlations of events described in words."""

from __future__ import annotations

import re

from .frames import CLASSES, MOST_CHARACTERS, match_any, matches
from .types import Chance, Correlation, Premises
from .vocabulary import Vocabulary

_LEAD = re.compile(
    r"^(?:we know that|it is known that|overall|in general|also|furthermore|moreover|in addition|and),? ", re.I
)
_STATED = (
    "the {chance} that [(a|an|the)] <given> {people} <event> {equals} {number}",
    "{look at} <given>, the {chance} (of|that) <event> {equals} {number}",
    "the [{overall}] {chance} (of|that|for) <event> {among} <given> {equals} {number}",
    "the [{overall}] {chance} (of|that|for) [observing] [both] <event> {equals} {number}",
    "{look at} <given>, <event> {occurs} (with|in) [a] [{chance} of] [{chance}] {number} [of (the cases|cases|the time)]",
    "{look at} <given>, <event> has (a|an) [{overall}] {chance} of {number}",
    "<event> {occurs} [overall] (with|in) [a] [{chance} of] [{chance}] {number} [of (the cases|cases|the time)] {among} <given>",
    "<event> {occurs} [overall] (with|in) [a|an] [{overall}] [{chance} of] [{chance}] {number} [of (the cases|cases|the time)]",
    "<event> has (a|an) [{overall}] {chance} of {number} {among} <given>",
    "<event> has (a|an) [{overall}] {chance} of {number}",
    "(if|when) <given>, the {chance} (of|that) <event> {equals} {number}",
    "there is (a|an) [{overall}] {number} {chance} (of|that) <event> {among} <given>",
    "there is (a|an) [{overall}] {number} {chance} (of|that) <event>",
    "<given> (have|has) (a|an) {number} {chance} of <event>",
    "<event> {occurs} in {number} of <given>",
    "{number} of <given> {are} <event>",
    "{look at} <given>, {number} [of them] [{are}] <event>",
    "when {people} are <given>, {number} [of them] <event>",
    "{number} of [the] <given> {people} <event>",
    "{number} of [the] {people} <event>",
    "(a|an) <given> {people} <event> with [a|an] {chance} [of] {number}",
    "(a|an) {people} [is] <event> with [a|an] {chance} [of] {number}",
    "the <event> {chance} {among} <given> {equals} {number}",
)
_PEOPLE = re.compile(
    r"(?:all |the )*(?:people|persons|individuals|cases|patients|subjects|units|population|everyone)", re.I
)
_NUMBERS = re.compile(r"(?<![\w.])(?:\d+(?:\.\d+)?|\.\d+)\s?(?:%|percent\b|per cent\b)|(?<![\w.])[01]?\.\d+\b")
_JOINED = re.compile(
    r"(?:,|;)? (?:and|but|while|whereas|compared (?:to|with)|versus) (?=(?:only )?(?:[\d.]|the\b|p\(|for\b|among\b|given\b|if\b))",
    re.I,
)
"""Where the next of several probabilities may begin."""
_SHARED = re.compile(
    rf"^(?P<head>the (?:{CLASSES['chance']}) (?:of|that|for) .+?) (?P<verb>is|was|equals) (?P<value>[\d.]+ ?(?:%|percent|per cent)?)"
    rf" (?P<group>(?:{CLASSES['among']}|in|if|when|with) .+)$",
    re.I,
)
_SHORT = re.compile(
    rf"^(?:only )?(?P<value>[\d.]+ ?(?:%|percent|per cent)?) (?P<group>(?:{CLASSES['among']}|in|if|when|with) .+)$",
    re.I,
)
"""A further value of the same probability, in another group."""
_FORMULA = re.compile(
    r"^p(?:r|rob)?\s*\((?P<event>[^|()]+?)(?:(?:\s*\|\s*|\s+given\s+)(?P<given>[^()]+))?\)\s*(?:=|is|equals)\s*(?P<number>\d*\.?\d+)\s*(?P<percent>%)?$",
    re.I,
)
_CORRELATED = (
    "{look at} <given>, the correlation (between|of) <one> (and|with) <two> {equals} {number}",
    "the correlation (between|of) <one> (and|with) <two> {among} <given> {equals} {number}",
    "the correlation (between|of) <one> (and|with) <two> {equals} {number}",
)


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add the probabilities or the correlation a sentence states; False when it states none, or only some are read."""
    parts = _parts(_LEAD.sub("", sentence.strip()))
    said = Premises()
    if not all(_read_one(part, said, vocabulary) for part in parts):
        return False
    premises.chances += said.chances
    premises.correlations += said.correlations
    return True


def _parts(text: str) -> list[str]:
    """Each probability of a sentence that states several, in a sentence of its own.

    Example:
        >>> _parts("the chance of x is 40% for a and 70% for b")
        ['the chance of x for a is 40%', 'the chance of x for b is 70%']
    """
    if len(text) > MOST_CHARACTERS:
        return [text]
    pieces = _JOINED.split(text)
    if all(len(_NUMBERS.findall(piece)) == 1 for piece in pieces) and len(pieces) > 1:
        if (first := _SHARED.match(pieces[0])) is None:
            return pieces
        further = [_SHORT.match(piece) for piece in pieces[1:]]
        if all(further):
            groups = [first, *(m for m in further if m)]
            return [f"{first['head']} {m['group']} {first['verb']} {m['value']}" for m in groups]
        return pieces
    return [text]


def _read_one(text: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    if slots := match_any(_CORRELATED, text):
        given = (vocabulary.mention(slots["given"]),) if "given" in slots else ()
        value = _value(slots)
        premises.correlations.append(Correlation(source=slots["one"], target=slots["two"], given=given, value=value))
        return True
    formula = _FORMULA.match(text)
    slots = {k: v for k, v in formula.groupdict().items() if v} if formula else _stated(text, vocabulary.asked)
    if slots and _PEOPLE.fullmatch(slots.get("given", "")):
        del slots["given"]
    if slots and any(_NUMBERS.search(slots.get(name, "")) for name in ("event", "given")):
        return False  # another probability, not a part of the event
    if not slots or not 0 <= (value := _value(slots)) <= 1:
        return False
    given = (vocabulary.mention(slots["given"]),) if "given" in slots else ()
    premises.chances.append(Chance(event=(vocabulary.mention(slots["event"]),), given=given, value=value))
    return True


def _stated(text: str, asked: str) -> dict[str, str] | None:
    """The slots of the first pattern that fits and does not cut an event of the question: "being late for work"."""
    for slots in matches(_STATED, text):
        event, given = slots["event"], slots.get("given", "")
        if given.casefold() in ("a", "an", "the"):
            continue
        last = event.rpartition(" and ")[2]
        if not given or f"{last} for {given}".casefold() not in asked.casefold() or f"{event} for {given}" not in text:
            return slots
    return None


def _value(slots: dict[str, str]) -> float:
    value = float(slots["number"])
    return round(value / 100, 12) if "percent" in slots else value
