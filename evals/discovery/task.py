"""Learn causal graphs from tables whose graph is known (bnlearn networks, Sachs' protein signalling)."""

from __future__ import annotations

from ..harness.spec import Benchmark, Item, Response
from .load import load
from .solve import score, solve


def no_edges(item: Item) -> Response:
    """What says nothing: the empty graph."""
    del item
    return Response(answer="none")


BENCHMARK = Benchmark(
    name="discovery",
    title="Causal discovery on bnlearn networks and Sachs' cells; credit is the F1 of edges with their marks",
    licence="networks: bnlearn repository, as copied in pgmpy (MIT); Sachs' cells: CC0",
    source="bnlearn repository; cmu-phil/example-causal-datasets",
    load=load,
    solve=solve,
    instructions="Give the edges of the equivalence class, separated by semicolons, or `none`.",
    shortcuts={"no edges": no_edges},
    score=score,
)
