"""Make new questions over random rules of 5 to 12 variables, with exact answers by simulation."""

from __future__ import annotations

import random
from collections.abc import Iterator

from ..harness.perturb import new_word
from ..harness.spec import Item
from .problem import Literal, Problem, answer

TYPES = ("basic", "joint", "nested", "conditional")
SIZES = range(5, 13)
MOST_TRIES = 40


def generate(n_items: int, seed: int) -> Iterator[Item]:
    """New items, streamed; the same seed gives the same items, about as many yes as no."""
    for i in range(n_items):
        rng = random.Random(f"counterbench/{seed}/{i}")
        kind, size, wanted = TYPES[i % 4], rng.choice(SIZES), rng.choice(("yes", "no"))
        drafts = [_draft(kind, size, rng)]
        while answer(drafts[-1]) != wanted and len(drafts) < MOST_TRIES:
            drafts.append(_draft(kind, size, rng))
        problem = drafts[-1]
        yield Item(
            id=f"new-{seed}-{i}",
            prompt=say(problem, kind),
            target=answer(problem),
            answer_kind="yes_no",
            groups={"type": kind, "variables": str(size)},
            cluster=f"new-{seed}-{i}",
        )


def say(problem: Problem, kind: str) -> str:
    """Rules, observations and question in the published words."""
    clauses = [
        f"{_say_causes(alternatives)} {'' if happens else 'not '}{effect}"
        for effect, rules in problem.rules.items()
        for happens, alternatives in rules
    ]
    text = f"We know that {', '.join(clauses[:-1])}, and {clauses[-1]}."
    if problem.observed:
        text += f" We observed {' and '.join(_say(e) for e in problem.observed.items())}."
    first, *more = (_say(e) for e in problem.supposed)
    if kind == "nested":
        asked = f"Assume {first}, and based on this assumption, further suppose {more[0]}. Would {problem.asked} occur?"
    elif kind == "joint":
        asked = f"Would {problem.asked} occur if {first} and {more[0]}?"
    else:
        name, happens = problem.supposed[0]
        asked = f"Would {problem.asked} occur if {first} instead of {_say((name, not happens))}?"
    return f"{text}\n{asked}"


def _draft(kind: str, size: int, rng: random.Random) -> Problem:
    names: list[str] = []
    while len(names) < size:
        if (word := new_word(rng).capitalize()) not in names:
            names.append(word)
    n_roots = 2 if kind == "conditional" else 1
    problem = Problem(asked=names[-1])
    for i in range(n_roots, size):
        # every root matters to something: the first rule has all of them
        near = names[: n_roots + 1] if i == n_roots else names[max(0, i - 3) : i]
        causes = names[:n_roots] if i == n_roots else rng.sample(near, rng.choice((1, 1, 2)))
        events: list[Literal] = [(c, rng.random() < 0.75) for c in causes]
        alternatives = [[e] for e in events] if rng.random() < 0.5 else [events]
        problem.rules[names[i]] = [(rng.random() < 0.8, alternatives)]
    problem.supposed = [(names[0], rng.random() < 0.3)]
    if kind in ("joint", "nested"):
        problem.supposed.append((rng.choice(names[1:-1]), rng.random() < 0.5))
    if kind == "conditional":
        problem.observed = {names[1]: rng.random() < 0.5}
    return problem


def _say_causes(alternatives: list[list[Literal]]) -> str:
    if len(alternatives) > 1:
        return f"{' or '.join(_say(side[0]) for side in alternatives)} causes"
    together = alternatives[0]
    return f"{' and '.join(map(_say, together))} {'together cause' if len(together) > 1 else 'causes'}"


def _say(event: Literal) -> str:
    return event[0] if event[1] else f"not {event[0]}"
