"""Independence, edges, graphs and effects, asked of tables whose structural model is known."""

from __future__ import annotations

from ..harness.spec import Benchmark, Item, Response
from .generate import generate
from .load import load
from .marks import score
from .solve import solve


def always_yes(item: Item) -> Response:
    """What never looks at the table says: yes, no edge, no effect."""
    return Response(answer={"number": "0", "text": "none"}.get(item.answer_kind, "yes"))


BENCHMARK = Benchmark(
    name="levels",
    title="whence-levels: variable, edge, graph and effect over models whose truth is known",
    licence="as this project",
    source="made by this project; the four levels are those of CausalTQA, whose published labels are not the truth",
    load=load,
    solve=solve,
    instructions=(
        "Answer from the table. Yes or no where that is asked; a number for an effect; for a graph its edges, separated by "
        "semicolons, as `a -> b` or `a -- b`, or `none`."
    ),
    generate=generate,
    shortcuts={"always yes, no edge, no effect": always_yes},
    score=score,
)
