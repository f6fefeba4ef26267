"""The front door against exact effects in random linear models and against its definition."""

from __future__ import annotations

import random

import networkx as nx
import pytest

from whence.tools.domain.examples import get_example
from whence.tools.domain.graphs import Dag
from whence.tools.identify._answers import pose
from whence.tools.identify.frontdoor import FrontdoorArgs, mediator_sets, run

from .linear import LinearModel, random_dag


def single_mediators(dag: Dag, t: str, y: str) -> set[str]:
    """Pearl 2009, Definition 3.3.3, with networkx."""
    graph = nx.DiGraph([(p, n) for n in dag.nodes for p in dag.parents(n)])
    graph.add_nodes_from(dag.nodes)
    found: set[str] = set()
    for m in set(dag.observed) - {t, y}:
        paths = list(nx.all_simple_paths(graph, t, y))
        below_t, below_m = graph.copy(), graph.copy()
        below_t.remove_edges_from(list(graph.out_edges(t)))
        below_m.remove_edges_from(list(graph.out_edges(m)))
        if (
            paths
            and all(m in p for p in paths)
            and nx.is_d_separator(below_t, {t}, {m}, set())
            and nx.is_d_separator(below_m, {m}, {y}, {t})
        ):
            found.add(m)
    return found


def test_mediators_meet_the_definition_and_give_the_effect() -> None:
    rng = random.Random(0)
    n_found = 0
    for seed in range(800):
        dag = random_dag(rng, 7, 0.3, n_latent=2)
        t, y = rng.sample(dag.observed, 2)
        problem = pose(dag, t, y)
        if not problem.causal:
            continue
        expected, found = single_mediators(dag, t, y), next(mediator_sets(problem), None)
        if expected:
            assert found is not None
            assert len(found) == 1
            assert found[0] in expected
        if found is not None:
            n_found += 1
            model = LinearModel(dag, seed)
            second = model.regression(y, (*found, t))
            effect = sum(model.regression(m, (t,))[t] * second[m] for m in found)
            assert effect == pytest.approx(model.effect(t, y))
    assert n_found > 20


def test_two_mediators_are_found_together() -> None:
    dag = Dag.of("u -> t", "u -> y", "t -> a", "t -> b", "a -> y", "b -> y", latent=["u"])
    assert next(mediator_sets(pose(dag, "t", "y"))) == ("a", "b")


def test_every_minimal_set_is_listed_once() -> None:
    dag = Dag.of("u -> t", "u -> y", "t -> a", "a -> b", "b -> y", latent=["u"])
    assert list(mediator_sets(pose(dag, "t", "y"))) == [("a",), ("b",)]
    rng = random.Random(2)
    for _ in range(200):
        dag = random_dag(rng, 6, 0.35, n_latent=1)
        t, y = rng.sample(dag.observed, 2)
        problem = pose(dag, t, y)
        if problem.causal:
            singles = {s[0] for s in mediator_sets(problem) if len(s) == 1}
            assert singles == single_mediators(dag, t, y)


def test_a_direct_edge_or_a_confounded_mediator_closes_the_door(holding) -> None:
    closed = Dag.of("u -> t", "u -> y", "t -> m", "m -> y", "t -> y", latent=["u"])
    assert not list(mediator_sets(pose(closed, "t", "y")))
    found = run(FrontdoorArgs(graph="g", treatment="t", outcome="y"), holding(closed))
    assert found.status == "not_identifiable"
    assert "t <- u -> y is open and u is not measured" in found.reason
    confounded = Dag.of("u -> t", "u -> y", "t -> m", "m -> y", "u -> m", latent=["u"])
    assert not list(mediator_sets(pose(confounded, "t", "y")))


def test_the_answer_states_its_premises(holding) -> None:
    found = run(FrontdoorArgs(graph="g", treatment="t", outcome="y"), holding(get_example("front_door").dag))
    assert (found.status, found.strategy, found.mediators) == ("identified", "frontdoor", ("m",))
    assert found.estimand is not None
    assert found.estimand.formula == "sum_m (P(m | t=1) - P(m | t=0)) sum_t' P(t') E[y | m, t']"
    assert {"full mediation", "no hidden confounding of the mediator"} <= {a.name for a in found.assumptions}
