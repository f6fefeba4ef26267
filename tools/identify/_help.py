"""What would make an effect identifiable that is not: each suggestion is tried on the graph before it is made."""

from __future__ import annotations

from itertools import combinations

from ..domain.adjustment import AdjustmentProblem
from ..domain.graphs import Admg, Dag, Graph
from ..domain.projection import canonical_dag

MOST_LATENT = 12
"""Latent nodes of which pairs are tried."""


def what_would_help(problem: AdjustmentProblem) -> tuple[str, ...]:
    """List what to measure, assume or do; the first entries are checked to suffice by adjustment."""
    t, y = problem.treatment, problem.outcome
    general = (
        f"randomise {t}",
        f"measure an instrument: a cause of {t} that reaches {y} only through {t} and shares no cause with {y}",
        f"measure every mediator between {t} and {y}, if nothing hidden affects them and {t} or {y}",
    )
    return (*_to_measure(problem.graph, t, y), *general)


def _to_measure(graph: Graph, t: str, y: str) -> tuple[str, ...]:
    if isinstance(graph, Admg):
        dag = canonical_dag(graph)
        names = dict(zip(dag.latent[len(graph.latent) :], (e for e in graph.edges if not e.directed), strict=True))
        words = {n: f"the hidden common cause of {e.source} and {e.target}" for n, e in names.items()}
    elif isinstance(graph, Dag):
        dag, words = graph, {}
    else:
        return ()
    for size in (1, 2) if len(dag.latent) <= MOST_LATENT else (1,):
        found = [
            "measure " + " and ".join(words.get(n, n) for n in chosen)
            for chosen in combinations(dag.latent, size)
            if AdjustmentProblem(_measured(dag, chosen), t, y).solvable
        ]
        if found:
            return tuple(found)
    return ()


def _measured(dag: Dag, chosen: tuple[str, ...]) -> Dag:
    return Dag.build(dag.edges, nodes=dag.nodes, latent=[n for n in dag.latent if n not in chosen])
