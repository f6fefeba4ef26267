"""Sets judged by three criteria, against their definitions written with networkx."""

from __future__ import annotations

import random
from collections.abc import Callable

import networkx as nx
import pytest

from whence.tools.domain.adjustment import optimal_adjustment_set
from whence.tools.domain.errors import ToolError
from whence.tools.domain.graphs import Dag
from whence.tools.domain.results import Criterion
from whence.tools.reason.sets import SetsArgs, run
from whence.tools.workspace import WorkspaceEnv

from .test_statements import random_edges

Rule = Callable[["nx.DiGraph[str]", str, str, set[str]], bool]


def without(graph: nx.DiGraph[str], out_of: set[str]) -> nx.DiGraph[str]:
    cut = graph.copy()
    cut.remove_edges_from(list(graph.out_edges(out_of)))
    return cut


def backdoor(graph: nx.DiGraph[str], x: str, y: str, z: set[str]) -> bool:
    return not z & nx.descendants(graph, x) and nx.is_d_separator(without(graph, {x}), {x}, {y}, z)


def frontdoor(graph: nx.DiGraph[str], x: str, y: str, z: set[str]) -> bool:
    kept = graph.subgraph(set(graph) - z)
    if nx.has_path(kept, x, y):
        return False
    return all(
        nx.is_d_separator(without(graph, {x}), {x}, {m}, set()) and nx.is_d_separator(without(graph, z), {m}, {y}, {x})
        for m in z
    )


def instrument(graph: nx.DiGraph[str], x: str, y: str, z: set[str]) -> bool:
    cut = without(graph, {x})
    return bool(z) and all(
        m not in nx.descendants(graph, x)
        and not nx.is_d_separator(graph, {m}, {x}, set())
        and nx.is_d_separator(cut, {m}, {y}, set())
        for m in z
    )


@pytest.mark.parametrize(
    ("criterion", "rule"), [("backdoor", backdoor), ("frontdoor", frontdoor), ("instrument", instrument)]
)
def test_judgements_follow_the_definition(criterion: Criterion, rule: Rule, env: WorkspaceEnv) -> None:
    rng = random.Random(0)
    n_valid = 0
    for _ in range(150):
        edges = random_edges(rng, 6, 0.4)
        graph = nx.DiGraph(edges)
        graph.add_nodes_from(f"v{i}" for i in range(6))
        x, y, *others = rng.sample(sorted(graph), 6)
        options = tuple(tuple(rng.sample(others, rng.randint(0, 2))) for _ in range(4))
        args = SetsArgs(edges=edges, nodes=tuple(graph), criterion=criterion, treatment=x, outcome=y, options=options)
        found = [j.holds for j in run(args, env).judged]
        assert found == [rule(graph, x, y, set(option)) for option in options]
        n_valid += sum(found)
    assert n_valid > 30


def test_the_more_precise_of_two_minimal_sets_is_taken(env: WorkspaceEnv) -> None:
    rng = random.Random(1)
    n_compared = 0
    for _ in range(300):
        dag = Dag.of(*(f"{a} -> {b}" for a, b in random_edges(rng, 6, 0.4)), nodes=[f"v{i}" for i in range(6)])
        x, y, *others = rng.sample(dag.nodes, 6)
        best = optimal_adjustment_set(dag, x, y)
        if not best:
            continue
        edges = tuple((p, n) for n in dag.nodes for p in dag.parents(n))
        options = (best, *((o,) for o in others if (o,) != best))
        verdict = run(
            SetsArgs(edges=edges, nodes=dag.nodes, criterion="backdoor", treatment=x, outcome=y, options=options), env
        )
        n_compared += sum(j.holds for j in verdict.judged) > 1
        # Henckel, Perkovic, Maathuis 2022, Theorem 3.13: no valid set is more precise
        assert 1 in verdict.best
    assert n_compared > 20


def test_size_comes_before_precision_when_it_is_asked_for(env: WorkspaceEnv) -> None:
    args = {
        "edges": (("b", "t"), ("b", "d"), ("d", "y"), ("t", "y")),
        "criterion": "backdoor", "treatment": "t", "outcome": "y", "options": (("b",), ("d",), ("b", "d")),
    }  # fmt: skip
    assert run(SetsArgs.model_validate({**args, "prefer": "minimal"}), env).best == (2,)
    assert run(SetsArgs.model_validate({**args, "prefer": "maximal"}), env).best == (3,)


def test_the_empty_set_can_be_the_answer(env: WorkspaceEnv) -> None:
    args = SetsArgs(
        edges=(("t", "y"), ("t", "m"), ("y", "m")), criterion="backdoor", treatment="t", outcome="y",
        options=((), ("m",)),
    )  # fmt: skip
    verdict = run(args, env)
    assert verdict.best == (1,)
    assert verdict.judged[1].reason == "m is an effect of t"


def test_an_unobserved_variable_is_in_no_set(env: WorkspaceEnv) -> None:
    args = SetsArgs(
        edges=(("u", "t"), ("u", "y"), ("t", "y")), latent=("u",), criterion="backdoor", treatment="t", outcome="y",
        options=(("u",), ()),
    )  # fmt: skip
    verdict = run(args, env)
    assert verdict.best == ()
    assert "not observed" in verdict.judged[0].reason


def test_two_edges_between_two_variables_are_refused(env: WorkspaceEnv) -> None:
    with pytest.raises(ToolError, match="makes a cycle with"):
        run(
            SetsArgs(edges=(("a", "b"), ("b", "a")), criterion="backdoor", treatment="a", outcome="b", options=((),)),
            env,
        )
