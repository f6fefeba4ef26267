"""Tell whether the graph implies that two variables are independent given others, and show an open path if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.results import SeparationResult
from ..domain.separation import open_path
from ..spec import Args, Tool

if TYPE_CHECKING:
    from ..spec import Env


class SeparationArgs(Args):
    """Arguments of `graph_separation`."""

    graph: str
    """Name of a graph, or the id of the evidence that holds one."""
    source: str
    """One variable."""
    target: str
    """The other variable."""
    given: tuple[str, ...] = ()
    """Variables conditioned on."""


def run(args: SeparationArgs, env: Env) -> SeparationResult:
    """d-separation in a DAG, m-separation in an ADMG or PAG, any member of a CPDAG.

    Returns:
        Whether the two are separated, else a shortest open path. Separated means independent in every
        distribution of the graph; an open path means dependent in all but special ones (faithfulness).

    Raises:
        BadArguments: a name is not a node, is used twice, or the graph is over time.
        AssumptionViolated: the CPDAG has no member.
    """
    graph = env.graph(args.graph)
    path = open_path(graph, args.source, args.target, args.given)
    hidden = [n for n in args.given if n in graph.latent]
    return SeparationResult(
        source=args.source,
        target=args.target,
        given=args.given,
        separated=path is None,
        open_path=path,
        warnings=(f"{', '.join(hidden)} cannot be conditioned on in practice: not measured.",) if hidden else (),
    )


TOOL = Tool(
    "graph_separation",
    SeparationArgs,
    run,
    assumes=("the graph is right",),
    example=SeparationArgs(graph="chain_of_three", source="t", target="y", given=("m",)),
    reference="Pearl 1988; Richardson & Spirtes 2002 (m-separation)",
)
