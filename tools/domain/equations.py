"""Structural equations over finite domains, as values: read, checked, put in order and solved, never code.

An equation is a list of cases: the first whose conditions all hold gives the value. Every function of finite
variables can be written so; "C if and only if A, or B without D" is two cases and `otherwise` 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product
from typing import Literal, Self

from pydantic import Field, model_validator

from .errors import BadArguments
from .graphs import find_cycle
from .model import Model

Level = int | str
"""A value of a variable; of a binary variable, 1 is that it happens and 0 that it does not."""
BINARY: tuple[Level, ...] = (0, 1)
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
MOST_LEVELS = 50
Setting = Mapping[str, Level]
"""Variables and the values they have."""


class Condition(Model):
    """What one variable must be; `<` and its kin compare places in the variable's list of levels."""

    variable: str
    op: Comparison = "=="
    level: Level = 1

    @property
    def variables(self) -> tuple[str, ...]:
        """The variable tested."""
        return (self.variable,)

    def __str__(self) -> str:
        return f"{self.variable} {'=' if self.op == '==' else self.op} {self.level}"


class Tally(Model):
    """How many of several conditions must hold: "at least 6 of these 11 vote yes", "one or the other"."""

    of: tuple[Condition, ...] = Field(min_length=1)
    at_least: int = Field(default=1, ge=0)
    at_most: int | None = Field(default=None, ge=0)
    """None: no upper limit."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables tested."""
        return tuple(c.variable for c in self.of)

    def __str__(self) -> str:
        most = "" if self.at_most is None else f" and at most {self.at_most}"
        return f"at least {self.at_least}{most} of ({', '.join(map(str, self.of))})"


Test = Condition | Tally


class Case(Model):
    """A value, and the conditions under which the variable has it."""

    when: tuple[Test, ...]
    """All of these hold."""
    value: Level = 1


