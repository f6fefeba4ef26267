"""What every identification strategy needs: checked questions, named premises, and the words of a refusal."""

from __future__ import annotations

from ..domain.adjustment import AdjustmentProblem
from ..domain.errors import BadArguments
from ..domain.estimands import Assumption, AssumptionStatus, Estimand
from ..domain.graphs import Admg, Cpdag, Dag, Graph
from ..domain.questions import EstimandKind
from ..domain.results import Identification
from ..domain.separation import path_text


def pose(graph: Graph, treatment: str, outcome: str) -> AdjustmentProblem:
    """Check a question about a graph; a CPDAG whose edges are all directed is taken as the DAG it is.

    Raises:
        BadArguments: a name is not a node or not measured, both are the same, or the graph is over time.
    """
    if isinstance(graph, Cpdag) and all(e.directed for e in graph.edges):
        graph = Dag.build(graph.edges, nodes=graph.nodes, latent=graph.latent)
    problem = AdjustmentProblem(graph, treatment, outcome)
    for name, word in ((treatment, "treatment"), (outcome, "outcome")):
        if name in graph.latent:
            raise BadArguments(
                f"The {word} {name!r} is latent in the graph; name a measured variable: {graph.observed}."
            )
    return problem


def directed(problem: AdjustmentProblem, strategy: str) -> Dag | Admg:
    """The graph of a problem, when it has all its directions.

    Raises:
        BadArguments: it is an equivalence class.
    """
    if not isinstance(problem.graph, Dag | Admg):
        raise BadArguments(
            f"{strategy} needs a DAG or an ADMG, not a {type(problem.graph).__name__}; "
            "direct its open edges with graph_edit, or call identify_effect, which takes all kinds."
        )
    return problem.graph


def premise(name: str, meaning: str, status: AssumptionStatus = "not_tested") -> Assumption:
    """One assumption of an answer."""
    return Assumption(name=name, meaning=meaning, status=status)


def common_premises(problem: AdjustmentProblem) -> tuple[Assumption, ...]:
    """What every identification from a graph takes for granted."""
    t, y = problem.treatment, problem.outcome
    return (
        premise(
            "no hidden confounding beyond the graph",
            f"Every common cause of two variables in the graph is in the graph, above all those of {t} and {y}.",
            "untestable",
        ),
        premise(
            "consistency",
            f"{t} is one well-defined intervention, and setting it for one unit does not change {y} of another.",
            "untestable",
        ),
    )


def positivity(treatment: str, given: tuple[str, ...]) -> Assumption:
    """Every level of the treatment occurs wherever it is compared."""
    where = f"at every combination of {', '.join(given)} that occurs" if given else "in the data"
    return premise("positivity", f"Each compared level of {treatment} has a positive chance {where}.")


def query_text(problem: AdjustmentProblem, kind: EstimandKind) -> str:
    """What is asked, in do-notation; 1 and 0 stand for the two values compared."""
    t, y = problem.treatment, problem.outcome
    among = {"ATT": f" | {t}=1", "ATC": f" | {t}=0"}.get(kind, "")
    if kind == "dose_response":
        return f"E[{y} | do({t})] for each value of {t}"
    if among:
        return f"E[{y}({t}=1) - {y}({t}=0){among}]"
    return f"E[{y} | do({t}=1)] - E[{y} | do({t}=0)]"


def zero_effect(problem: AdjustmentProblem, kind: EstimandKind) -> Identification:
    """The answer when no causal path leaves the treatment for the outcome: the effect is 0, whatever the data."""
    t, y = problem.treatment, problem.outcome
    path = problem.open_path()
    return Identification(
        status="identified",
        strategy="none_needed",
        treatment=t,
        outcome=y,
        adjustment_set=None if path else (),
        estimand=Estimand(
            query=query_text(problem, kind), kind=kind, design="backdoor", formula="0", treatment=t, outcome=y
        ),
        reason=f"{t} is not a cause of {y} in the graph (no directed path), so the effect is 0.",
        assumptions=common_premises(problem)[:1],
        warnings=(f"{t} and {y} are associated all the same, through {path}; do not read that as an effect.",)
        if path
        else (),
    )


def refusal(problem: AdjustmentProblem, reason: str, what_would_help: tuple[str, ...] = ()) -> Identification:
    """The answer when the effect does not follow from the observed data."""
    return Identification(
        status="not_identifiable",
        strategy="none",
        treatment=problem.treatment,
        outcome=problem.outcome,
        reason=reason,
        what_would_help=what_would_help,
        assumptions=common_premises(problem)[:1],
    )


def obstacle(problem: AdjustmentProblem) -> str:
    """Say which path no measured set blocks, and what on it is hidden."""
    allowed = frozenset(problem.allowed)
    path = problem.backdoor.open_path(problem.treatment, problem.outcome)
    if path is None:
        return "no path is open"
    given: list[str] = []
    if not allowed.isdisjoint(path):
        # what lies on the first path could block it: take a path that stays open when all that may help is held fixed
        given = sorted(problem.backdoor.ancestors([problem.treatment, problem.outcome]) & allowed)
        path = problem.backdoor.open_path(problem.treatment, problem.outcome, given) or path
    shown = path_text(problem.graph, path, problem.backdoor)
    hidden = [n for n in path if n in problem.graph.latent]
    why = " and its hidden common causes are not measured" if "<->" in shown else ""
    if hidden:
        why = f" and {' and '.join(hidden)} {'is' if len(hidden) == 1 else 'are'} not measured"
    return f"{shown} is open{' given ' + ', '.join(given) if given else ''}{why}"
