"""Make new questions over graphs of any size, with exact answers and names in no telling order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations

from ...tools.reason._independencies import Separations
from ..harness.perturb import new_word
from ..harness.spec import Item
from .classes import MOST_LISTED, Parents, holds, members_of_class
from .load import CHOICES
from .problem import HYPOTHESES, Statement, say_premise

SIZES = (3, 4, 5, 6, 7)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_TRIES = 12


def generate(n_items: int, seed: int) -> Iterator[Item]:
    """New items of 3 to 7 variables, streamed; the same seed gives the same items."""
    for i in range(n_items):
        yield make_item(SIZES[i % len(SIZES)], random.Random(f"corr2cause/{seed}/{i}"), f"new-{seed}-{i}")


def make_item(n_variables: int, rng: random.Random, id: str) -> Item:
    """One question over a random graph; in about a third of them the hypothesis follows.

    Args:
        n_variables: Any number from 2; the premise grows with 2 to its power.
        rng: All choices come from it.
        id: Of the item.
    """
    wanted = rng.random() < 1 / 3
    draws = [_question(n_variables, rng)]
    while draws[-1][4] != wanted and len(draws) < MOST_TRIES:
        draws.append(_question(n_variables, rng))
    graph, relation, a, b, follows = draws[-1]
    names = _names(n_variables, rng)
    template, words = rng.choice(HYPOTHESES[relation])
    shown = rng.sample(names, n_variables)
    premise = say_premise(shown, _independencies(graph, names))
    return Item(
        id=id,
        prompt=f"Premise: {premise}\nHypothesis: {words.format(a=names[a], b=names[b])}",
        target=CHOICES[0] if follows else CHOICES[1],
        answer_kind="label",
        choices=CHOICES,
        groups={"variables": str(n_variables), "template": template, "relation": relation},
        cluster=id,
    )


def _question(n_variables: int, rng: random.Random) -> tuple[Parents, str, int, int, bool]:
    """A graph, a relation between two of its nodes, and whether it holds in every graph of the class."""
    graph = _draw(n_variables, rng)
    relation = rng.choice(tuple(HYPOTHESES))
    a, b = rng.sample(range(n_variables), 2)
    return graph, relation, a, b, all(holds(relation, member, a, b) for member in members_of_class(graph))


def _draw(n_variables: int, rng: random.Random) -> Parents:
    """A random DAG, sparse or dense; in nodes of no telling order."""
    order = rng.sample(range(n_variables), n_variables)
    share = rng.uniform(0.25, 0.75) if n_variables <= MOST_LISTED else min(0.6, 2.5 / n_variables)
    parents = [0] * n_variables
    for i, j in combinations(range(n_variables), 2):
        if rng.random() < share:
            parents[order[j]] |= 1 << order[i]
    return tuple(parents)


def _independencies(graph: Parents, names: list[str]) -> Iterator[Statement]:
    arrows = [(names[p], names[i]) for i, ps in enumerate(graph) for p in range(len(graph)) if ps >> p & 1]
    return Separations(tuple(names), arrows).all(tuple(names))


def _names(n_variables: int, rng: random.Random) -> list[str]:
    if n_variables <= len(LETTERS) and rng.random() < 0.5:
        return rng.sample(LETTERS, n_variables)
    found: dict[str, None] = {}
    while len(found) < n_variables:
        found[new_word(rng).capitalize()] = None
    return list(found)
