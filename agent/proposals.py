"""What a language model knows of a study: the graph that it would draw, what to think of for an effect, a link's direction.

An accepted proposal gives directions to a search on data: where the model draws `a -> b`, the search may not draw
`b -> a`. Whether there is an edge at all stays the data's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..tools.domain.edges import Edge
from ..tools.domain.evidence import Evidence
from ..tools.domain.graphs import AnyGraph
from ..tools.domain.knowledge import Knowledge
from ..tools.domain.model import Model
from ..tools.domain.results import GraphResult, RoleAdvised, result_from_json
from .events import Listener, ignore
from .state import Agreement, Catalog, ModelUsage
from .turns import Transcript

if TYPE_CHECKING:
    from .policies.llm.client import ChatClient
    from .policies.llm.proposal import DirectionReply, Drawn, Named

PROPOSED = "proposed"
LONGEST_STUDY, LONGEST_REASON = 900, 500
"""Characters about the study that a model is shown, and of each reason that is kept."""
SURE_ENOUGH = 0.5
"""Confidence from which an accepted direction constrains a search."""


class Request(Model):
    """A call of a `knowledge_*` tool with what a model said."""

    args: dict[str, Any]
    refused: tuple[str, ...] = ()
    """What the model insisted on and was left out, with the reason."""
    agreement: Agreement | None = None
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
    study = catalog.codebook.text[:LONGEST_STUDY]
    drawn = draw_graph(asker, described, study)
    agreement = draw_anonymously(asker, described, drawn, study) if robust else None
    args = {
        "name": PROPOSED, "variables": [name for name, _ in described], "edges": _edges(drawn), "by": _author(client),
    }  # fmt: skip
    return Request(args=args, refused=drawn.refused, agreement=agreement, usage=asker.usage())


def ask_suggestions(
    client: ChatClient, catalog: Catalog, effect: tuple[str, str], *, transcript: Transcript, emit: Listener = ignore
) -> Request:
    """Ask a model what to think of when an effect is estimated; one question.

    Args:
        client: The model.
        catalog: The columns with their descriptions.
        effect: Treatment and outcome, two of the columns.
        transcript: Where turns are kept; those that it holds are counted too.
        emit: Hears of the reply.
    """
    from .policies.llm.ask import Asker
    from .policies.llm.proposal import suggest

    asker = Asker(client, transcript, emit)
    treatment, outcome = effect
    described = _described(catalog, effect)
    said = suggest(asker, described, treatment, outcome, catalog.codebook.text[:LONGEST_STUDY])
    fields: dict[RoleAdvised, tuple[Named, ...]] = {
        "confounder": said.confounders, "unmeasured": said.unmeasured, "instrument": said.instruments,
        "negative_outcome": said.negative_outcomes, "negative_exposure": said.negative_exposures, "never_adjust": said.never_adjust,
    }  # fmt: skip
    items = [
        {
            "role": role,
            "name": " ".join(n.name.split())[:200] if role == "unmeasured" else n.name,
            "because": _reason(n),
        }
        for role, named in fields.items()
        for n in named
        if n.name.strip()
    ]
    args = {
        "treatment": treatment, "outcome": outcome, "variables": [name for name, _ in described], "items": items,
        "by": _author(client),
    }  # fmt: skip
    return Request(args=args, usage=asker.usage())


def ask_link(client: ChatClient, catalog: Catalog, first: str, second: str, *, emit: Listener = ignore) -> Request:
    """Ask a model how two columns are linked, with the reason; one question."""
    from .policies.llm.ask import Asker
    from .policies.llm.proposal import direction

    asker = Asker(client, emit=emit)
    about = dict(_described(catalog, (first, second)))
    said = direction(asker, (first, about[first]), (second, about[second]), catalog.codebook.text[:LONGEST_STUDY])
    args = {
        "first": first, "second": second, "link": said.link, "confidence": said.confidence, "because": _reason(said),
        "by": _author(client),
    }  # fmt: skip
    return Request(args=args, usage=asker.usage())


def _author(client: ChatClient) -> str:
    return f"the language model {client.config.model}"


def _reason(said: Named | DirectionReply) -> str:
    return " ".join(said.because.split())[:LONGEST_REASON]


def directions(graph: AnyGraph, person: Knowledge) -> Knowledge:
    """What an accepted proposal forbids: the reverse of each edge the model is sure enough of.

    What the person knows comes first: a direction that they require stays allowed.
    """
    turned = tuple((e.target, e.source) for e in graph.edges if e.directed and _sure(e))
    return Knowledge(forbidden=tuple(pair for pair in turned if pair not in person.required))


def _sure(edge: Edge) -> bool:
    return edge.confidence is None or edge.confidence >= SURE_ENOUGH


def _described(catalog: Catalog, always: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """The variables that a model is asked about, each with its description; those named are always among them."""
    about, named = catalog.codebook.columns, {*always}
    if catalog.table is None:
        return tuple((name, about.get(name, "")) for name in catalog.graph_nodes)
    usable = (c for c in catalog.table.columns if c.name in named or c.type not in ("id", "constant", "empty"))
    return tuple((c.name, (about.get(c.name) or c.description)[:200]) for c in usable)


def _edges(drawn: Drawn) -> list[dict[str, Any]]:
    return [
        {"source": o.source, "target": o.target, "confidence": o.confidence, "because": o.because} for o in drawn.edges
    ]
