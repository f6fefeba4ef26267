"""Identify a total effect by the complete ID algorithm, or name the hedge that forbids it."""

from __future__ import annotations

from ..domain.adjustment import AdjustmentProblem
from ..domain.estimands import Estimand
from ..domain.graphs import Admg, Dag
from ..domain.projection import project
from ..domain.results import Identification
from ..spec import Args, Env, Tool
from ._answers import common_premises, directed, obstacle, pose, positivity, query_text, refusal, zero_effect
from ._formula import Formula, free_variables, text
from ._help import what_would_help
from ._id import Hedge, identify


class GeneralArgs(Args):
    """Arguments of `identify_general`."""

    graph: str
    """Name of a DAG (latent nodes allowed) or ADMG of this run."""
    treatment: str
    """The cause, a measured node."""
    outcome: str
    """The effect, a measured node."""


def run(args: GeneralArgs, env: Env) -> Identification:
    """Project the latent nodes out and run the algorithm."""
    problem = pose(env.graph(args.graph), args.treatment, args.outcome)
    directed(problem, "identify_general")
    return zero_effect(problem, "ATE") if not problem.causal else by_general(problem)


def by_general(problem: AdjustmentProblem) -> Identification:
    """Identify with the ID algorithm; when it fails, no method can succeed without further assumptions."""
    t, y = problem.treatment, problem.outcome
    graph = directed(problem, "identify_general")
    found = identify(project(_above(graph, y)), frozenset((y,)), frozenset((t,)))
    if isinstance(found, Hedge):
        reason = f"Not identifiable: {obstacle(problem)}; {found.text()}."
        return refusal(problem, reason, what_would_help=what_would_help(problem))
    return Identification(
        status="identified",
        strategy="general_id",
        treatment=t,
        outcome=y,
        estimand=Estimand(
            query=query_text(problem, "ATE"),
            design="general_id",
            formula=_full_text(found, t, y),
            treatment=t,
            outcome=y,
        ),
        reason=(
            f"The ID algorithm expresses P({y} | do({t})) by the observed distribution, although by adjustment alone "
            f"{obstacle(problem)}."
            if not problem.solvable
            else f"The ID algorithm expresses P({y} | do({t})) by the observed distribution."
        ),
        assumptions=(*common_premises(problem), positivity(t, tuple(sorted(free_variables(found) - {t, y})))),
    )


def _above(graph: Dag | Admg, outcome: str) -> Dag | Admg:
    """The graph on what causes the outcome: nothing else matters, and large graphs shrink."""
    keep = graph.ancestors(outcome)
    edges = [e for e in graph.edges if e.source in keep and e.target in keep]
    nodes, latent = [n for n in graph.nodes if n in keep], [n for n in graph.latent if n in keep]
    return type(graph).build(edges, nodes=nodes, latent=latent)


def _full_text(found: Formula, t: str, y: str) -> str:
    """The formula with what it equals; other free variables may take any value."""
    free = sorted(free_variables(found) - {t, y})
    note = f", the same for every value of {', '.join(free)}" if free else ""
    return f"P({y} | do({t})) = {text(found, fixed=(t, y, *free))}{note}"


TOOL = Tool(
    "identify_general",
    GeneralArgs,
    run,
    assumes=("no hidden confounding beyond the graph", "consistency", "positivity"),
    example=GeneralArgs(graph="napkin", treatment="t", outcome="y"),
    reference="Shpitser and Pearl 2006, Identification of joint interventional distributions, Figure 3",
)
