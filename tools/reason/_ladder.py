"""The queries of the ladder of causation as ratios of counterfactual probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal, Protocol

from ..domain.errors import BadArguments
from ..domain.graphs import Dag
from ._worlds import Atom, setting

QueryKind = Literal[
    "marginal", "conditional", "interventional", "association", "explaining_away", "ATE", "ATT", "ATC", "CDE",
    "NDE", "NIE", "PN", "PS", "PNS",
]  # fmt: skip
Level = int | str
Index = Callable[[dict[str, Level]], dict[str, int]]
Atoms = tuple[Atom, ...]


class Asked(Protocol):
    """The fields of a query that decide its formula."""

    @property
    def query(self) -> QueryKind: ...
    @property
    def treatment(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def treatment_level(self) -> Level: ...
    @property
    def control_level(self) -> Level: ...
    @property
    def outcome_level(self) -> Level: ...
    @property
    def given(self) -> dict[str, Level]: ...
    @property
    def do(self) -> dict[str, Level]: ...
    @property
    def mediators(self) -> tuple[str, ...]: ...
    @property
    def levels(self) -> dict[str, tuple[Level, ...]]: ...


@dataclass(frozen=True)
class Formula:
    """Weighted ratios of conjunctions, and the conjunction that monotonicity forbids."""

    text: str
    ratios: tuple[tuple[float, Atoms, Atoms], ...]
    prevented: Atoms
    nodes: frozenset[str]
    """Nodes that must stay in the graph."""


def ratios_of(args: Asked, dag: Dag, index: Index) -> Formula:
    """Write the query as ratios."""
    build = _Builder(args, dag, index)
    ratios = build.ratios()
    atoms = [a for _, top, bottom in ratios for a in (*top, *bottom)]
    nodes = {n for a in atoms for n in (a.node, *dict(a.do))} | {args.outcome}
    return Formula(build.text(), ratios, build.prevented(), frozenset(nodes | ({args.treatment} - {""})))


class _Builder:
    def __init__(self, args: Asked, dag: Dag, index: Index) -> None:
        self.args, self.dag = args, dag
        self.known = tuple(Atom(n, v) for n, v in index(args.given).items())
        self.y = index({args.outcome: args.outcome_level})[args.outcome]
        self.held = index(args.do)
        self.x1 = index({args.treatment: args.treatment_level}) if args.treatment else {}
        self.x0 = index({args.treatment: args.control_level}) if args.treatment else {}

    def outcome(self, do: Mapping[str, int]) -> Atom:
        return Atom(self.args.outcome, self.y, setting(do))

    def text(self) -> str:
        a = self.args
        behind = ", ".join([f"do({n}={v})" for n, v in a.do.items()] + [f"{n}={v}" for n, v in a.given.items()])
        if a.query in ("marginal", "conditional", "interventional"):
            return f"P({a.outcome}={a.outcome_level}{' | ' if behind else ''}{behind})"
        arms = f"{a.treatment}={a.control_level} to {a.treatment_level}"
        return f"{a.query} of {arms} on {a.outcome}={a.outcome_level}{' | ' if behind else ''}{behind}"

    def prevented(self) -> Atoms:
        """The outcome happens without the treatment and not with it; () when the outcome is not binary."""
        if not self.x1:
            return ()
        if len(self.args.levels.get(self.args.outcome, (0, 1))) != 2:
            return ()
        return (self.outcome(self.x0), self.failure(self.x1)[0])

    def failure(self, do: Mapping[str, int]) -> list[Atom]:
        """The ways in which the outcome level is missed."""
        n = len(self.args.levels.get(self.args.outcome, (0, 1)))
        return [Atom(self.args.outcome, v, setting(do)) for v in range(n) if v != self.y]

    def ratios(self) -> tuple[tuple[float, Atoms, Atoms], ...]:
        kind, known = self.args.query, self.known
        if kind in ("marginal", "conditional", "interventional"):
            seen = tuple(Atom(a.node, a.value, setting(self.held)) for a in known)
            return ((1.0, (self.outcome(self.held), *seen), seen),)
        treated, control = (tuple(Atom(n, v) for n, v in x.items()) for x in (self.x1, self.x0))
        if kind in ("association", "explaining_away"):
            other = control if kind == "association" else ()
            groups = ((1.0, (*treated, *known)), (-1.0, (*other, *known)))
            return tuple((w, (self.outcome({}), *group), group) for w, group in groups)
        if kind in ("PN", "PS", "PNS"):
            return self._causation(treated, control)
        if kind in ("NDE", "NIE"):
            return self._natural()
        behind = (*known, *{"ATT": treated, "ATC": control}.get(kind, ()))
        if kind == "CDE" and not self.held:
            raise BadArguments("CDE needs the mediators and the levels they are held at, in `do`.")
        held = self.held
        return self._difference({**held, **self.x1}, {**held, **self.x0}, behind)

    def _difference(
        self, one: Mapping[str, int], two: Mapping[str, int], behind: Atoms
    ) -> tuple[tuple[float, Atoms, Atoms], ...]:
        return tuple((w, (self.outcome(do), *behind), behind) for w, do in ((1.0, one), (-1.0, two)))

    def _causation(self, treated: Atoms, control: Atoms) -> tuple[tuple[float, Atoms, Atoms], ...]:
        """Probabilities of causation (Pearl 2009, definitions 9.2.1 to 9.2.3)."""
        known, fact = self.known, self.outcome({})
        if self.args.query == "PN":
            behind = (*known, *treated, fact)
            return tuple((1.0, (miss, *behind), behind) for miss in self.failure(self.x0))
        if self.args.query == "PNS":
            return tuple((1.0, (self.outcome(self.x1), miss, *known), known) for miss in self.failure(self.x0))
        if len(self.failure({})) != 1:
            raise BadArguments("PS needs a binary outcome.")
        behind = (*known, *control, *self.failure({}))
        return ((1.0, (self.outcome(self.x1), *behind), behind),)

    def _natural(self) -> tuple[tuple[float, Atoms, Atoms], ...]:
        """Natural effects: the mediators take the values they would have under the other treatment level."""
        t, y, known = self.args.treatment, self.args.outcome, self.known
        between = (self.dag.descendants(t) & self.dag.ancestors(y)) - {t, y}
        chosen = self.args.mediators or tuple(n for n in self.dag.nodes if n in between)
        through = [m for m in chosen if m in between]
        cut = Dag.build([e for e in self.dag.edges if not {e.source, e.target} & set(through)], nodes=self.dag.nodes)
        direct = self.args.query == "NDE"
        whole = self._difference(self.x1, self.x0, known)
        nothing: tuple[tuple[float, Atoms, Atoms], ...] = ((0.0, (self.outcome(self.x0), *known), known),)
        if not through or y not in cut.descendants(t):
            # all of the effect is direct, or all of it goes through the mediators
            return whole if direct == (not through) else nothing
        outer, inner = (self.x1, self.x0) if direct else (self.x0, self.x1)
        sizes = [range(len(self.args.levels.get(m, (0, 1)))) for m in through]
        crossed: list[tuple[float, Atoms, Atoms]] = []
        for values in product(*sizes):
            at = dict(zip(through, values, strict=True))
            stay = tuple(Atom(m, v, setting(inner)) for m, v in at.items())
            crossed.append((1.0, (self.outcome({**outer, **at}), *stay, *known), known))
        return (*crossed, (-1.0, (self.outcome(self.x0), *known), known))
