"""Adjustment sets against the definition, over every subset, every member and random parameters."""

from __future__ import annotations

import random
import time
from functools import cache
from itertools import chain, combinations, product

import networkx as nx
import numpy as np
import pytest

from whence.tools.domain.adjustment import (
    all_adjustment_sets,
    canonical_adjustment_set,
    is_adjustment_set,
    minimal_adjustment_sets,
    optimal_adjustment_set,
    why_not,
)
from whence.tools.domain.ancestral import visible
from whence.tools.domain.edges import Edge, Mark
from whence.tools.domain.equivalence import cpdag_of, members, orient, project
from whence.tools.domain.errors import BadArguments
from whence.tools.domain.examples import Example, examples
from whence.tools.domain.graphs import Admg, Cpdag, Dag, Graph, LaggedDag, Pag
from whence.tools.domain.knowledge import Knowledge

Sets = set[tuple[str, ...]]


def random_dag(rng: random.Random, n_nodes: int, share: float, n_latent: int = 0) -> Dag:
    names = [f"v{i}" for i in range(n_nodes)]
    order = rng.sample(names, n_nodes)
    edges = [f"{a} -> {b}" for a, b in combinations(order, 2) if rng.random() < share]
    return Dag.of(*edges, nodes=names, latent=rng.sample(names, n_latent))


def subsets(names: list[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(sorted(names), k) for k in range(len(names) + 1)))


def paths_between(graph: nx.DiGraph, x: str, y: str) -> list[list[str]]:
    return list(nx.all_simple_paths(graph.to_undirected(), x, y))


def valid_by_definition(dag: Dag, x: str, y: str, given: tuple[str, ...]) -> bool:
    """Shpitser, VanderWeele, Robins 2010: no descendant of a causal node, every other path blocked; path by path."""
    graph = nx.DiGraph([(p, n) for n in dag.nodes for p in dag.parents(n)])
    graph.add_nodes_from(dag.nodes)
    chosen = set(given)
    causal_paths = [p for p in paths_between(graph, x, y) if nx.is_path(graph, p)]
    for node in {n for p in causal_paths for n in p[1:]}:
        if chosen & ({node} | nx.descendants(graph, node)):
            return False
    opened = chosen | {n for z in chosen for n in nx.ancestors(graph, z)}
    for path in paths_between(graph, x, y):
        if path in causal_paths:
            continue
        triples = zip(path, path[1:], path[2:], strict=False)
        if all(
            b in opened if graph.has_edge(a, b) and graph.has_edge(c, b) else b not in chosen for a, b, c in triples
        ):
            return False
    return True


def valid_sets(dag: Dag, x: str, y: str) -> Sets:
    rest = [n for n in dag.observed if n not in (x, y)]
    return {s for s in subsets(rest) if valid_by_definition(dag, x, y, s)}


def without_supersets(sets: Sets) -> Sets:
    return {s for s in sets if not any(set(o) < set(s) for o in sets)}


def check(graph: Graph, x: str, y: str, expected: Sets) -> None:
    rest = [n for n in graph.observed if n not in (x, y)]
    for given in subsets(rest):
        valid = given in expected
        assert is_adjustment_set(graph, x, y, given) == valid, (str(graph), x, y, given)
        assert (why_not(graph, x, y, given) is None) == valid
    assert set(all_adjustment_sets(graph, x, y)) == expected
    assert set(minimal_adjustment_sets(graph, x, y)) == without_supersets(expected)
    canonical = canonical_adjustment_set(graph, x, y)
    assert (canonical in expected) if expected else (canonical is None)


@pytest.mark.parametrize("n_latent", [0, 1, 2])
def test_every_set_of_a_dag_agrees_with_the_definition(n_latent: int) -> None:
    rng = random.Random(n_latent)
    for _ in range(120):
        dag = random_dag(rng, rng.randint(2 + n_latent, 6), rng.uniform(0.2, 0.7), n_latent)
        x, y = rng.sample(dag.observed, 2)
        expected = valid_sets(dag, x, y)
        check(dag, x, y, expected)
        if n_latent:
            check(project(dag), x, y, expected)


