"""Ways in which a treatment comes about and an outcome follows, each with its true average effects.

`children` is in the manner of the infant-health data that are used to compare estimators (many covariates, few treated, an
effect that differs), `training` in the manner of job-training data (skewed earnings, few treated, poor overlap); both are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Estimand = Literal["ATE", "ATT"]


class Draw(NamedTuple):
    """One simulated study; both outcomes of every row are known."""

    covariates: Floats
    treatment: Floats
    control_mean: Floats
    """Expected outcome without treatment, row by row."""
    effect: Floats
    """Effect, row by row."""
    outcome: Floats

    def truth(self, estimand: Estimand) -> float:
        """The average effect over these rows, or over those treated."""
        return float(self.effect[self.treatment == 1].mean() if estimand == "ATT" else self.effect.mean())


Design = Callable[[np.random.Generator], Draw]


def _draw(
    rng: np.random.Generator, x: Floats, lean: Floats, control: Floats, effect: Floats, noise: float = 1.0
) -> Draw:
    """Assign by a logistic chance of `lean`, add noise."""
    treatment = (rng.random(len(x)) < 1 / (1 + np.exp(-lean))).astype(np.float64)
    outcome = control + effect * treatment + noise * rng.standard_normal(len(x))
    return Draw(x, treatment, control, effect, outcome)


def _normal(rng: np.random.Generator, n: int = 1000, p: int = 4) -> Floats:
    return rng.standard_normal((n, p))


def experiment(rng: np.random.Generator) -> Draw:
    """A coin decides."""
    x = _normal(rng)
    return _draw(rng, x, np.zeros(len(x)), x @ np.array([1, 0.5, 0, 0]), np.full(len(x), 1.0))


def linear(rng: np.random.Generator) -> Draw:
    """Linear in everything, one effect."""
    x = _normal(rng)
    return _draw(rng, x, x @ np.array([0.8, -0.5, 0.3, 0]), x @ np.array([1, 1, 0, 0.5]), np.full(len(x), 1.0))


def bent_outcome(rng: np.random.Generator) -> Draw:
    """The outcome bends, the chance of treatment does not."""
    x = _normal(rng)
    control = np.exp(0.6 * x[:, 0]) + x[:, 1] ** 2 + x[:, 2]
    return _draw(rng, x, x @ np.array([0.8, 0.5, 0.3, 0]), control, np.full(len(x), 1.0))


def bent_assignment(rng: np.random.Generator) -> Draw:
    """The chance of treatment bends, the outcome does not."""
    x = _normal(rng)
    lean = 0.8 * (x[:, 0] ** 2 - 1) + 0.6 * x[:, 0] * x[:, 1]
    return _draw(rng, x, lean, x @ np.array([1, 1, 0, 0.5]), np.full(len(x), 1.0))


def both_bent(rng: np.random.Generator) -> Draw:
    """Both bend, by the same products; nothing linear removes the confounding."""
    x = _normal(rng)
    lean = 0.8 * (x[:, 0] ** 2 - 1) + 0.6 * x[:, 0] * x[:, 1]
    return _draw(rng, x, lean, x[:, 0] ** 2 + x[:, 0] * x[:, 1] + x[:, 2], np.full(len(x), 1.0))


def differing(rng: np.random.Generator) -> Draw:
    """The effect grows with what makes treatment likely: treated and all differ."""
    x = _normal(rng)
    return _draw(rng, x, x @ np.array([1.0, 0.3, 0, 0]), x @ np.array([1, 0.5, 0, 0]), 1 + x[:, 0])


def children(rng: np.random.Generator) -> Draw:
    """747 rows, 25 covariates, most of them binary, about a fifth treated, an effect that differs."""
    n = 747
    numbers = rng.standard_normal((n, 6))
    flags = (rng.random((n, 19)) < rng.uniform(0.1, 0.6, 19)).astype(np.float64)
    x = np.column_stack([numbers, flags])
    weights = rng.choice((0.0, 0.1, 0.2, 0.3, 0.4), 25, p=(0.6, 0.1, 0.1, 0.1, 0.1))
    control = np.exp((x + 0.5) @ weights * 0.5)
    effect = 4 + 0.5 * x[:, 0] - (control - control.mean()) * 0.3
    return _draw(rng, x, -1.8 + 0.5 * x[:, 0] - 0.5 * x[:, 1] + 0.7 * x[:, 6], control, effect)


def training(rng: np.random.Generator) -> Draw:
    """3,000 rows, skewed earnings, those with low earnings are treated, about one in fifteen."""
    n = 3000
    age, schooling = rng.normal(33, 10, n), rng.normal(12, 2.5, n)
    before = np.where(rng.random(n) < 0.2, 0.0, rng.gamma(2, 6, n) + 0.5 * (schooling - 12))
    x = np.column_stack([age, schooling, before, (before == 0).astype(np.float64)])
    lean = -1.2 - 0.15 * before - 0.03 * (age - 33)
    control = 2 + 0.8 * before + 0.4 * (schooling - 12) + 3 * np.log1p(np.maximum(before, 0))
    return _draw(rng, x, lean, control, 1.5 + 0.1 * (schooling - 12), noise=4.0)


DESIGNS: dict[str, tuple[Design, Estimand]] = {
    "experiment": (experiment, "ATE"),
    "linear": (linear, "ATE"),
    "bent_outcome": (bent_outcome, "ATE"),
    "bent_assignment": (bent_assignment, "ATE"),
    "both_bent": (both_bent, "ATE"),
    "differing": (differing, "ATE"),
    "children": (children, "ATT"),
    "training": (training, "ATT"),
}
