"""Which causal relations follow from correlations and independencies (Corr2Cause, its perturbations, Corr2Cause++)."""

from __future__ import annotations

from ..harness.perturb import add_asides, reorder, rewriting, use_synonyms
from ..harness.spec import Benchmark, Published
from .generate import generate
from .load import load
from .rewrite import paraphrase, refactor, rename_all
from .solve import always_entailed, earlier_letter, earlier_letter_or_collider, solve

STRUCTURED = "arXiv 2505.18034, abstract"

BENCHMARK = Benchmark(
    name="corr2cause",
    title="Corr2Cause: from correlation to causation in words",
    licence="MIT",
    source="causalNLP/corr2cause, commit 21d80350e27a6206f536cf90a09e95d9e856c761",
    load=load,
    solve=solve,
    instructions="Say whether the hypothesis follows from the premise: entailment or non-entailment.",
    positive="entailment",
    generate=generate,
    perturb={
        "paraphrase": rewriting("paraphrase", paraphrase),
        "refactor": rewriting("refactor", refactor),
        "names": rewriting("names", rename_all),
        "order": rewriting("order", reorder),
        "synonyms": rewriting("synonyms", use_synonyms),
        "asides": rewriting("asides", add_asides),
    },
    shortcuts={
        "always entailment": always_entailed,
        "earlier letter causes": earlier_letter,
        "earlier letter causes, colliders exist": earlier_letter_or_collider,
    },
    published=(
        Published(system="random", score=20.38, measure="f1", source=STRUCTURED),
        Published(system="GPT-4", score=29.08, measure="f1", source=STRUCTURED),
        Published(system="Qwen3-32B", score=32.71, measure="f1", source=STRUCTURED),
        Published(system="Qwen3-32B with a knowledge graph", score=48.26, measure="f1", source=STRUCTURED),
    ),
)
