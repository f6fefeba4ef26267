"""Decide whether and how an effect follows from a graph, trying the strategies from the simplest on."""

from __future__ import annotations

from ..domain.adjustment import AdjustmentProblem
from ..domain.graphs import Admg, Dag
from ..domain.questions import EstimandKind
from ..domain.results import Identification
from ..spec import Args, Env, Tool
from ._answers import pose, refusal, zero_effect
from ._help import what_would_help
from ._mediation import MEDIATED, by_mediation
from .backdoor import by_adjustment
from .frontdoor import by_frontdoor
from .general import by_general
from .instrument import by_instrument

SUBPOPULATION: tuple[EstimandKind, ...] = ("ATT", "ATC", "CATE")
"""Averages over a part of the population, which front-door and ID formulas for P(y | do(t)) do not give."""


class EffectArgs(Args):
    """Arguments of `identify_effect`."""

    graph: str
    """Name of a graph of this run: a DAG, ADMG, CPDAG or PAG."""
    treatment: str
    """The cause, a measured node."""
    outcome: str
    """The effect, a measured node."""
    estimand: EstimandKind = "ATE"
    """Which effect: an average, a curve, a local effect (LATE), or a direct or indirect one."""
    allow_instruments: bool = True
    """Whether an instrument may be used, which adds assumptions to the graph."""
    mediators: tuple[str, ...] = ()
    """For CDE, NDE and NIE: the mediators; () when there is only one."""


def run(args: EffectArgs, env: Env) -> Identification:
    """Decide in the order: zero effect, nothing needed, adjustment, front door, general ID, instrument."""
    problem = pose(env.graph(args.graph), args.treatment, args.outcome)
    return decide(problem, args.estimand, allow_instruments=args.allow_instruments, mediators=args.mediators)


def decide(
    problem: AdjustmentProblem,
    kind: EstimandKind = "ATE",
    *,
    allow_instruments: bool = True,
    mediators: tuple[str, ...] = (),
) -> Identification:
    """Take the first strategy that identifies the effect, or say why none does."""
    if not problem.causal:
        return zero_effect(problem, kind)
    has_directions = isinstance(problem.graph, Dag | Admg)
    if kind in MEDIATED:
        return by_mediation(problem, kind, mediators) if has_directions else _needs_directions(problem, kind)
    if kind == "LATE":
        return _local(problem, allow_instruments) if has_directions else _needs_directions(problem, kind)
    adjusted = by_adjustment(problem, kind)
    if adjusted.status == "identified" or not has_directions:
        return adjusted
    average = by_frontdoor(problem) or by_general(problem)
    if average.status == "identified" and kind not in SUBPOPULATION:
        return average
    found = average
    if kind in SUBPOPULATION:
        helps = (f"ask for the ATE, which the {average.strategy} strategy gives",) if average.estimand else ()
        found = adjusted.model_copy(update={"what_would_help": (*helps, *adjusted.what_would_help)})
    instrument = by_instrument(problem) if allow_instruments else None
    return instrument or found


def _local(problem: AdjustmentProblem, allow_instruments: bool) -> Identification:
    if not allow_instruments:
        return refusal(
            problem, "A local effect (LATE) is defined by an instrument, and instruments are not allowed here."
        )
    t, y = problem.treatment, problem.outcome
    reason = f"A local effect needs an instrument, and no measured variable is one for {t} on {y}."
    return by_instrument(problem) or refusal(problem, reason, what_would_help=what_would_help(problem))


def _needs_directions(problem: AdjustmentProblem, kind: EstimandKind) -> Identification:
    name = type(problem.graph).__name__
    reason = f"The {kind} needs a graph with all its directions; this one is a {name}, an equivalence class."
    undecided = [e for e in problem.graph.edges if not e.directed and e.symbol != "<->"]
    helps = tuple(f"decide the direction of {e}" for e in undecided[:10])
    return refusal(problem, reason, what_would_help=helps)


TOOL = Tool(
    "identify_effect",
    EffectArgs,
    run,
    assumes=("no hidden confounding beyond the graph", "consistency", "positivity"),
    example=EffectArgs(graph="confounder", treatment="t", outcome="y"),
    reference="Perković et al. 2018; Pearl 2009, Chapter 3; Shpitser and Pearl 2006; Brito and Pearl 2002",
)
