"""Read what would have been: "Would Klep occur if not Praf instead of Praf?", "Assume not A, and further suppose not B"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from .....tools.domain.results import Result, RuleVerdict
from ....state import ToolCall
from .denial import split_denial
from .types import Event, FormalReading, FormalVerdict, Premises
from .vocabulary import Vocabulary

_SUPPOSING = re.compile(
    r"(?:^|(?<=[\s,.;]))(?:(?:let us|let's|now|next|then|also|further|furthermore|and|please) )*"
    r"(?:assume|suppose|imagine|say|posit|supposing|assuming)(?: further| also| next| now| in addition| moreover)*(?: that)?:?\s+",
    re.I,
)
_ON_THAT = (
    r"\b(?:based on|under|given|on top of|with|building on|starting from|keeping) (?:this|that|it|these|the first)"
    r"(?: (?:first )?(?:assumption|supposition|hypothesis|premise)s?)?(?: in place)?"
)
_LINK = re.compile(
    r"[\s,.;]*(?:\b(?:and|then|but|so|next|further|also)\b[\s,]*)*"
    rf"(?:{_ON_THAT}|\b(?:in (?:this|that) case|on this basis|beyond that|in addition|moreover))?[\s,.;]*$",
    re.I,
)
_EVENT = r"(?P<event>.+?)"
_IF = r"(?:if|had|were|in case|supposing|assuming)(?: that)? (?P<if>.+)"
_IS_IT = r"(?:is it (?:true|the case) that|do we know that|can (?:we|one) conclude that)"
_WOULD = (
    re.compile(rf"(?:^|(?<=[.,;] )|(?<=[.,;] then ))would {_EVENT},? {_IF}$", re.I),
    re.compile(r"^(?:if|had|were|in case)(?: that)? (?P<if>.+?),? (?:then )?would (?P<event>.+)$", re.I),
    re.compile(rf"^{_IS_IT} {_EVENT} would (?P<verb>.+?),? {_IF}$", re.I),
    re.compile(rf"^(?:if|had|were) (?P<if>.+?),? {_IS_IT} {_EVENT} would (?P<verb>.+)$", re.I),
)
_THEN_WOULD = re.compile(r"[\s,.;]+(?:then |in that case,? |so,? )*(?:would|will) (?P<event>.+)$", re.I)
_INSTEAD = re.compile(r",?\s+(?:instead of|rather than|in place of|as opposed to)\s+", re.I)
_AND = re.compile(r"\s*,\s*(?:and|but)\s+(?:if\s+)?|\s+(?:and|but)\s+(?:also\s+)?(?:if\s+)?", re.I)
_CHANCES = re.compile(
    r"\b(?:likely|likelier|probab\w+|chances?|odds|likelihood|risk|more|less|increase|decrease|average|percentage)\b",
    re.I,
)
_UNREAD = re.compile(r"\b(?:causes?|leads? to|results? in|brings? about|triggers?|prevents?|whenever|unless)\b", re.I)
"""Words of a rule; a sentence with one that was not understood would be missed."""

SURE = 0.8
"""A phrase less like any other variable than this asks about the last effect, where there is one."""


class _Asked(NamedTuple):
    """A question, cut: the event asked about, and the suppositions step by step."""

    event: str
    steps: tuple[str, ...]


def asks_what_would_be(question: str) -> bool:
    """Whether a question asks if an event would come about, and not how likely."""
    return _cut(question) is not None


def read(question: str, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Read a counterfactual question over deterministic rules; None when any part of it is not understood."""
    asked = _cut(question)
    if asked is None or not premises.mechanisms or any(_UNREAD.search(s) for s in premises.ignored):
        return None
    _declare(premises, vocabulary)
    suppose: list[dict[str, bool]] = []
    presumed: dict[str, bool] = {}
    for step in asked.steps:
        done: dict[str, bool] = {}
        for part in _AND.split(step):
            wanted, *actual = _INSTEAD.split(part, maxsplit=1)
            chosen = _supposed(wanted, actual[0] if actual else None, premises, vocabulary)
            if chosen is None:
                return None
            done |= _truth(chosen)
            presumed |= {n: not v for n, v in _truth(chosen).items()} if actual else {}
        suppose.append(done)
    event = _asked_event(asked.event, {n for done in suppose for n in done}, premises, vocabulary)
    if event is None:
        return None
    args: dict[str, Any] = {
        "rules": tuple(
            {
                "effect": m.effect.variable,
                "happens": bool(m.effect.level),
                "when": tuple({k: v for e in side for k, v in _truth(e).items()} for side in m.alternatives),
            }
            for m in premises.mechanisms
        ),
        "observed": {k: v for e in premises.observed for k, v in _truth(e).items()},
        "presumed": presumed,
        "suppose": tuple(suppose),
        "asked": _truth(event),
    }
    call = ToolCall(tool="reason_rules", args=args, why="asks what would have come about")
    told = ", then ".join(" and ".join(n if v else f"not {n}" for n, v in s.items()) for s in suppose)
    because = (f"whether {vocabulary.words_of(event)}, supposed {told}",)
    return FormalReading(call, _decide, premises, because)


