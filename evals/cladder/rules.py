"""Deterministic rules and what would have happened: questions whose answer is a simulation."""

from __future__ import annotations

import random
from collections.abc import Mapping

from .wording import Words
from .worlds import Shape

Rule = tuple[bool, bool]
"""Whether all causes are needed (else any), and whether the effect is denied."""


def make_rules(shape: Shape, words: Mapping[str, Words], rng: random.Random) -> tuple[str, str, str]:
    """Rules as text, the question, and the answer."""
    rules: dict[str, Rule] = {n: (rng.random() < 0.5, rng.random() < 0.25) for n in shape.order if shape.parents[n]}
    roots = [n for n in shape.order if not shape.parents[n] and n != "X"]
    seen = {n: rng.randint(0, 1) for n in roots}
    told = [_told(n, rule, shape, words) for n, rule in rules.items()]
    given = [f"We know that {'. '.join(told)}."]
    if seen:
        given.append(f"We observed {' and '.join(_observed(words[n], v) for n, v in seen.items())}.")
    level, wanted = rng.randint(0, 1), rng.randint(0, 1)
    x, y = words["X"].nouns, words["Y"].nouns
    question = f"Would we see {y[wanted]} if {x[level]} instead of {x[1 - level]}?"
    return " ".join(given), question, "yes" if _simulated(shape, rules, seen, level) == wanted else "no"


def _told(role: str, rule: Rule, shape: Shape, words: Mapping[str, Words]) -> str:
    every, denied = rule
    causes = f" {'and' if every else 'or'} ".join(words[p].nouns[1] for p in shape.parents[role])
    return f"{causes} causes {words[role].nouns[0 if denied else 1]}"


def _observed(words: Words, level: int) -> str:
    return f"a person {words.who[level]}"


def _simulated(shape: Shape, rules: Mapping[str, Rule], seen: Mapping[str, int], level: int) -> int:
    values: dict[str, int] = {**seen, "X": level}
    for n in shape.order:
        if n in values:
            continue
        every, denied = rules[n]
        causes = [values[p] for p in shape.parents[n]]
        values[n] = int((all(causes) if every else any(causes)) != denied)
    return values["Y"]
