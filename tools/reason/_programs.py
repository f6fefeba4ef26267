"""Solve for, or bound, polynomials in the response distributions of districts by linear algebra and linear programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from ..domain.errors import BackendFailed, TooLarge
from ._worlds import Coordinate, Event, Poly

if TYPE_CHECKING:
    import numpy as np

MOST_TYPES = 4096
"""Response types of one district."""
MOST_JOINED = 256
"""Response types of several independent districts that had to be joined."""
TOLERANCE = 1e-9
Row = tuple[dict[Event, float], float]
"""A linear equation: weights of factors of one district, and what they sum to."""


class District:
    """The unknown distribution of one district, as far as the events asked for can see it.

    Coordinates that occur in no event together may have any joint distribution, so each connected group of
    coordinates has variables of its own; that keeps conditional probability tables linear in size.
    """

    def __init__(self, events: Iterable[Event], n_levels: Mapping[str, int], most: int = MOST_TYPES) -> None:
        self.groups = _groups(events)
        self.group_of = {c: i for i, group in enumerate(self.groups) for c in group}
        self.sizes = [prod(n_levels[c[0]] for c in group) for group in self.groups]
        if sum(self.sizes) > most:
            raise TooLarge(
                f"{sum(self.sizes)} response types are needed, at most {most} are allowed; give more of the "
                "conditional probabilities, use fewer levels, or leave out nodes."
            )
        self.offsets = [sum(self.sizes[:i]) for i in range(len(self.sizes))]
        self.n_levels = n_levels
        self.rows: list[Row] = []
        self._stated: dict[Event, float] = {}
        self._inverse: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    @cached_property
    def _values(self) -> list[np.ndarray]:
        """Of each group: the value of each coordinate in each of its types."""
        import numpy as np

        shapes = [[self.n_levels[c[0]] for c in group] for group in self.groups]
        return [np.indices(s).reshape(len(s), -1) for s in shapes]

    def vector(self, weights: Mapping[Event, float]) -> np.ndarray:
        """The linear form of some factors; the empty event is 1, and is left out."""
        import numpy as np

        form = np.zeros(sum(self.sizes))
        for event, weight in weights.items():
            if not event:
                continue
            i = self.group_of[next(iter(event))[0]]
            hit = np.full(self.sizes[i], weight)
            for coordinate, value in event:
                hit = hit * (self._values[i][self.groups[i].index(coordinate)] == value)
            form[self.offsets[i] : self.offsets[i] + self.sizes[i]] += hit
        return form

    def add(self, row: Row, rounding: float = 0.0) -> bool:
        """Add an equation; False when it contradicts those before by more than rounding explains."""
        known = self.solve(row[0])
        if known is not None and abs(known - row[1]) <= rounding:
            return True
        self.rows.append(row)
        if len(row[0]) == 1:
            ((event, weight),) = row[0].items()
            self._stated.setdefault(event, row[1] / weight)
        self._inverse = None
        return known is None or abs(known - row[1]) <= 1e-7

    @property
    def equations(self) -> tuple[np.ndarray, np.ndarray]:
        """All equations as matrix and right side, the sums to one first."""
        import numpy as np

        ones = np.zeros((len(self.sizes), sum(self.sizes)))
        for i, (start, size) in enumerate(zip(self.offsets, self.sizes, strict=True)):
            ones[i, start : start + size] = 1
        matrix = np.vstack([ones, *(self.vector(weights)[None] for weights, _ in self.rows)])
        return matrix, np.array([1.0] * len(self.sizes) + [b for _, b in self.rows])

    def solve(self, weights: Mapping[Event, float]) -> float | None:
        """The value of a linear form when the equations alone fix it."""
        import numpy as np

        if len(weights) == 1 and (known := self._given(*next(iter(weights)))) is not None:
            return known * next(iter(weights.values()))
        if not self.rows and len(weights) == 1:
            return None
        inverse, matrix, right = self._inverted()
        form = self.vector(weights)
        share = form @ inverse
        return float(share @ right) if np.abs(share @ matrix - form).max(initial=0.0) < TOLERANCE else None

    def _inverted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The pseudo-inverse of the equations, their matrix and right side, until the next equation."""
        import numpy as np

        if self._inverse is None:
            matrix, right = self.equations
            self._inverse = np.linalg.pinv(matrix, rcond=1e-10), matrix, right
        return self._inverse

    def _given(self, *event: tuple[Coordinate, int]) -> float | None:
        """The probability of an event that an equation states by itself, or of what is left of one coordinate."""
        if (known := self._stated.get(frozenset(event))) is not None or len(event) != 1:
            return known
        ((coordinate, value),) = event
        others = [
            self._stated.get(frozenset({(coordinate, v)})) for v in range(self.n_levels[coordinate[0]]) if v != value
        ]
        return None if None in others else 1.0 - sum(v for v in others if v is not None)

    def feasible(self) -> bool:
        """Whether any distribution keeps the equations."""
        import numpy as np

        inverse, matrix, right = self._inverted()
        guess = inverse @ right
        if np.abs(matrix @ guess - right).max() < 1e-7 and guess.min() > -1e-7:
            return True
        return _minimum(np.zeros(matrix.shape[1]), matrix, right) is not None

    def bounds(self, top: Mapping[Event, float], bottom: Mapping[Event, float] | None) -> tuple[float, float] | None:
        """Least and greatest value of a linear form, or of a ratio of two (Charnes and Cooper 1962).

        Returns:
            None when no distribution keeps the equations (with a positive denominator).
        """
        import numpy as np

        matrix, right = self.equations
        form, constant = self.vector(top), top.get(frozenset(), 0.0)
        if bottom is not None:
            # variables y = x * t and t = 1 / denominator: A y = b t, d y + d0 t = 1
            row = np.append(self.vector(bottom), bottom.get(frozenset(), 0.0))
            matrix = np.vstack([np.column_stack([matrix, -right]), row])
            form, right, constant = np.append(form, constant), np.append(np.zeros(len(right)), 1.0), 0.0
        low, high = _minimum(form, matrix, right), _minimum(-form, matrix, right)
        return None if low is None or high is None else (low + constant, constant - high)


