"""Whether one event caused another in a story, as a typical person judges it (BIG-Bench Hard); for models only."""

from __future__ import annotations

from ..harness.spec import Benchmark, Item, Published, Response
from .load import load


def always_no(item: Item) -> Response:
    """Say no to everything."""
    del item
    return Response(answer="no")


BENCHMARK = Benchmark(
    name="causal_judgement",
    title="BIG-Bench Hard: causal judgement",
    licence="MIT",
    source="suzgunmirac/BIG-Bench-Hard, commit 9ee07bd4",
    load=load,
    # a story does not say its structural equations; taking them from it is for a model
    solve=None,
    instructions="Answer as a typical person would judge: yes or no.",
    shortcuts={"always no": always_no},
    published=(
        Published(system="GPT-4 with AC-Reason", score=75.04, measure="accuracy", source="AC-Reason"),
        Published(system="human raters", score=69.60, measure="accuracy", source="AC-Reason"),
    ),
)
