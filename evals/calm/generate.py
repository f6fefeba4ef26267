"""New items of CaLM's numeric kind: a random graph, its tables in words, and the exact effect by enumeration."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from ..harness.spec import Item
from .load import ROUNDING
from .prompts import FOUR_DECIMALS

Query = Literal["ATE", "CDE", "ETT", "NDE", "NIE"]
QUERIES: tuple[Query, ...] = ("ATE", "CDE", "ETT", "NDE", "NIE")
LEVELS = ("low", "high")
WORLD = (
    "Imagine a self-contained, hypothetical world with only the following conditions, and without any unmentioned "
    "factors or causal relationships:"
)
Values = Mapping[str, int]


@dataclass(frozen=True)
class World:
    """A Markovian model of binary variables, causes first; the chances have four decimals, as printed."""

    parents: dict[str, tuple[str, ...]]
    chance: dict[tuple[str, tuple[int, ...]], float]
    """P(node is high | values of its parents)."""

    def probability(self, event: Values, do: Values, direct: Values | None = None) -> float:
        """P(event) when some nodes are set; `direct` is what the outcome alone sees of them instead.

        Args:
            event: Nodes and values; the last one is the outcome of `direct`.
            do: Nodes that are set.
            direct: Other values of set nodes, seen by the outcome alone (an intervention on edges).
        """
        free = [n for n in self.parents if n not in do]
        last = next(reversed(list(event)), None)
        total = 0.0
        for drawn in product((0, 1), repeat=len(free)):
            values = {**dict(zip(free, drawn, strict=True)), **do}
            if any(values[n] != v for n, v in event.items()):
                continue
            weight = 1.0
            for node in free:
                seen = {**values, **(direct or {})} if node == last else values
                high = self.chance[node, tuple(seen[p] for p in self.parents[node])]
                weight *= high if values[node] else 1 - high
            total += weight
        return total

    def descendants(self, node: str) -> set[str]:
        """Everything the node causes."""
        found = {node}
        for n, causes in self.parents.items():
            if found & set(causes):
                found.add(n)
        return found - {node}


def generate(number: int, seed: int) -> Iterator[Item]:
    """Make new items, streamed; the same seed gives the same items."""
    for i in range(number):
        rng = random.Random(f"calm/{seed}/{i}")
        query = QUERIES[i % len(QUERIES)]
        world = _world(rng, rng.randint(3, 5))
        yield _item(world, query, rng, f"generated-{seed}-{i}")


def effect(world: World, query: Query, cause: str, outcome: Values, level: int, held: Values) -> float:
    """The effect of setting the cause to a level rather than the other on the chance of the outcome's level.

    ETT is taken among those who have the other level, with the sign of CaLM: what is minus what would be. All mediators
    together make the indirect effect.
    """
    here, there = {cause: level}, {cause: 1 - level}
    if query == "CDE":
        return world.probability(outcome, {**held, **here}) - world.probability(outcome, {**held, **there})
    if query == "NDE":
        return world.probability(outcome, there, direct=here) - world.probability(outcome, there)
    if query == "NIE":
        return world.probability(outcome, here, direct=there) - world.probability(outcome, there)
    if query == "ATE":
        return world.probability(outcome, here) - world.probability(outcome, there)
    return _among_those_with(world, there, here, outcome)


def _among_those_with(world: World, fact: Values, instead: Values, outcome: Values) -> float:
    """P(outcome | fact) - P(outcome under `instead` | fact): what precedes the cause stays, what follows is drawn anew."""
    (cause,) = fact
    before = [n for n in world.parents if n != cause and n not in world.descendants(cause)]
    chance = world.probability(fact, {})
    total = 0.0
    for drawn in product((0, 1), repeat=len(before)):
        at = dict(zip(before, drawn, strict=True))
        weight = world.probability({**at, **fact}, {}) / chance
        if any(at.get(n, v) != v for n, v in outcome.items()):
            continue
        given = world.probability(at, instead)
        total += weight * (world.probability({**at, **outcome}, instead) / given if given else 0.0)
    return world.probability({**fact, **outcome}, {}) / chance - total


def _world(rng: random.Random, n_nodes: int) -> World:
    names: list[str] = []
    while len(names) < n_nodes:
        name = "".join(rng.choice("bcdfghjklmnpqrstvwxz" if i % 2 == 0 else "aeiouy") for i in range(4))
        names += [name] if name not in names else []
    # every node but the first has a cause, so that the graph names all of them
    parents = {n: tuple(sorted(rng.sample(names[:i], rng.randint(min(i, 1), i)))) for i, n in enumerate(names)}
    chance: dict[tuple[str, tuple[int, ...]], float] = {
        (n, at): rng.randint(200, 9800) / 10_000
        for n, causes in parents.items()
        for at in product((0, 1), repeat=len(causes))
    }
    return World(parents, chance)


def _item(world: World, query: Query, rng: random.Random, id: str) -> Item:
    names = list(world.parents)
    cause, last = rng.sample(names, 2)
    level, asked = rng.randint(0, 1), rng.randint(0, 1)
    outcome = {last: asked}
    others = [n for n in names if n not in (cause, last)]
    held = {n: rng.randint(0, 1) for n in rng.sample(others, rng.randint(1, len(others)))} if query == "CDE" else {}
    value = effect(world, query, cause, outcome, level, held)
    lines = [
        f"{WORLD} {_edges(world)}",
        _numbers(world, rng),
        f"Question: {_question(query, cause, last, level, asked, held)}",
    ]
    return Item(
        id=id,
        prompt="\n".join([*lines, FOUR_DECIMALS]),
        target=f"{round(value, 4) + 0.0:.4f}",
        answer_kind="number",
        tolerance=ROUNDING,
        groups={"decided by": "premises", "task": f"{query}-P_generated", "form": "probability"},
        cluster=id,
    )


def _edges(world: World) -> str:
    return " ".join(
        f"{p.capitalize()} has a direct effect on {n}." for n, causes in world.parents.items() for p in causes
    )


def _numbers(world: World, rng: random.Random) -> str:
    sentences: list[str] = []
    for (node, at), high in world.chance.items():
        level = rng.randint(0, 1)
        value = high if level else 1 - high
        given = [f"{p} being {LEVELS[v]}" for p, v in zip(world.parents[node], at, strict=True)]
        behind = f"For those with {_listed(given)}, the" if given else "The"
        sentences.append(f"{behind} probability of {node} being {LEVELS[level]} is {value:.4f}.")
    rng.shuffle(sentences)
    return " ".join(sentences)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _question(query: Query, cause: str, outcome: str, level: int, asked: int, held: Values) -> str:
    new, old, goal = LEVELS[level], LEVELS[1 - level], LEVELS[asked]
    if query == "ATE":
        return f"If {cause} is changed to be {new}, will {outcome} be more likely to be {goal}?"
    if query == "ETT":
        return (
            f"For those with {cause} being {old}, if their {cause} had been {new}, would the {outcome} have been more "
            f"likely to be {goal}?"
        )
    if query == "CDE":
        at = _listed([f"{n} being {LEVELS[v]}" for n, v in held.items()])
        return f"Conditioned on {at}, if the {cause} had been {new}, would the {outcome} have been more likely to be {goal}?"
    if query == "NDE":
        return (
            f"Suppose the mediator keeps constant when {cause} is changed to be {new}, would the {outcome} have been more "
            f"likely to be {goal}?"
        )
    return (
        f"Suppose {cause} is held constant and the mediator changes to whatever value it would have attained under {cause} "
        f"changing to be {new}, would {outcome} have been more likely to be {goal}?"
    )
