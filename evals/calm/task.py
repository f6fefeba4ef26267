"""Forty-six causal tasks, from pairwise discovery to counterfactual probabilities and identification (CaLM-Lite)."""

from __future__ import annotations

from ..harness.perturb import add_asides, reorder, rewriting, use_passive, use_synonyms
from ..harness.spec import Benchmark, Published
from .generate import generate
from .load import load
from .solve import always_none, earlier_letter, solve

LEADERBOARD = "opencausalab.github.io/CaLM, leaderboard, average over all tasks"

BENCHMARK = Benchmark(
    name="calm",
    title="CaLM-Lite: 46 causal tasks on four rungs",
    licence="Apache-2.0",
    source="OpenCausaLab/CaLM, release v1.0.0.lite, commit 1c1e93a8",
    load=load,
    solve=solve,
    instructions=(
        "Answer the causal question in the form that it asks for: yes or no, the number of an option, or a number with "
        "four decimals."
    ),
    generate=generate,
    perturb={
        "synonyms": rewriting("synonyms", use_synonyms),
        "order": rewriting("order", reorder),
        "passive": rewriting("passive", use_passive),
        "asides": rewriting("asides", add_asides),
    },
    shortcuts={"no effect": always_none, "earlier letter causes": earlier_letter},
    published=(
        Published(system="GPT-4", score=56.8, measure="accuracy", source=LEADERBOARD),
        Published(system="GPT-4 with manual chain of thought", score=75.4, measure="accuracy", source=LEADERBOARD),
        Published(system="GPT-3.5-Turbo", score=48.2, measure="accuracy", source=LEADERBOARD),
        Published(system="Claude 2", score=45.3, measure="accuracy", source=LEADERBOARD),
        Published(system="CauGym-14B", score=93.5, measure="accuracy", source="arXiv 2602.06337, seven tasks"),
    ),
)
