"""Small causal worlds with known tables, and every quantity a question may ask, by enumeration."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

State = Mapping[str, int]


@dataclass(frozen=True)
class Shape:
    """A graph over roles: X is the treatment, Y the outcome, V1, V2, … the others."""

    name: str
    edges: tuple[tuple[str, str], ...]
    latent: tuple[str, ...] = ()

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Roles, causes first."""
        left = dict.fromkeys(n for e in self.edges for n in e)
        done: list[str] = []
        while left:
            free = [n for n in left if not any(b == n and a in left for a, b in self.edges)]
            done += free
            left = dict.fromkeys(n for n in left if n not in free)
        return tuple(done)

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """Direct causes of each role."""
        return {n: tuple(a for a, b in self.edges if b == n) for n in self.order}

    def below(self, role: str) -> set[str]:
        """A role and all that it affects."""
        found = {role}
        for n in self.order:
            if set(self.parents[n]) & found:
                found.add(n)
        return found

    @cached_property
    def between(self) -> tuple[str, ...]:
        """Mediators of X and Y."""
        return tuple(n for n in self.order if n in self.below("X") - {"X", "Y"} and "Y" in self.below(n))


def _shape(name: str, edges: str, *latent: str) -> Shape:
    pairs = tuple((a, b) for a, b in (e.split(">") for e in edges.split()))
    return Shape(name, pairs, latent)


SHAPES = (
    _shape("chain", "X>V2 V2>Y"),
    _shape("fork", "X>Y V2>Y"),
    _shape("collision", "X>V3 Y>V3"),
    _shape("confounding", "V1>X V1>Y X>Y"),
    _shape("mediation", "X>V2 X>Y V2>Y"),
    _shape("frontdoor", "V1>X X>V3 V1>Y V3>Y", "V1"),
    _shape("IV", "V1>X V2>X V1>Y X>Y", "V1"),
    _shape("diamond", "X>V3 X>V2 V2>Y V3>Y"),
    _shape("diamondcut", "V1>V3 V1>X X>Y V3>Y"),
    _shape("long chain", "X>V1 V1>V2 V2>Y"),
    _shape("two confounders", "V1>X V1>Y V2>X V2>Y X>Y"),
    _shape("confounded mediation", "V1>X V1>Y X>V2 V2>Y X>Y"),
    _shape("two mediators", "X>V2 X>V3 V2>Y V3>Y X>Y"),
    _shape("confounder of cause and mediator", "V1>X V1>V2 X>V2 V2>Y X>Y"),
    _shape("effect of the outcome", "X>Y Y>V1 V2>Y"),
)
"""Nine of the published graphs, and six that nobody has published questions on."""


@dataclass
class World:
    """A shape with a probability for every role and every state of its parents."""

    shape: Shape
    table: dict[tuple[str, tuple[int, ...]], float]
    """P(role = 1 | parents), whole per cents."""
    _joint: list[tuple[dict[str, int], float]] = field(default_factory=list[tuple[dict[str, int], float]])

    @classmethod
    def draw(cls, shape: Shape, rng: random.Random, *, additive: bool = False) -> World:
        """Draw the tables; `additive` gives Y a treatment effect that is the same in every stratum."""
        table: dict[tuple[str, tuple[int, ...]], float] = {
            (n, at): rng.randint(3, 97) / 100
            for n, ps in shape.parents.items()
            for at in product((0, 1), repeat=len(ps))
        }
        if additive:
            weights = {p: rng.randint(-22, 22) / 100 for p in shape.parents["Y"]}
            for at in product((0, 1), repeat=len(weights)):
                table["Y", at] = round(0.5 + sum(w * a for w, a in zip(weights.values(), at, strict=True)), 2)
        return cls(shape, table)

    def p(self, role: str, state: State) -> float:
        """P(role = its value in the state | its parents there)."""
        one = self.table[role, tuple(state[q] for q in self.shape.parents[role])]
        return one if state[role] else 1 - one

    def chance(self, event: State, given: State | None = None, do: State | None = None) -> float:
        """P(event | given, do(do))."""
        held = do or {}
        top = bottom = 0.0
        for state, weight in self._states(held) if held else self.joint:
            if all(state[n] == v for n, v in (given or {}).items()):
                bottom += weight
                top += weight * all(state[n] == v for n, v in event.items())
        return top / bottom if bottom else 0.0

    @property
    def joint(self) -> list[tuple[dict[str, int], float]]:
        """All states with their probabilities."""
        self._joint = self._joint or list(self._states({}))
        return self._joint

    def _states(self, held: State) -> Iterator[tuple[dict[str, int], float]]:
        order = self.shape.order
        for values in product((0, 1), repeat=len(order)):
            state: dict[str, int] = dict(zip(order, values, strict=True))
            if all(state[n] == v for n, v in held.items()):
                weight = 1.0
                for n in order:
                    weight *= 1.0 if n in held else self.p(n, state)
                yield state, weight

    def ate(self) -> float:
        """E[Y | do(X=1)] - E[Y | do(X=0)]."""
        return self.chance({"Y": 1}, do={"X": 1}) - self.chance({"Y": 1}, do={"X": 0})

    def att(self) -> float:
        """E[Y_1 - Y_0 | X=1]: what X does not affect stays as it was."""
        fixed = [n for n in self.shape.order if n not in self.shape.below("X")]
        total = 0.0
        for values in product((0, 1), repeat=len(fixed)):
            rest = dict(zip(fixed, values, strict=True))
            weight = self.chance(rest, given={"X": 1}) if rest else 1.0
            effect = [self.chance({"Y": 1}, given=rest, do={"X": x}) for x in (0, 1)]
            total += weight * (effect[1] - effect[0])
        return total

    def natural(self, outer: int, inner: int) -> float:
        """E[Y] with X = outer for Y itself and X = inner for the mediators."""
        mediators = self.shape.between
        others = [n for n in self.shape.order if n not in {*self.shape.below("X"), "X", "Y"}]
        total = 0.0
        for values in product((0, 1), repeat=len(others) + len(mediators)):
            state = dict(zip((*others, *mediators), values, strict=True))
            weight = 1.0
            for n in (*others, *mediators):
                weight *= self.p(n, {**state, "X": inner})
            total += weight * self.p("Y", {**state, "X": outer, "Y": 1})
        return total

    def nde(self) -> float:
        """The natural direct effect from X = 0."""
        return self.natural(1, 0) - self.natural(0, 0)

    def nie(self) -> float:
        """The natural indirect effect at X = 0."""
        return self.natural(0, 1) - self.natural(0, 0)
