"""Statements over stated graphs against networkx, and identifiability against Tian's criterion elsewhere."""

from __future__ import annotations

import random
from itertools import permutations

import networkx as nx
import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.reason.statements import StatementsArgs, run
from whence.tools.workspace import WorkspaceEnv

CHAIN = (("a", "b"), ("b", "c"))


def random_edges(rng: random.Random, n_nodes: int, share: float) -> tuple[tuple[str, str], ...]:
    names = [f"v{i}" for i in range(n_nodes)]
    order = rng.sample(names, n_nodes)
    return tuple((a, b) for i, a in enumerate(order) for b in order[i + 1 :] if rng.random() < share)


def holds(env: WorkspaceEnv, **args: object) -> bool:
    return run(StatementsArgs.model_validate(args), env).holds


def test_causes_are_transitive_and_one_way(env: WorkspaceEnv) -> None:
    assert holds(env, edges=CHAIN, statement="cause", source="a", target="c")
    assert not holds(env, edges=CHAIN, statement="cause", source="c", target="a")
    assert not holds(env, edges=CHAIN, statement="direct_cause", source="a", target="c")
    assert not holds(env, edges=CHAIN, statement="cause", source="a", target="a")


def test_random_graphs_agree_with_networkx(env: WorkspaceEnv) -> None:
    rng = random.Random(0)
    for _ in range(40):
        edges = random_edges(rng, 6, 0.35)
        graph = nx.DiGraph(edges)
        graph.add_nodes_from(f"v{i}" for i in range(6))
        nodes = tuple(graph)
        for a, b in rng.sample(list(permutations(nodes, 2)), 6):
            given = rng.sample(sorted(set(nodes) - {a, b}), rng.randint(0, 3))
            args = {"edges": edges, "nodes": nodes, "source": a, "target": b}
            assert holds(env, statement="cause", **args) == nx.has_path(graph, a, b)
            assert holds(env, statement="direct_cause", **args) == graph.has_edge(a, b)
            independent = nx.is_d_separator(graph, {a}, {b}, set(given))
            assert holds(env, statement="independent", given=given, **args) == independent
            third = rng.choice(sorted(set(nodes) - {a, b}))
            between = nx.has_path(graph, a, third) and nx.has_path(graph, third, b)
            assert holds(env, statement="mediator", third=third, **args) == between


def test_a_common_cause_is_not_a_stage_before_the_cause(env: WorkspaceEnv) -> None:
    edges = (("z", "x"), ("x", "y"))
    assert not holds(env, edges=edges, statement="common_cause", source="x", target="y", third="z")
    forked = (*edges, ("z", "y"))
    assert holds(env, edges=forked, statement="common_cause", source="x", target="y", third="z")
    assert holds(env, edges=forked, statement="common_effect", source="z", target="x", third="y")


def test_an_unobserved_common_cause_counts(env: WorkspaceEnv) -> None:
    bow = {"edges": (("x", "y"),), "confounded": (("x", "y"),), "source": "x", "target": "y"}
    assert holds(env, statement="common_cause", **bow)
    verdict = run(StatementsArgs.model_validate({"statement": "identifiable", **bow}), env)
    assert not verdict.holds
    assert "hedge" in verdict.reason


def test_an_identifiable_effect_comes_with_its_formula(env: WorkspaceEnv) -> None:
    args = StatementsArgs(
        edges=(("x", "m"), ("m", "y")), confounded=(("x", "y"),), statement="identifiable", source="x", target="y"
    )
    assert run(args, env).formula == "P(y | do(x)) = sum_m P(m | x) sum_x' P(x') P(y | x', m)"


def test_a_variable_that_nothing_is_said_of_stands_alone(env: WorkspaceEnv) -> None:
    alone = {"edges": CHAIN, "nodes": ("d",)}
    assert holds(env, statement="independent", source="a", target="d", **alone)
    assert not holds(env, statement="cause", source="d", target="a", **alone)
    with pytest.raises(BadArguments, match="'d'"):
        holds(env, edges=CHAIN, statement="cause", source="d", target="a")


def test_a_cycle_is_refused(env: WorkspaceEnv) -> None:
    with pytest.raises(BadArguments, match="cycle"):
        run(StatementsArgs(edges=(*CHAIN, ("c", "a")), statement="cause", source="a", target="b"), env)


def test_a_statement_about_one_variable_is_refused(env: WorkspaceEnv) -> None:
    with pytest.raises(BadArguments, match="different variables"):
        run(StatementsArgs(edges=CHAIN, statement="independent", source="a", target="a"), env)
