"""Rewritings that keep the answer: other names, rules as sentences of their own, other ways to ask and to state."""

from __future__ import annotations

import random
import re

from ..harness.perturb import add_asides, new_word
from .generate import say
from .problem import Problem, parse

_NAME = re.compile(r"\b[A-Z]\w+\b")
_WORDS = ("We", "Would", "Assume")


def rename(text: str, rng: random.Random) -> str:
    """Give all variables names that nobody has seen."""
    names = {n: new_word(rng).capitalize() for n in dict.fromkeys(_NAME.findall(text)) if n not in _WORDS}
    return _NAME.sub(lambda m: names.get(m[0], m[0]), text)


def reorder(text: str, rng: random.Random) -> str:
    """Tell the rules in another order."""
    problem = _problem(text)
    if problem is None:
        return text
    rules = list(problem.rules.items())
    rng.shuffle(rules)
    shuffled = Problem(dict(rules), problem.observed, problem.supposed, problem.asked)
    return say(shuffled, _kind(text))


def paraphrase(text: str, rng: random.Random) -> str:
    """Tell each rule in a sentence of its own, in other words, and ask in the past tense."""
    problem = _problem(text)
    if problem is None:
        return text
    sentences: list[str] = []
    for effect, rules in problem.rules.items():
        for happens, alternatives in rules:
            causes = " or ".join(" and ".join(map(_say, side)) for side in alternatives)
            result = _say((effect, happens))
            ways = (f"If {causes}, then {result}", f"{causes} leads to {result}", f"{causes} results in {result}")
            sentences.append(f"{_upper(rng.choice(ways))}.")
    if problem.observed:
        sentences.append(f"It turned out that {' and '.join(map(_say, problem.observed.items()))}.")
    supposed = " and ".join(map(_say, problem.supposed))
    return f"{' '.join(sentences)}\nIf {supposed}, would {problem.asked} have occurred?"


def aside(text: str, rng: random.Random) -> str:
    """Put sentences beside the point among the rules, none between a supposition and its question."""
    given, newline, question = text.partition("\n")
    return add_asides(f"{given} Why?", rng).removesuffix(" Why?") + newline + question


def _problem(text: str) -> Problem | None:
    given, _, question = text.partition("\n")
    return parse(given, question)


def _kind(text: str) -> str:
    question = text.partition("\n")[2]
    return "nested" if question.startswith("Assume") else "basic" if "instead of" in question else "joint"


def _say(event: tuple[str, bool]) -> str:
    return event[0] if event[1] else f"not {event[0]}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
