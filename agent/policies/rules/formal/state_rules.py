"""Read deterministic rules: "A and not B together cause C", "if A or B, then C", "C happens whenever A does"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from .ask_counterfactual import asks_what_would_be
from .denial import split_denial
from .types import Event, Mechanism, Premises
from .vocabulary import Vocabulary

_WITH = r"(?:(?:together|jointly|both|always|each|alone|in turn|directly|either of them|necessarily|will|would|thus|then) )*"
_MAKES = (
    r"causes?|leads? to|results? in|brings? about|triggers?|produces?|gives? rise to|induces?|brings? on|ensures?|"
    r"guarantees?|impl(?:y|ies)|makes?"
)
_STOPS = r"prevents?|stops?|blocks?|inhibits?|suppress(?:es)?|precludes?|rules? out"
VERB = re.compile(rf"\s+{_WITH}(?:(?P<makes>{_MAKES})|(?P<stops>{_STOPS}))\s+", re.I)
_MADE = re.compile(
    r"^(?P<effect>.+?) (?:is|are|gets?) (?:(?:always|only|jointly|directly|both) )*"
    r"(?:(?P<makes>caused|brought about|triggered|produced|induced)|(?P<stops>prevented|stopped|blocked|inhibited|suppressed)) "
    r"(?:jointly |together |only )?by (?P<causes>.+)$",
    re.I,
)
_FOLLOWS = re.compile(r"^(?P<effect>.+?) (?:results?|follows?|arises?) (?:only )?from (?P<causes>.+)$", re.I)
_IF = re.compile(r"^(?:if|when|whenever|once|in case) (?P<causes>.+?)(?:, then|,| then) (?P<effect>.+)$", re.I)
_WHENEVER = re.compile(
    r"^(?P<effect>.+?),? (?:if and only if|exactly when|precisely when|just in case|only if|whenever|when|if) (?P<causes>.+)$",
    re.I,
)
_UNLESS = re.compile(r"^(?P<rest>.+?),? unless (?P<stops>.+)$", re.I)
_LEAD = re.compile(
    r"^(?:(?:we|it is|i|they|you) (?:also )?(?:know|known|told|believe|believed)(?: that)?|suppose(?: that)?|"
    r"assume(?: that)?|also|moreover|furthermore|in addition|further|finally|and|then|"
    r"besides|in turn|here|in this world|it holds that|that),?\s+",
    re.I,
)
_AND_THEN = re.compile(r"(?:,|;)\s*(?:and\s+|while\s+|whereas\s+|but\s+)?|\s+and (?=we know that )", re.I)
_AND = re.compile(r"\s*,\s*(?:and|but|as well as)\s+|\s*,\s*|\s+(?:and|but|as well as)\s+", re.I)
_OR = re.compile(
    r"\s*,?\s+or\s+(?!(?:higher|lower|more|less|fewer|above|below|greater|older|younger|better|worse|later|earlier|over|under|so)\b)",
    re.I,
)
"""Alternatives; "a degree or higher" is one event."""
_TOGETHER = re.compile(r"\s+(?:together|jointly|combined|in combination)$", re.I)


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add the rules a sentence states; False when it states none, or the question is not what would have been."""
    if not asks_what_would_be(vocabulary.asked):
        return False
    text = _led(sentence.strip())
    found = [_rules(clause, vocabulary) for clause in _clauses(text)]
    if None in found:
        # no other reader may take a rule that is not deterministic for less
        premises.ignored += [sentence] if VERB.search(text) else []
        return bool(VERB.search(text))
    premises.mechanisms += [rule for rules in found for rule in rules or ()]
    return True


def _led(text: str) -> str:
    while (shorter := _LEAD.sub("", text)) != text:
        text = shorter
    return text


def _clauses(text: str) -> Iterator[str]:
    """Cut at the last comma or "and" before each further verb: what stands there begins the next clause."""
    if _IF.match(text) or _MADE.match(text) or not VERB.search(text):
        yield text
        return
    verbs = list(VERB.finditer(text))
    starts = [0]
    for before, verb in pairwise(verbs):
        between = text[before.end() : verb.start()]
        cuts = [m.end() for m in _AND_THEN.finditer(between)] or [m.end() for m in _AND.finditer(between)]
        if not cuts:
            yield text
            return
        at = cuts[-1]
        if "together" in verb[0] and len(cuts) > 1 and not _AND.search(between[at:]):
            at = cuts[-2]  # "…, B, and C together cause D": the list began one comma earlier
        starts.append(before.end() + at)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield _led(re.sub(r"(?:[,;\s]|\band\b)+$", "", text[start:end]))


def _rules(clause: str, vocabulary: Vocabulary) -> list[Mechanism] | None:
    """One rule an effect; None when the clause is none."""
    unless = _UNLESS.match(clause)
    parts = _parts(unless["rest"] if unless else clause)
    if parts is None:
        return None
    causes, effects, stops = parts
    alternatives = _alternatives(causes, vocabulary)
    if unless:
        excluded = _alternatives(unless["stops"], vocabulary)
        if len(excluded) != 1 or len(excluded[0]) != 1:
            return None
        contrary = Event(variable=excluded[0][0].variable, level=1 - int(excluded[0][0].level))
        alternatives = tuple((*a, contrary) for a in alternatives)
    if _OR.search(effects):
        return None
    found: list[Mechanism] = []
    for phrase in _AND.split(effects):
        event = mention(phrase, vocabulary)
        level = 1 - int(event.level) if stops else event.level
        found.append(Mechanism(effect=Event(variable=event.variable, level=level), alternatives=alternatives))
    return found


def _parts(clause: str) -> tuple[str, str, bool] | None:
    """The causes, the effects, and whether the causes prevent them."""
    for pattern in (_IF, _MADE, _FOLLOWS):
        if found := pattern.match(clause):
            return found["causes"], found["effect"], bool(found.groupdict().get("stops"))
    if verb := VERB.search(clause):
        effects = re.sub(r"\s+(?:to\s+)?(?:occur|happen|come about)$", "", clause[verb.end() :])
        return clause[: verb.start()], effects, bool(verb["stops"])
    if found := _WHENEVER.match(clause):
        return found["causes"], found["effect"], False
    return None


def _alternatives(phrase: str, vocabulary: Vocabulary) -> tuple[tuple[Event, ...], ...]:
    """Read "A and not B or C": any of the alternatives, "and" binds stronger."""
    phrase = re.sub(r"^(?:both|either)\s+", "", _TOGETHER.sub("", phrase.strip()), flags=re.I)
    parts = _OR.split(phrase)
    if len(parts) > 1 and "," in parts[0] and not re.search(r"\band\b", phrase):
        parts = [p for part in parts for p in part.split(",")]
    return tuple(tuple(mention(p, vocabulary) for p in _AND.split(part) if p) for part in parts if part.strip())


def mention(phrase: str, vocabulary: Vocabulary) -> Event:
    """An event as written; one that is denied is at level 0 of what is denied."""
    event, denied = split_denial(phrase)
    return Event(variable=vocabulary.mention(event).variable, level=0 if denied else 1)
