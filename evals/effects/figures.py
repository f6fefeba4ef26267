"""Bias, root mean squared error and coverage of estimators over replicated studies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ...tools.domain.errors import ToolError
from ..harness.spec import Item
from .solve import estimate


class Figures(NamedTuple):
    """What an estimator did on a design, in units of the outcome."""

    n_studies: int
    n_refused: int
    bias: float
    bias_se: float
    rmse: float
    coverage: float
    """Share of 95 % intervals that hold the truth; nan when there are no intervals."""
    width: float
    """Mean width of the intervals."""


def measure(items: Iterable[Item]) -> dict[tuple[str, str], Figures]:
    """Estimate every item; figures by design and estimator, in order."""
    errors: dict[tuple[str, str], list[float]] = defaultdict(list)
    held: dict[tuple[str, str], list[tuple[bool, float]]] = defaultdict(list)
    refused: dict[tuple[str, str], int] = defaultdict(int)
    for item in items:
        key, truth = (item.groups["design"], item.groups["estimator"]), float(item.target)
        errors[key], held[key] = errors[key], held[key]
        try:
            found = estimate(item)
        except ToolError:
            refused[key] += 1
            continue
        errors[key].append(found.value - truth)
        if found.ci_low is not None and found.ci_high is not None:
            held[key].append((found.ci_low <= truth <= found.ci_high, found.ci_high - found.ci_low))
    return {key: _figures(errors[key], held[key], refused[key]) for key in errors}


def _figures(errors: list[float], held: list[tuple[bool, float]], refused: int) -> Figures:
    n = len(errors)
    e = np.array(errors) if errors else np.array([np.nan])
    return Figures(
        n_studies=n + refused,
        n_refused=refused,
        bias=float(e.mean()),
        bias_se=float(e.std(ddof=1) / n**0.5) if n > 1 else float("nan"),
        rmse=float((e**2).mean() ** 0.5),
        coverage=float(np.mean([h for h, _ in held])) if held else float("nan"),
        width=float(np.mean([w for _, w in held])) if held else float("nan"),
    )
