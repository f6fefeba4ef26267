"""Read stated probabilities and correlations of events described in words."""

from __future__ import annotations

import re

from .frames import match_any, matches
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
_FORMULA = re.compile(
    r"^p(?:r|rob)?\s*\((?P<event>[^|()]+)(?:\|(?P<given>[^()]+))?\)\s*=\s*(?P<number>\d*\.?\d+)\s*(?P<percent>%)?$",
    re.I,
)
_CORRELATED = (
    "{look at} <given>, the correlation (between|of) <one> (and|with) <two> {equals} {number}",
    "the correlation (between|of) <one> (and|with) <two> {among} <given> {equals} {number}",
    "the correlation (between|of) <one> (and|with) <two> {equals} {number}",
)


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add the probability or correlation a sentence states; False when it states none."""
    text = _LEAD.sub("", sentence.strip())
    if slots := match_any(_CORRELATED, text):
        given = (vocabulary.mention(slots["given"]),) if "given" in slots else ()
        value = _value(slots)
        premises.correlations.append(Correlation(source=slots["one"], target=slots["two"], given=given, value=value))
        return True
    formula = _FORMULA.match(text)
    slots = {k: v for k, v in formula.groupdict().items() if v} if formula else _stated(text, vocabulary.asked)
    if slots and _PEOPLE.fullmatch(slots.get("given", "")):
        del slots["given"]
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