def test_every_set_of_a_cpdag_is_valid_in_all_members() -> None:
    rng = random.Random(3)
    for _ in range(150):
        truth = random_dag(rng, rng.randint(3, 5), rng.uniform(0.3, 0.9))
        graph = cpdag_of(truth)
        if truth.edges and rng.random() < 0.6:
            e = rng.choice(truth.edges)
            graph = orient(graph, Knowledge(required=((e.source, e.target),)))
        x, y = rng.sample(truth.nodes, 2)
        check(graph, x, y, set.intersection(*(valid_sets(d, x, y) for d in members(graph))))


def test_a_set_valid_in_each_member_for_different_reasons_is_still_found() -> None:
    # Perković et al. 2018, Figure 1: the class is not amenable, yet ∅ fails in one member only
    assert minimal_adjustment_sets(Cpdag.of("t -- m", "m -- y"), "t", "y") == ()
    assert minimal_adjustment_sets(Cpdag.of("a -> t", "b -> t", "t -> y"), "t", "y") == ((),)


@pytest.mark.parametrize("example", examples().values(), ids=lambda e: e.name)
def test_textbook_examples_have_their_declared_sets(example: Example) -> None:
    sets = minimal_adjustment_sets(example.dag, example.treatment, example.outcome)
    assert sets == example.minimal_sets
    for node in example.harmful:
        assert why_not(example.dag, "t", "y", (node,)) is not None
    for given in sets:
        covariances = implied_covariance(example.dag, {(p, n): example.coefficients[f"{p} -> {n}"] for n in
                                                       example.dag.nodes for p in example.dag.parents(n)})  # fmt: skip
        estimate, _ = regress(example.dag, covariances, "t", "y", given)
        assert estimate == pytest.approx(example.effect)


def implied_covariance(dag: Dag, coefficients: dict[tuple[str, str], float]) -> np.ndarray:
    n = len(dag.nodes)
    b = np.zeros((n, n))
    for (cause, effect), value in coefficients.items():
        b[dag.nodes.index(effect), dag.nodes.index(cause)] = value
    inverse = np.linalg.inv(np.eye(n) - b)
    return inverse @ inverse.T


def regress(dag: Dag, cov: np.ndarray, x: str, y: str, given: tuple[str, ...]) -> tuple[float, float]:
    """Population coefficient of x in the regression of y on x and the set, and its asymptotic variance."""
    rows = [dag.nodes.index(n) for n in (x, *given)]
    target = dag.nodes.index(y)
    beta = np.linalg.solve(cov[np.ix_(rows, rows)], cov[rows, target])
    residual = cov[target, target] - beta @ cov[rows, target]
    precision = np.linalg.inv(cov[np.ix_(rows, rows)])
    return float(beta[0]), float(residual * precision[0, 0])


def test_the_optimal_set_has_the_smallest_variance_of_all_valid_sets() -> None:
    rng = random.Random(4)
    n_seen = 0
    for _ in range(200):
        dag = random_dag(rng, 6, 0.45)
        x, y = rng.sample(dag.nodes, 2)
        best = optimal_adjustment_set(dag, x, y)
        expected = valid_sets(dag, x, y)
        if y not in dag.descendants(x):
            assert best is None
            continue
        n_seen += 1
        assert best in expected
        cov = implied_covariance(dag, {(p, n): rng.uniform(0.5, 2) for n in dag.nodes for p in dag.parents(n)})
        values = {s: regress(dag, cov, x, y, s) for s in expected}
        assert all(value == pytest.approx(values[best][0]) for value, _ in values.values())
        assert all(values[best][1] <= variance + 1e-9 for _, variance in values.values())
    assert n_seen > 40


def test_the_optimal_set_is_not_given_when_part_of_it_is_hidden() -> None:
    dag = Dag.of("a -> t", "a -> u", "u -> y", "t -> y", latent=["u"])
    assert optimal_adjustment_set(dag, "t", "y") is None
    assert minimal_adjustment_sets(dag, "t", "y") == (("a",),)