@lru_cache(maxsize=4096)
def _cut(question: str) -> _Asked | None:
    text = question.strip().rstrip("?").strip()
    if _CHANCES.search(text):
        return None
    supposing = list(_SUPPOSING.finditer(text))
    if not supposing:
        return _conditional(text)
    ends = [*(m.start() for m in supposing[1:]), len(text)]
    steps = [text[m.end() : end] for m, end in zip(supposing, ends, strict=True)]
    then = _THEN_WOULD.search(steps[-1])
    if then is None:
        return None
    asked = _conditional(f"would {then['event']}")
    event, more = (asked.event, asked.steps) if asked else (then["event"], ())
    told = (*steps[:-1], steps[-1][: then.start()])
    return _Asked(event, (*(_LINK.sub("", s).strip() for s in told), *more))


def _conditional(text: str) -> _Asked | None:
    for pattern in _WOULD:
        if found := pattern.search(text):
            verb = found.groupdict().get("verb") or ""
            return _Asked(f"{found['event']} {verb}".strip(), (found["if"],))
    return None


def _declare(premises: Premises, vocabulary: Vocabulary) -> None:
    """What no sentence of the graph names is a variable under the name that the rules give it."""
    sides = [e for m in premises.mechanisms for e in (m.effect, *(e for side in m.alternatives for e in side))]
    known = {n: n for n in premises.nodes}

    def put(e: Event) -> Event:
        if e.variable not in known:
            known[e.variable] = vocabulary.declare(e.variable)
        return Event(variable=known[e.variable], level=e.level)

    for e in sides:
        put(e)
    for m in list(premises.mechanisms):
        at = premises.mechanisms.index(m)
        alternatives = tuple(tuple(put(e) for e in side) for side in m.alternatives)
        premises.mechanisms[at] = m.model_copy(update={"effect": put(m.effect), "alternatives": alternatives})
    observed = [put(e) if e.variable in known else _seen(e, vocabulary) for e in premises.observed]
    premises.observed[:] = [e for e in observed if e is not None]


def _seen(e: Event, vocabulary: Vocabulary) -> Event | None:
    """An observation in other words than the rules; one of what no rule speaks of has no bearing."""
    found = align(e.variable, vocabulary)
    return _other(found) if found is not None and e.level == 0 else found


def _other(event: Event) -> Event:
    return Event(variable=event.variable, level=0 if event.level == 1 else 1)


def _asked_event(phrase: str, supposed: set[str], premises: Premises, vocabulary: Vocabulary) -> Event | None:
    """The event that is asked about: rather one that a rule brings about and that is not supposed.

    In words that fit no variable it is the one effect that brings nothing about, if there is one.
    """
    event, denied = split_denial(phrase)
    if vocabulary.knows(event) or not premises.edges:
        return align(phrase, vocabulary)
    causes = {e.variable for m in premises.mechanisms for side in m.alternatives for e in side}
    left = [n for n in dict.fromkeys(m.effect.variable for m in premises.mechanisms) if n not in supposed]
    last = [n for n in left if n not in causes]
    name = (vocabulary.variable(event, left) if left else None) or vocabulary.variable(event)
    if len(last) == 1 and (name is None or vocabulary.likeness(event, name) < SURE):
        name = last[0]
    if name is None:
        return None
    found = vocabulary.event_of(event, name)
    return _other(found) if denied else found


def align(
    phrase: str,
    vocabulary: Vocabulary,
    against: str | None = None,
) -> Event | None:
    """The event of a phrase; a denied one is the other level of what is denied."""
    event, denied = split_denial(phrase)
    if against is not None and not denied:
        other, other_denied = split_denial(against)
        found = vocabulary.align(event) if other_denied else vocabulary.align_against(event, other)
    else:
        found = vocabulary.align(event)
    if found is None or not isinstance(found.level, int):
        return None
    return _other(found) if denied else found


def _supposed(wanted: str, actual: str | None, premises: Premises, vocabulary: Vocabulary) -> Event | None:
    """The event that is supposed; over bare names an unknown one is a variable that nothing depends on."""
    found = align(wanted, vocabulary, against=actual)
    name, denied = split_denial(wanted)
    if found is not None or premises.edges or len(name.split()) > 1:
        return found
    return Event(variable=vocabulary.declare(name), level=0 if denied else 1)


def _truth(event: Event) -> dict[str, bool]:
    return {event.variable: bool(event.level)}


def _decide(result: Result) -> FormalVerdict:
    assert isinstance(result, RuleVerdict)
    holds = {"all": True, "none": False, "some": result.ordinarily, "inconsistent": None}[result.verdict]
    if holds is None:
        return FormalVerdict(answer=None, sentence=result.summary())
    answer = "yes" if holds else "no"
    return FormalVerdict(answer=answer, sentence=f"{answer.capitalize()}: {result.summary()}")
