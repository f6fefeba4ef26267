"""Take in a causal graph that a language model or an expert proposes, marked as a proposal.

A proposal is an opinion: every edge is marked with who says so and how sure they are. It is compared with what the data
say, and constrains a search only when the person accepts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..domain.edges import Edge
from ..domain.errors import BadArguments
from ..domain.graphs import Dag
from ..domain.model import Model
from ..domain.results import GraphResult
from ..spec import Args, Tool

if TYPE_CHECKING:
    from ..spec import Env


class ProposedEdge(Model):
    """One direct cause, with the reason for it."""

    source: str = Field(min_length=1)
    """The cause."""
    target: str = Field(min_length=1)
    """The effect."""
    confidence: float = Field(default=0.5, ge=0, le=1)
    """How sure the proposer is, by their own account."""
    because: str = Field(default="", max_length=1000)
    """The reason, in words."""


class ProposeArgs(Args):
    """Arguments of `knowledge_propose`."""

    name: str = Field(min_length=1, max_length=200)
    """Name to give the graph."""
    variables: tuple[str, ...] = Field(min_length=1, max_length=400)
    """All variables of the graph, those without an edge too."""
    edges: tuple[ProposedEdge, ...] = Field(default=(), max_length=5000)
    """Direct causes, each once."""
    by: str = Field(default="a language model", max_length=200)
    """Who proposes it."""
    origin: Literal["model", "user"] = "model"
    """Whether a model or a person proposes it."""


def run(args: ProposeArgs, env: Env) -> GraphResult:
    """Build the graph; nothing of it is tested here.

    Returns:
        A DAG whose edges carry their origin and confidence, with the reasons among its notes.

    Raises:
        BadArguments: a variable is unknown, an edge is given twice or is a self-loop, or the edges make a cycle (shown).
    """
    del env
    known, seen = set(args.variables), set[tuple[str, str]]()
    for e in args.edges:
        if unknown := sorted({e.source, e.target} - known):
            raise BadArguments(
                f"{unknown[0]!r} is not among the variables: {', '.join(map(repr, args.variables[:40]))}."
            )
        if (e.source, e.target) in seen:
            raise BadArguments(f"The edge {e.source!r} -> {e.target!r} is proposed twice. Give it once.")
        seen.add((e.source, e.target))
    edges = [Edge(source=e.source, target=e.target, origin=args.origin, confidence=e.confidence) for e in args.edges]
    notes = tuple(f"{e.source} -> {e.target} ({e.confidence:g}): {e.because}"[:300] for e in args.edges if e.because)
    return GraphResult(
        name=args.name,
        graph=Dag.build(edges, nodes=args.variables),
        method="proposal",
        notes=(f"proposed by {args.by}", *notes),
        warnings=("This graph is an opinion, not a finding: no data were looked at.",),
    )


TOOL = Tool(
    "knowledge_propose",
    ProposeArgs,
    run,
    assumes=("the proposer's knowledge of the field",),
    example=ProposeArgs(
        name="proposed",
        variables=("z", "t", "y"),
        edges=(
            ProposedEdge(source="z", target="t", confidence=0.8, because="the sicker are treated more often"),
            ProposedEdge(source="t", target="y", confidence=0.6),
        ),
    ),
    reference="Jiralerspong et al. 2024 (graphs from a model, breadth first)",
)
