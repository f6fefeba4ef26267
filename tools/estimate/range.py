"""Estimate the effect in every member of an equivalence class: the range the data leave open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..coding import show
from ..design import complete_rows, prepare, select
from ..domain.equivalence import possible_parent_sets
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.graphs import Cpdag, Dag
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectEstimate, EffectRange
from ..spec import Args, Cost, Tool
from ._common import premises
from .regression import RegressionArgs, adjust

if TYPE_CHECKING:
    from ..design import Design
    from ..domain.graphs import AnyGraph
    from ..spec import Env

ASSUMES = ("graph is right", "no hidden confounding", "linear outcome model", "consistency", "no interference")
MAX_SETS = 256


class RangeArgs(Args):
    """Arguments of `estimate_range`."""

    dataset: str
    """Name of a loaded table that has the graph's nodes as columns."""
    graph: str
    """Name of an equivalence class (CPDAG), or of a DAG, over columns of the table."""
    treatment: str
    """Column whose effect is asked."""
    outcome: str
    """Column the effect is on."""
    contrast: Contrast | None = None
    """Values of the treatment to compare; None is the first level against the control, or the quartiles of a dose."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""


def run(args: RangeArgs, env: Env) -> EffectRange:
    """Total effect for every distinct set of direct causes the treatment may have, by regression on that set (IDA).

    All members use the same rows. Where the outcome is itself a direct cause of the treatment the effect is zero.

    Returns:
        A set of effects, one a parent set: not an interval, and no member is more likely than another.

    Raises:
        BadArguments: the graph is of another type, or treatment or outcome is not in it.
        AssumptionViolated: a possible direct cause was not measured, or the rows cannot support a regression.
        TooLarge: there are more than 256 parent sets.
    """
    graph = env.graph(args.graph)
    sets = _parent_sets(graph, args)
    union = tuple(sorted({p for s in sets for p in s if p != args.outcome}))
    frame, n_dropped, notes = complete_rows(
        select(env.table(args.dataset), args.population),
        (
            args.treatment,
            args.outcome,
            *union,
            *((args.cluster,) if args.cluster and args.cluster not in union else ()),
        ),
    )
    card = env.card(args.dataset)

    def design_for(parents: tuple[str, ...], contrast: Contrast | None) -> Design:
        design = prepare(
            frame, card, treatment=args.treatment, outcome=args.outcome, adjustment_set=parents, contrast=contrast,
            cluster=args.cluster,
        )  # fmt: skip
        return replace(design, n_dropped=n_dropped)

    plain = design_for((), args.contrast)
    contrast = plain.contrasts[0]
    members = tuple(
        _no_effect(plain, contrast)
        if args.outcome in parents
        else _member(design_for(parents, contrast), args, parents, contrast)
        for parents in sets
    )
    values = [m.value for m in members]
    notes += _notes(graph, args.treatment, len(members))
    return EffectRange(
        treatment=args.treatment,
        outcome=args.outcome,
        contrast=contrast,
        members=members,
        low=min(values),
        high=max(values),
        unit=plain.unit(contrast),
        assumptions=premises(ASSUMES, plain, ()),
        warnings=tuple(dict.fromkeys(notes + plain.warnings)),
    )


def _notes(graph: AnyGraph, treatment: str, n_members: int) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if any(e.origin == "data" for e in graph.edges):
        notes += ("The graph was learned from data; the intervals do not count the uncertainty of that.",)
    if n_members > 1:
        notes += (
            f"The graph leaves open which of {n_members} sets of direct causes {treatment!r} has; each gives another effect, "
            f"and the data cannot choose between them.",
        )
    return notes


def _parent_sets(graph: AnyGraph, args: RangeArgs) -> tuple[tuple[str, ...], ...]:
    graph.require(args.treatment, args.outcome)
    if isinstance(graph, Cpdag):
        sets = possible_parent_sets(graph, args.treatment, limit=MAX_SETS)
    elif isinstance(graph, Dag):
        sets = (tuple(sorted(graph.parents(args.treatment))),)
    else:
        raise BadArguments(
            f"Graph {show(args.graph)} is a {type(graph).__name__}; a range needs an equivalence class (CPDAG) or a DAG, without hidden "
            f"common causes. Use identify_effect on this one."
        )
    hidden = sorted({p for s in sets for p in s if p in graph.latent})
    if hidden:
        raise AssumptionViolated(
            f"{args.treatment!r} may be caused by {', '.join(map(show, hidden))}, which was not measured, so its direct causes cannot be "
            f"held fixed. Use identify_effect to look for another way."
        )
    return sets


def _member(design: Design, args: RangeArgs, parents: tuple[str, ...], contrast: Contrast) -> EffectEstimate:
    return adjust(
        design,
        RegressionArgs(
            dataset=args.dataset,
            treatment=args.treatment,
            outcome=args.outcome,
            adjustment_set=parents,
            contrast=contrast,
            cluster=args.cluster,
            population=args.population,
        ),
    )


def _no_effect(design: Design, contrast: Contrast) -> EffectEstimate:
    return EffectEstimate(
        estimator="none",
        estimand="ATE",
        treatment=design.treatment,
        outcome=design.outcome,
        contrast=contrast,
        value=0.0,
        unit=design.unit(contrast),
        n_used=design.n_samples,
        n_dropped=design.n_dropped,
        se_method="none: zero by the graph",
        warnings=(f"In this member {design.outcome!r} causes {design.treatment!r}, so the effect is zero.",),
    )


def _cost(n: int, p: int) -> Cost:
    return Cost(seconds=0.5 + 2e-7 * n * p * p, megabytes=150 + 1e-4 * n * p)


TOOL = Tool(
    "estimate_range",
    RangeArgs,
    run,
    assumes=ASSUMES,
    example=RangeArgs(dataset="confounder", graph="confounder", treatment="t", outcome="y"),
    reference="Maathuis, Kalisch & Bühlmann 2009 (IDA), algorithm 3",
    cost=_cost,
)
