"""Random structural causal models: a graph, equations, and what follows from them exactly or by simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from ...tools.domain.edges import edge
from ...tools.domain.graphs import Dag

Floats = npt.NDArray[np.float64]
Kind = Literal["linear", "non_gaussian", "non_linear", "binary"]
KINDS: tuple[Kind, ...] = ("linear", "non_gaussian", "non_linear", "binary")
N_PILOT = 4000
N_TRUTH = 100_000
SHAPES: tuple[Callable[[Floats], Floats], ...] = (
    lambda x: np.tanh(1.5 * x),
    lambda x: x + 0.7 * np.sin(2 * x),
    lambda x: 0.5 * x * np.abs(x),
    lambda x: 0.7 * (x**2 - 1) + 0.5 * x,
)
"""Bent dependences of a standardised cause; the last is not monotone."""


@dataclass(frozen=True)
class Equation:
    """How one variable follows from its causes: a weighted sum of shapes plus noise, or a logistic chance."""

    causes: tuple[str, ...]
    weights: tuple[float, ...]
    shapes: tuple[int, ...]
    scale: float = 1.0
    """What the sum is divided by, so that every variable has a variance near 1."""


@dataclass(frozen=True)
class RandomModel:
    """A structural model without hidden variables; `draw` makes one."""

    kind: Kind
    dag: Dag
    equations: Mapping[str, Equation]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Causes before effects."""
        return self.dag.topological_order()

    def sample(
        self, n_samples: int, rng: np.random.Generator, do: Mapping[str, float] | None = None
    ) -> dict[str, Floats]:
        """Draw rows; with `do`, some variables are set for every row. The same generator draws the same noise."""
        values: dict[str, Floats] = {}
        for name in self.order:
            noise = self._noise(n_samples, rng)
            drawn = self._follow(self.equations[name], values, noise)
            values[name] = np.full(n_samples, do[name]) if do and name in do else drawn
        return {n: values[n] for n in self.dag.nodes}

    def _noise(self, n_samples: int, rng: np.random.Generator) -> Floats:
        if self.kind == "binary":
            return rng.random(n_samples)
        if self.kind == "non_gaussian":
            return rng.exponential(size=n_samples) - 1
        return rng.standard_normal(n_samples)

    def _follow(self, equation: Equation, values: Mapping[str, Floats], noise: Floats) -> Floats:
        total = np.zeros_like(noise)
        for cause, weight, shape in zip(equation.causes, equation.weights, equation.shapes, strict=True):
            x = values[cause]
            if self.kind == "binary":
                total = total + weight * (2 * x - 1)
            else:
                total = total + weight * (SHAPES[shape](x) if self.kind == "non_linear" else x)
        if self.kind == "binary":
            return (noise < 1 / (1 + np.exp(-total))).astype(np.float64)
        return (total + noise) / equation.scale

    def effect(self, treatment: str, outcome: str, control: float, treated: float) -> float:
        """Mean of the outcome under `treated` minus under `control`: exact for linear models, else over simulated noise."""
        if self.kind in ("linear", "non_gaussian"):
            reached = dict.fromkeys(self.order, 0.0) | {treatment: 1.0}
            for name in self.order[self.order.index(treatment) + 1 :]:
                e = self.equations[name]
                reached[name] = sum(w * reached[c] for w, c in zip(e.weights, e.causes, strict=True)) / e.scale
            return (treated - control) * reached[outcome]
        means = [
            self.sample(N_TRUTH, np.random.default_rng(0), {treatment: v})[outcome].mean() for v in (control, treated)
        ]
        return float(means[1] - means[0])


def draw(kind: Kind, names: tuple[str, ...], rng: np.random.Generator, degree: float = 2.0) -> RandomModel:
    """Draw a model over these names: a random order, edges with chance degree / (p - 1), effects well away from 0."""
    order = [names[i] for i in rng.permutation(len(names))]
    chance = min(1.0, degree / max(len(names) - 1, 1))
    pairs = [(a, b) for a, b in combinations(order, 2) if rng.random() < chance]
    dag = Dag.build([edge(a, "->", b) for a, b in pairs], nodes=names)
    strong, weak = (1.6, 0.8) if kind == "binary" else (1.2, 0.5)
    equations: dict[str, Equation] = {}
    for name in dag.topological_order():
        causes = dag.parents(name)
        size = rng.uniform(weak, strong, len(causes)) * rng.choice((-1, 1), len(causes))
        shapes = tuple(int(s) for s in rng.integers(0, len(SHAPES), len(causes)))
        equations[name] = Equation(causes, tuple(map(float, size)), shapes)
    return _scaled(RandomModel(kind, dag, equations), rng)


def _scaled(model: RandomModel, rng: np.random.Generator) -> RandomModel:
    """The same with every variable's variance near 1: otherwise it grows along the order and gives the order away."""
    if model.kind == "binary":
        return model
    done = dict(model.equations)
    seed = int(rng.integers(2**32))
    for name in model.order:
        spread = RandomModel(model.kind, model.dag, done).sample(N_PILOT, np.random.default_rng(seed))[name].std()
        e = done[name]
        done[name] = Equation(e.causes, e.weights, e.shapes, float(spread))
    return RandomModel(model.kind, model.dag, done)
