"""Graphs in notation and what they decide by themselves: causes, kin, independence, identifiability, sets."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.formal.answer import answer_formal
from whence.agent.policies.rules.formal.read import read_formal
from whence.agent.policies.rules.formal.types import FormalReading, FormalVerdict

LISTED = "If A causes B, B causes C, and D causes C. "
FRONT_DOOR = (
    "A causes B, B causes C, and A causes D.\nThere exist unobserved confounders between: A and C, and B and D.\n"
)


def answer(text: str) -> str | None:
    verdict, _ = answer_formal(text)
    assert isinstance(verdict, FormalVerdict), verdict
    return verdict.answer


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Does A cause C?", "yes"),
        ("Does C cause A?", "no"),
        ("Does A cause D?", "no"),
        ("Does A directly cause C?", "no"),
        ("Does B directly affect C?", "yes"),
        ("Is C caused by A?", "yes"),
        ("Does A serve as the ancestor node of C?", "yes"),
        ("Does A serve as the parent node of C?", "no"),
        ("Is C a descendant of A?", "yes"),
        ("Is B a child of A?", "yes"),
        ("Are A and C independent given B?", "yes"),
        ("Is A independent of D given C?", "no"),
        ("Given C, are A and D dependent?", "yes"),
        ("Are A and D independent?", "yes"),
        ("Is B a mediator between A and C?", "yes"),
        ("Is C a collider between B and D?", "yes"),
        ("Is A a confounder of B and C?", "no"),
        ("Does C cause E?", "no"),
    ],
)
def test_a_listed_graph_decides(asked: str, expected: str) -> None:
    assert answer(LISTED + asked) == expected
    assert answer(f"{LISTED}\nQuestion: {asked}\nAnswer yes or no.") == expected


def test_chains_in_sentences_decide_too() -> None:
    text = "Smoking causes tar deposits. Tar deposits cause lung damage. "
    assert answer(text + "Does smoking cause lung damage?") == "yes"
    assert answer(text + "Does lung damage cause smoking?") == "no"
    assert answer(text + "Is tar deposits a mediator between smoking and lung damage?") == "yes"
    assert answer(text + "Are smoking and lung damage independent given tar deposits?") == "yes"


def test_arrows_and_meanings_are_read() -> None:
    text = (
        "Given a causal graph with 4 nodes A, B, C, D, and 3 edges A->B, B->C, A<->C. The real world meaning of each node is "
        "defined as follows: A represents level of education, B represents income, C represents health and D represents luck. "
        "Does level of education cause health?"
    )
    reading = read_formal(text)
    assert isinstance(reading, FormalReading)
    assert reading.premises.nodes == ["A", "B", "C", "D"]
    assert reading.premises.edges == [("A", "B"), ("B", "C")]
    assert reading.premises.bidirected == [("A", "C")]
    assert answer(text) == "yes"


def test_hidden_common_causes_decide_identifiability() -> None:
    asked = "Question: Whether the causal effect of {} on {} is identified or not?"
    assert answer(FRONT_DOOR + asked.format("A", "C")) == "yes"
    bow = "A causes B.\nThere exist unobserved confounders between: A and B.\n"
    assert answer(bow + asked.format("A", "B")) == "no"


SETS = (
    "You will be presented with a causal graph in the following form: Z causes T, Z causes Y, T causes M, and M causes Y.\n"
    "{}Question: {}\n{}"
)


@pytest.mark.parametrize(
    ("asked", "options", "expected"),
    [
        (
            "Which set satisfies the back-door criterion relative to (T, Y)?",
            "Option 1: M\nOption 2: Z\nOption 3: ",
            "2",
        ),
        (
            "Which set satisfies the front-door criterion relative to (T, Y)?",
            "Option 1: M\nOption 2: Z\nOption 3: ",
            "1",
        ),
        (
            "Which is the minimal set for the back-door criterion relative to (M, Y)?",
            "Option 1: T, Z\nOption 2: T\nOption 3: Y",
            "2",
        ),
        (
            "Which is the maximal set for the back-door criterion relative to (M, Y)?",
            "Option 1: T, Z\nOption 2: T\nOption 3: Y",
            "1",
        ),
        (
            "Which set satisfies the back-door criterion relative to (Z, Y)?",
            "Option A: M\nOption B: \nOption C: T",
            "B",
        ),
        ("Which set is the instrumental variables relative to (M, Y)?", "Option 1: Y\nOption 2: Z", None),
    ],
)
def test_the_option_that_meets_the_criterion_is_chosen(asked: str, options: str, expected: str | None) -> None:
    assert answer(SETS.format("", asked, options)) == expected


def test_an_unobserved_variable_is_not_adjusted_for() -> None:
    asked = "Which set satisfies the back-door criterion relative to (T, Y)?"
    text = SETS.format("Z is unobserved.\n", asked, "Option 1: Z\nOption 2: M\nAnswer with the number of the option.")
    assert answer(text) is None


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("Are A and C independent given B?", "Yes: A is independent of C given B. Every path between them is blocked given B."),
        ("Are A and C dependent given B?", "No: A is independent of C given B. Every path between them is blocked given B."),
        ("Are A and C independent?", "No: A is not independent of C. A -> B -> C is open."),
        ("Are A and C dependent?", "Yes: A is not independent of C. A -> B -> C is open."),
        ("Does C cause A?", "No: C is not a cause of A. No directed path leads from C to A."),
        ("Is A a confounder of B and C?", "No: A is not a common cause of B and C. A lacks a directed path that this needs."),
    ],
)  # fmt: skip
def test_yes_or_no_is_said_once_and_agrees_with_what_follows(asked: str, sentence: str) -> None:
    verdict, _ = answer_formal(LISTED + asked)
    assert isinstance(verdict, FormalVerdict)
    assert verdict.sentence == sentence
