"""Causal questions on all three rungs of the ladder, with commonsense, contrary and nonsense names (CLadder)."""

from __future__ import annotations

from ..harness.formal import solve_formally
from ..harness.perturb import (
    add_asides,
    reorder,
    rewriting,
    use_passive,
    use_synonyms,
    with_everyday_names,
    with_new_names,
)
from ..harness.spec import Benchmark, Published
from .generate import generate
from .load import load
from .names import made_up_names
from .shortcuts import always_yes, last_two_numbers, yes_to_more

O1_CLADDER = "roberto-ceraolo/o1-cladder, first 1,000 of the balanced set"

BENCHMARK = Benchmark(
    name="cladder",
    title="CLadder: association, intervention and counterfactuals in words",
    licence="MIT",
    source="causalNLP/cladder, commit 3d2d1169b4b939a09048a6a75956c8972a93cc38",
    load=load,
    solve=solve_formally,
    instructions="Answer the question about this hypothetical world with yes or no.",
    generate=generate,
    perturb={
        "synonyms": rewriting("synonyms", use_synonyms),
        "order": rewriting("order", reorder),
        "passive": rewriting("passive", use_passive),
        "names": rewriting("names", with_new_names(made_up_names)),
        "contrary": rewriting("contrary", with_everyday_names(made_up_names)),
        "asides": rewriting("asides", add_asides),
    },
    shortcuts={"always yes": always_yes, "yes to more": yes_to_more, "last two numbers": last_two_numbers},
    published=(
        Published(system="human", score=94.8, measure="accuracy", source="arXiv 2508.12495, abstract"),
        Published(
            system="GPT-4 with CausalCoT", score=70.40, measure="accuracy", source="roberto-ceraolo/o1-cladder, README"
        ),
        Published(system="o1-preview", score=86.5, measure="accuracy", source=O1_CLADDER),
        Published(
            system="GPT-5-mini with the graph in the prompt", score=91.9, measure="accuracy", source="C-CLadder, tables"
        ),
        Published(
            system="Claude Sonnet 4 with the graph in the prompt",
            score=90.0,
            measure="accuracy",
            source="C-CLadder, tables",
        ),
        Published(system="CDCR-SFT", score=95.33, measure="accuracy", source="arXiv 2508.12495, abstract"),
    ),
)
