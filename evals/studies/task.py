"""Data questions over simulated studies: read the study, choose the design, estimate the effect or refuse."""

from __future__ import annotations

from ..harness.spec import Benchmark, Item, Response
from ..textbook.solve import solve as solve_parts
from .load import generate, load
from .marks import score


def solve(item: Item) -> Response:
    """The parts of the answer as JSON; empty braces where no estimate could be given."""
    response = solve_parts(item)
    return response if response.answer else response.model_copy(update={"answer": "{}"})


BENCHMARK = Benchmark(
    name="studies",
    title="Data questions over simulated studies whose true effect is known",
    licence="as this project",
    source="made here; half A was developed on, half B only measured",
    load=load,
    solve=solve,
    instructions=(
        'Answer the causal question about the table with one line of JSON with the keys "treatment" and "outcome" (column names), "method" '
        '(ols, matching, ipw, iv, did or rdd), "running" (the running variable, for rdd) and "effect" (a number). Where the table cannot '
        "answer, give {}."
    ),
    generate=generate,
    score=score,
)
