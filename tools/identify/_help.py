"""What would make an effect identifiable that is not: each suggestion is tried on the graph before it is made."""

from __future__ import annotations

from itertools import combinations

from ..domain.adjustment import AdjustmentProblem
from ..domain.graphs import Admg, Dag
from ..domain.projection import canonical_dag

MOST_LATENT = 12
"""Latent nodes of which pairs are tried."""
MOST_SHOWN = 3
"""Suggestions of this kind to list."""


def what_would_help(problem: AdjustmentProblem) -> tuple[str, ...]:
    """List what to measure, assume or do; the first entries are checked to suffice by adjustment."""
    t, y = problem.treatment, problem.outcome
    general = (
        f"randomise {t}",
        f"measure an instrument: a cause of {t} that reaches {y} only through {t} and shares no cause with {y}",
        f"measure every mediator between {t} and {y}, if nothing hidden affects them and {t} or {y}",
    )
    return (*_to_measure(problem), *general)


def _to_measure(problem: AdjustmentProblem) -> tuple[str, ...]:
    """Hidden variables that, once measured, make adjustment possible: a smallest number of them."""
    graph = problem.graph
    words: dict[str, str] = {}
    if isinstance(graph, Admg):
        dag = canonical_dag(graph)
        hidden = [e for e in graph.edges if not e.directed]
        names = dag.latent[len(graph.latent) :]
        words = {n: f"the hidden common cause of {e.source} and {e.target}" for n, e in zip(names, hidden, strict=True)}
        problem = AdjustmentProblem(dag, problem.treatment, problem.outcome)
    elif not isinstance(graph, Dag):
        return ()
    near = problem.backdoor.ancestors([problem.treatment, problem.outcome])
    free = near & frozenset(problem.allowed)
    latent = [n for n in problem.graph.latent if n in near and n not in problem.forbidden]
    for size in (1, 2) if len(latent) <= MOST_LATENT else (1,):
        found = [c for c in combinations(latent, size) if problem.blocks(free | frozenset(c))]
        if found:
            return tuple("measure " + " and ".join(words.get(n, n) for n in chosen) for chosen in found[:MOST_SHOWN])
    return ()
