"""Read and write dagitty's language: `dag { z [latent] z -> {x y} x -> y }`, and pdag, mag and pag."""

from __future__ import annotations

import re

from ..errors import BadArguments
from ..graphs import Admg, AnyGraph, Cpdag, Dag, Pag
from ._attributes import add_edge, latent_of
from ._dot_parser import parse
from ._draft import Draft, GraphText, bad_line, canonical, declared_kind, edge_extras, kind_to_state, refuse

_KINDS = {"dag": None, "pdag": "cpdag", "mag": "admg", "pag": "pag"}
_BARE = re.compile(r"[A-Za-z_][0-9A-Za-z_.]*")
_KEYWORDS = {"graph", "digraph", "subgraph", "node", "edge", "strict", "dag", "pdag", "mag", "pag"}
_EXPOSURE = ("exposure", "e", "source")
_OUTCOME = ("outcome", "o", "target")
_SELECTED = ("selected", "s")


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read one dagitty block; coordinates are left out, exposures and outcomes are kept beside the graph.

    Raises:
        BadArguments: with the line and the offending text.
    """
    parsed = parse(text, "dagitty")
    draft = Draft("dagitty text")
    if parsed.keyword not in _KINDS:
        raise bad_line(draft.what, 1, parsed.keyword, f"a dagitty text starts with one of {', '.join(_KINDS)}.")
    draft.kind = _KINDS[parsed.keyword]
    if "kind" in parsed.attributes:
        declared_kind(draft, parsed.attributes["kind"])
    for name, attributes, line in parsed.nodes:
        draft.node(name, line, latent=latent_of(attributes))
        for key in attributes:
            if key in _EXPOSURE:
                draft.exposures.append(name)
            elif key in _OUTCOME:
                draft.outcomes.append(name)
            elif key in _SELECTED:
                draft.notes.append(f"{name!r} is marked as selected: condition on it; the graph itself cannot say so.")
            elif key in ("adjusted", "a"):
                draft.notes.append(f"{name!r} is marked as adjusted for; the graph itself does not say so.")
    for source, arrow, target, attributes, line in parsed.edges:
        add_edge(draft, source, arrow.replace("@", "o"), target, attributes, line)
    return draft.finish("dagitty", latent)


def write(graph: AnyGraph) -> str:
    """Write a graph as dagitty does, without coordinates.

    Raises:
        BadArguments: the graph has time lags, or a name that dagitty's grammar has no way to write.
    """
    refuse(graph, "dagitty", lags=True)
    kind, stated = _keyword(graph)
    lines = [f"{kind} {{"]
    if stated:
        lines.append(f'kind="{stated}"')
    for name in graph.nodes:
        lines.append(_quoted(name) + (" [latent]" if name in graph.latent else ""))
    for e in map(canonical, graph.edges):
        extras = ",".join(f'{k}="{v}"' for k, v in edge_extras(e).items())
        arrow = e.symbol.replace("o", "@")
        lines.append(f"{_quoted(e.source)} {arrow} {_quoted(e.target)}" + (f" [{extras}]" if extras else ""))
    return "\n".join([*lines, "}"]) + "\n"


def _keyword(graph: AnyGraph) -> tuple[str, str | None]:
    if isinstance(graph, Dag | Admg):
        return "dag", kind_to_state(graph)
    if isinstance(graph, Cpdag | Pag):
        return ("pdag" if isinstance(graph, Cpdag) else "pag"), None
    raise BadArguments("dagitty cannot hold a graph over time; json, edgelist, dot, gml, graphml and nodelink can.")


def _quoted(name: str) -> str:
    if _BARE.fullmatch(name) and name.lower() not in _KEYWORDS:
        return name
    if re.search(r'[\x00-\x1f\x7f]|\\"|\\$', name):
        raise BadArguments(
            f"dagitty cannot hold the name {name!r}: control characters, and a backslash before a quote or at the end, "
            "have no spelling in its grammar. Rename the variable, or use json or edgelist."
        )
    return '"' + name.replace('"', '\\"') + '"'
