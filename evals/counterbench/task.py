"""What would have happened, by deterministic rules over made-up names (CounterBench)."""

from __future__ import annotations

from ..harness.formal import solve_formally
from ..harness.perturb import rewriting
from ..harness.spec import Benchmark
from .generate import generate
from .load import load
from .rewrite import aside, paraphrase, rename, reorder
from .shortcuts import always_no, any_denial

BENCHMARK = Benchmark(
    name="counterbench",
    title="CounterBench: counterfactuals of deterministic rules",
    licence="MIT",
    source="CounterBench on the Hugging Face hub, 1,000 rows",
    load=load,
    solve=solve_formally,
    instructions="The rules are complete: an effect happens if and only if one of its causes makes it. Answer yes or no.",
    positive=None,
    generate=generate,
    perturb={
        "names": rewriting("names", rename),
        "order": rewriting("order", reorder),
        "paraphrase": rewriting("paraphrase", paraphrase),
        "asides": rewriting("asides", aside),
    },
    shortcuts={"always no": always_no, "yes when a rule denies": any_denial},
)
