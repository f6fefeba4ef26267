"""What a person knows about the graph before the data speak."""

from __future__ import annotations

from .graphs import Graph, find_cycle
from .model import Model


class Knowledge(Model):
    """Background knowledge: edges that must or must not be there, and an order in time.

    Discovery receives it as constraints, and its result is checked against it again: a broken
    constraint is an error, never a warning.
    """

    required: tuple[tuple[str, str], ...] = ()
    """(cause, effect) pairs that must be directed edges."""
    forbidden: tuple[tuple[str, str], ...] = ()
    """(cause, effect) pairs that must not be directed edges."""
    tiers: tuple[tuple[str, ...], ...] = ()
    """Groups in order of time; no edge points from a later group into an earlier one."""
    exogenous: tuple[str, ...] = ()
    """Variables nothing in the table causes (randomised treatments, age)."""
    leaves: tuple[str, ...] = ()
    """Variables that cause nothing in the table."""

    @property
    def empty(self) -> bool:
        """Whether nothing is known."""
        return not (self.required or self.forbidden or self.tiers or self.exogenous or self.leaves)

    def names(self) -> frozenset[str]:
        """Every variable the knowledge speaks of."""
        pairs = (*self.required, *self.forbidden, *self.tiers)
        return frozenset(n for group in pairs for n in group) | {*self.exogenous, *self.leaves}

    def tier_of(self, name: str) -> int | None:
        """The position of a variable in time, or None when it is not placed."""
        return next((i for i, tier in enumerate(self.tiers) if name in tier), None)

    def forbids(self, cause: str, effect: str) -> str | None:
        """Why `cause -> effect` may not be an edge, in words; None when it may."""
        if (cause, effect) in self.forbidden:
            return f"{cause} -> {effect} is forbidden"
        if effect in self.exogenous:
            return f"nothing causes {effect}"
        if cause in self.leaves:
            return f"{cause} causes nothing"
        if (effect, cause) in self.required:
            return f"{effect} -> {cause} is required"
        before, after = self.tier_of(cause), self.tier_of(effect)
        if before is not None and after is not None and before > after:
            return f"{cause} comes after {effect}"
        return None

    def violations(self, graph: Graph) -> tuple[str, ...]:
        """Every constraint the graph breaks, in words; empty when it keeps all of them."""
        broken: list[str] = []
        for e in graph.edges:
            if e.directed:
                source, target = (e.source, e.target) if e.symbol == "->" else (e.target, e.source)
                if reason := self.forbids(source, target):
                    broken.append(f"{source} -> {target} is in the graph, but {reason}")
        for cause, effect in self.required:
            if effect not in graph.nodes or cause not in graph.parents(effect):
                broken.append(f"{cause} -> {effect} is required, but the graph does not have it")
        return tuple(broken)

    def merged(self, other: Knowledge) -> Knowledge:
        """Both together; tiers of `other` replace ours when it has any."""
        return Knowledge(
            required=tuple(dict.fromkeys(self.required + other.required)),
            forbidden=tuple(dict.fromkeys(self.forbidden + other.forbidden)),
            tiers=other.tiers or self.tiers,
            exogenous=tuple(dict.fromkeys(self.exogenous + other.exogenous)),
            leaves=tuple(dict.fromkeys(self.leaves + other.leaves)),
        )

    def contradiction(self) -> str | None:
        """Why the knowledge contradicts itself, or None."""
        for cause, effect in self.required:
            reason = self.forbids(cause, effect)
            if reason:
                return f"{cause} -> {effect} is required, but {reason}"
        children: dict[str, list[str]] = {}
        for cause, effect in self.required:
            children.setdefault(cause, []).append(effect)
            children.setdefault(effect, [])
        cycle = find_cycle(children)
        return f"the required edges form a cycle: {' -> '.join(cycle)}" if cycle else None
