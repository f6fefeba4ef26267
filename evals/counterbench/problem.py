"""A CounterBench question in its published words: text to rules, and rules to an answer by simulation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

Literal = tuple[str, bool]
"""A variable, and whether it happens."""

Rule = tuple[bool, list[list[Literal]]]

_TOKEN = re.compile(r"[A-Z]\w*|\b(?:not|and|or|causes?)\b|,")
_OBSERVED = re.compile(r"We observed (?P<facts>[^.?]+)")
_LEAD = re.compile(r"^\s*We know that\s+")
_INSTEAD = re.compile(r"Would (?P<asked>\w+) occur if (?P<set>(?:not )?\w+) instead of (?:not )?\w+\?")
_JOINT = re.compile(r"Would (?P<asked>\w+) occur if (?P<set>(?:not )?\w+) and (?P<more>(?:not )?\w+)\?")
_NESTED = re.compile(
    r"Assume (?P<set>(?:not )?\w+), and based on this assumption, further suppose (?P<more>(?:not )?\w+)\. Would (?P<asked>\w+) occur\?"
)


@dataclass
class Problem:
    """Rules, what is observed, what is supposed and what is asked."""

    rules: dict[str, list[Rule]] = field(default_factory=dict[str, list[Rule]])
    """By effect: whether the rule brings it about, and any of which events together make it fire."""
    observed: dict[str, bool] = field(default_factory=dict[str, bool])
    supposed: list[Literal] = field(default_factory=list[Literal])
    """Step by step."""
    asked: str = ""


def parse(given: str, question: str) -> Problem | None:
    """The problem of a text in the published words, or None when it is in others."""
    problem = Problem()
    if seen := _OBSERVED.search(given):
        problem.observed = dict(_literals(_TOKEN.findall(seen["facts"])))
    told = _LEAD.sub("", given[: seen.start()] if seen else given)
    asked = next((m for p in (_INSTEAD, _JOINT, _NESTED) if (m := p.search(question))), None)
    if asked is None or not _read_rules(_TOKEN.findall(told), problem):
        return None
    parts = (asked["set"], asked.groupdict().get("more"))
    problem.supposed = [(p.removeprefix("not "), not p.startswith("not ")) for p in parts if p]
    problem.asked = asked["asked"]
    return problem


def _read_rules(tokens: list[str], problem: Problem) -> bool:
    verbs = [i for i, t in enumerate(tokens) if t.startswith("cause")]
    if not verbs:
        return False
    starts = [0]
    for before, verb in pairwise(verbs):
        commas = [i for i in range(before, verb) if tokens[i] == ","]
        if not commas:
            return False
        starts.append(commas[-1] + 1)
    for start, verb, end in zip(starts, verbs, [*starts[1:], len(tokens)], strict=True):
        causes = tokens[start:verb]
        together = _literals(causes)
        alternatives = [[c] for c in together] if "or" in causes else [together]
        for effect, happens in _literals(tokens[verb + 1 : end]):
            problem.rules.setdefault(effect, []).append((happens, alternatives))
    return True


def _literals(tokens: list[str]) -> list[Literal]:
    found: list[Literal] = []
    for i, token in enumerate(tokens):
        if token[0].isupper():
            found.append((token, i == 0 or tokens[i - 1] != "not"))
    return found


def answer(problem: Problem, n_supposed: int | None = None) -> str:
    """Whether the asked event comes about: suppositions and observations are fixed, the rest follows, roots are absent.

    Args:
        problem: What is known and asked.
        n_supposed: Only so many of the suppositions; None for all.
    """
    fixed = {**problem.observed, **dict(problem.supposed[:n_supposed])}
    return "yes" if _value(problem.asked, problem, fixed, set()) else "no"


def _value(name: str, problem: Problem, fixed: Mapping[str, bool], above: set[str]) -> bool:
    if name in fixed:
        return fixed[name]
    if name not in problem.rules or name in above:
        return False
    fired = {
        wanted: any(
            all(_value(n, problem, fixed, {*above, name}) == v for n, v in side)
            for happens, alternatives in problem.rules[name]
            if happens is wanted
            for side in alternatives
        )
        for wanted in (True, False)
    }
    produced = fired[True] or not any(happens for happens, _ in problem.rules[name])
    return produced and not fired[False]
