"""ID* and IDC*: which counterfactual probabilities follow from experiments, and which from observation alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..domain.graphs import Admg
from ._formula import Formula, sum_sign, text
from ._id import Hedge, identify
from ._worlds import Contradiction, Happening, Node, WorldsGraph, relevant


@dataclass(frozen=True)
class Factor:
    """P(values | do(others)), by symbols, with its formula over observed distributions when there is one."""

    values: dict[str, str]
    do: dict[str, str]
    formula: Formula | Hedge

    def experiment(self) -> str:
        """As a distribution of an experiment."""
        behind = f" | do({', '.join(self.do.values())})" if self.do else ""
        return f"P({', '.join(self.values.values())}{behind})"

    def observed(self) -> str:
        """As observed distributions."""
        assert not isinstance(self.formula, Hedge)
        shown = text(self.formula, names={**self.do, **self.values})
        return f"({shown})" if shown.startswith("sum_") else shown


@dataclass(frozen=True)
class Counterfactual:
    """A sum over symbols of a product of factors; with no factors it is 1."""

    over: tuple[tuple[str, str], ...]
    """Variable and symbol of each value that is summed over."""
    factors: tuple[Factor, ...]

    def text(self, *, observed: bool) -> str:
        """In one line, over observed distributions or over experiments."""
        shown = " ".join(f.observed() if observed else f.experiment() for f in self.factors) or "1"
        return f"{sum_sign(s for _, s in self.over)} {shown}" if self.over else shown


@dataclass(frozen=True)
class Conflict:
    """Why no experiment tells: hidden causes join copies of variables that need one variable at two values."""

    variable: str
    symbols: tuple[str, str]
    joined: tuple[str, ...]

    def text(self) -> str:
        """In words."""
        return (
            f"hidden causes join {', '.join(self.joined)}, and these need {self.variable} to be both {self.symbols[0]} and "
            f"{self.symbols[1]} at once, which no experiment does"
        )


@dataclass(frozen=True)
class Quotient:
    """One counterfactual probability given another."""

    top: Counterfactual
    bottom: Counterfactual | None


@dataclass(frozen=True)
class Never:
    """The events contradict each other: their probability is 0 in every model."""


Outcome = Counterfactual | Conflict | Never
Status = Literal["identified", "identified_from_experiments", "not_identifiable", "impossible_condition"]


def id_star(graph: Admg, happenings: Sequence[Happening], free: Sequence[tuple[str, str]] = ()) -> Outcome:
    """Express the probability that all events happen by experiments, if any do.

    Args:
        graph: All its nodes observed.
        happenings: The events.
        free: Variable and symbol of values in the events that are summed over.

    Reference: Shpitser and Pearl 2007, Figure 3; lines 8 and 9 are the check and the factor of each district.
    """
    kept: list[Happening] = []
    for h in happenings:
        set_to = dict(h.do).get(h.variable)
        # 2, 3. what is set has the value it is set to
        if set_to is not None and set_to != h.symbol:
            return Never()
        if set_to is None:
            kept.append(Happening(h.variable, h.symbol, relevant(graph, h.variable, dict(h.do))))
    # 4, 5. the counterfactual graph, or a contradiction
    try:
        worlds = WorldsGraph.of(graph, kept)
    except Contradiction:
        return Never()
    symbols = _symbols(worlds, dict(free))
    over = [(n[0], symbols[n]) for n in worlds.nodes if n not in worlds.events]
    # 6. one factor for each district
    factors: list[Factor] = []
    for district in worlds.districts:
        factor = _factor(worlds, district, symbols)
        if isinstance(factor, Conflict):
            return factor
        factors.append(factor)
    return Counterfactual(tuple(dict.fromkeys((*free, *over))), tuple(factors))


def idc_star(
    graph: Admg, happenings: Sequence[Happening], given: Sequence[Happening], free: Sequence[tuple[str, str]] = ()
) -> Quotient | Conflict | Never | None:
    """Express the probability of events given others; None when those cannot happen.

    Reference: Shpitser and Pearl 2007, Figure 4; the independence of line 4 is taken given the other conditions.
    """
    below = id_star(graph, given) if given else None
    # 1. what is impossible is no condition
    if isinstance(below, Never):
        return None
    if below is None:
        return _quotient(id_star(graph, happenings, free), None)
    trimmed, known = ([_trim(graph, h) for h in side] for side in (happenings, given))
    # 2, 3. the counterfactual graph of all of it
    try:
        worlds = WorldsGraph.of(graph, [*trimmed, *known])
    except Contradiction:
        return Never()
    # 4. a condition that might as well be set
    targets = {worlds.node_of(h) for h in trimmed}
    for h in known:
        node = worlds.node_of(h)
        others = {worlds.node_of(k) for k in known} - {node}
        if node not in targets and worlds.exchangeable(node, targets, others):
            moved = [_set_too(graph, t, h) for t in trimmed]
            rest = [_set_too(graph, k, h) for k in known if worlds.node_of(k) != node]
            return idc_star(graph, moved, rest, free)
    # 5. the quotient
    return _quotient(id_star(graph, [*trimmed, *known], free), below)


def judged(found: Quotient | Conflict | Never | None) -> tuple[Status, str | None, str]:
    """Status, formula and reason of what IDC* found, in the words of the result."""
    if found is None:
        return "impossible_condition", None, "What is given cannot happen, so nothing follows from it."
    if isinstance(found, Never):
        return "identified", "0", "The events contradict each other in every model of the graph."
    if isinstance(found, Conflict):
        return "not_identifiable", None, f"Not even experiments tell it: {found.text()}."
    parts = [found.top] if found.bottom is None else [found.top, found.bottom]
    hedges = [(f, f.formula) for part in parts for f in part.factors if isinstance(f.formula, Hedge)]
    formula = _written(parts, observed=not hedges)
    if hedges:
        factor, hedge = hedges[0]
        reason = f"Observation alone does not tell {factor.experiment()}, which an experiment would: there is {hedge.text()}."
        return "identified_from_experiments", formula, reason
    return "identified", formula, "ID* expresses it by experiments, and ID these by the observed distribution."


def _written(parts: list[Counterfactual], *, observed: bool) -> str:
    shown = [part.text(observed=observed) for part in parts]
    return shown[0] if len(shown) == 1 else f"[{shown[0]}] / [{shown[1]}]"


def _quotient(top: Outcome, bottom: Counterfactual | Conflict | None) -> Quotient | Conflict | Never:
    if not isinstance(top, Counterfactual):
        return top
    return bottom if isinstance(bottom, Conflict) else Quotient(top, bottom)


def _trim(graph: Admg, h: Happening) -> Happening:
    return Happening(h.variable, h.symbol, relevant(graph, h.variable, dict(h.do)))


def _set_too(graph: Admg, h: Happening, to: Happening) -> Happening:
    """An event in the world where another one's variable is set besides, unless it is set there already."""
    return Happening(h.variable, h.symbol, relevant(graph, h.variable, {to.variable: to.symbol, **dict(h.do)}))


