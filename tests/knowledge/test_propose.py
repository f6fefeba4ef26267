"""What a model proposes is marked as proposed, and refused where it is no graph."""

from __future__ import annotations

import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.graph import compare
from whence.tools.knowledge import propose
from whence.tools.knowledge.propose import ProposeArgs, ProposedEdge
from whence.tools.spec import Env


def edges(*pairs: str) -> tuple[ProposedEdge, ...]:
    return tuple(ProposedEdge(source=p.split()[0], target=p.split()[1], confidence=0.7, because="known") for p in pairs)


def test_every_edge_says_who_proposed_it_and_how_surely(env: Env) -> None:
    args = ProposeArgs(name="g", variables=("a", "b", "c"), edges=edges("a b", "b c"), by="model m")
    result = propose.run(args, env)
    assert {(e.source, e.target, e.origin, e.confidence, e.support) for e in result.graph.edges} == {
        ("a", "b", "model", 0.7, None),
        ("b", "c", "model", 0.7, None),
    }
    assert not result.learned
    assert result.notes[0] == "proposed by model m"


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (("a b", "b c", "c a"), "a -> b -> c -> a"),
        (("a a",), "self-loop"),
        (("a b", "a b"), "twice"),
        (("a nobody",), "'nobody' is not among the variables"),
    ],
)
def test_what_is_no_graph_is_refused_with_the_reason(env: Env, pairs: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadArguments, match=said):
        propose.run(ProposeArgs(name="g", variables=("a", "b", "c"), edges=edges(*pairs)), env)


def test_graphs_are_compared_pair_by_pair(env: Env) -> None:
    same = compare.run(compare.CompareArgs(first="confounder", second="confounder"), env)
    assert (same.n_same, same.distance, same.differences) == (3, 0, ())
    # z -> t, z -> y, t -> y  against  t -> c, y -> c, t -> y
    other = compare.run(compare.CompareArgs(first="confounder", second="collider"), env)
    assert (other.n_same, other.n_other_marks, other.n_only_first, other.n_only_second) == (1, 0, 2, 2)
    # … against  y -> t, z -> y
    turned = compare.run(compare.CompareArgs(first="confounder", second="reverse"), env)
    assert (turned.n_same, turned.n_other_marks, turned.n_only_first, turned.n_only_second) == (1, 1, 1, 0)
    assert turned.distance == 2
