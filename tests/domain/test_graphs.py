"""Graphs and edges: networkx agrees on ancestors, orders and cycles; each kind refuses what it cannot be."""

from __future__ import annotations

import itertools

import hypothesis.strategies as st
import networkx as nx
import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter, ValidationError

from whence.tools.domain.edges import MARKS, SYMBOLS, Edge, edge
from whence.tools.domain.errors import BadArguments
from whence.tools.domain.graphs import Admg, AnyGraph, Cpdag, Dag, LaggedDag, Pag, find_cycle

NODES = [f"v{i}" for i in range(6)]
pairs = st.lists(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda p: p[0] != p[1]), unique=True, max_size=14
)


@st.composite
def dags(draw: st.DrawFn) -> Dag:
    order = draw(st.permutations(NODES))
    chosen = draw(st.lists(st.sampled_from(list(itertools.combinations(order, 2))), unique=True, max_size=12))
    latent = draw(st.lists(st.sampled_from(NODES), unique=True, max_size=2))
    return Dag.of(
        *(f"{a} -> {b}" if draw(st.booleans()) else f"{b} <- {a}" for a, b in chosen), nodes=NODES, latent=latent
    )


def drawn(graph: Dag) -> nx.DiGraph:
    picture = nx.DiGraph()
    picture.add_nodes_from(graph.nodes)
    picture.add_edges_from((e.source, e.target) if e.symbol == "->" else (e.target, e.source) for e in graph.edges)
    return picture


@settings(max_examples=150, deadline=None, derandomize=True)
@given(graph=dags())
def test_neighbours_and_ancestors_are_those_of_networkx(graph: Dag) -> None:
    picture = drawn(graph)
    for n in graph.nodes:
        assert set(graph.parents(n)) == set(picture.predecessors(n))
        assert set(graph.children(n)) == set(picture.successors(n))
        assert set(graph.adjacent(n)) == set(nx.all_neighbors(picture, n))
        assert graph.ancestors(n) == nx.ancestors(picture, n) | {n}
        assert graph.descendants(n) == nx.descendants(picture, n) | {n}
        assert len(graph.incident(n)) == picture.degree(n)
    assert graph.ancestors(*NODES[:2]) == graph.ancestors(NODES[0]) | graph.ancestors(NODES[1])
    assert graph.observed == tuple(n for n in graph.nodes if n not in graph.latent)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(graph=dags())
def test_the_order_puts_causes_first_and_breaks_ties_by_place(graph: Dag) -> None:
    order = graph.topological_order()
    assert sorted(order) == sorted(graph.nodes)
    assert all(order.index(a) < order.index(b) for a, b in drawn(graph).edges())
    assert Dag(nodes=graph.nodes).topological_order() == graph.nodes


@settings(max_examples=300, deadline=None, derandomize=True)
@given(arcs=pairs)
def test_a_cycle_is_found_exactly_when_there_is_one(arcs: list[tuple[str, str]]) -> None:
    picture = nx.DiGraph(arcs)
    children = {n: sorted(picture.successors(n)) if n in picture else [] for n in NODES}
    cycle = find_cycle(children)
    assert (cycle is None) == nx.is_directed_acyclic_graph(picture)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert len(set(cycle)) == len(cycle) - 1
        assert all(picture.has_edge(a, b) for a, b in itertools.pairwise(cycle))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(graph=dags())
def test_json_gives_the_same_graph_back(graph: Dag) -> None:
    _ = graph.observed, graph.parents(NODES[0])  # looked-up tables are no part of the value
    again = TypeAdapter(AnyGraph).validate_json(graph.model_dump_json())
    assert again == graph
    assert hash(again) == hash(graph)
    assert set(graph.model_dump()) == {"nodes", "edges", "latent", "kind"}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graph=dags())
def test_a_changed_copy_does_not_remember_the_old_graph(graph: Dag) -> None:
    _ = graph.observed, graph.parents(NODES[0])
    assert graph.model_copy(update={"latent": ()}).observed == graph.nodes
    assert graph.model_copy(update={"edges": ()}).parents(NODES[0]) == ()


def test_edges_written_either_way_are_one_edge() -> None:
    for symbol, (at_source, at_target) in MARKS.items():
        e = edge("a", symbol, "b")
        assert e.symbol == symbol
        assert (e.mark_at("a"), e.mark_at("b")) == (at_source, at_target)
        assert (e.reversed().mark_at("a"), e.reversed().mark_at("b")) == (at_source, at_target)
        assert e.reversed().reversed() == e
        assert e.directed == (symbol in ("->", "<-"))
    assert len(SYMBOLS) == 9


