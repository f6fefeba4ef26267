"""Equivalence classes against every DAG on a few nodes."""

from __future__ import annotations

import random
from functools import cache
from itertools import chain, combinations, product

import pytest

from whence.tools.domain.equivalence import (
    count_members,
    cpdag_of,
    extend,
    is_valid_cpdag,
    members,
    orient,
    possible_ancestors,
    possible_descendants,
    possible_parent_sets,
    v_structures,
)
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.graphs import Cpdag, Dag
from whence.tools.domain.knowledge import Knowledge

Arrows = frozenset[tuple[str, str]]


@cache
def every_class(n_nodes: int) -> dict[object, list[Arrows]]:
    """All DAGs on a few nodes, by skeleton and v-structures (Verma and Pearl 1990)."""
    names = "abcde"[:n_nodes]
    classes: dict[object, list[Arrows]] = {}
    for choice in product((None, 0, 1), repeat=n_nodes * (n_nodes - 1) // 2):
        arrows = frozenset(
            pair if way == 0 else pair[::-1]
            for pair, way in zip(combinations(names, 2), choice, strict=True)
            if way is not None
        )
        if acyclic(arrows, names):
            classes.setdefault(signature(arrows), []).append(arrows)
    return classes


def acyclic(arrows: Arrows, names: str) -> bool:
    left = set(names)
    while roots := {n for n in left if not any(b == n and a in left for a, b in arrows)}:
        left -= roots
    return not left


def signature(arrows: Arrows) -> object:
    skeleton = frozenset(frozenset(p) for p in arrows)
    colliders = frozenset(
        (frozenset((a, c)), b)
        for a, b in arrows
        for c, d in arrows
        if b == d and a != c and frozenset((a, c)) not in skeleton
    )
    return skeleton, colliders


def dag_of(arrows: Arrows, n_nodes: int) -> Dag:
    return Dag.of(*(f"{a} -> {b}" for a, b in sorted(arrows)), nodes=tuple("abcde"[:n_nodes]))


def arrows_of(dag: Dag) -> Arrows:
    return frozenset((p, n) for n in dag.nodes for p in dag.parents(n))


def below(arrows: Arrows, node: str) -> set[str]:
    found = {node}
    while fresh := {b for a, b in arrows if a in found} - found:
        found |= fresh
    return found


def some_classes(n_nodes: int, n_classes: int, seed: int) -> list[list[Arrows]]:
    classes = list(every_class(n_nodes).values())
    return classes if len(classes) <= n_classes else random.Random(seed).sample(classes, n_classes)


def test_there_are_as_many_classes_as_published() -> None:
    # Gillispie and Perlman 2001, Table 1: 2, 11, 185 classes of 3, 25, 543 DAGs
    assert [len(every_class(n)) for n in (2, 3, 4)] == [2, 11, 185]
    assert [sum(map(len, every_class(n).values())) for n in (2, 3, 4)] == [3, 25, 543]


@pytest.mark.parametrize("n_nodes", [3, 4])
def test_a_cpdag_directs_exactly_the_edges_its_members_agree_on(n_nodes: int) -> None:
    for dags in every_class(n_nodes).values():
        agreed = frozenset.intersection(*dags)
        for arrows in dags[:3]:
            cpdag = cpdag_of(dag_of(arrows, n_nodes))
            directed = {(a, b) for b in cpdag.nodes for a in cpdag.parents(b)}
            assert directed == agreed
            assert len(cpdag.edges) == len(arrows)
            assert is_valid_cpdag(cpdag)


def test_members_are_the_whole_class_and_nothing_else() -> None:
    for dags in some_classes(4, 185, 0) + some_classes_of_five(80):
        n_nodes = 4 if dags in every_class(4).values() else 5
        cpdag = cpdag_of(dag_of(dags[0], n_nodes))
        found = [arrows_of(d) for d in members(cpdag)]
        assert len(found) == len(set(found))
        assert set(found) == set(dags)
        assert count_members(cpdag) == len(dags)
        assert arrows_of(extend(cpdag)) in dags


@cache
def _random_five() -> list[list[Arrows]]:
    rng = random.Random(1)
    found: list[list[Arrows]] = []
    for _ in range(80):
        order = rng.sample("abcde", 5)
        arrows = frozenset(p for p in combinations(order, 2) if rng.random() < 0.7)
        skeleton = sorted(tuple(sorted(p)) for p in arrows)
        same: list[Arrows] = []
        for ways in product((0, 1), repeat=len(skeleton)):
            other = frozenset(p if w == 0 else p[::-1] for p, w in zip(skeleton, ways, strict=True))
            if acyclic(other, "abcde") and signature(other) == signature(arrows):
                same.append(other)
        found.append(same)
    return found


def some_classes_of_five(n_classes: int) -> list[list[Arrows]]:
    return _random_five()[:n_classes]


def test_members_stop_at_the_limit() -> None:
    names = [f"v{i}" for i in range(12)]
    complete = Cpdag.of(*(f"{a} -- {b}" for a, b in combinations(names, 2)))
    assert len(list(members(complete, limit=5))) == 5
    assert count_members(complete) == 479001600


def test_members_count_of_a_large_tree_and_a_disjoint_union() -> None:
    tree = [f"v{i} -- v{i // 2}" for i in range(1, 500)]
    assert count_members(Cpdag.of(*tree)) == 500
    assert count_members(Cpdag.of("a -- b", "c -- d", "e -> f", "g -> f")) == 4


def knowledge_and_members(rng: random.Random, dags: list[Arrows]) -> tuple[Knowledge, list[Arrows]]:
    truth = rng.choice(dags)
    required = tuple(rng.sample(sorted(truth), min(len(truth), rng.randint(1, 2))))
    return Knowledge(required=required), [d for d in dags if set(required) <= d]


def test_orient_directs_exactly_what_the_knowledge_decides() -> None:
    rng = random.Random(2)
    for dags in some_classes(4, 185, 1) + some_classes_of_five(80):
        if not dags[0]:
            continue
        cpdag = cpdag_of(dag_of(dags[0], 5))
        knowledge, left = knowledge_and_members(rng, dags)
        oriented = orient(cpdag, knowledge)
        assert {(a, b) for b in oriented.nodes for a in oriented.parents(b)} == frozenset.intersection(*left)
        assert {arrows_of(d) for d in members(oriented)} == set(left)
        assert count_members(oriented) == len(left)


def test_orient_refuses_knowledge_that_leaves_no_member() -> None:
    chain_of_three = Cpdag.of("a -- b", "b -- c")
    with pytest.raises(AssumptionViolated, match="a -> b <- c"):
        orient(chain_of_three, Knowledge(required=(("a", "b"), ("c", "b"))))
    with pytest.raises(AssumptionViolated, match="does not have it"):
        orient(chain_of_three, Knowledge(required=(("a", "c"),)))
    with pytest.raises(AssumptionViolated, match="no direction"):
        orient(chain_of_three, Knowledge(forbidden=(("a", "b"), ("b", "a"))))
    with pytest.raises(AssumptionViolated, match="contradicts itself"):
        orient(chain_of_three, Knowledge(required=(("a", "b"),), leaves=("a",)))
    triangle = Cpdag.of("a -- b", "b -- c", "a -- c")
    with pytest.raises(AssumptionViolated, match="cycle"):
        orient(triangle, Knowledge(required=(("a", "b"), ("b", "c")), forbidden=(("a", "c"),)))


def test_orient_reads_tiers_and_exogenous_variables() -> None:
    oriented = orient(Cpdag.of("a -- b", "b -- c"), Knowledge(tiers=(("a",), ("b", "c"))))
    assert str(oriented) == "a -> b; b -> c"
    assert str(orient(Cpdag.of("a -- b", "b -- c"), Knowledge(exogenous=("c",)))) == "b -> a; c -> b"


def test_possible_descendants_ancestors_and_parents_are_those_of_the_members() -> None:
    rng = random.Random(3)
    for dags in some_classes(4, 185, 2) + some_classes_of_five(80):
        cpdag = cpdag_of(dag_of(dags[0], 5))
        cases = [(cpdag, dags)]
        if dags[0]:
            knowledge, left = knowledge_and_members(rng, dags)
            cases.append((orient(cpdag, knowledge), left))
        for graph, inside in cases:
            for node in graph.nodes:
                assert possible_descendants(graph, node) == set(chain(*(below(d, node) for d in inside)))
                assert possible_ancestors(graph, node) == {
                    n for n in graph.nodes if any(node in below(d, n) for d in inside)
                }
                sets = {tuple(sorted(a for a, b in d if b == node)) for d in inside}
                assert set(possible_parent_sets(graph, node)) == sets


def test_an_invalid_cpdag_is_told_apart() -> None:
    assert is_valid_cpdag(Cpdag.of("a -- b", "b -- c"))
    assert not is_valid_cpdag(Cpdag.of("a -> b", "b -- c"))
    assert not is_valid_cpdag(Cpdag.of("a -> b", "b -> c"))
    assert not is_valid_cpdag(Cpdag.of("a -- b", "b -- c", "c -- d", "d -- a"))
    with pytest.raises(AssumptionViolated):
        next(members(Cpdag.of("a -- b", "b -- c", "c -- d", "d -- a")))


def test_redrawing_keeps_where_an_edge_comes_from() -> None:
    cpdag = cpdag_of(Dag.of("b -> a", "b -> c", origin="data"))
    assert {e.origin for e in cpdag.edges} == {"data"}
    assert {e.origin for d in members(cpdag) for e in d.edges} == {"data"}


def test_v_structures_lists_unshielded_colliders_only() -> None:
    assert v_structures(Dag.of("a -> c", "b -> c", "c -> d")) == (("a", "c", "b"),)
    assert v_structures(Dag.of("a -> c", "b -> c", "a -> b")) == ()


def test_parent_sets_of_an_unknown_node_are_refused() -> None:
    with pytest.raises(BadArguments, match="not a node"):
        possible_parent_sets(Cpdag.of("a -- b"), "z")


@pytest.mark.slow
def test_a_thousand_nodes_are_fast() -> None:
    rng = random.Random(4)
    edges = {tuple(sorted(rng.sample(range(1000), 2))) for _ in range(2000)}
    dag = Dag.of(*(f"v{a} -> v{b}" for a, b in edges), nodes=[f"v{i}" for i in range(1000)])
    cpdag = cpdag_of(dag)
    assert is_valid_cpdag(cpdag)
    assert count_members(cpdag) >= 1
    assert len(list(members(cpdag, limit=2))) >= 1