def test_the_optimal_set_of_a_cpdag_is_that_of_its_members() -> None:
    cpdag = cpdag_of(Dag.of("a -> t", "b -> t", "t -> y", "b -> y", "w -> y"))
    assert optimal_adjustment_set(cpdag, "t", "y") == ("b", "w")


REASONS = [
    (Dag.of("t -> m", "m -> y"), ("m",), "m is a mediator"),
    (Dag.of("z -> t", "z -> y", "t -> y"), (), "leaves t <- z -> y open"),
    (Dag.of("t -> c", "y -> c", "t -> y"), ("c",), "c is an effect of the outcome y, a collider of t and y"),
    (Dag.of("t -> m", "m -> y", "m -> d"), ("d",), "d is an effect of the mediator m"),
    (Dag.of("t -> y", "u -> t", "u -> y", latent=["u"]), ("u",), "u is not measured"),
    (Dag.of("t -> y"), ("t",), "t is the treatment itself"),
    (Dag.of("t -> y"), ("y",), "y is the outcome itself"),
    (
        Dag.of("u -> t", "u -> m", "v -> m", "v -> y", "t -> y", latent=["u", "v"]),
        ("m",),
        "conditioning on m, a collider, opens t <- u -> m <- v -> y",
    ),
    (
        Dag.of("u -> t", "u -> m", "v -> m", "v -> y", "t -> y", "m -> d", latent=["u", "v"]),
        ("d",),
        "conditioning on d, an effect of the collider m, opens t <- u -> m <- v -> y",
    ),
    (Admg.of("t -> y", "t <-> y"), (), "leaves t <-> y open"),
    (Cpdag.of("t -- m", "m -- y"), (), "the data do not decide the direction of t -- m"),
    (Pag.of("t o-o y"), (), "a hidden common cause or the other direction is possible at t o-o y"),
    (Cpdag.of("a -> t", "b -> t", "t -> y"), ("y",), "y is the outcome itself"),
]


@pytest.mark.parametrize(("graph", "given", "reason"), REASONS, ids=lambda v: v if isinstance(v, str) else "")
def test_why_not_says_it_in_words(graph: Graph, given: tuple[str, ...], reason: str) -> None:
    assert why_not(graph, "t", "y", given) == reason


def test_bad_questions_are_refused() -> None:
    with pytest.raises(BadArguments, match="must differ"):
        is_adjustment_set(Dag.of("t -> y"), "t", "t", ())
    with pytest.raises(BadArguments, match="not a node"):
        is_adjustment_set(Dag.of("t -> y"), "t", "y", ("z",))
    with pytest.raises(BadArguments, match="unroll"):
        is_adjustment_set(LaggedDag.of("t -> y"), "t", "y", ())


MARKS = (None, "->", "<-", "<->")


def is_ancestral_and_maximal(graph: Admg) -> bool:
    for e in graph.edges:
        if e.symbol == "<->" and (e.source in graph.ancestors(e.target) or e.target in graph.ancestors(e.source)):
            return False
    for a, b in combinations(graph.nodes, 2):
        if graph.edge_between(a, b) is None:
            rest = [n for n in graph.nodes if n not in (a, b)]
            if not any(separated_by_paths(graph, a, b, s) for s in subsets(rest)):
                return False
    return True


def separated_by_paths(graph: Admg, a: str, b: str, given: tuple[str, ...]) -> bool:
    """m-separation read off every simple path of the latent DAG, by networkx."""
    dag = nx.DiGraph()
    dag.add_nodes_from(graph.nodes)
    for e in graph.edges:
        if e.symbol == "<->":
            dag.add_edges_from([((e.source, e.target), e.source), ((e.source, e.target), e.target)])
        else:
            dag.add_edge(*((e.source, e.target) if e.symbol == "->" else (e.target, e.source)))
    return nx.is_d_separator(dag, {a}, {b}, set(given))


