"""The rule policy answers effect questions about textbook models with the right verdict, set and number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.agent.state import Answer
from whence.tools.domain.examples import DESIGN_EFFECTS, Example, design_tables, examples, get_example

pytestmark = pytest.mark.slow  # processes, servers or whole runs

QUESTION = "What is the effect of t on y?"
N_SAMPLES = 600
"""The front-door and instrument estimates need more than the 300 rows of the other sessions."""


def covers(answer: Answer, effect: float) -> bool:
    e = answer.estimate
    return e is not None and e.std_error is not None and abs(e.value - effect) < 4 * e.std_error


def plain(answer: Answer) -> dict[str, Any]:
    """What must not depend on how the question was worded."""
    kept = ("status", "claim", "design", "identified", "adjustment_set", "estimator", "estimate")
    return {name: getattr(answer, name) for name in kept}


@pytest.mark.parametrize("example", examples().values(), ids=lambda e: e.name)
def test_a_graph_gives_the_right_verdict_and_no_number_without_identification(
    example: Example, example_session: Callable[..., Any]
) -> None:
    few = example.verdict == "backdoor"  # fewer rows than AIPW asks for, whose refutations take many fits
    answer = example_session(example.name, 300 if few else N_SAMPLES).ask(QUESTION)
    if example.verdict == "not_identifiable":
        assert (answer.status, answer.identified, answer.estimate, answer.effect_range) == (
            "not_identifiable", False, None, None,
        )  # fmt: skip
        assert answer.ledger == ()
        return
    assert answer.identified is True
    if example.effect == 0:
        assert "no effect" in answer.claim
        return
    if example.verdict in ("none_needed", "backdoor"):
        assert tuple(answer.adjustment_set or ()) in example.minimal_sets
    assert not set(answer.adjustment_set or ()) & set(example.harmful)
    assert answer.estimate is None or covers(answer, example.effect)
    assert answer.estimate is not None or example.verdict == "general_id"


@pytest.mark.parametrize("name", ["confounder", "mediator"])
def test_the_same_question_in_other_words_gives_the_same_reading_and_numbers(
    name: str, example_session: Callable[..., Any]
) -> None:
    session = example_session(name)
    first, *others = [session.ask(w) for w in (QUESTION, "Does t raise y?", "How much does t change y?")]
    for other in others:
        assert other.question == first.question
        assert plain(other) == plain(first)


def test_without_a_graph_the_class_is_learned_and_the_warning_is_said(example_session: Callable[..., Any]) -> None:
    answer = example_session("two_confounders", 1500, graph=False).ask(QUESTION)
    assert answer.design == "discovery"
    assert answer.status in ("answered", "range", "not_identifiable")
    said = " ".join([*(c.text for c in answer.claims), *answer.design_reasons])
    assert "hidden" in said
    assert "assum" in said


def test_a_single_number_from_a_learned_graph_says_what_it_hangs_on(example_session: Callable[..., Any]) -> None:
    answer = example_session("randomised", graph=False).ask(QUESTION)
    assert answer.estimate is not None
    assert covers(answer, get_example("randomised").effect)
    assert any("learned from these data" in c.text and "hidden" in c.text for c in answer.claims)


def test_a_population_restricts_every_estimate(example_session: Callable[..., Any]) -> None:
    answer = example_session("confounder", N_SAMPLES).ask("What is the effect of t on y where z > 0?")
    frame = get_example("confounder").simulate(N_SAMPLES, seed=2)
    assert "where z > 0" in answer.claim
    assert covers(answer, get_example("confounder").effect)
    primary = next(e for e in answer.evidence if e.tool.startswith("estimate_"))
    assert primary.provenance.n_rows_used == int((frame["z"] > 0).sum())
    assert all(e.args["population"] for e in answer.evidence if e.tool.startswith("estimate_"))


def test_the_treated_alone_are_asked_about(example_session: Callable[..., Any]) -> None:
    answer = example_session("confounder").ask("What is the effect of t on y for those who got t?")
    assert answer.question is not None
    assert answer.question.estimand == "ATT"  # type: ignore[union-attr]
    assert "among the treated" in answer.claim
    assert covers(answer, get_example("confounder").effect)


def test_a_continuous_treatment_moves_from_and_to_what_was_asked(example_session: Callable[..., Any]) -> None:
    session = example_session("confounder", N_SAMPLES)
    two = session.ask("What is the effect of z on y from 0 to 2?")
    frame = get_example("confounder").simulate(N_SAMPLES, seed=2)
    slope = np.polyfit(frame["z"], frame["y"], 1)[0]
    assert "z (0 → 2)" in two.claim
    assert two.estimate is not None
    assert two.estimate.value == pytest.approx(2 * slope, rel=1e-6)


def test_a_treatment_of_several_levels_is_reported_level_by_level(start: Any) -> None:
    rng = np.random.default_rng(0)
    frame = get_example("randomised").simulate(N_SAMPLES, seed=2)
    effects = {"none": 0.0, "low": 1.0, "high": 3.0}
    frame["dose"] = rng.choice(list(effects), N_SAMPLES)
    frame["y"] = frame["dose"].map(effects).to_numpy(float) + rng.standard_normal(N_SAMPLES)
    session = start()
    session.add_frame(frame[["dose", "x", "y"]], "trial")
    session.use_graph("dose -> y; x -> y")
    answer = session.ask("What is the effect of dose on y?")
    levels = next(c.text for c in answer.claims if c.text.startswith("Each level"))
    assert all(level in levels for level in effects)


def test_a_column_that_nothing_places_in_time_is_tried_beside_the_answer_and_settled_by_knowledge(start: Any) -> None:
    rng = np.random.default_rng(5)
    prior, segment = rng.standard_normal(N_SAMPLES), rng.integers(0, 2, N_SAMPLES)
    t = (prior + 2 * segment + rng.standard_normal(N_SAMPLES) > 1).astype(int)
    y = 2 * t + prior + 3 * segment + rng.standard_normal(N_SAMPLES)
    session = start()
    session.add_frame(pd.DataFrame({"t": t, "y": y, "prior_orders": prior, "segment": segment}), "shop")
    answer = session.ask("What is the effect of t on y?")
    assert answer.adjustment_set == ("prior_orders",)
    said = next(c for c in answer.claims if "Nothing says whether segment came before t" in c.text)
    beside = next(entry for entry in answer.ledger if entry.evidence == said.evidence[0])
    assert beside.exploratory
    assert beside.ci_low is not None
    assert beside.ci_high is not None
    assert beside.ci_low < 2 < beside.ci_high
    session.know("segment comes before t")
    told = session.ask("What is the effect of t on y?")
    assert set(told.adjustment_set or ()) == {"prior_orders", "segment"}
    assert covers(told, 2)


@pytest.mark.parametrize(
    ("words", "estimand", "effect"),
    [
        ("What is the effect of t on y through m?", "NIE", 1.0),
        ("What is the direct effect of t on y, not through m?", "NDE", 0.5),
    ],
)
def test_mediation_splits_the_effect(
    words: str, estimand: str, effect: float, example_session: Callable[..., Any]
) -> None:
    answer = example_session("mediator", N_SAMPLES).ask(words)
    assert answer.question is not None
    assert answer.question.estimand == estimand  # type: ignore[union-attr]
    assert answer.estimator == "mediation"
    assert covers(answer, effect)
    assert "through m" in answer.claim


def test_an_instrument_that_is_named_is_used(example_session: Callable[..., Any]) -> None:
    answer = example_session("instrument", N_SAMPLES, graph=False).ask(
        "What is the effect of t on y, using z as an instrument?"
    )
    assert (answer.design, answer.estimator) == ("instrument", "2sls")
    assert covers(answer, get_example("instrument").effect)
    assert any("first-stage F" in c.text for c in answer.claims)


def test_before_and_after_by_group_is_a_difference_in_differences(start: Any) -> None:
    session = start()
    named = design_tables(N_SAMPLES, seed=1)["two_periods"].rename(columns={"t": "treated", "w": "post", "y": "sales"})
    session.add_frame(named, "shops")
    answer = session.ask("What is the effect of treated on sales, using difference in differences with time post?")
    assert answer.design == "difference_in_differences"
    assert covers(answer, DESIGN_EFFECTS["two_periods"])


def test_a_cut_off_is_a_regression_discontinuity(start: Any) -> None:
    session = start()
    table = design_tables(N_SAMPLES, seed=1)["cut_off"].rename(columns={"z": "score", "y": "income"})
    table["admitted"] = (table["score"] >= 0).astype(int)
    session.add_frame(table, "schools")
    answer = session.ask("What is the effect of admitted on income, with a cutoff of 0 on score?")
    assert answer.design == "regression_discontinuity"
    assert covers(answer, DESIGN_EFFECTS["cut_off"])


def test_a_treatment_that_never_varies_is_no_answer(start: Any) -> None:
    session = start()
    frame = get_example("confounder").simulate(100, seed=2)
    frame["t"] = 1
    session.add_frame(frame, "flat")
    answer = session.ask("What is the effect of t on y adjusting for z?")
    assert (answer.status, answer.estimate) == ("failed", None)
    assert "same value" in answer.claim


def test_no_effect_is_not_claimed_by_a_learned_graph_that_the_data_contradict(start: Any) -> None:
    rng = np.random.default_rng(2)
    t = rng.integers(0, 2, 300).astype(float)
    m = t + rng.normal(size=300)
    y = m + 5 * t * m + rng.normal(size=300)  # tests in pairs and given one more are misled here
    session = start()
    session.add_frame(pd.DataFrame({"t": t, "m": m, "y": y}), "misleading")
    answer = session.ask("What is the effect of t on y?")
    assert answer.status == "failed"
    assert answer.estimate is None
    assert "cannot be said" in answer.claim
    assert "which they contradict: it implies that t and y are independent" in answer.claim


def test_what_the_audit_warns_of_in_the_columns_used_is_said(start: Any) -> None:
    rng = np.random.default_rng(0)
    frame = get_example("confounder").simulate(N_SAMPLES, seed=2)
    frame["z"] = np.where(rng.random(N_SAMPLES) < 0.03, -999, frame["z"])
    frame["unused"] = np.where(rng.random(N_SAMPLES) < 0.03, -999, rng.standard_normal(N_SAMPLES))
    session = start()
    session.add_frame(frame, "coded")
    warnings = session.ask("What is the effect of t on y adjusting for z?").warnings
    assert any("'z'" in w and "-999" in w for w in warnings)
    assert not any("'unused'" in w for w in warnings)


def test_a_node_without_a_column_is_hidden_and_the_naive_difference_never_answers(start: Any, tmp_path: Any) -> None:
    session = start()
    session.add_frame(get_example("confounder").simulate(N_SAMPLES, seed=2), "short of a column")
    session.use_graph("z -> t; z -> y; q -> t; q -> y; t -> y")
    answer = session.ask(QUESTION)
    assert (answer.status, answer.estimate) == ("not_identifiable", None)
    assert any("Taken as hidden" in w and "'q'" in w for w in answer.warnings)
    frame = get_example("confounder").simulate(N_SAMPLES, seed=2)
    session.add_frame(frame.assign(q=0.0), "whole")
    constant = session.ask(QUESTION)
    assert constant.estimate is None or constant.estimator != "difference_in_means"
    session.add_frame(frame.assign(q=np.random.default_rng(0).standard_normal(N_SAMPLES)), "whole")
    assert set(session.ask(QUESTION).adjustment_set or ()) == {"q", "z"}


def test_arms_that_are_one_word_spelled_in_several_ways_are_not_compared(start: Any) -> None:
    rng = np.random.default_rng(0)
    frame = get_example("confounder").simulate(N_SAMPLES, seed=2)
    frame["t"] = [rng.choice(["yes", "Yes"]) if t else "no" for t in frame["t"]]
    session = start()
    session.add_frame(frame, "spelled")
    answer = session.ask("What is the effect of t on y adjusting for z?")
    assert answer.estimate is None
    assert "'Yes' and 'yes'" in answer.claim
    assert "Write each level in one way" in answer.claim
