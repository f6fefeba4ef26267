"""The decision over all strategies: textbook verdicts, order, and effects other than the average."""

from __future__ import annotations

import random
import time

import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.domain.examples import Example, examples, get_example
from whence.tools.domain.graphs import Cpdag, Dag, LaggedDag, Pag
from whence.tools.identify._answers import pose
from whence.tools.identify.effect import EffectArgs, decide, run

from .linear import random_dag


@pytest.mark.parametrize("example", examples().values(), ids=lambda e: e.name)
def test_textbook_examples_get_their_verdict(example: Example, env) -> None:
    found = run(EffectArgs(graph=example.name, treatment="t", outcome="y"), env)
    verdict = found.strategy if found.status == "identified" else found.status
    assert verdict == example.verdict
    assert (found.estimand is not None) == (found.status == "identified")
    assert found.assumptions
    if example.verdict == "backdoor":
        assert found.adjustment_set in example.minimal_sets
    if example.verdict == "none_needed" and example.minimal_sets:
        assert found.adjustment_set == ()
    if example.verdict in ("frontdoor", "general_id", "not_identifiable"):
        assert found.adjustment_set is None


def test_without_instruments_the_instrument_graph_is_not_identifiable(env) -> None:
    found = run(EffectArgs(graph="instrument", treatment="t", outcome="y", allow_instruments=False), env)
    assert found.status == "not_identifiable"
    assert "t <- u -> y is open and u is not measured" in found.reason


def test_a_local_effect_goes_straight_to_the_instrument() -> None:
    dag = Dag.of("z -> t", "t -> y")
    assert decide(pose(dag, "t", "y")).strategy == "none_needed"
    assert decide(pose(dag, "t", "y"), "LATE").instruments == ("z",)
    assert decide(pose(Dag.of("t -> y"), "t", "y"), "LATE").status == "not_identifiable"


def test_an_effect_on_the_treated_is_not_read_off_the_front_door() -> None:
    problem = pose(get_example("front_door").dag, "t", "y")
    found = decide(problem, "ATT")
    assert found.status == "not_identifiable"
    assert found.what_would_help[0] == "ask for the ATE, which the frontdoor strategy gives"
    assert decide(pose(get_example("confounder").dag, "t", "y"), "ATT").estimand.formula == (
        "sum_z P(z | t=1) (E[y | t=1, z] - E[y | t=0, z])"
    )


def test_a_cpdag_depends_on_its_undirected_edges() -> None:
    found = decide(pose(Cpdag.of("t -- z", "z -- y", "t -- y"), "t", "y"))
    assert found.status == "depends_on_orientation"
    assert found.possible_sets == ((), ("y",), ("z",), ("y", "z"))
    assert set(found.what_would_help) == {"decide the direction of t -- z", "decide the direction of t -- y"}


def test_undirected_edges_that_do_not_matter_do_not_stop_the_answer() -> None:
    cpdag = Cpdag.of("a -> t", "b -> t", "a -- c", "t -> y")
    assert decide(pose(cpdag, "t", "y")).status == "identified"


def test_a_cpdag_with_every_edge_directed_is_a_dag() -> None:
    cpdag = Cpdag.of("t -> c", "y -> c")
    assert decide(pose(cpdag, "t", "y")).estimand.formula == "0"


def test_a_pag_is_identified_when_the_first_edge_is_visible_and_else_refused() -> None:
    assert decide(pose(Pag.of("a o-> t", "b o-> t", "t -> y"), "t", "y")).strategy == "none_needed"
    found = decide(pose(Pag.of("t o-> y", "z o-> y"), "t", "y"))
    assert found.status == "not_identifiable"
    assert "a hidden common cause or the other direction is possible at t o-> y" in found.reason


def test_a_graph_over_time_is_refused_with_the_next_step() -> None:
    with pytest.raises(BadArguments, match="unroll"):
        pose(LaggedDag.of("t -> y"), "t", "y")


