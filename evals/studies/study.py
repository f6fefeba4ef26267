"""A study in words with a table drawn anew for every seed, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
ADJUSTED = ("ols", "ipw")
"""Method families of a study whose confounders are all in the table: regression, or matching and weighting."""


class Simulated(NamedTuple):
    """One drawn table and what is true of it."""

    columns: Mapping[str, Any]
    """Column name to values, in the order of the table."""
    truth: Mapping[str, float]
    """True effects by the name that a question refers to; averages over the very rows that are asked about."""


@dataclass(frozen=True)
class Asked:
    """A question and what is right about its answer."""

    words: str
    treatment: str = ""
    """The column, or several that may stand for it, separated by commas; empty where a cut-off is the treatment."""
    outcome: str = ""
    method: tuple[str, ...] = ()
    """Every method family that is right."""
    truth: str = ""
    """Name of the true effect; empty where the table cannot answer, which is then the right answer."""
    running: str = ""
    """The running variable, where there is a cut-off."""


@dataclass(frozen=True)
class Study:
    """A table, the paragraph that describes it, and the questions."""

    name: str
    draw: Callable[[np.random.Generator], Simulated]
    about: str
    asked: tuple[Asked, ...]


def chance(lean: Numbers) -> Numbers:
    """The logistic function."""
    return 1 / (1 + np.exp(-lean))


def happens(rng: np.random.Generator, probability: Numbers | float, n: int | None = None) -> Numbers:
    """0 or 1, row by row, with the probability of 1."""
    p = np.full(n, probability) if n is not None else np.asarray(probability)
    return (rng.random(len(p)) < p).astype(np.float64)


def whole(values: Numbers) -> npt.NDArray[np.int64]:
    """Rounded to whole numbers."""
    return np.rint(values).astype(np.int64)
