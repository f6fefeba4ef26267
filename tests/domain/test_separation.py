"""Separation against networkx, and minimal separators against all subsets."""

from __future__ import annotations

import random
import time
from itertools import chain, combinations

import networkx as nx
import pytest

from whence.tools.domain.equivalence import cpdag_of, project
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.graphs import Admg, Cpdag, Dag, LaggedDag, Pag
from whence.tools.domain.projection import canonical_dag
from whence.tools.domain.separation import implied_independencies, open_path, separated


def random_dag(rng: random.Random, n_nodes: int, share: float, n_latent: int = 0) -> Dag:
    names = [f"v{i}" for i in range(n_nodes)]
    order = rng.sample(names, n_nodes)
    edges = [f"{a} -> {b}" for a, b in combinations(order, 2) if rng.random() < share]
    return Dag.of(*edges, nodes=names, latent=rng.sample(names, n_latent))


def as_networkx(dag: Dag) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(dag.nodes)
    graph.add_edges_from((p, n) for n in dag.nodes for p in dag.parents(n))
    return graph


def subsets(names: list[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(names, k) for k in range(len(names) + 1)))


def test_separation_agrees_with_networkx_on_random_dags() -> None:
    rng = random.Random(0)
    for _ in range(400):
        dag = random_dag(rng, rng.randint(2, 9), rng.uniform(0.1, 0.7))
        x, y, *rest = rng.sample(dag.nodes, len(dag.nodes))
        given = rng.sample(rest, rng.randint(0, len(rest)))
        expected = nx.is_d_separator(as_networkx(dag), {x}, {y}, set(given))
        assert separated(dag, [x], [y], given) == expected
        assert separated(cpdag_of(dag), [x], [y], given) == expected
        assert (open_path(dag, x, y, given) is None) == expected


def test_an_open_path_is_a_path_whose_every_node_is_open() -> None:
    rng = random.Random(1)
    for _ in range(300):
        dag = random_dag(rng, 8, 0.35)
        x, y, *rest = rng.sample(dag.nodes, len(dag.nodes))
        given = rng.sample(rest, rng.randint(0, 3))
        text = open_path(dag, x, y, given)
        if text is None:
            continue
        words = text.split()
        nodes, arrows = words[::2], words[1::2]
        assert nodes[0] == x
        assert nodes[-1] == y
        assert len(set(nodes)) == len(nodes)
        opened = dag.ancestors(*given)
        for node, left, right in zip(nodes[1:], arrows, arrows[1:], strict=False):
            assert node in opened if (left, right) == ("->", "<-") else node not in given


def test_separation_of_sets_agrees_with_networkx() -> None:
    rng = random.Random(2)
    for _ in range(200):
        dag = random_dag(rng, 8, 0.25)
        names = rng.sample(dag.nodes, 8)
        xs, ys, given = names[:2], names[2:4], names[4 : 4 + rng.randint(0, 3)]
        assert separated(dag, xs, ys, given) == nx.is_d_separator(as_networkx(dag), set(xs), set(ys), set(given))


def test_projection_keeps_separation_among_observed_nodes() -> None:
    rng = random.Random(3)
    for _ in range(150):
        dag = random_dag(rng, 8, 0.35, n_latent=3)
        admg = project(dag)
        assert set(admg.nodes) == set(dag.observed)
        for x, y in combinations(dag.observed, 2):
            for given in subsets([n for n in dag.observed if n not in (x, y)]):
                expected = nx.is_d_separator(as_networkx(dag), {x}, {y}, set(given))
                assert separated(admg, [x], [y], given) == expected


def test_projection_of_a_canonical_dag_returns_the_admg() -> None:
    rng = random.Random(4)
    for _ in range(50):
        admg = project(random_dag(rng, 8, 0.35, n_latent=3))
        assert {str(e) for e in project(canonical_dag(admg)).edges} == {str(e) for e in admg.edges}


def test_projection_keeps_a_long_hidden_chain() -> None:
    dag = Dag.of("u -> v", "v -> a", "u -> b", "a -> w", "w -> b", latent=["u", "v", "w"])
    assert str(project(dag)) == "a -> b; a <-> b"


def test_separation_in_a_pag_that_is_fully_oriented() -> None:
    pag = Pag.of("a o-> b", "c o-> b", "b -> d")
    assert separated(pag, ["a"], ["c"])
    assert not separated(pag, ["a"], ["c"], ["d"])
    assert separated(pag, ["a"], ["d"], ["b"])
    assert open_path(pag, "a", "d") == "a o-> b -> d"


def test_a_bidirected_edge_is_a_hidden_common_cause() -> None:
    graph = Admg.of("a <-> b", "b <-> c")
    assert separated(graph, ["a"], ["c"])
    assert open_path(graph, "a", "c", ["b"]) == "a <-> b <-> c"


def test_implied_independencies_are_a_minimal_separator_for_each_separable_pair() -> None:
    rng = random.Random(5)
    for _ in range(120):
        dag = random_dag(rng, 6, 0.4, n_latent=rng.randint(0, 2))
        graph = as_networkx(dag)
        listed = {frozenset((x, y)): given for x, y, given in implied_independencies(dag)}
        for x, y in combinations(dag.observed, 2):
            rest = [n for n in dag.observed if n not in (x, y)]
            separators = [set(s) for s in subsets(rest) if nx.is_d_separator(graph, {x}, {y}, set(s))]
            if not separators:
                assert frozenset((x, y)) not in listed
                continue
            given = set(listed[frozenset((x, y))])
            assert given in separators
            assert not any(s < given for s in separators)


def test_implied_independencies_stop_at_the_limit() -> None:
    assert len(implied_independencies(Dag.of(nodes=[f"v{i}" for i in range(30)]), limit=7)) == 7


def test_overlapping_sides_are_refused() -> None:
    dag = Dag.of("a -> b", "b -> c")
    with pytest.raises(BadArguments, match="two sides"):
        separated(dag, ["a"], ["c"], ["a"])
    with pytest.raises(BadArguments, match="not a node"):
        separated(dag, ["a"], ["nobody"])


def test_a_cpdag_without_members_and_a_lagged_dag_are_refused() -> None:
    square = Cpdag.of("a -- b", "b -- c", "c -- d", "d -- a")
    with pytest.raises(AssumptionViolated, match="not the equivalence class"):
        separated(square, ["a"], ["c"])
    with pytest.raises(BadArguments, match="unroll"):
        separated(LaggedDag.of("a -> b"), ["a"], ["b"])


def test_separation_on_a_thousand_nodes_is_fast() -> None:
    rng = random.Random(6)
    names = [f"v{i}" for i in range(1000)]
    edges = {tuple(sorted(rng.sample(range(1000), 2))) for _ in range(3000)}
    dag = Dag.of(*(f"v{a} -> v{b}" for a, b in edges), nodes=names)
    start = time.perf_counter()
    for _ in range(20):
        x, y, *given = rng.sample(names, 12)
        separated(dag, [x], [y], given)
    assert (time.perf_counter() - start) / 20 < 0.2
