"""Identify an effect among those with given values of other variables: P(outcome | do(treatment), given)."""

from __future__ import annotations

from ..domain.errors import BadArguments
from ..domain.estimands import Assumption
from ..domain.graphs import Admg, Dag
from ..domain.projection import project
from ..domain.results import CounterfactualIdentification
from ..spec import Args, Env, Tool
from ._counterfactual import idc_star, judged
from ._worlds import Happening


class ConditionalArgs(Args):
    """Arguments of `identify_conditional`."""

    graph: str
    """Name of a DAG (latent nodes allowed) or ADMG of this run."""
    treatment: str
    """The cause that is set, a measured node."""
    outcome: str
    """The effect, a measured node."""
    given: tuple[str, ...]
    """Measured variables, seen after the intervention; effects of the treatment may be among them."""


def run(args: ConditionalArgs, env: Env) -> CounterfactualIdentification:
    """Apply IDC: conditions that might as well be set are set, the rest is a quotient of two joint effects.

    Raises:
        BadArguments: a name is no measured node or used twice, or the graph is an equivalence class.
    """
    graph = env.graph(args.graph)
    names = (args.treatment, args.outcome, *args.given)
    graph.require(*names)
    if not isinstance(graph, Dag | Admg):
        raise BadArguments(f"{args.graph!r} is a {type(graph).__name__}; identify_conditional needs a DAG or an ADMG.")
    if len(set(names)) < len(names):
        raise BadArguments(f"treatment, outcome and given must differ; they are {names!r}.")
    if hidden := [n for n in names if n in graph.latent]:
        raise BadArguments(f"{hidden[0]!r} is latent in the graph; name measured variables: {graph.observed}.")
    do = ((args.treatment, args.treatment),)
    found = idc_star(
        project(graph), [Happening(args.outcome, args.outcome, do)], [Happening(n, n, do) for n in args.given]
    )
    status, formula, reason = judged(found)
    query = f"P({args.outcome} | {', '.join((f'do({args.treatment})', *args.given))})"
    return CounterfactualIdentification(
        query=query,
        status=status,
        formula=formula and f"{query} = {formula}",
        reason=reason,
        assumptions=(
            Assumption(name="the graph is right", meaning="The graph has every cause and every hidden common cause."),
        ),
    )


TOOL = Tool(
    "identify_conditional",
    ConditionalArgs,
    run,
    assumes=("the graph is right", "positivity"),
    example=ConditionalArgs(graph="confounder", treatment="t", outcome="y", given=("z",)),
    reference="Shpitser and Pearl 2006, Identification of conditional interventional distributions, Figure 3 (IDC)",
)
