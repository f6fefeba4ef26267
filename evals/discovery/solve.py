"""Learn the graph with the tool that the item names."""

from __future__ import annotations

import time
from pathlib import Path

from ...tools.domain.errors import ToolError
from ..harness.spec import Item, Response
from ..structural.desk import desk
from ..structural.marks import class_of, edges_in_words, f1, read_edges


def solve(item: Item) -> Response:
    """The equivalence class that was learned; a tool that refuses the table gives no answer."""
    started = time.perf_counter()
    try:
        table = desk(Path(item.data["table"]))
        tool = item.data["tool"]
        name, graph = table.learn() if tool == "chosen" else (tool, table.learn_with(tool))
    except ToolError as error:
        return Response(answer=None, because=f"{type(error).__name__}: {error}")
    seconds = time.perf_counter() - started
    because = f"{name}: {len(graph.edges)} edges in {seconds:.2f} s"
    return Response(answer=edges_in_words(class_of(graph)), because=because)


def score(item: Item, answer: str) -> float:
    """F1 of the edges with their marks; text that is no list of edges gets none."""
    mine = read_edges(answer)
    return 0.0 if mine is None else f1(mine, read_edges(item.target) or ())