def test_no_strategy_contradicts_another() -> None:
    rng = random.Random(0)
    strategies: set[str] = set()
    for _ in range(300):
        dag = random_dag(rng, 7, 0.35, n_latent=3)
        t, y = rng.sample(dag.observed, 2)
        found = decide(pose(dag, t, y))
        strategies.add(found.strategy)
        assert found.summary()
        assert (found.status == "identified") == (found.estimand is not None)
        assert found.status == "identified" or found.what_would_help
    assert {"none_needed", "backdoor", "none", "instrument"} <= strategies


MEDIATION = [
    # Pearl 2014, Interpretation and identification of causal mediation, Figures 1, 2 and 4
    ("plain", ("t -> m", "m -> y", "t -> y"), (), ("m",), ()),
    ("confounded mediator", ("t -> m", "m -> y", "t -> y", "c -> m", "c -> y"), (), ("m",), ("c",)),
    ("hidden", ("t -> m", "m -> y", "t -> y", "u -> m", "u -> y"), ("u",), ("m",), None),
    (
        "treatment affects the confounder",
        ("t -> m", "m -> y", "t -> y", "t -> l", "l -> m", "l -> y"),
        (),
        ("m",),
        None,
    ),
    ("both mediators together", ("t -> m", "m -> y", "t -> y", "t -> l", "l -> m", "l -> y"), (), ("l", "m"), ()),
    ("confounded treatment", ("c -> t", "c -> y", "t -> m", "m -> y"), (), ("m",), ("c",)),
    ("hidden on treatment", ("u -> t", "u -> m", "t -> m", "m -> y", "t -> y"), ("u",), ("m",), None),
    ("another mediator beside", ("t -> m", "m -> y", "t -> l", "l -> y"), (), ("m",), ()),
]


@pytest.mark.parametrize(("name", "edges", "latent", "mediators", "covariates"), MEDIATION, ids=lambda v: str(v)[:25])
@pytest.mark.parametrize("kind", ["NDE", "NIE", "CDE"])
def test_mediated_effects_need_an_unconfounded_mediator(name, edges, latent, mediators, covariates, kind) -> None:
    found = decide(pose(Dag.of(*edges, latent=latent), "t", "y"), kind, mediators=mediators)
    assert found.adjustment_set == covariates
    assert found.status == ("not_identifiable" if covariates is None else "identified")
    if found.estimand:
        assert found.estimand.kind == kind
        assert found.mediators == mediators


def test_the_reason_for_a_mediated_effect_names_the_path() -> None:
    hidden = Dag.of("t -> m", "m -> y", "t -> y", "u -> m", "u -> y", latent=["u"])
    assert "m <- u -> y is open" in decide(pose(hidden, "t", "y"), "NDE").reason
    affected = Dag.of("t -> m", "m -> y", "t -> l", "l -> m", "l -> y")
    assert "l is affected by t" in decide(pose(affected, "t", "y"), "NDE", mediators=("m",)).reason


def test_mediators_must_be_named_when_there_are_several_and_lie_on_a_causal_path() -> None:
    two = pose(Dag.of("t -> m", "m -> y", "t -> l", "l -> y", "z -> y"), "t", "y")
    with pytest.raises(BadArguments, match="m, l"):
        decide(two, "NDE")
    with pytest.raises(BadArguments, match="'z' is not a measured mediator"):
        decide(two, "NDE", mediators=("z",))


def test_a_thousand_nodes_are_fast() -> None:
    rng = random.Random(1)
    pairs = {tuple(sorted(rng.sample(range(1000), 2))) for _ in range(3000)}
    edges = [f"v{a} -> v{b}" for a, b in pairs]
    latent = [f"v{i}" for i in rng.sample(range(100, 500), 200)]
    dag = Dag.of(*edges, "u -> v50", "u -> v990", nodes=[f"v{i}" for i in range(1000)], latent=[*latent, "u"])
    start = time.perf_counter()
    assert decide(pose(dag, "v50", "v990")).summary()
    assert time.perf_counter() - start < 5
