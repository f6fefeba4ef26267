"""Find the value or the bounds of a query from given probabilities of one network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..domain.errors import TooLarge
from ._programs import MOST_JOINED, MOST_TYPES, District, Row, events_of, independence_rows
from ._worlds import Event, Poly, Term, World, cancelled, plus

NOISE = 1e-9
"""A probability under this, or a sum that is this small beside what it adds up, counts as zero: rounding must not be divided by."""
Ratio = tuple[Poly, Poly]
"""Numerator and denominator."""
Query = list[tuple[float, Ratio]]
"""Ratios to add, each with a weight."""


@dataclass(frozen=True)
class Given:
    """One given number: `top / bottom = value`."""

    label: str
    top: Poly
    bottom: Poly
    value: float


@dataclass
class Outcome:
    """What was found: `exact` by equations alone or since the bounds meet."""

    lower: float | None = None
    upper: float | None = None
    conflicts: list[str] = field(default_factory=list[str])
    unused: list[str] = field(default_factory=list[str])
    missing: list[tuple[int, Event]] = field(default_factory=list[tuple[int, Event]])
    joined: bool = False
    """Whether independent districts had to be joined, or ratios bounded apart: the bounds may not be sharp."""
    by_program: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the bounds lie apart."""
        return self.lower is not None and self.upper is not None and self.upper - self.lower > NOISE

    def meet(self, other: Outcome) -> Outcome:
        """What is known when another form of the query gave its own bounds."""
        if self.lower is None or self.upper is None or other.lower is None or other.upper is None:
            return other if other.conflicts else self
        low, high = max(self.lower, other.lower), min(self.upper, other.upper)
        unused, joined = [u for u in self.unused if u in other.unused], self.joined and other.joined
        return replace(self, lower=low, upper=max(low, high), unused=unused, joined=joined)


def tightest(world: World, givens: list[Given], forms: Iterable[Query], rounding: float = 0.0) -> Outcome:
    """What given numbers say to a query that may be written in several forms, the simplest first.

    Every form has valid bounds, and none always has the closest; later ones are tried while the bounds lie apart.

    Raises:
        TooLarge: the simplest form is too large already.
    """
    found: Outcome | None = None
    try:
        for form in forms:
            now = Solver(world, givens, form, rounding=rounding).answer()
            found = now if found is None else found.meet(now)
            if found.conflicts or not found.is_open:
                break
    except TooLarge:
        if found is None:
            raise
    return found or Outcome()


