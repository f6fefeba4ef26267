"""What counts as the same graph, and what a difference says."""

from __future__ import annotations

import random

import pytest

from whence.memory.compare import compare, digest
from whence.tools.domain.edges import Edge
from whence.tools.domain.examples import examples
from whence.tools.domain.graphs import Admg, AnyGraph, Cpdag, Dag, LaggedDag, Pag


def test_the_order_and_direction_of_writing_do_not_matter() -> None:
    one = Pag.of("a o-> b", "b <-> c", nodes=["a", "b", "c", "d"])
    other = Pag.of("c <-> b", "b <-o a", nodes=["d", "c", "b", "a"])
    assert compare(one, other).empty
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Dag.of("a -> b"), Cpdag.of("a -> b"), "kind: dag became cpdag"),
        (Dag.of("a -> b"), Dag.of("a -> b", nodes=["c"]), "+ node c"),
        (Dag.of("a -> b"), Dag.of("a -> b", latent=["a"]), "a is latent now"),
        (Dag.of("a -> b", latent=["a"]), Dag.of("a -> b"), "a is observed now"),
        (Dag.of("a -> b", latent=["u"]), Dag.of("a -> b"), "- node u"),
        (Admg.of("a -> b"), Admg.of("a -> b", "a <-> b"), "+ a <-> b"),
        (Admg.of("a -> b", "a <-> b"), Admg.of("a <-> b"), "- a -> b"),
        (Cpdag.of("a -- b"), Cpdag.of("a -> b"), "a -- b became a -> b"),
        (Dag.of("a -> b"), Dag.of("a -> b", origin="data"), "a -> b: user became data"),
    ],
)
def test_a_difference_is_said_in_words(before: AnyGraph, after: AnyGraph, said: str) -> None:
    assert str(compare(before, after)) == said
    assert digest(before) != digest(after)
    assert not compare(after, before).empty


def test_a_lag_is_part_of_an_edge() -> None:
    def lagged(lag_steps: int) -> LaggedDag:
        return LaggedDag.build([Edge(source="x", target="y", lag_steps=lag_steps)])

    change = compare(lagged(1), lagged(2))
    assert ([e.lag_steps for e in change.removed], [e.lag_steps for e in change.added]) == ([1], [2])


def test_digests_agree_exactly_when_nothing_differs() -> None:
    """Over all pairs of random variants of the textbook graphs."""
    rng = random.Random(5)
    variants: list[AnyGraph] = []
    for example in examples().values():
        edges = list(example.dag.edges)
        rng.shuffle(edges)
        kept = rng.sample(edges, k=rng.randint(0, len(edges)))
        variants += [example.dag, Dag.build(edges, latent=example.dag.latent), Dag.build(kept, nodes=example.dag.nodes)]
        variants += [Admg.build(kept), Dag.build(kept, nodes=example.dag.nodes, latent=example.dag.nodes[:1])]
    for one in variants:
        for other in variants:
            assert compare(one, other).empty == (digest(one) == digest(other))
