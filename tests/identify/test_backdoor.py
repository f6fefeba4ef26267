"""Four answers that must not be mixed up: none needed, this set, not identifiable, invalid."""

from __future__ import annotations

import random

import pytest

from whence.tools.domain.equivalence import cpdag_of, members
from whence.tools.domain.errors import BadArguments
from whence.tools.domain.examples import get_example
from whence.tools.domain.graphs import Admg, Cpdag, Dag
from whence.tools.domain.results import Identification
from whence.tools.identify._answers import pose
from whence.tools.identify.backdoor import BackdoorArgs, adjustment_formula, by_adjustment, run

from .linear import LinearModel, random_dag


def ask(holding, graph, proposed: tuple[str, ...] | None = None, **more) -> Identification:
    return run(BackdoorArgs(graph="g", treatment="t", outcome="y", proposed=proposed, **more), holding(graph))


def test_the_four_answers_are_told_apart(holding) -> None:
    none = ask(holding, get_example("mediator").dag)
    assert (none.status, none.strategy, none.adjustment_set) == ("identified", "none_needed", ())
    this = ask(holding, get_example("confounder").dag)
    assert (this.status, this.strategy, this.adjustment_set) == ("identified", "backdoor", ("z",))
    no = ask(holding, get_example("bow").dag)
    assert (no.status, no.adjustment_set) == ("not_identifiable", None)
    assert "t <- u -> y is open and u is not measured" in no.reason
    assert no.what_would_help[0] == "measure u"
    wrong = ask(holding, get_example("mediator").dag, ("m",))
    assert (wrong.status, wrong.adjustment_set) == ("invalid", None)
    assert "m is a mediator" in wrong.reason
    assert wrong.what_would_help == ("adjust for nothing",)


def test_an_empty_proposal_is_judged_like_any_other(holding) -> None:
    assert ask(holding, get_example("randomised").dag, ()).strategy == "none_needed"
    wrong = ask(holding, get_example("confounder").dag, ())
    assert wrong.status == "invalid"
    assert "leaves t <- z -> y open" in wrong.reason
    assert wrong.what_would_help == ("adjust for z",)


def test_a_valid_proposal_that_is_not_needed_is_said_to_be_so(holding) -> None:
    found = ask(holding, get_example("randomised").dag, ("x",))
    assert (found.strategy, found.adjustment_set) == ("backdoor", ("x",))
    assert "not needed" in found.reason


def test_a_pretreatment_collider_is_invalid(holding) -> None:
    found = ask(holding, get_example("m_bias").dag, ("m",))
    assert found.status == "invalid"
    assert "opens t <- u1 -> m <- u2 -> y" in found.reason


def test_an_effect_that_is_zero_has_no_set_to_estimate_with(holding) -> None:
    found = ask(holding, get_example("reverse").dag)
    assert (found.status, found.strategy, found.adjustment_set) == ("identified", "none_needed", None)
    assert found.estimand is not None
    assert found.estimand.formula == "0"
    assert "t <- y" in found.warnings[0]


def test_adjustment_gives_the_effect_in_linear_models() -> None:
    rng = random.Random(0)
    n_identified = 0
    for seed in range(400):
        dag = random_dag(rng, 7, 0.35, n_latent=2)
        t, y = rng.sample(dag.observed, 2)
        found = by_adjustment(pose(dag, t, y))
        model = LinearModel(dag, seed)
        if found.estimand is None:
            continue
        if found.estimand.formula == "0":
            assert model.effect(t, y) == pytest.approx(0)
        else:
            n_identified += 1
            assert found.adjustment_set is not None
            assert model.regression(y, (t, *found.adjustment_set))[t] == pytest.approx(model.effect(t, y))
    assert n_identified > 80


def test_on_a_cpdag_the_answer_holds_in_every_member_or_names_the_edge() -> None:
    rng = random.Random(1)
    seen: set[str] = set()
    for _ in range(300):
        dag = random_dag(rng, 5, 0.45)
        t, y = rng.sample(dag.nodes, 2)
        cpdag = cpdag_of(dag)
        found = by_adjustment(pose(cpdag, t, y))
        seen.add(found.status)
        problems = [pose(d, t, y) for d in members(cpdag)]
        if found.status == "identified":
            assert found.estimand is not None
            if found.estimand.formula == "0":
                assert not any(p.causal for p in problems)
            else:
                assert found.adjustment_set is not None
                assert all(p.blocked_by(found.adjustment_set) for p in problems)
        else:
            assert found.status == "depends_on_orientation"
            assert set(found.possible_sets) == {p.graph.parents(t) for p in problems}
            assert all("--" in h and t in h for h in found.what_would_help)
            assert len({bool(p.causal) for p in problems} | {frozenset(p.causal) for p in problems}) > 1
    assert seen == {"identified", "depends_on_orientation"}


def test_a_set_that_is_wrong_in_every_member_is_invalid_on_a_cpdag(holding) -> None:
    chain = Cpdag.of("t -- m", "m -- y")
    assert ask(holding, chain, ()).status == "depends_on_orientation"
    assert ask(holding, Cpdag.of("t -- z", "z -- y", "t -- y"), ("z",)).status == "depends_on_orientation"
    decided = Cpdag.of("a -> t", "b -> t", "t -> m", "m -> y")
    assert ask(holding, decided, ("m",)).status == "invalid"


def test_a_hidden_common_cause_in_an_admg_is_named_by_its_ends(holding) -> None:
    found = ask(holding, Admg.of("t -> y", "t <-> y"))
    assert "t <-> y is open and its hidden common causes are not measured" in found.reason
    assert found.what_would_help[0] == "measure the hidden common cause of t and y"


def test_help_names_all_hidden_variables_that_are_needed(holding) -> None:
    dag = Dag.of("t -> y", "u -> t", "u -> y", "v -> t", "v -> y", latent=["u", "v"])
    assert ask(holding, dag).what_would_help[0] == "measure u and v"


def test_questions_about_hidden_or_unknown_nodes_are_refused(holding) -> None:
    with pytest.raises(BadArguments, match="is latent"):
        run(BackdoorArgs(graph="g", treatment="u", outcome="y"), holding(get_example("bow").dag))
    with pytest.raises(BadArguments, match="not a node"):
        ask(holding, get_example("confounder").dag, ("nobody",))


def test_formulas_follow_the_estimand() -> None:
    assert adjustment_formula("t", "y", ()) == "E[y | t=1] - E[y | t=0]"
    assert adjustment_formula("t", "y", ("z",), "ATT") == "sum_z P(z | t=1) (E[y | t=1, z] - E[y | t=0, z])"
    assert adjustment_formula("t", "y", ("a", "b"), "dose_response") == "sum_{a,b} P(a, b) E[y | t, a, b]"
