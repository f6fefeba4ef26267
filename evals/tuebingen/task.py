"""Which of two variables is the cause, from their data or from their names (Tübingen cause-effect pairs)."""

from __future__ import annotations

from ..harness.spec import Benchmark, Published
from .load import load
from .solve import first_causes_second, solve

BENCHMARK = Benchmark(
    name="tuebingen",
    title="Tübingen cause-effect pairs: direction from data, or from names (models only)",
    licence="MIT (CausalDiscoveryToolbox resources), CC0 (names)",
    source="CausalDiscoveryToolbox resources; py-why pair names; the collection of Mooij et al. 2016",
    load=load,
    solve=solve,
    instructions="Answer `A causes B` or `B causes A`.",
    shortcuts={"A causes B": first_causes_second},
    published=(
        Published(system="GPT-4, from the names alone", score=96.3, measure="accuracy", source="arXiv 2305.00050, authors' files"),
        Published(system="gpt-3.5-turbo, from the names alone", score=88.9, measure="accuracy", source="arXiv 2305.00050, authors' files"),
    ),
)  # fmt: skip
