"""The graph that a language model would draw: asked for, remembered as an opinion, and used only when accepted.

An accepted proposal gives directions to a search on data: where the model draws `a -> b`, the search may not draw
`b -> a`. Whether there is an edge at all stays the data's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..tools.domain.edges import Edge
from ..tools.domain.evidence import Evidence
from ..tools.domain.graphs import AnyGraph
from ..tools.domain.knowledge import Knowledge
from ..tools.domain.model import Model
from ..tools.domain.results import GraphResult, result_from_json
from .events import Listener, ignore
from .state import Agreement, Catalog, ModelUsage

if TYPE_CHECKING:
    from .policies.llm.client import ChatClient
    from .policies.llm.proposal import Drawn

PROPOSED = "proposed"
SURE_ENOUGH = 0.5
"""Confidence from which an accepted direction constrains a search."""


class Request(Model):
    """A call of `knowledge_propose` with what a model drew."""

    args: dict[str, Any]
    refused: tuple[str, ...]
    """What the model insisted on and was left out, with the reason."""
    agreement: Agreement | None
    usage: ModelUsage


class Proposal(Model):
    """A graph that a model proposes for a table."""

    evidence: Evidence
    """Of `knowledge_propose`; holds the graph and the reasons."""
    refused: tuple[str, ...] = ()
    agreement: Agreement | None = None
    usage: ModelUsage

    @property
    def graph(self) -> AnyGraph:
        """What was proposed."""
        result = result_from_json(self.evidence.result or {})
        assert isinstance(result, GraphResult)
        return result.graph


def draw(client: ChatClient, catalog: Catalog, *, robust: bool = False, emit: Listener = ignore) -> Request:
    """Ask a model for the graph over the columns of a catalog; one question a column, and one for the roots.

    Args:
        client: The model.
        catalog: The columns with their descriptions, or the nodes of a graph.
        robust: Ask again with codes for names, and count what stays.
        emit: Hears of every reply.
    """
    from .policies.llm.ask import Asker
    from .policies.llm.proposal import draw_anonymously, draw_graph

    asker = Asker(client, emit=emit)
    described = _described(catalog)
    study = catalog.codebook.text[:900]
    drawn = draw_graph(asker, described, study)
    agreement = draw_anonymously(asker, described, drawn, study) if robust else None
    args = {
        "name": PROPOSED, "variables": [name for name, _ in described], "edges": _edges(drawn),
        "by": f"the language model {client.config.model}",
    }  # fmt: skip
    return Request(args=args, refused=drawn.refused, agreement=agreement, usage=asker.usage())


def directions(graph: AnyGraph, person: Knowledge) -> Knowledge:
    """What an accepted proposal forbids: the reverse of each edge the model is sure enough of.

    What the person knows comes first: a direction that they require stays allowed.
    """
    turned = tuple((e.target, e.source) for e in graph.edges if e.directed and _sure(e))
    return Knowledge(forbidden=tuple(pair for pair in turned if pair not in person.required))


def _sure(edge: Edge) -> bool:
    return edge.confidence is None or edge.confidence >= SURE_ENOUGH


def _described(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    about = catalog.codebook.columns
    if catalog.table is None:
        return tuple((name, about.get(name, "")) for name in catalog.graph_nodes)
    usable = (c for c in catalog.table.columns if c.type not in ("id", "constant", "empty"))
    return tuple((c.name, (about.get(c.name) or c.description)[:200]) for c in usable)


def _edges(drawn: Drawn) -> list[dict[str, Any]]:
    return [
        {"source": o.source, "target": o.target, "confidence": o.confidence, "because": o.because} for o in drawn.edges
    ]
