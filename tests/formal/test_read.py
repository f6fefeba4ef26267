"""The grammar over causal English: what is stated, what phrases mean, which call decides the question."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.formal.answer import answer_formal
from whence.agent.policies.rules.formal.read import read_formal
from whence.agent.policies.rules.formal.types import Chance, Event, FormalReading, FormalVerdict, Premises, Unreadable

SIMPSON = (
    "Imagine a self-contained, hypothetical world with only the following conditions, and without any unmentioned "
    "factors or causal relationships: Gender has a direct effect on treatment and recovery. Treatment has a direct "
    "effect on recovery. For patients who are not male and not receiving treatment, the probability of recovery is 4%. "
    "For patients who are not male and receiving treatment, the probability of recovery is 40%. For patients who are "
    "male and not receiving treatment, the probability of recovery is 70%. For patients who are male and receiving "
    "treatment, the probability of recovery is 86%. The overall probability of male gender is 52%. "
)


def premises(text: str) -> Premises:
    reading = read_formal(text)
    assert isinstance(reading, FormalReading), reading
    return reading.premises


def test_conditions_of_two_variables_are_cut_and_aligned() -> None:
    found = premises(SIMPSON + "Will receives treatment increase the chance of recovery?")
    assert found.edges == [("gender", "treatment"), ("gender", "recovery"), ("treatment", "recovery")]
    assert found.chances[1] == Chance(
        event=(Event(variable="recovery"),),
        given=(Event(variable="gender", level=0), Event(variable="treatment", level=1)),
        value=0.4,
    )
    assert found.chances[4] == Chance(event=(Event(variable="gender"),), value=0.52)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Will receives treatment increase the chance of recovery?", "yes"),
        ("Will receives treatment decrease the chance of recovery?", "no"),
        ("Does treatment make recovery more likely?", "yes"),
        ("Is the chance of recovery reduced by treatment?", "no"),
    ],
)
def test_polarity_of_an_adjusted_effect(asked: str, answer: str) -> None:
    # by hand: 0.48 (0.40 - 0.04) + 0.52 (0.86 - 0.70) = 0.256
    verdict, reading = answer_formal(SIMPSON + asked)
    assert isinstance(verdict, FormalVerdict)
    assert reading is not None
    assert reading.call.args["query"] == "ATE"
    assert verdict.answer == answer
    assert "0.256" in verdict.sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Jyka has a direct effect on wibl and uvzi",
        "Jyka directly affects wibl and uvzi",
        "Wibl and uvzi are directly affected by jyka",
        "Jyka influences both wibl and uvzi",
        "Jyka causes wibl, and jyka causes uvzi",
        "Wibl depends on jyka, and uvzi depends on jyka",
    ],
)
def test_edges_in_any_ordinary_way(sentence: str) -> None:
    found = premises(f"{sentence}. Is wibl more likely than not?")
    assert sorted(found.edges) == [("jyka", "uvzi"), ("jyka", "wibl")]


@pytest.mark.parametrize("sentence", ["Kraz is unobserved", "Kraz is not measured", "We do not observe kraz"])
def test_hidden_variables(sentence: str) -> None:
    found = premises(f"Kraz affects lirg. {sentence}. Is lirg more likely than not?")
    assert found.latent == ["kraz"]


def test_what_is_not_understood_is_unreadable() -> None:
    verdict, reading = answer_formal("Kraz affects lirg. What colour is the sky?")
    assert isinstance(verdict, Unreadable)
    assert reading is None


@pytest.mark.parametrize(
    "denial",
    [
        "A does not cause B", "A doesn't affect B", "A never causes B", "A cannot influence B", "A is not a cause of B",
        "A has no effect on B", "A has no direct effect on B", "B is not affected by A", "B isn't driven by A",
    ],
)  # fmt: skip
def test_an_edge_that_is_stated_and_denied_decides_nothing(denial: str) -> None:
    found = read_formal(f"A causes B. {denial}. Does A cause B?")
    assert isinstance(found, Unreadable)
    assert "A affects B is both stated and denied" in found.problem


@pytest.mark.parametrize(
    "sentence",
    [
        "There is no arrow from A to B",
        "Neither A nor B causes the other",
        "Somehow 30% of all were odd and 5% were not",
        "The odds were .4 for some and 0.7 for others",
        "B was seen 12 times in 30",
    ],
)
def test_a_sentence_with_a_number_or_a_denied_edge_that_is_not_read_is_named(sentence: str) -> None:
    found = read_formal(f"A causes B. {sentence}. Does A cause B?")
    assert isinstance(found, Unreadable)
    assert sentence[:100] in found.problem


@pytest.mark.parametrize(
    "sentence",
    [
        "The study began in 2019",
        "It rained on 12 of the 30 days",
        "There are no other causes of B",
        "Everybody was told, and nobody objected",
        "Only these conditions hold, without any unmentioned factors or causal relationships",
        "A does not affect C",
        "A has no direct effect on B except through M",
    ],
)
def test_what_states_nothing_against_the_answer_is_passed_over(sentence: str) -> None:
    found = read_formal(f"A causes B. {sentence}. Does A cause B?")
    assert isinstance(found, FormalReading), found
    assert found.call.args["edges"] == (("A", "B"),)


@pytest.mark.parametrize(
    "said",
    [
        "The probability of Y is 70% for those with X and 40% for those without X",
        "The probability of Y is 0.7 given X but only 0.4 given not X",
        "The probability of Y given X is 0.7 and the probability of Y given not X is 0.4",
        "P(Y given X) is 0.7 and the probability of Y given not X is 0.4",
        "P(Y | X) = 0.7 and P(Y | not X) = 0.4",
        "For those with X, the probability of Y is 70%, and for those without X, the probability of Y is 40%",
    ],
)
def test_several_probabilities_in_a_sentence_are_all_read(said: str) -> None:
    verdict, reading = answer_formal(f"X causes Y. {said}. Does X increase the chance of Y?")
    assert reading is not None
    y = (Event(variable="Y"),)
    assert reading.premises.chances == [
        Chance(event=y, given=(Event(variable="X", level=level),), value=value) for level, value in ((1, 0.7), (0, 0.4))
    ]
    assert isinstance(verdict, FormalVerdict)
    assert verdict.answer == "yes"