class Equation(Model):
    """How one variable follows from its causes."""

    variable: str
    cases: tuple[Case, ...] = ()
    """The first case whose conditions hold gives the value."""
    otherwise: Level = 0
    """The value when no case applies."""

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The variables the cases look at, in the order of mention."""
        return tuple(dict.fromkeys(n for c in self.cases for test in c.when for n in test.variables))

    def __str__(self) -> str:
        cases = [f"{c.value} if {' and '.join(map(str, c.when)) or 'always'}" for c in self.cases]
        return f"{self.variable} = {'; '.join([*cases, f'otherwise {self.otherwise}'])}"


class Equations(Model):
    """A deterministic structural causal model; a variable without an equation is a root, set by the context."""

    equations: tuple[Equation, ...]
    levels: dict[str, tuple[Level, ...]] = {}
    """Levels of each variable that is not binary, in order; the others have 0 and 1."""
    roots: tuple[str, ...] = ()
    """Roots that no equation mentions, if there are any."""

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        effects = [e.variable for e in self.equations]
        if twice := sorted({v for v in effects if effects.count(v) > 1}):
            raise BadArguments(f"{twice[0][:80]!r} has {effects.count(twice[0])} equations; join their cases into one.")
        if clash := sorted(set(effects) & set(self.roots)):
            raise BadArguments(f"{clash[0][:80]!r} is listed as a root and has an equation; drop one of the two.")
        for name, levels in self.levels.items():
            self.require(name)
            if not 1 < len(levels) <= MOST_LEVELS or len(set(levels)) < len(levels):
                raise BadArguments(
                    f"Levels {str(levels)[:80]} of {name[:80]!r}: give 2 to {MOST_LEVELS} different values."
                )
        for e in self.equations:
            self._check_values(e.variable, [c.value for c in e.cases] + [e.otherwise])
            for case in e.cases:
                self.check(case.when)
        if cycle := find_cycle({v: list(self.parents(v)) for v in self.variables}):
            raise BadArguments(
                f"The equations run in a circle: {' -> '.join(reversed(cycle))}. No variable may depend on itself; "
                "give the later event a variable of its own."
            )
        return self

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """All variables, roots first in the order of mention, then effects in the order of the equations."""
        effects = [e.variable for e in self.equations]
        mentioned = dict.fromkeys([*self.roots, *(p for e in self.equations for p in e.parents)])
        return (*(n for n in mentioned if n not in set(effects)), *effects)

    @cached_property
    def _equation(self) -> dict[str, Equation]:
        return {e.variable: e for e in self.equations}

    @cached_property
    def _known(self) -> dict[str, dict[tuple[Level, ...], Level]]:
        """Values that equations have given so far, by the values of the parents."""
        return {e.variable: {} for e in self.equations}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Causes before effects."""
        done: dict[str, None] = {}
        stack = [iter(self.variables)]
        path: list[str] = []
        while stack:
            name = next(stack[-1], None)
            if name is None:
                stack.pop()
                if path:
                    done[path.pop()] = None
            elif name not in done:
                path.append(name)
                stack.append(iter(self.parents(name)))
        return tuple(done)

    def require(self, *names: str) -> None:
        """Refuse names that are no variables, listing those that are.

        Raises:
            BadArguments: a name is unknown.
        """
        for name in names:
            if name not in self.variables:
                raise BadArguments(f"{name[:80]!r} is no variable; they are: {', '.join(self.variables)[:400]}.")

    def is_root(self, name: str) -> bool:
        """Whether the context, not an equation, sets it."""
        return name not in self._equation

    def parents(self, name: str) -> tuple[str, ...]:
        """What the equation of a variable looks at; () for a root."""
        return self._equation[name].parents if name in self._equation else ()

    def levels_of(self, name: str) -> tuple[Level, ...]:
        """The values a variable may have, in order."""
        return self.levels.get(name, BINARY)

    def check(self, tests: tuple[Test, ...]) -> None:
        """Refuse conditions on unknown variables or levels.

        Raises:
            BadArguments: with what is allowed.
        """
        for test in tests:
            self.require(*test.variables)
            for c in test.of if isinstance(test, Tally) else (test,):
                self._check_values(c.variable, [c.level])

    def check_setting(self, setting: Setting) -> None:
        """Refuse values of unknown variables, or values outside their levels.

        Raises:
            BadArguments: with what is allowed.
        """
        for name, value in setting.items():
            self.require(name)
            self._check_values(name, [value])

    def _check_values(self, name: str, values: list[Level]) -> None:
        for value in values:
            if value not in self.levels_of(name):
                allowed = ", ".join(map(repr, self.levels_of(name)))
                raise BadArguments(
                    f"{name[:80]!r} has no level {str(value)[:80]!r}; its levels are {allowed[:200]}, set in `levels`."
                )

    def hold(self, tests: tuple[Test, ...], values: Setting) -> bool:
        """Whether all conditions are true of the values."""
        return all(self._holds(test, values) for test in tests)

    def _holds(self, test: Test, values: Setting) -> bool:
        if isinstance(test, Tally):
            count = sum(self._holds(c, values) for c in test.of)
            return test.at_least <= count and (test.at_most is None or count <= test.at_most)
        if test.op in ("==", "!="):
            return (values[test.variable] == test.level) == (test.op == "==")
        place = self.levels_of(test.variable).index
        difference = place(values[test.variable]) - place(test.level)
        return {"<": difference < 0, "<=": difference <= 0, ">": difference > 0, ">=": difference >= 0}[test.op]

    def follow(self, name: str, values: Setting) -> Level:
        """The value that the equation of a variable gives, from the values of its parents."""
        equation, known = self._equation[name], self._known[name]
        key = tuple([values[p] for p in equation.parents])
        if key not in known:
            known[key] = next((c.value for c in equation.cases if self.hold(c.when, values)), equation.otherwise)
        return known[key]

    def solve(self, context: Setting, do: Setting | None = None) -> dict[str, Level]:
        """Values of all variables in a context, with some held by intervention.

        Args:
            context: A value for every root.
            do: Variables set whatever their equations say.

        Raises:
            BadArguments: a root has no value.
        """
        values, do = dict[str, Level](), do or {}
        for name in self.order:
            if name in do:
                values[name] = do[name]
            elif name in self._equation:
                values[name] = self.follow(name, values)
            elif name in context:
                values[name] = context[name]
            else:
                raise BadArguments(
                    f"Root {name[:80]!r} has no value in the context; give one of {self.levels_of(name)}."
                )
        return values

    def contexts(self, known: Setting | None = None) -> list[dict[str, Level]]:
        """Every setting of the roots that agrees with what is known of them."""
        known = known or {}
        roots = [n for n in self.variables if self.is_root(n)]
        choices = [(known[n],) if n in known else self.levels_of(n) for n in roots]
        return [dict(zip(roots, point, strict=True)) for point in product(*choices)]
