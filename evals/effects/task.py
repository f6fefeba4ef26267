"""Estimate average effects on simulated studies whose effect is known, with every estimator."""

from __future__ import annotations

from ..harness.spec import Benchmark, Item, Response
from .load import generate, load
from .solve import solve


def no_effect(item: Item) -> Response:
    """What never looks says: none."""
    del item
    return Response(answer="0")


BENCHMARK = Benchmark(
    name="effects",
    title="Effect estimation on data with known truth; right within 0.1 standard deviations of the outcome",
    licence="as this project; IHDP files (NPCI) are read, not bundled",
    source="designs of this project; files in the format of the IHDP simulations (Hill 2011)",
    load=load,
    solve=solve,
    instructions="Give the average effect as a number.",
    generate=generate,
    shortcuts={"no effect": no_effect},
)
