"""Search for the witnesses of actual causation: contingencies under which the effect hangs on the cause.

Only variables the effect depends on are looked at. Holding a variable at its actual value matters only downstream of
something that is changed, and restoring one to it likewise; the rest is left out of the search, which stays exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations, product
from typing import Literal, NamedTuple

from ..domain.equations import Equations, Level, Setting, Test
from ..domain.errors import TooLarge

Halpern = Literal["original", "updated", "modified"]
MOST_STEPS = 100_000
"""Worlds that one definition may look at; a few seconds."""


class Witness(NamedTuple):
    """Values instead of the cause's, and what is held: at other values, and as it was."""

    instead: dict[str, Level]
    changed: dict[str, Level]
    held: tuple[str, ...]


class Inquiry:
    """One effect in one context of a model; `steps` counts the worlds it looks at."""

    def __init__(
        self, model: Equations, context: Setting, effect: tuple[Test, ...], background: frozenset[str] = frozenset()
    ) -> None:
        self.model = model
        self.context = context
        self.effect = effect
        self.actual = model.solve(context)
        self.steps = 0
        self._seen: dict[frozenset[tuple[str, Level]], bool] = {}
        self._satisfied: dict[tuple[Halpern, frozenset[str]], Witness | None] = {}
        self.relevant = self._upstream()
        asked = {n for test in effect for n in test.variables}
        # Holding the only variable of the effect decides the effect whatever the cause does: never a witness.
        self.movable = tuple(n for n in self.relevant if n not in background and (len(asked) > 1 or n not in asked))

    def _upstream(self) -> tuple[str, ...]:
        todo = [n for test in self.effect for n in test.variables]
        found = set(todo)
        while todo:
            for parent in self.model.parents(todo.pop()):
                if parent not in found:
                    found.add(parent)
                    todo.append(parent)
        return tuple(n for n in self.model.order if n in found)

    @cached_property
    def _downstream(self) -> dict[str, frozenset[str]]:
        """All that follows a variable, itself left out."""
        found: dict[str, set[str]] = {n: set() for n in self.model.order}
        for name in reversed(self.model.order):
            for parent in self.model.parents(name):
                found[parent] |= {name} | found[name]
        return {n: frozenset(s) for n, s in found.items()}

    def happens(self, do: Mapping[str, Level]) -> bool:
        """Whether the effect comes about under an intervention.

        Raises:
            TooLarge: the question has looked at too many worlds.
        """
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooLarge(
                f"Actual causation over {len(self.relevant)} variables that the effect depends on took more than "
                f"{MOST_STEPS:,} worlds. Join variables that always go together, put what nobody could change into "
                "`background`, or ask for fewer definitions ('but_for' and 'modified' are the cheapest)."
            )
        key = frozenset(do.items())
        if key not in self._seen:
            self._seen[key] = self.model.hold(self.effect, self.model.solve(self.context, do))
        return self._seen[key]

    def alternatives(self, cause: tuple[str, ...]) -> Iterator[dict[str, Level]]:
        """Every other setting of the cause's variables, one at a time: there may be very many."""
        now = tuple(self.actual[n] for n in cause)
        points = product(*(self.model.levels_of(n) for n in cause))
        return (dict(zip(cause, p, strict=True)) for p in points if p != now)

    def first(self, definition: Halpern, cause: tuple[str, ...]) -> Witness | None:
        """The witness with the fewest changes, then the fewest variables held; minimality is not looked at."""
        key = (definition, frozenset(cause))
        if key not in self._satisfied:
            self._satisfied[key] = next(self.witnesses(definition, cause), None)
        return self._satisfied[key]

    def witnesses(self, definition: Halpern, cause: tuple[str, ...]) -> Iterator[Witness]:
        """Every witness for conditions AC2(a) and AC2(b), those with fewer changes first."""
        others = [n for n in self.movable if n not in cause]
        most = 0 if definition == "modified" else len(others)
        for size in range(most + 1):
            for names in combinations(others, size):
                for values in product(*([v for v in self.model.levels_of(n) if v != self.actual[n]] for n in names)):
                    yield from self._holding(definition, cause, dict(zip(names, values, strict=True)))

    def _holding(self, definition: Halpern, cause: tuple[str, ...], changed: dict[str, Level]) -> Iterator[Witness]:
        if definition == "updated" and not self._keeps_updated(cause, changed):
            return
        moved = frozenset[str]().union(*(self._downstream[n] for n in (*cause, *changed)))
        holdable = [n for n in self.movable if n in moved and n not in cause and n not in changed]
        for size in range(len(holdable) + 1):
            for held in combinations(holdable, size):
                fixed = changed | {n: self.actual[n] for n in held}
                against = [a for a in self.alternatives(cause) if not self.happens(fixed | a)]
                if against and (definition != "original" or self._stays(cause, fixed, changed, frozenset())):
                    yield from (Witness(a, changed, held) for a in against)

    def _keeps_updated(self, cause: tuple[str, ...], changed: dict[str, Level]) -> bool:
        """AC2(b) when any part of the contingency may be given up as well; what is given up is not put back."""
        return all(
            self._stays(cause, {n: changed[n] for n in part}, part, frozenset(changed))
            for size in range(1, len(changed) + 1)
            for part in combinations(changed, size)
        )

    def _stays(
        self, cause: tuple[str, ...], fixed: dict[str, Level], moved_by: Iterable[str], barred: frozenset[str]
    ) -> bool:
        """Whether, under the cause, the effect stays whichever of the variables not fixed are put back as they were."""
        base = fixed | {n: self.actual[n] for n in cause}
        moved = frozenset[str]().union(*(self._downstream[n] for n in moved_by))
        free = [n for n in self.movable if n in moved and n not in base and n not in barred]
        return all(
            self.happens(base | {n: self.actual[n] for n in back})
            for size in range(len(free) + 1)
            for back in combinations(free, size)
        )

    def smaller(self, definition: Halpern, cause: tuple[str, ...]) -> tuple[str, ...] | None:
        """A part of the cause that meets the conditions too, so that the whole is not minimal (AC3)."""
        for size in range(1, len(cause)):
            for part in combinations(cause, size):
                if self.first(definition, part):
                    return part
        return None

    def joint(
        self, definition: Halpern, cause: tuple[str, ...], size: int
    ) -> Iterator[tuple[tuple[str, ...], Witness]]:
        """Minimal causes of so many variables that have all of the candidate's, each with a witness."""
        others = [n for n in self.movable if n not in cause]
        for more in combinations(others, size - len(cause)):
            whole = (*cause, *more)
            witness = self.first(definition, whole)
            if witness is not None and self.smaller(definition, whole) is None:
                yield whole, witness
