"""Identify a total effect by adjustment, or judge a proposed adjustment set."""

from __future__ import annotations

from itertools import islice
from typing import Literal

from pydantic import Field

from ..domain.adjustment import (
    AdjustmentProblem,
    minimal_adjustment_sets,
    optimal_adjustment_set,
    undecided_text,
    why_not,
)
from ..domain.equivalence import members, possible_parent_sets
from ..domain.estimands import Estimand
from ..domain.graphs import Cpdag, Pag
from ..domain.questions import EstimandKind
from ..domain.results import Identification
from ..spec import Args, Env, Tool
from ._answers import common_premises, obstacle, pose, positivity, query_text, refusal, zero_effect
from ._formula import sum_sign
from ._help import what_would_help

MOST_MEMBERS = 200
"""Members of a class in which a proposed set is tried."""


class BackdoorArgs(Args):
    """Arguments of `identify_backdoor`."""

    graph: str
    """Name of a graph of this run: a DAG, ADMG, CPDAG or PAG."""
    treatment: str
    """The cause, a measured node."""
    outcome: str
    """The effect, a measured node."""
    proposed: tuple[str, ...] | None = Field(default=None)
    """A set to judge; None to find one, () to ask whether none is needed."""
    estimand: Literal["ATE", "ATT", "ATC", "CATE", "dose_response"] = "ATE"
    """Which average of the effect."""


def run(args: BackdoorArgs, env: Env) -> Identification:
    """Decide by the generalised adjustment criterion."""
    problem = pose(env.graph(args.graph), args.treatment, args.outcome)
    if args.proposed is not None:
        return judge(problem, args.proposed, args.estimand)
    return by_adjustment(problem, args.estimand)


def by_adjustment(problem: AdjustmentProblem, kind: EstimandKind = "ATE") -> Identification:
    """Identify by the empty set when it is enough, else the optimal set, else the first minimal one."""
    if not problem.causal:
        return zero_effect(problem, kind)
    if problem.undecided:
        return _undecided(problem)
    if not problem.solvable:
        reason = f"No measured set identifies it by adjustment: {obstacle(problem)}."
        return refusal(problem, reason, what_would_help=what_would_help(problem))
    if problem.blocks(()):
        return _adjusted(problem, (), kind, _none_needed(problem))
    t, y = problem.treatment, problem.outcome
    best = optimal_adjustment_set(problem.graph, t, y)
    if best is not None:
        note = " It is the valid set with the smallest variance in linear models."
    else:
        best, note = minimal_adjustment_sets(problem.graph, t, y, limit=1)[0], " No part of it is enough."
    reason = f"Adjusting for {', '.join(best)} blocks every path that is not causal, such as {problem.open_path()}."
    return _adjusted(problem, best, kind, reason + note)


def judge(problem: AdjustmentProblem, proposed: tuple[str, ...], kind: EstimandKind = "ATE") -> Identification:
    """Say whether a proposed set identifies the effect, and if not, why not."""
    proposed = tuple(dict.fromkeys(proposed))
    t, y, graph = problem.treatment, problem.outcome, problem.graph
    fault = why_not(graph, t, y, proposed)
    if fault is None:
        shown = ", ".join(proposed)
        reason = f"Adjusting for {shown} is valid." if proposed else _none_needed(problem)
        if proposed and problem.blocks(()):
            reason += " It is not needed: the empty set is valid too."
        return _adjusted(problem, proposed, kind, reason)
    if problem.undecided and _valid_somewhere(problem, proposed):
        return _undecided(problem)
    sets = minimal_adjustment_sets(graph, t, y, limit=5)
    shown = ["adjust for " + ", ".join(s) if s else "adjust for nothing" for s in sets]
    return Identification(
        status="invalid",
        strategy="none",
        treatment=t,
        outcome=y,
        reason=f"Adjusting for {{{', '.join(proposed)}}} is not valid: {fault}.",
        what_would_help=tuple(shown) or what_would_help(problem),
        assumptions=common_premises(problem)[:1],
    )


def _valid_somewhere(problem: AdjustmentProblem, proposed: tuple[str, ...]) -> bool:
    """Whether the set is valid in at least one member of the class; a PAG's members are not listed."""
    if not isinstance(problem.graph, Cpdag):
        return False
    dags = islice(members(problem.graph), MOST_MEMBERS)
    return any(AdjustmentProblem(d, problem.treatment, problem.outcome).blocked_by(proposed) for d in dags)


def _none_needed(problem: AdjustmentProblem) -> str:
    return f"No path but the causal ones joins {problem.treatment} and {problem.outcome}: no adjustment is needed."


def _undecided(problem: AdjustmentProblem) -> Identification:
    """The answer when the class holds graphs with different effects."""
    t, y, graph = problem.treatment, problem.outcome, problem.graph
    if isinstance(graph, Pag):
        reason = f"Not identifiable by adjustment: {undecided_text(problem)}."
        return refusal(problem, reason, what_would_help=what_would_help(problem))
    assert isinstance(graph, Cpdag)
    return Identification(
        status="depends_on_orientation",
        strategy="none",
        treatment=t,
        outcome=y,
        reason=f"The effect of {t} on {y} differs among the graphs of the class: {undecided_text(problem)}.",
        what_would_help=tuple(f"decide the direction of {e}" for e in problem.undecided),
        possible_sets=possible_parent_sets(graph, t),
        assumptions=common_premises(problem),
    )


def _adjusted(
    problem: AdjustmentProblem, adjustment_set: tuple[str, ...], kind: EstimandKind, reason: str
) -> Identification:
    t, y = problem.treatment, problem.outcome
    return Identification(
        status="identified",
        strategy="backdoor" if adjustment_set else "none_needed",
        treatment=t,
        outcome=y,
        adjustment_set=adjustment_set,
        estimand=Estimand(
            query=query_text(problem, kind),
            kind=kind,
            design="backdoor",
            formula=adjustment_formula(t, y, adjustment_set, kind),
            treatment=t,
            outcome=y,
            adjustment_set=adjustment_set,
        ),
        reason=reason,
        assumptions=(*common_premises(problem), positivity(t, adjustment_set)),
    )


def adjustment_formula(t: str, y: str, adjustment_set: tuple[str, ...], kind: EstimandKind = "ATE") -> str:
    """The back-door formula in plain text.

    Example:
        >>> adjustment_formula("t", "y", ("z",))
        'sum_z P(z) (E[y | t=1, z] - E[y | t=0, z])'
    """
    given = ", ".join(adjustment_set)
    after = f", {given}" if given else ""
    if kind == "dose_response":
        inside = f"E[{y} | {t}{after}]"
    else:
        inside = f"E[{y} | {t}=1{after}] - E[{y} | {t}=0{after}]"
    if not adjustment_set:
        return inside
    among = {"ATT": f" | {t}=1", "ATC": f" | {t}=0"}.get(kind, "")
    return f"{sum_sign(adjustment_set)} P({given}{among}) {inside if kind == 'dose_response' else f'({inside})'}"


TOOL = Tool(
    "identify_backdoor",
    BackdoorArgs,
    run,
    assumes=("no hidden confounding beyond the graph", "consistency", "positivity"),
    example=BackdoorArgs(graph="confounder", treatment="t", outcome="y"),
    reference="Perković, Textor, Kalisch, Maathuis 2018, Definition 4; Henckel, Perković, Maathuis 2022, Definition 3.1",
)
