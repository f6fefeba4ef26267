"""Read JSON without trusting its depth, and read and write our own graphs as JSON."""

from __future__ import annotations

from typing import Any

import pydantic_core
from pydantic import TypeAdapter, ValidationError

from ..errors import BadArguments
from ..graphs import AnyGraph, Pag
from ._draft import Draft, GraphText, refuse_surrogates

_GRAPH: TypeAdapter[AnyGraph] = TypeAdapter(AnyGraph)


def load(text: str, what: str) -> Any:
    """Parse JSON; text that is nested too deeply is refused like any other fault.

    Raises:
        BadArguments: with the place of the fault.
    """
    try:
        return pydantic_core.from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise BadArguments(f"The {what} is not valid JSON: {error}.") from error


def problems(error: ValidationError) -> str:
    """Where a value does not fit its type, in words."""
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'value'}: {e['msg']} (got {repr(e.get('input'))[:60]})"
        for e in error.errors()[:5]
    )


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read a graph of ours; `kind` names its class.

    Raises:
        BadArguments: with the field that is wrong.
    """
    load(text, "graph JSON")
    try:
        graph = _GRAPH.validate_json(text)
    except ValidationError as error:
        raise BadArguments(f"The JSON is not a graph of ours: {problems(error)}.") from error
    if isinstance(graph, Pag) and (cycle := graph.directed_cycle()):
        raise BadArguments(f"The graph JSON has a cycle: {' -> '.join(cycle)}. Remove one of these edges.")
    draft = Draft("graph JSON")
    for name in graph.nodes:
        draft.node(name)
    draft.finish("json", latent)  # refuses latent names that are no nodes
    if latent:
        hidden = tuple(n for n in graph.nodes if n in graph.latent or n in latent)
        graph = type(graph).model_validate(graph.model_copy(update={"latent": hidden}).model_dump())
    return GraphText(graph=graph, format="json")


def write(graph: AnyGraph) -> str:
    """Write everything a graph holds."""
    refuse_surrogates(graph)
    return graph.model_dump_json(indent=1) + "\n"