def _minimum(form: np.ndarray, matrix: np.ndarray, right: np.ndarray) -> float | None:
    from scipy.optimize import linprog

    answer = linprog(form, A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
    if answer.status == 2:
        return None
    if answer.status != 0:
        raise BackendFailed(f"scipy's linprog stopped with status {answer.status}: {str(answer.message)[:200]}.")
    return float(answer.fun)


def _groups(events: Iterable[Event]) -> list[list[Coordinate]]:
    group_of: dict[Coordinate, set[Coordinate]] = {}
    for event in sorted(events, key=lambda e: sorted(e)):
        joined: set[Coordinate] = set()
        for coordinate, _ in event:
            joined |= group_of.get(coordinate, {coordinate})
        for coordinate in joined:
            group_of[coordinate] = joined
    return [sorted(g) for g in {min(g): g for g in group_of.values()}.values()]


def independence_rows(joined: District, rows: Iterable[Row], own: set[Coordinate]) -> list[Row]:
    """What independence of joined districts adds: an equation of one holds within each type of the others.

    This keeps bounds valid and much tighter, yet not always sharp (reformulation-linearisation, Sherali and Adams 1990).
    """
    found: list[Row] = []
    for weights, right in rows:
        touched = {joined.group_of[c] for event in weights for c, _ in event}
        if len(touched) != 1:
            continue
        others = [c for c in joined.groups[touched.pop()] if c not in own]
        for values in product(*(range(joined.n_levels[c[0]]) for c in others)):
            rest: Event = frozenset(zip(others, values, strict=True))
            scaled = {event | rest: w for event, w in weights.items()}
            scaled[rest] = scaled.get(rest, 0.0) - right
            constant = -scaled.pop(frozenset(), 0.0)
            found.append((scaled, constant))
    return found


def events_of(polys: Iterable[Poly]) -> dict[int, set[Event]]:
    """Every event of each district in some polynomials."""
    found: dict[int, set[Event]] = {}
    for poly in polys:
        for term in poly:
            for district, event in term:
                found.setdefault(district, set()).add(event)
    return found
