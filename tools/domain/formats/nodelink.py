"""Read and write networkx's node-link JSON, and the plainer `{"nodes": […], "edges": [["a", "b"]]}`."""

from __future__ import annotations

import json
from typing import Any, cast

from ..edges import MARKS
from ..errors import BadArguments
from ..graphs import AnyGraph
from ._attributes import add_edge, latent_of
from ._draft import Draft, GraphText, bad_line, canonical, declared_kind, edge_extras, kind_to_state, refuse
from ._json import load


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read node-link data; edges may be under `edges` or `links`.

    Raises:
        BadArguments: naming the entry that is wrong.
    """
    draft = Draft("node-link JSON")
    data = load(text, draft.what)
    if not isinstance(data, dict):
        raise BadArguments("The node-link JSON must be an object with `nodes` and `edges`.")
    raw = cast("dict[str, Any]", data)
    about = raw.get("graph")
    if isinstance(about, dict) and "kind" in about:
        declared_kind(draft, str(cast("dict[str, Any]", about)["kind"]))
    for entry in _list(raw, "nodes"):
        said = _object(entry, "id", draft)
        name = _name(said.get("id", said.get("name")), draft, entry)
        if name in draft.nodes:
            raise bad_line(draft.what, 1, name, "this node is given twice; ids must be unique.")
        draft.node(name, 1, latent=latent_of(said))
    symbol = "->" if raw.get("directed", True) else "--"
    for entry in _list(raw, "edges" if "edges" in raw else "links"):
        source, arrow, target, said = _edge(entry, symbol, draft)
        if missing := [n for n in (source, target) if n not in draft.nodes]:
            raise bad_line(draft.what, 1, f"{source} {arrow} {target}", f"{missing[0][:40]!r} is not among the nodes.")
        add_edge(draft, source, arrow, target, said, 1)
    return draft.finish("nodelink", latent)


def write(graph: AnyGraph) -> str:
    """Write what `networkx.node_link_graph(data, edges="edges")` reads; marks, lags and origins are edge attributes."""
    refuse(graph, "nodelink")
    edges: list[dict[str, Any]] = []
    for key, e in enumerate(map(canonical, graph.edges)):
        said: dict[str, Any] = {"source": e.source, "target": e.target}
        if e.symbol != "->":
            said |= {"mark_source": e.mark_source, "mark_target": e.mark_target}
        edges.append(said | edge_extras(e) | {"key": key})
    multigraph = len({(e["source"], e["target"]) for e in edges}) < len(edges)
    if not multigraph:
        edges = [{k: v for k, v in e.items() if k != "key"} for e in edges]
    stated = kind_to_state(graph)
    data = {
        "directed": True,
        "multigraph": multigraph,
        "graph": {"kind": stated} if stated else {},
        "nodes": [{"id": n} | ({"observed": "no"} if n in graph.latent else {}) for n in graph.nodes],
        "edges": edges,
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _list(raw: dict[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    if not isinstance(value, list):
        raise BadArguments(f"The node-link JSON needs a list under {key!r}; it has the keys {list(raw)[:10]}.")
    return cast("list[Any]", value)


def _object(entry: Any, key: str, draft: Draft) -> dict[str, Any]:
    if isinstance(entry, dict):
        return cast("dict[str, Any]", entry)
    if isinstance(entry, str | int):
        return {key: entry}
    raise bad_line(draft.what, 1, str(entry), "a node must be a name or an object with an `id`.")


def _name(value: Any, draft: Draft, entry: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise bad_line(draft.what, 1, str(entry), "a node's id must be text or a number.")
    return str(value)


def _edge(entry: Any, symbol: str, draft: Draft) -> tuple[str, str, str, dict[str, Any]]:
    if isinstance(entry, dict):
        said = cast("dict[str, Any]", entry)
        ends = [said.get("source", said.get("from")), said.get("target", said.get("to"))]
        return _name(ends[0], draft, entry), symbol, _name(ends[1], draft, entry), said
    if isinstance(entry, list):
        fields = cast("list[Any]", entry)
        if len(fields) == 3 and fields[1] in MARKS:
            return _name(fields[0], draft, entry), str(fields[1]), _name(fields[2], draft, entry), {}
        if len(fields) == 2:
            return _name(fields[0], draft, entry), symbol, _name(fields[1], draft, entry), {}
    raise bad_line(
        draft.what, 1, str(entry), "an edge must be an object with `source` and `target`, or a pair of names."
    )