@cache
def classes_of_mags(n_nodes: int) -> list[tuple[Pag, list[Admg]]]:
    names = "tyab"[:n_nodes]
    pairs = list(combinations(names, 2))
    classes: dict[object, list[Admg]] = {}
    for choice in product(MARKS, repeat=len(pairs)):
        edges = [f"{a} {m} {b}" for (a, b), m in zip(pairs, choice, strict=True) if m]
        try:
            mag = Admg.of(*edges, nodes=names)
        except BadArguments:
            continue
        if is_ancestral_and_maximal(mag):
            model = frozenset(
                (a, b, s)
                for a, b in pairs
                for s in subsets([n for n in names if n not in (a, b)])
                if separated_by_paths(mag, a, b, s)
            )
            classes.setdefault(model, []).append(mag)
    return [(pag_of(mags, names), mags) for mags in classes.values()]


def pag_of(mags: list[Admg], names: str) -> Pag:
    edges: list[Edge] = []
    for a, b in combinations(names, 2):
        between = [e for m in mags if (e := m.edge_between(a, b))]
        if between:
            left, right = ({e.mark_at(n) for e in between} for n in (a, b))
            edges.append(Edge(source=a, target=b, mark_source=agreed(left), mark_target=agreed(right)))
    return Pag.build(edges, nodes=names)


def agreed(marks: set[Mark]) -> Mark:
    return marks.pop() if len(marks) == 1 else "circle"


def latent_dags(mag: Admg) -> list[Dag]:
    """DAGs with hidden nodes that the MAG stands for: as it is, and with hidden confounding where it is invisible."""
    plain = Pag.build(mag.edges, nodes=mag.nodes)
    hidden = [(e.source, e.target) for e in mag.edges if e.symbol == "<->"]
    arrows = [(e.source, e.target) if e.symbol == "->" else (e.target, e.source) for e in mag.edges if e.directed]
    found: list[Dag] = []
    for extra in [(), *(((c, e),) for c, e in arrows if not visible(plain, c, e))]:
        latents = [*hidden, *extra]
        edges = [f"{a} -> {b}" for a, b in arrows]
        edges += [f"u{i} -> {end}" for i, pair in enumerate(latents) for end in pair]
        found.append(Dag.of(*edges, nodes=mag.nodes, latent=[f"u{i}" for i in range(len(latents))]))
    return found


@pytest.mark.parametrize("n_nodes", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_sets_of_a_pag_are_valid_in_every_graph_it_stands_for(n_nodes: int) -> None:
    for pag, mags in classes_of_mags(n_nodes):
        dags = [d for m in mags for d in latent_dags(m)]
        check(pag, "t", "y", set.intersection(*(valid_sets(d, "t", "y") for d in dags)))


def test_a_pag_with_a_visible_edge_is_identified() -> None:
    # Zhang 2008: an instrument-like node makes the edge visible
    pag = Pag.of("a o-> t", "b o-> t", "t -> y")
    assert visible(pag, "t", "y")
    assert minimal_adjustment_sets(pag, "t", "y") == ((),)
    assert not visible(Pag.of("a o-> t", "a o-> y", "t -> y"), "t", "y")


def big_dag(seed: int) -> Dag:
    rng = random.Random(seed)
    edges = {tuple(sorted(rng.sample(range(1000), 2))) for _ in range(2000)}
    return Dag.of(*(f"v{a} -> v{b}" for a, b in edges), nodes=[f"v{i}" for i in range(1000)])


def test_a_thousand_nodes_are_fast() -> None:
    dag = big_dag(5)
    start = time.perf_counter()
    for x, y in (("v400", "v900"), ("v500", "v990")):
        best = optimal_adjustment_set(dag, x, y)
        sets = minimal_adjustment_sets(dag, x, y, limit=20)
        assert sets
        assert all(is_adjustment_set(dag, x, y, s) for s in sets[:2])
        assert best is None or is_adjustment_set(dag, x, y, best)
        assert len(all_adjustment_sets(dag, x, y, limit=50)) == 50
    assert time.perf_counter() - start < 10


def test_lists_stop_at_the_limit() -> None:
    dag = Dag.of(*(f"{a} -> {b}" for i in range(20) for a, b in ((f"a{i}", "t"), (f"a{i}", f"b{i}"), (f"b{i}", "y"))))
    assert len(minimal_adjustment_sets(dag, "t", "y", limit=30)) == 30
    assert len(all_adjustment_sets(dag, "t", "y", limit=30)) == 30
