"""Background knowledge wins over the data, openly, and the result keeps it."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from whence.tools.discover._knowledge import path_matrix
from whence.tools.discover._orient import direct
from whence.tools.domain.equivalence import cpdag_of, extend, orient, v_structures
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.graphs import Cpdag
from whence.tools.domain.knowledge import Knowledge

from .conftest import Run, marks, simulate

TOOLS = ("discover_pc", "discover_fci", "discover_ges", "discover_directlingam")


def _chain(n: int = 2000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    a = rng.uniform(-1, 1, n)
    b = a + rng.uniform(-1, 1, n)
    return pd.DataFrame({"a": a, "b": b, "c": b + rng.uniform(-1, 1, n), "u": rng.uniform(-1, 1, n)})


@pytest.mark.parametrize("tool", TOOLS)
def test_tiers_direct_the_chain(run_on: Run, tool: str) -> None:
    found = run_on(_chain(), tool, knowledge={"tiers": [["a"], ["b"], ["c"]]}).graph
    b_to_c = found.edge_between("b", "c")
    assert b_to_c.mark_at("c") == "arrow"
    assert found.edge_between("a", "b").mark_at("b") == "arrow"
    if tool != "discover_fci":
        assert marks(found) == marks(Cpdag.of("a -> b", "b -> c", nodes=("u",)))


@pytest.mark.parametrize("tool", ["discover_pc", "discover_ges"])
def test_one_required_direction_gives_all_that_follow(run_on: Run, tool: str) -> None:
    found = run_on(_chain(), tool, knowledge={"required": [["c", "b"]]}).graph
    assert marks(found) == marks(Cpdag.of("c -> b", "b -> a", nodes=("u",)))
    assert found.edge_between("c", "b").origin == "user"
    assert found.edge_between("b", "a").origin == "data"


@pytest.mark.parametrize("tool", TOOLS)
def test_a_required_edge_that_the_data_deny_is_kept_with_a_warning(run_on: Run, tool: str) -> None:
    found = run_on(_chain(), tool, knowledge={"required": [["u", "c"]]})
    assert "u" in found.graph.parents("c")
    assert any("u -> c was kept because the knowledge requires it" in w for w in found.warnings)


@pytest.mark.parametrize("tool", ["discover_pc", "discover_ges", "discover_directlingam"])
def test_a_banned_pair_has_no_edge(run_on: Run, tool: str) -> None:
    found = run_on(_chain(), tool, knowledge={"forbidden": [["a", "b"], ["b", "a"]]}).graph
    assert found.edge_between("a", "b") is None


def test_a_banned_pair_makes_no_false_collider(run_on: Run) -> None:
    """b -> a, b -> c, a -> c with a - c banned: what is left is a fork, not a -> b <- c."""
    rng = np.random.default_rng(0)
    b = rng.standard_normal(3000)
    a = b + rng.standard_normal(3000)
    frame = pd.DataFrame({"a": a, "b": b, "c": b + 0.1 * a + rng.standard_normal(3000)})
    found = run_on(frame, "discover_pc", knowledge={"forbidden": [["a", "c"], ["c", "a"]]}).graph
    assert marks(found) == marks(Cpdag.of("a -- b", "b -- c"))


def test_banning_both_directions_leaves_fci_a_hidden_common_cause(run_on: Run) -> None:
    found = run_on(_chain(), "discover_fci", knowledge={"forbidden": [["a", "b"], ["b", "a"]]}).graph
    assert found.edge_between("a", "b").symbol == "<->"


def test_not_a_cause_is_not_an_effect_under_fci(run_on: Run) -> None:
    """ "b does not cause a" leaves a -> b and a <-> b both possible: a o-> b, not a -> b."""
    found = run_on(_chain()[["a", "b"]], "discover_fci", knowledge={"forbidden": [["b", "a"]]}).graph
    assert marks(found) == {frozenset("ab"): "a o-> b"}


def test_exogenous_and_leaf_variables_keep_their_side(run_on: Run) -> None:
    for tool in TOOLS:
        found = run_on(_chain(), tool, knowledge={"exogenous": ["b"], "leaves": ["a"]}).graph
        assert found.edge_between("a", "b").mark_at("a") == "arrow"
        assert not found.parents("b")
        assert not found.children("a")


@pytest.mark.parametrize("tool", TOOLS)
def test_knowledge_is_kept_on_random_models(run_on: Run, tool: str) -> None:
    """Half of the knowledge is false: it wins all the same, or the tool says why it cannot."""
    for seed in range(6):
        frame, _ = simulate(seed, p=6, n=300, degree=3.0, noise="uniform")
        rng = np.random.default_rng(seed)
        names = list(rng.permutation(frame.columns))
        given = Knowledge(
            required=((names[0], names[1]),),
            forbidden=((names[3], names[2]),),
            tiers=(tuple(names[:3]), tuple(names[3:5])),
        )
        found = run_on(frame, tool, knowledge=given.model_dump())
        assert given.violations(found.graph) == ()
        if isinstance(found.graph, Cpdag):
            extend(found.graph)


def test_contradictions_and_unknown_names_are_refused(run_on: Run) -> None:
    with pytest.raises(AssumptionViolated, match="contradicts itself"):
        run_on(_chain(), "discover_pc", knowledge={"required": [["a", "b"]], "forbidden": [["a", "b"]]})
    with pytest.raises(BadArguments, match="'age', which the table does not have"):
        run_on(_chain(), "discover_pc", knowledge={"exogenous": ["age"]})


def test_forbidden_directions_that_make_a_cycle_are_refused(run_on: Run) -> None:
    rng = np.random.default_rng(0)
    a = rng.standard_normal(1000)
    b = a + rng.standard_normal(1000)
    frame = pd.DataFrame({"a": a, "b": b, "c": a + 2 * b + rng.standard_normal(1000)})
    knowledge = {"forbidden": [["b", "a"], ["c", "b"], ["a", "c"]]}
    with pytest.raises(AssumptionViolated, match="cycle"):
        run_on(frame, "discover_pc", knowledge=knowledge)


def test_knowledge_about_other_columns_is_said_to_be_unused(run_on: Run) -> None:
    found = run_on(_chain(), "discover_pc", variables=("a", "b"), knowledge={"exogenous": ["c"]})
    assert any("Knowledge about 'c' was not used" in w for w in found.warnings)


def test_the_path_matrix_is_read_by_causal_learn_as_we_mean_it(run_on: Run) -> None:
    """Its docstring has rows and columns the other way round; only its behaviour counts."""
    matrix = path_matrix(Knowledge(required=(("c", "b"),)), ("a", "b", "c"))
    assert matrix is not None
    assert matrix[1, 2] == 1
    found = run_on(_chain()[["b", "c"]], "discover_directlingam", knowledge={"tiers": [["c"], ["b"]]}).graph
    assert marks(found) == {frozenset("bc"): "c -> b"}


def test_directing_a_true_class_changes_nothing_and_agrees_with_the_closure() -> None:
    """On skeleton and colliders of a real DAG the result is its class, and with knowledge the oriented class."""
    for seed in range(30):
        _, dag = simulate(seed, p=7, n=10, degree=3.0)
        truth = cpdag_of(dag)
        pairs = {frozenset((e.source, e.target)) for e in truth.edges}
        found = direct(truth.nodes, pairs, v_structures(truth), Knowledge())
        assert marks(found.graph) == marks(truth)
        assert not found.dropped
        assert not found.added
        free = [e for e in truth.edges if e.symbol == "--"]
        if free:
            known = Knowledge(forbidden=((free[0].target, free[0].source),))
            assert marks(direct(truth.nodes, pairs, v_structures(truth), known).graph) == marks(orient(truth, known))


def test_a_square_without_a_collider_gets_one_and_says_so() -> None:
    """No DAG on a four-cycle is free of colliders."""
    square = [frozenset(p) for p in (("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"))]
    found = direct(("a", "b", "c", "d"), square, (), Knowledge())
    assert len(found.added) == 1
    extend(found.graph)


def test_contradicting_colliders_are_dropped_weakest_first() -> None:
    """In a - b - c - d the colliders a -> b <- c and b -> c <- d exclude each other."""
    line = [frozenset(p) for p in itertools.pairwise("abcd")]
    found = direct(tuple("abcd"), line, (("a", "b", "c"), ("b", "c", "d")), Knowledge())
    assert found.dropped == (("b", "c", "d"),)
    assert marks(found.graph) == marks(Cpdag.of("a -> b", "c -> b", "c -- d"))
