"""Implied independencies: a right graph is kept, a wrong one contradicted, an untestable one called uninformative."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from whence.tools.domain.edges import Edge
from whence.tools.domain.errors import BadArguments
from whence.tools.domain.examples import examples
from whence.tools.domain.graphs import Admg, Cpdag, Dag
from whence.tools.graph.implications import ImplicationsArgs, holm, run
from whence.tools.workspace import WorkspaceEnv

from .conftest import MakeEnv

ARGS = ImplicationsArgs(graph="d", dataset="d")


@pytest.mark.slow
def test_holm_agrees_with_statsmodels() -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 7, 30):
        p_values = list(rng.random(n) ** 3)
        assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert holm([]) == []


@pytest.mark.parametrize("name", sorted(examples()))
def test_the_textbook_graphs_are_not_contradicted_by_their_own_data(name: str, env: WorkspaceEnv) -> None:
    found = run(ImplicationsArgs(graph=name, dataset=name), env)
    assert found.n_rejected == 0
    assert found.checks[0].status == ("pass" if found.tests else "uninformative")


def test_a_graph_that_implies_nothing_is_uninformative(make_env: MakeEnv) -> None:
    frame = examples()["confounder"].simulate(200)
    found = run(ARGS, make_env(frame, Dag.of("z -> t", "z -> y", "t -> y")))
    assert (found.n_implied, found.checks[0].status) == (0, "uninformative")


def test_a_missing_arrow_is_found(make_env: MakeEnv) -> None:
    frame = examples()["mediator"].simulate(500, seed=3)
    found = run(ARGS, make_env(frame, Dag.of("t -> m", "m -> y")))
    assert found.n_rejected == 1
    assert [c.status for c in found.checks] == ["fail", "fail"]
    assert "t and y given m" in found.checks[1].meaning


def test_a_right_graph_is_seldom_contradicted(make_env: MakeEnv) -> None:
    """Over 150 data sets the rate of false alarms stays near alpha, though each has six tests."""
    graph = Dag.of("a -> b", "b -> c", "c -> d", "d -> e")
    alarms = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        drawn: dict[str, np.ndarray] = {}
        for before, node in zip([None, *"abcd"], "abcde", strict=True):
            drawn[node] = (drawn[before] if before else 0) + rng.normal(size=120)
        alarms += run(ARGS, make_env(pd.DataFrame(drawn), graph)).n_rejected > 0
    assert alarms / 150 <= 0.09


def test_what_could_not_be_tested_does_not_read_as_passed(make_env: MakeEnv) -> None:
    frame = examples()["chain_of_three"].simulate(100).assign(t=1.0)
    found = run(ARGS, make_env(frame, Dag.of("t -> m", "m -> y")))
    assert [c.status for c in found.checks] == ["not_run", "not_run"]
    few = examples()["chain_of_three"].simulate(9, seed=2)
    assert run(ARGS, make_env(few, Dag.of("t -> m", "m -> y"))).checks[0].status == "uninformative"


def test_missing_columns_and_learned_graphs_are_mentioned(make_env: MakeEnv) -> None:
    frame = examples()["chain_of_three"].simulate(200)
    learned = Dag.build(
        [Edge(source="t", target="m", origin="data"), Edge(source="m", target="y"), Edge(source="y", target="w")]
    )
    said = " ".join(run(ARGS, make_env(frame, learned)).warnings)
    assert "'w'" in said
    assert "learned from data" in said
    with pytest.raises(BadArguments, match="fewer than two"):
        run(ARGS, make_env(frame, Dag.of("p -> q")))


def test_latent_nodes_and_other_kinds_are_understood(make_env: MakeEnv) -> None:
    frame = examples()["instrument"].simulate(400)
    assert run(ARGS, make_env(frame, Admg.of("z -> t", "t -> y", "t <-> y"))).n_implied == 0
    chain = examples()["chain_of_three"].simulate(400)
    assert run(ARGS, make_env(chain, Cpdag.of("t -- m", "m -- y"))).checks[0].status == "pass"


def test_the_number_of_tests_is_bounded(make_env: MakeEnv) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"v{i}": rng.normal(size=50) for i in range(12)})
    found = run(ImplicationsArgs(graph="d", dataset="d", limit=10), make_env(frame, Dag(nodes=tuple(frame))))
    assert len(found.tests) == 10
    assert "more than 10" in found.warnings[0]
