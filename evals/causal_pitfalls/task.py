"""Questions about tables in which a statistical pitfall lies: Simpson's paradox, colliders, confounding, direction."""

from __future__ import annotations

from ..harness.spec import Benchmark, Published
from .load import load
from .marks import score
from .solve import solve

BENCHMARK = Benchmark(
    name="causal_pitfalls",
    title="CausalPitfalls: data questions with a pitfall (numbers and directions; no judge)",
    licence="MIT; the bundled sample: as this project",
    source="dudududuu/CausalPitfalls, commit 81a40157",
    load=load,
    solve=solve,
    instructions=(
        "Answer the causal question about the table. The answer is one line of JSON with the keys that are named; a direction is "
        '"positive" or "negative", a relationship "no association", "positive" or "negative", edges a list such as ["a->b"].'
    ),
    published=(
        Published(
            system="best model, mean reliability by a judge's rubric", score=44.6, measure="accuracy",
            source="arXiv 2505.13770, summary page",
        ),
    ),
    score=score,
)  # fmt: skip
