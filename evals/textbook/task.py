"""Data questions of textbooks and papers: read the study, choose the design, estimate the effect."""

from __future__ import annotations

from ..harness.spec import Benchmark, Published
from .load import load
from .marks import score
from .solve import solve

BENCHMARK = Benchmark(
    name="textbook",
    title="Data questions of textbooks and papers (CauSciBench, QRData)",
    licence="the bundled sample: as this project; CauSciBench and QRData: CC BY-NC 4.0, not bundled",
    source="causalNLP/CauSciBench, commit 52dffeea; xxxiaol/QRData, commit de450af4",
    load=load,
    solve=solve,
    instructions=(
        "Answer the causal question about the table. Unless a number or a choice is asked for, the answer is one line of JSON with the "
        'keys "treatment" and "outcome" (column names), "method" (ols, matching, ipw, iv, did or rdd), "running" (the running variable, '
        'for rdd), "effect" (a number) and "significant" (0 or 1, at 5 %).'
    ),
    published=(
        Published(system="o3, chain of thought (CauSciBench, all data)", score=48.96, measure="error", source="CauSciBench, abstract"),
        Published(system="CAIS with GPT-4o (textbook rows)", score=31.6, measure="error", source="causalNLP/causal-agent"),
        Published(system="GPT-4 (QRData, all questions)", score=58.0, measure="accuracy", source="Liu et al. 2024, abstract"),
    ),
    score=score,
)  # fmt: skip
