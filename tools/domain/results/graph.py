"""Results about graphs: the graph itself, roles, separation, adjustment, identification."""

from __future__ import annotations

from typing import Literal

from ..estimands import Estimand
from ..graphs import AnyGraph
from ..model import Model, Scalar
from .base import Result


class GraphResult(Result):
    """A graph, from text, from data or from an edit."""

    kind: Literal["graph"] = "graph"
    name: str
    graph: AnyGraph
    method: str
    """`read`, `proposal`, `pc`, `fci`, `ges`, `directlingam`, `edit`, …"""
    notes: tuple[str, ...] = ()

    @property
    def learned(self) -> bool:
        """Whether data made it, and not words."""
        return self.method not in ("read", "edit", "proposal")

    def summary(self) -> str:
        g = self.graph
        shown = "; ".join(map(str, g.edges[:30])) or "no edges"
        more = f"; and {len(g.edges) - 30} more" if len(g.edges) > 30 else ""
        return f"{type(g).__name__} {self.name!r} ({self.method}): {len(g.nodes)} nodes, {len(g.edges)} edges: {shown}{more}"


class GraphComparison(Result):
    """Where two graphs agree; pairs of nodes are counted, whatever joins them."""

    kind: Literal["graph_comparison"] = "graph_comparison"
    first: str
    second: str
    n_same: int
    """Pairs with the same edge in both."""
    n_other_marks: int
    """Pairs that are joined in both, but not in the same direction or not as surely."""
    n_only_first: int
    n_only_second: int
    differences: tuple[str, ...] = ()
    """Every change that leads from the first to the second, in words."""

    @property
    def distance(self) -> int:
        """The structural Hamming distance: pairs that are not joined in the same way."""
        return self.n_other_marks + self.n_only_first + self.n_only_second

    def summary(self) -> str:
        """Counts first, then what differs."""
        counts = (
            f"{self.first!r} and {self.second!r} have {self.n_same} edges in common; {self.n_other_marks} differ in direction, "
            f"{self.n_only_first} are only in the first, {self.n_only_second} only in the second"
        )
        shown = "; ".join(self.differences[:20])
        return f"{counts}: {shown}" if shown else f"{counts}."


class Selection(Result):
    """Which discovery algorithm fits these data, by which rule."""

    kind: Literal["selection"] = "selection"
    tool: str
    """Name of the chosen tool, such as `discover_pc`."""
    options: dict[str, Scalar] = {}
    """Arguments to call it with, such as the independence test."""
    reasons: tuple[str, ...]
    rejected: tuple[tuple[str, str], ...] = ()
    """(tool, why not)."""

    def summary(self) -> str:
        return f"Use {self.tool} ({', '.join(f'{k}={v}' for k, v in self.options.items())}): {'; '.join(self.reasons)}"


class SeparationResult(Result):
    """Whether two variables are separated in the graph given a set."""

    kind: Literal["separation"] = "separation"
    source: str
    target: str
    given: tuple[str, ...]
    separated: bool
    open_path: str | None = None
    """An open path when they are not, such as `x <- z -> y`."""

    def summary(self) -> str:
        given = f" given {', '.join(self.given)}" if self.given else ""
        if self.separated:
            return f"{self.source} and {self.target} are separated{given}: the graph implies independence."
        return f"{self.source} and {self.target} are connected{given} through {self.open_path}."


RoleName = Literal[
    "treatment", "outcome", "confounder", "mediator", "collider", "instrument", "descendant_of_treatment",
    "descendant_of_outcome", "precision", "cause_of_treatment", "m_bias_collider", "proxy_of_confounder", "irrelevant", "undecided",
]  # fmt: skip


class VariableRole(Model):
    """What a variable is to a treatment and an outcome, and the path that makes it so."""

    variable: str
    role: RoleName
    path: str
    adjust: Literal["needed", "allowed", "harmful", "useless"]
    because: str


class RolesResult(Result):
    """The role of every variable for one treatment and outcome."""

    kind: Literal["roles"] = "roles"
    treatment: str
    outcome: str
    roles: tuple[VariableRole, ...]

    def summary(self) -> str:
        return "; ".join(f"{r.variable}: {r.role.replace('_', ' ')} ({r.path})" for r in self.roles)


