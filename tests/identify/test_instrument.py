"""Instruments against exact effects in random linear models."""

from __future__ import annotations

import random

import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.domain.examples import get_example
from whence.tools.domain.graphs import Dag
from whence.tools.identify._answers import pose
from whence.tools.identify.instrument import InstrumentArgs, find_instruments, run

from .linear import LinearModel, random_dag


def test_every_instrument_gives_the_effect_in_a_linear_model() -> None:
    rng = random.Random(0)
    n_plain, n_conditional = 0, 0
    for seed in range(800):
        plain = random_dag(rng, 6, 0.35)
        t, y = rng.sample(plain.nodes, 2)
        edges = [*map(str, plain.edges), f"u -> {t}", f"u -> {y}"]
        dag = Dag.of(*edges, nodes=plain.nodes, latent=["u"])
        problem = pose(dag, t, y)
        if not problem.causal:
            continue
        found = find_instruments(problem)
        if found is None:
            continue
        instruments, given = found
        n_plain, n_conditional = n_plain + (not given), n_conditional + bool(given)
        model = LinearModel(dag, seed)
        for z in instruments:
            assert abs(model.covariance(t, z, given)) > 1e-9
            ratio = model.covariance(y, z, given) / model.covariance(t, z, given)
            assert ratio == pytest.approx(model.effect(t, y))
    assert n_plain > 30
    assert n_conditional > 10


def test_an_instrument_that_shares_a_measured_cause_is_conditional() -> None:
    dag = Dag.of("z -> t", "t -> y", "u -> t", "u -> y", "c -> z", "c -> y", latent=["u"])
    assert find_instruments(pose(dag, "t", "y")) == (("z",), ("c",))


def test_direct_causes_of_treatment_are_preferred() -> None:
    dag = Dag.of("w -> z", "z -> t", "t -> y", "u -> t", "u -> y", latent=["u"])
    assert find_instruments(pose(dag, "t", "y")) == (("z",), ())


def test_a_variable_that_reaches_the_outcome_otherwise_is_refused_with_the_path(holding) -> None:
    env = holding(Dag.of("z -> t", "t -> y", "u -> t", "u -> y", "z -> y", "t -> c", latent=["u"]))
    found = run(InstrumentArgs(graph="g", treatment="t", outcome="y", candidates=("z", "u", "c")), env)
    assert found.status == "not_identifiable"
    assert "z reaches y by z -> y" in found.reason
    assert "u is not measured" in found.reason
    assert "c is an effect of t" in found.reason
    with pytest.raises(BadArguments, match="not a node"):
        run(InstrumentArgs(graph="g", treatment="t", outcome="y", candidates=("nobody",)), env)


def test_the_answer_is_local_and_names_what_it_needs(holding) -> None:
    found = run(InstrumentArgs(graph="g", treatment="t", outcome="y"), holding(get_example("instrument").dag))
    assert (found.status, found.strategy, found.instruments) == ("identified", "instrument", ("z",))
    assert found.estimand is not None
    assert found.estimand.kind == "LATE"
    assert found.estimand.formula == "Cov(y, z) / Cov(t, z)"
    names = {a.name: a.status for a in found.assumptions}
    assert names["exclusion restriction"] == "untestable"
    assert names["relevance"] == "not_tested"
    assert names["monotonicity or a constant effect"] == "untestable"