class Solver:
    """The districts of a network, the equations the given numbers put on them, and a query.

    Args:
        world: The network.
        givens: Given numbers.
        query: What is asked.
        joins: Groups of districts to treat as one.
        before: The solver without these joins; its equations still hold beside any response of the other districts.
        rounding: How far a given number may be from what others imply and still agree; then it adds nothing.
    """

    def __init__(
        self,
        world: World,
        givens: Iterable[Given],
        query: Query,
        joins: tuple[frozenset[int], ...] = (),
        before: Solver | None = None,
        rounding: float = 0.0,
    ) -> None:
        number = {d: min(group) for group in joins for d in group}
        self.world, self.rounding = world, rounding
        self.givens = [Given(g.label, _renumber(g.top, number), _renumber(g.bottom, number), g.value) for g in givens]
        self.query = [(w, (_renumber(a, number), _renumber(b, number))) for w, (a, b) in query]
        polys = [p for g in self.givens for p in (g.top, g.bottom)] + [p for _, r in self.query for p in r]
        events = events_of(polys)
        most = {min(group): MOST_JOINED for group in joins}
        self.districts = {
            d: District(found, world.n_levels, most.get(d, MOST_TYPES)) for d, found in sorted(events.items())
        }
        self.outcome = Outcome(joined=bool(joins))
        self._known: dict[tuple[int, Event, int], float | None] = {}
        for group in joins if before else ():
            self._keep_independence(before, group)  # type: ignore[arg-type]
        self.pending = self._settle()

    def _keep_independence(self, before: Solver, group: frozenset[int]) -> None:
        joined = self.districts[min(group)]
        rows: list[Row] = []
        for d in sorted(group & before.districts.keys()):
            own = set(before.districts[d].group_of)
            rows += independence_rows(joined, before.districts[d].rows, own)
        joined.rows += rows

    def _value(self, district: int, event: Event) -> float | None:
        """The value of a factor that the equations fix so far."""
        found = self.districts[district]
        key = (district, event, len(found.rows))
        if key not in self._known:
            value = found.solve({event: 1.0})
            self._known[key] = 0.0 if value is not None and abs(value) < NOISE else value
        return self._known[key]

    def reduce(self, poly: Poly) -> Poly:
        """The polynomial with every factor that is fixed put in as a number."""
        total: Poly = {}
        size: Poly = {}
        for term, weight in poly.items():
            left: set[tuple[int, Event]] = set()
            for district, event in term:
                value = self._value(district, event)
                if value is None:
                    left.add((district, event))
                else:
                    weight *= value
            total[frozenset(left)] = total.get(frozenset(left), 0.0) + weight
            size[frozenset(left)] = size.get(frozenset(left), 0.0) + abs(weight)
        return {t: w for t, w in total.items() if abs(w) > NOISE * size[t]}

    def _settle(self) -> list[Given]:
        """Turn given numbers into equations until no more become linear; returns those that did not."""
        pending, progress = list(self.givens), True
        while progress and pending:
            progress, left = False, list[Given]()
            for given in pending:
                top, bottom = cancelled(given.top, given.bottom)
                poly = self.reduce(plus(top, bottom, -given.value))
                districts = {d for term in poly for d, _ in term}
                if len(districts) > 1 or any(len(term) > 1 for term in poly):
                    left.append(given)
                    continue
                progress = True
                weights, constant = _linear(poly)
                if districts:
                    agrees = self.districts[districts.pop()].add((weights, -constant), self.rounding)
                else:
                    agrees = abs(constant) <= max(1e-7, self.rounding)
                if not agrees:
                    self.outcome.conflicts.append(given.label)
            pending = left
        return pending

    def answer(self) -> Outcome:
        """Solve, joining districts as far as the query needs it."""
        ratios = self._ratios()
        needed = [self._join_needed(top, bottom) for top, bottom in ratios]
        touched = {d for r in ratios for p in r for t in p for d, _ in t}
        groups = [g for g in needed if g]
        if touched and (joins := self._joins(groups, touched, self.pending)):
            try:
                return Solver(self.world, self.givens, self.query, joins, self, self.rounding).answer()
            except TooLarge:
                # without the numbers that tie more districts together bounds are valid still, if wider
                left = [g for g in self.givens if g not in self.pending]
                if len(left) == len(self.givens):
                    raise
                found = Solver(self.world, left, self.query, rounding=self.rounding).answer()
                found.unused, found.joined = [*found.unused, *(g.label for g in self.pending)], True
                return found
        self.outcome.unused = [g.label for g in self.pending]
        self._fill(ratios)
        for d, district in self.districts.items():
            if not self.outcome.conflicts and not district.feasible():
                self.outcome.conflicts = [g.label for g in self.givens if d in events_of((g.top, g.bottom))]
        return self.outcome

    def _ratios(self) -> list[Ratio]:
        """The ratios of the query, reduced; those over the same denominator are added first."""
        by_bottom: dict[frozenset[tuple[Term, float]], Ratio] = {}
        for weight, (top, bottom) in self.query:
            key = frozenset(bottom.items())
            so_far = by_bottom.get(key, ({}, bottom))[0]
            by_bottom[key] = (plus(so_far, top, weight), bottom)
        ratios: list[Ratio] = []
        for top, bottom in by_bottom.values():
            over = cancelled(top, bottom)
            ratios.append((self.reduce(over[0]), self.reduce(over[1])))
        return ratios

    def _join_needed(self, top: Poly, bottom: Poly) -> set[int]:
        """Districts whose product stands in the way of a linear (or linear-fractional) program."""
        constant = not any(bottom)
        if constant:
            return {d for t in top if len(t) > 1 for d, _ in t}
        districts = {d for p in (top, bottom) for t in p for d, _ in t}
        return districts if len(districts) > 1 else set()

    def _joins(self, groups: list[set[int]], touched: set[int], pending: list[Given]) -> tuple[frozenset[int], ...]:
        """Groups closed under the given numbers that tie districts of the query to others."""
        ties = [{d for p in (g.top, g.bottom) for t in self.reduce(p) for d, _ in t} for g in pending]
        reached = set(touched)
        while grown := [t for t in ties if t & reached and not t <= reached]:
            reached |= set[int]().union(*grown)
        merged: list[set[int]] = []
        for group in [*groups, *(t for t in ties if t & reached and len(t) > 1)]:
            apart = [m for m in merged if not m & group]
            merged = [*apart, set(group).union(*(m for m in merged if m & group))]
        return tuple(frozenset(m) for m in merged)

    def _fill(self, ratios: list[Ratio]) -> None:
        low = high = 0.0
        self.outcome.joined |= sum(1 for r in ratios if any(r[0]) or any(r[1])) > 1
        for top, bottom in ratios:
            found = self._bounds(top, bottom)
            if found is None:
                self.outcome.conflicts = self.outcome.conflicts or [g.label for g in self.givens]
                return
            low, high = low + found[0], high + found[1]
        self.outcome.lower, self.outcome.upper = low, high

    def _bounds(self, top: Poly, bottom: Poly) -> tuple[float, float] | None:
        self.outcome.missing += sorted({f for p in (top, bottom) for t in p for f in t}, key=str)
        if not any(top) and not any(bottom):
            below = bottom.get(frozenset(), 0.0)
            value = top.get(frozenset(), 0.0)
            return (value / below, value / below) if abs(below) > NOISE else None
        self.outcome.by_program = True
        if not any(bottom):
            low = high = top.get(frozenset(), 0.0)
            for d in sorted({d for t in top for d, _ in t}):
                weights = {e: w for t, w in top.items() for x, e in t if x == d}
                if (found := self.districts[d].bounds(weights, None)) is None:
                    return None
                low, high = low + found[0], high + found[1]
            below = bottom.get(frozenset(), 0.0)
            return (low / below, high / below) if below > NOISE else None
        district = next(d for p in (top, bottom) for t in p for d, _ in t)
        return self.districts[district].bounds(_forms(top), _forms(bottom))


def _forms(poly: Poly) -> dict[Event, float]:
    weights, constant = _linear(poly)
    return {**weights, frozenset(): constant}


def _linear(poly: Poly) -> tuple[dict[Event, float], float]:
    """The factors of a linear polynomial with their weights, and its constant."""
    return {e: w for t, w in poly.items() for _, e in t}, poly.get(frozenset(), 0.0)


def _renumber(poly: Poly, number: dict[int, int]) -> Poly:
    if not number:
        return poly
    total: Poly = {}
    for term, weight in poly.items():
        events: dict[int, Event] = {}
        for d, event in term:
            events[number.get(d, d)] = events.get(number.get(d, d), frozenset()) | event
        key = frozenset(events.items())
        total[key] = total.get(key, 0.0) + weight
    return total