def test_edges_refuse_self_loops_but_lags_may_repeat() -> None:
    with pytest.raises(BadArguments, match="self-loop"):
        Edge(source="a", target="a")
    assert str(Edge(source="a", target="a", lag_steps=1)) == "a -> a [lag 1]"
    for wrong in ({"lag_steps": -1}, {"support": 1.5}, {"mark_source": "dot"}, {"origin": "rumour"}):
        with pytest.raises(ValidationError):
            Edge.model_validate({"source": "a", "target": "b"} | wrong)


ALLOWED = {
    Dag: {"->", "<-"},
    Admg: {"->", "<-", "<->"},
    Cpdag: {"->", "<-", "--"},
    Pag: set(MARKS),
    LaggedDag: {"->"},
}


@pytest.mark.parametrize("kind", ALLOWED, ids=lambda k: k.__name__)
@pytest.mark.parametrize("symbol", MARKS)
def test_each_kind_allows_only_its_own_edges(kind: type[Dag], symbol: str) -> None:
    if symbol in ALLOWED[kind]:
        assert kind.of(f"a {symbol} b").nodes == ("a", "b")
    else:
        with pytest.raises(BadArguments):
            kind.of(f"a {symbol} b")


@pytest.mark.parametrize("kind", [Dag, Admg, Cpdag], ids=lambda k: k.__name__)
def test_a_cycle_is_refused_and_shown(kind: type[Dag]) -> None:
    with pytest.raises(BadArguments, match="a -> b -> c -> a"):
        kind.of("a -> b", "b -> c", "a <- c")


def test_faults_are_named() -> None:
    faults = {
        "repeated: .'a'": lambda: Dag(nodes=("a", "a", "b")),
        "names .'q'": lambda: Dag(nodes=("a",), edges=(edge("a", "->", "q"),)),
        "twice": lambda: Dag.of("a -> b", "a -> b"),
        "makes a cycle with .a -> b": lambda: Dag.of("a -> b", "a <- b"),
        "Latent .'u'": lambda: Dag(nodes=("a",), latent=("u",)),
        "arrow '=>'": lambda: Dag.of("a => b"),
        "its nodes are: a, b": lambda: Dag.of("a -> b").parents("q"),
        "within one time step: a -> b -> a": lambda: LaggedDag.of("a -> b", "b -> a"),
    }
    for words, build in faults.items():
        with pytest.raises(BadArguments, match=words):
            build()


def test_a_bow_is_allowed_and_a_doubled_edge_is_not() -> None:
    bow = Admg.of("a -> b", "a <-> b")
    assert bow.siblings("a") == ("b",)
    assert bow.parents("b") == ("a",)
    with pytest.raises(BadArguments, match="twice"):
        Admg.of("a <-> b", "b <-> a")


def test_lagged_edges_may_run_both_ways_over_time() -> None:
    graph = LaggedDag.build(
        [
            Edge(source="a", target="b", lag_steps=1),
            Edge(source="b", target="a", lag_steps=1),
            Edge(source="a", target="b"),
            Edge(source="a", target="a", lag_steps=2),
        ]
    )
    assert len(graph.edges) == 4
    with pytest.raises(BadArguments, match="twice"):
        LaggedDag.build([Edge(source="a", target="b", lag_steps=1)] * 2)


def test_undirected_neighbours_of_a_cpdag() -> None:
    graph = Cpdag.of("a -- b", "c -- b", "b -> d")
    assert graph.undirected_neighbours("b") == ("a", "c")
    assert graph.adjacent("b") == ("a", "c", "d")


def test_graphs_are_frozen_and_closed() -> None:
    graph = Dag.of("a -> b")
    with pytest.raises(ValidationError):
        graph.nodes = ("c",)  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Dag.model_validate({"nodes": ["a"], "colour": "red"})
    assert str(Dag.of("a -> b", nodes=["z"])) == "a -> b; z"


@pytest.mark.timeout(20)
def test_twenty_thousand_nodes_are_no_burden() -> None:
    names = [f"v{i}" for i in range(20_000)]
    graph = Dag.build([edge(a, "->", b) for a, b in itertools.pairwise(names)], latent=names[:9_000])
    assert graph.topological_order() == tuple(names)
    assert len(graph.observed) == 11_000
    assert len(graph.descendants("v0")) == 20_000