def _symbols(worlds: WorldsGraph, free: dict[str, str]) -> dict[Node, str]:
    """What stands for the value of each node: the event's symbol, else the variable's name, with primes for copies."""
    taken = {*worlds.events.values(), *free.values()}
    found = dict(worlds.events)
    for node in worlds.nodes:
        if node not in found:
            symbol = node[0]
            while symbol in taken:
                symbol += "'"
            taken.add(symbol)
            found[node] = symbol
    return found


def _factor(worlds: WorldsGraph, district: tuple[Node, ...], symbols: dict[Node, str]) -> Factor | Conflict:
    joined = tuple(f"{v}[{', '.join(s for _, s in do)}]" if do else v for v, do in district)
    values: dict[str, str] = {}
    for node in district:
        if node[0] in values:
            return Conflict(node[0], (values[node[0]], symbols[node]), joined)
        values[node[0]] = symbols[node]
    do: dict[str, str] = {}
    for node in district:
        for variable, cause in worlds.seen(node).items():
            if cause in district:
                continue
            symbol = cause if isinstance(cause, str) else symbols[cause]
            known = values.get(variable) or do.setdefault(variable, symbol)
            if known != symbol:
                return Conflict(variable, (known, symbol), joined)
    found = identify(worlds.graph, frozenset(values), frozenset(do) - frozenset(values))
    return Factor(values, {v: s for v, s in do.items() if v not in values}, found)
