"""Worlds of boolean structural equations: follow the rules, explain observations, tell the derivation in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..domain.errors import BadArguments
from ._diagram import FALSE, TRUE, Diagrams

Facts = Mapping[str, bool]
Condition = tuple[tuple[str, bool], ...]
"""Events that hold together."""


class Pair(NamedTuple):
    """What brings an effect about, and what prevents it; any of each."""

    producing: list[Condition]
    preventing: list[Condition]


Rules = Mapping[str, Pair]
"""By effect; a variable without is a root cause."""


def order_of(rules: Rules, targets: tuple[str, ...]) -> tuple[str, ...]:
    """All variables that the targets rest on, and they themselves, causes first.

    Raises:
        BadArguments: the rules are circular; the circle is in the message.
    """
    order: list[str] = []
    done: set[str] = set()
    for start in targets:
        path: list[str] = []
        todo = [(start, False)]
        while todo:
            name, left = todo.pop()
            if left:
                path.pop()
                done.add(name)
                order.append(name)
            elif name in path:
                circle = " from ".join([*path[path.index(name) :], name])
                raise BadArguments(f"The rules are circular: {circle[:300]}. A rule must lead from cause to effect.")
            elif name not in done:
                path.append(name)
                todo.append((name, True))
                todo += [(cause, False) for cause in reversed(causes(rules, name)) if cause not in done]
    return tuple(order)


def causes(rules: Rules, name: str) -> list[str]:
    """The variables in the rules of one effect."""
    pair = rules.get(name, Pair([], []))
    return list(dict.fromkeys(n for c in (*pair.producing, *pair.preventing) for n, _ in c))


class Worlds:
    """All worlds of the rules at once: every variable as a function of the root causes, before and after an action."""

    def __init__(self, rules: Rules, done: Facts, targets: tuple[str, ...]) -> None:
        self.rules, self.done = rules, done
        self.order = order_of(rules, targets)
        self.roots = [n for n in self.order if n not in rules]
        self.diagrams = Diagrams(len(self.roots))
        self.actual = self._follow({})
        self.after = self._follow(done) if done else self.actual

    def explain(self, facts: Facts) -> int:
        """The states of the roots that explain facts of the actual world, as a diagram; FALSE when none does."""
        return self._all(self.actual, facts)

    def find(self, explained: int, asked: Facts, *, want: bool) -> dict[str, bool] | None:
        """A world after the action with all asked events (or without), or None when no explanation leads to one."""
        come = self._all(self.after, asked)
        worlds = self.diagrams.both(explained, come if want else self.diagrams.negate(come))
        return None if worlds == FALSE else self._world(self.diagrams.point(worlds))

    def ordinary(self, explained: int) -> dict[str, bool] | None:
        """The world after the action where no root happens that need not, or None when that explains nothing."""
        join, root = self.diagrams.both, self.diagrams.variable
        point = {i: join(explained, self.diagrams.negate(root(i))) == FALSE for i in range(len(self.roots))}
        return self._world(point) if self.diagrams.value(explained, point) else None

    def _world(self, point: Mapping[int, bool]) -> dict[str, bool]:
        roots = {i: point.get(i, False) for i in range(len(self.roots))}
        return {n: self.diagrams.value(f, roots) for n, f in self.after.items()}

    def _follow(self, done: Facts) -> dict[str, int]:
        functions: dict[str, int] = {}
        for name in self.order:
            if name in done:
                functions[name] = TRUE if done[name] else FALSE
            elif name in self.rules:
                functions[name] = self._effect(self.rules[name], functions)
            else:
                functions[name] = self.diagrams.variable(self.roots.index(name))
        return functions

    def _effect(self, pair: Pair, functions: Mapping[str, int]) -> int:
        """What has only preventing rules happens unless one of them fires."""
        produced = self._any(pair.producing, functions) if pair.producing else TRUE
        return self.diagrams.both(produced, self.diagrams.negate(self._any(pair.preventing, functions)))

    def _any(self, conditions: list[Condition], functions: Mapping[str, int]) -> int:
        found = FALSE
        for condition in conditions:
            found = self.diagrams.either(found, self._all(functions, dict(condition)))
        return found

    def _all(self, functions: Mapping[str, int], events: Facts) -> int:
        found = TRUE
        for name, value in events.items():
            found = self.diagrams.both(found, functions[name] if value else self.diagrams.negate(functions[name]))
        return found


def derive(rules: Rules, done: Facts, asked: tuple[str, ...], world: Facts) -> tuple[str, ...]:
    """Tell why a world after the action is as it is, step by step: only what the asked events depend on."""
    left = {n: pair for n, pair in rules.items() if n not in done}
    lines: list[str] = []
    for name in order_of(left, asked):
        because = "supposed" if name in done else _because(rules[name], world) if name in rules else "a root cause"
        lines.append(f"{said({name: world[name]})}: {because}")
    return tuple(lines)


def _because(pair: Pair, values: Facts) -> str:
    for conditions, word in ((pair.preventing, "prevented by"), (pair.producing, "follows from")):
        for condition in conditions:
            if all(values[n] == v for n, v in condition):
                return f"{word} {said(dict(condition))}"
    if pair.producing:
        return f"it needs {' or '.join(said(dict(c)) for c in pair.producing)}"
    return f"nothing prevents it, as only {' or '.join(said(dict(c)) for c in pair.preventing)} would"


def said(events: Facts) -> str:
    """Events that hold together, as people write them."""
    return " and ".join(n if v else f"not {n}" for n, v in events.items())