class AdjustmentResult(Result):
    """Adjustment sets for a total effect."""

    kind: Literal["adjustment"] = "adjustment"
    treatment: str
    outcome: str
    verdict: Literal["none_needed", "this_set", "not_identifiable_by_adjustment", "invalid", "depends_on_orientation"]
    reason: str
    minimal: tuple[tuple[str, ...], ...] = ()
    optimal: tuple[str, ...] | None = None
    """The valid set with the smallest asymptotic variance in linear models (Henckel et al. 2022)."""
    all: tuple[tuple[str, ...], ...] = ()
    """Every valid set, at most 200; `truncated` says whether there are more."""
    truncated: bool = False
    maximal: tuple[tuple[str, ...], ...] = ()
    """The valid sets that no variable can be added to; () when there are too many valid sets to list."""
    proposed: tuple[str, ...] | None = None

    def summary(self) -> str:
        sets = "; ".join("{" + ", ".join(s) + "}" for s in self.minimal)
        return f"{self.verdict.replace('_', ' ')}: {self.reason}" + (f" Minimal sets: {sets}." if sets else "")


class IndependenceResult(Result):
    """A test of one (conditional) independence on the data."""

    kind: Literal["independence"] = "independence"
    source: str
    target: str
    given: tuple[str, ...]
    test: str
    statistic: float
    p_value: float
    n_used: int
    n_dropped: int = 0
    alpha: float = 0.05

    @property
    def dependent(self) -> bool:
        """Whether independence is rejected at `alpha`."""
        return self.p_value < self.alpha

    def summary(self) -> str:
        given = f" given {', '.join(self.given)}" if self.given else ""
        verb = "are dependent" if self.dependent else "show no dependence"
        return (
            f"{self.source} and {self.target} {verb}{given} ({self.test}, p = {self.p_value:.3g}, n = {self.n_used})."
        )


class ImplicationsResult(Result):
    """The independencies a graph implies, tested on the data."""

    kind: Literal["implications"] = "implications"
    tests: tuple[IndependenceResult, ...]
    n_implied: int
    n_rejected: int
    """Rejected after Holm's correction over all tests."""

    @property
    def rejected(self) -> tuple[IndependenceResult, ...]:
        """The tests that are rejected, the clearest first; Holm's correction keeps their order."""
        return tuple(sorted(self.tests, key=lambda t: t.p_value)[: self.n_rejected])

    def summary(self) -> str:
        return f"{self.n_rejected} of {len(self.tests)} tested independencies are contradicted by the data (Holm-corrected)."


IdentificationStrategy = Literal[
    "randomised", "none_needed", "backdoor", "frontdoor", "instrument", "regression_discontinuity", "difference_in_differences",
    "general_id", "none",
]  # fmt: skip
ADJUSTING: tuple[IdentificationStrategy, ...] = ("backdoor", "difference_in_differences")
"""Strategies whose estimate must adjust for the very set that identifies it."""
IdentificationStatus = Literal["identified", "not_identifiable", "depends_on_orientation", "invalid"]


class Identification(Result):
    """Whether and how the effect follows from observed data under the graph or design.

    `none needed`, `this set`, `not identifiable` and `invalid` are different answers: the status, the strategy and
    `adjustment_set` (None: no set; (): none needed) tell them apart.
    """

    kind: Literal["identification"] = "identification"
    status: IdentificationStatus
    strategy: IdentificationStrategy
    treatment: str
    outcome: str
    adjustment_set: tuple[str, ...] | None = None
    instruments: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()
    frontdoor_sets: tuple[tuple[str, ...], ...] = ()
    """Every set of mediators that meets the front-door criterion and has no smaller one inside, smallest first."""
    estimand: Estimand | None = None
    reason: str
    what_would_help: tuple[str, ...] = ()
    """When not identifiable: what to measure or assume to change that."""
    possible_sets: tuple[tuple[str, ...], ...] = ()
    """On a CPDAG: the adjustment set for each distinct parent set of the treatment over the members."""

    def summary(self) -> str:
        return f"{self.status.replace('_', ' ')} ({self.strategy.replace('_', ' ')}): {self.reason}"
