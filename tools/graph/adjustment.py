"""Find the variables to adjust for so that an association is the total effect, or judge a set that is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..domain.adjustment import (
    AdjustmentProblem,
    all_adjustment_sets,
    canonical_adjustment_set,
    minimal_adjustment_sets,
    optimal_adjustment_set,
    undecided_text,
    why_not,
)
from ..domain.estimands import Assumption
from ..domain.graphs import Cpdag, Dag
from ..domain.results import AdjustmentResult
from ..spec import Args, Tool

if TYPE_CHECKING:
    from ..spec import Env

MAX_SETS = 200
AdjustmentVerdict = Literal[
    "none_needed", "this_set", "not_identifiable_by_adjustment", "invalid", "depends_on_orientation"
]


class AdjustmentArgs(Args):
    """Arguments of `graph_adjustment`."""

    graph: str
    """Name of a graph, or the id of the evidence that holds one."""
    treatment: str
    """The cause."""
    outcome: str
    """The effect."""
    proposed: tuple[str, ...] | None = None
    """A set to judge, () for adjusting for nothing; None to be told which sets are valid."""


def run(args: AdjustmentArgs, env: Env) -> AdjustmentResult:
    """Apply the generalised adjustment criterion, which is sound and complete for all four kinds of graph.

    Returns:
        A verdict: nothing needed, this set, no set will do, the proposed set is invalid (and why), or it depends on
        edges the data do not decide. "None needed" and "no set will do" are different answers. The total effect is
        meant, not a direct one.

    Raises:
        BadArguments: a name is not a node, treatment is outcome, or the graph is over time.
    """
    graph = env.graph(args.graph)
    problem = AdjustmentProblem(graph, args.treatment, args.outcome)
    if args.proposed is not None:
        graph.require(*args.proposed)
    minimal = minimal_adjustment_sets(graph, args.treatment, args.outcome)
    every = all_adjustment_sets(graph, args.treatment, args.outcome, limit=MAX_SETS + 1) if minimal else ()
    best = optimal_adjustment_set(graph, args.treatment, args.outcome) if isinstance(graph, Dag | Cpdag) else None
    verdict, reason = _judge(problem, args, minimal)
    return AdjustmentResult(
        treatment=args.treatment,
        outcome=args.outcome,
        verdict=verdict,
        reason=reason,
        minimal=minimal,
        optimal=best,
        all=every[:MAX_SETS],
        truncated=len(every) > MAX_SETS,
        maximal=_maximal(every) if len(every) <= MAX_SETS else (),
        proposed=args.proposed,
        assumptions=(
            Assumption(
                name="the graph is right",
                meaning=f"Graph {args.graph!r} has every common cause and no wrong arrow.",
                status="not_tested",
            ),
        ),
        warnings=_warnings(problem),
    )


def _maximal(every: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Those of all valid sets that are within no other; a set between two valid ones may open a path."""
    sets = [frozenset(s) for s in every]
    return tuple(s for s, own in zip(every, sets, strict=True) if not any(own < other for other in sets))


def _judge(
    problem: AdjustmentProblem, args: AdjustmentArgs, minimal: tuple[tuple[str, ...], ...]
) -> tuple[AdjustmentVerdict, str]:
    t, y = args.treatment, args.outcome
    if problem.undecided:
        return "depends_on_orientation", (
            f"whether {t} causes {y}, and what to adjust for, depends on edges that are not decided: {undecided_text(problem)}."
        )
    if args.proposed is not None:
        fault = why_not(problem.graph, t, y, args.proposed)
        if fault:
            return "invalid", f"adjusting for {_set(args.proposed)} does not give the effect of {t} on {y}: {fault}."
        return ("this_set" if args.proposed else "none_needed"), (
            f"adjusting for {_set(args.proposed)} leaves no path open but the causal ones."
        )
    if () in minimal:
        return "none_needed", f"no path between {t} and {y} is open but the causal ones."
    if minimal:
        return "this_set", f"adjusting for {_set(minimal[0])} closes every path between {t} and {y} that is not causal."
    if not problem.causal:
        return "none_needed", (
            f"the graph has no causal path from {t} to {y}, so the effect is zero; no set makes their association zero."
        )
    path = problem.open_path(canonical_adjustment_set(problem.graph, t, y) or _near(problem))
    return "not_identifiable_by_adjustment", (
        f"no set of measured variables closes every path between {t} and {y} that is not causal; "
        f"{path or 'one such path'} stays open. Another strategy (front-door, instrument) may still identify the effect."
    )


def _near(problem: AdjustmentProblem) -> tuple[str, ...]:
    """All measured causes that may be adjusted for: when even these leave a path open, every set does."""
    near = problem.backdoor.ancestors([problem.treatment, problem.outcome])
    return tuple(sorted(near & frozenset(problem.allowed)))


def _warnings(problem: AdjustmentProblem) -> tuple[str, ...]:
    if problem.causal or problem.undecided:
        return ()
    return (
        f"The graph has no causal path from {problem.treatment} to {problem.outcome}: it says that the effect is zero.",
    )


def _set(names: tuple[str, ...]) -> str:
    return "{" + ", ".join(names) + "}" if names else "nothing"


TOOL = Tool(
    "graph_adjustment",
    AdjustmentArgs,
    run,
    assumes=("the graph is right",),
    example=AdjustmentArgs(graph="confounder", treatment="t", outcome="y"),
    reference="Perković, Textor, Kalisch, Maathuis 2018; Henckel, Perković, Maathuis 2022 (optimal set)",
)
