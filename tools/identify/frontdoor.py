"""Identify a total effect through mediators that catch all of it (front-door criterion)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from ..domain.adjustment import AdjustmentProblem
from ..domain.estimands import Estimand
from ..domain.graphs import Graph
from ..domain.results import Identification
from ..domain.walks import Walks
from ..spec import Args, Env, Tool
from ._answers import common_premises, directed, obstacle, pose, positivity, premise, query_text, refusal, zero_effect
from ._formula import sum_sign
from ._help import what_would_help

MOST_TRIED = 1000
"""Sets of mediators to try; the general ID algorithm covers what lies beyond."""

MOST_SHOWN = 20
"""Sets to list in the answer."""


class FrontdoorArgs(Args):
    """Arguments of `identify_frontdoor`."""

    graph: str
    """Name of a DAG or ADMG of this run."""
    treatment: str
    """The cause, a measured node."""
    outcome: str
    """The effect, a measured node."""


def run(args: FrontdoorArgs, env: Env) -> Identification:
    """Look for a smallest set of mediators that meets the criterion."""
    problem = pose(env.graph(args.graph), args.treatment, args.outcome)
    directed(problem, "identify_frontdoor")
    if not problem.causal:
        return zero_effect(problem, "ATE")
    found = by_frontdoor(problem)
    if found is not None:
        return found
    reason = f"No set of measured mediators meets the front-door criterion; by adjustment, {obstacle(problem)}."
    return refusal(problem, reason, what_would_help=what_would_help(problem))


def by_frontdoor(problem: AdjustmentProblem) -> Identification | None:
    """Identify by the front door, or None when no set of mediators meets the criterion."""
    every = tuple(islice(mediator_sets(problem), MOST_SHOWN))
    if not every:
        return None
    found = every[0]
    t, y, shown = problem.treatment, problem.outcome, ", ".join(found)
    return Identification(
        status="identified",
        strategy="frontdoor",
        treatment=t,
        outcome=y,
        mediators=found,
        frontdoor_sets=every,
        estimand=Estimand(
            query=query_text(problem, "ATE"),
            design="frontdoor",
            formula=f"{sum_sign(found)} (P({shown} | {t}=1) - P({shown} | {t}=0)) sum_{t}' P({t}') E[{y} | {shown}, {t}']",
            treatment=t,
            outcome=y,
            mediators=found,
        ),
        reason=(
            f"Every causal path from {t} to {y} runs through {shown}; nothing unblocked confounds {t} and {shown}, "
            f"and {t} blocks what confounds {shown} and {y}."
        ),
        assumptions=(
            *common_premises(problem),
            premise("full mediation", f"{t} affects {y} through {shown} alone.", "untestable"),
            premise(
                "no hidden confounding of the mediator",
                f"No hidden variable causes {shown} and also {t} or {y}.",
                "untestable",
            ),
            positivity(t, found),
        ),
    )


def mediator_sets(problem: AdjustmentProblem) -> Iterator[tuple[str, ...]]:
    """List the sets that meet the front-door criterion and have no smaller one inside, smallest first.

    At most `MOST_TRIED` sets are tried.

    Reference: Pearl 2009, Causality, Definition 3.3.3.
    """
    graph, t, y = problem.graph, problem.treatment, problem.outcome
    # all that matters causes y: a path through anything else meets a collider that nothing opens
    walks = Walks.of(graph).within(graph.ancestors(t, y))
    unconfounded = walks.without((t,)).connected((t,))  # (ii) no open back-door path from t
    candidates = [n for n in graph.observed if n in problem.causal and n != y and n not in unconfounded]
    if not _intercepts(graph, t, y, tuple(candidates)):
        return
    found: list[frozenset[str]] = []
    sets = (s for size in range(1, len(candidates) + 1) for s in combinations(candidates, size))
    for chosen in islice(sets, MOST_TRIED):
        if any(smaller <= frozenset(chosen) for smaller in found) or not _intercepts(graph, t, y, chosen):
            continue
        if walks.without(chosen).separated(chosen, (y,), (t,)):
            found.append(frozenset(chosen))
            yield chosen


def _intercepts(graph: Graph, t: str, y: str, chosen: tuple[str, ...]) -> bool:
    """(i) no directed path from t to y avoids the set."""
    seen, todo = {t, *chosen}, [t]
    while todo:
        for child in graph.children(todo.pop()):
            if child == y:
                return False
            if child not in seen:
                seen.add(child)
                todo.append(child)
    return True


TOOL = Tool(
    "identify_frontdoor",
    FrontdoorArgs,
    run,
    assumes=("full mediation", "no hidden confounding of the mediator", "consistency", "positivity"),
    example=FrontdoorArgs(graph="front_door", treatment="t", outcome="y"),
    reference="Pearl 2009, Causality, Definition 3.3.3 and Theorem 3.3.4",
)
