"""Premises that are (in)dependences: every way to say one thing reads the same, and hypotheses are told apart."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.formal.answer import answer_formal
from whence.agent.policies.rules.formal.read import read_formal
from whence.agent.policies.rules.formal.types import FormalReading, FormalVerdict

SYSTEM = (
    "Suppose there is a closed system of 3 variables, {a}, {b} and {c}. All the statistical relations among these "
    "3 variables are as follows: {said} Hypothesis: {asked}"
)
COLLIDER = "{a} correlates with {c}. {b} correlates with {c}. However, {a} is independent of {b}."
LETTERS = {"a": "A", "b": "B", "c": "C"}


def say(asked: str, said: str = COLLIDER, names: dict[str, str] = LETTERS) -> str:
    return SYSTEM.format(said=said.format(**names), asked=asked.format(**names), **names)


def call_of(text: str) -> dict[str, object]:
    reading = read_formal(text)
    assert isinstance(reading, FormalReading), reading
    return reading.call.args


def answer(text: str) -> str | None:
    verdict, _ = answer_formal(text)
    assert isinstance(verdict, FormalVerdict), verdict
    return verdict.answer


@pytest.mark.parametrize(
    "said",
    [
        "A and C are correlated. C is statistically associated with B. A and B are independent.",
        "There is a correlation between A and C. B is related to C. There is no correlation between A and B.",
        "A is statistically dependent on C. B and C are associated. A does not correlate with B.",
        "A indep B;",
        "B ⊥ A.",
        "We know that B and A are uncorrelated. Moreover, A is not independent of C.",
        "Given C, A and B are dependent. A is marginally independent of B.",
    ],
)
def test_paraphrases_of_one_premise_read_alike(said):
    args = call_of(say("A directly causes C.", said))
    assert args["variables"] == ("A", "B", "C")
    assert [{s["source"], s["target"]} for s in args["independencies"]] == [{"A", "B"}]  # type: ignore[index,attr-defined]
    assert args["complete"] is True


@pytest.mark.parametrize(
    "said",
    [
        "A and B are independent given C and D.",
        "A is independent of B given C, D.",
        "A is conditionally independent of B given C and D.",
        "Conditional on C and D, A and B are independent.",
        "A and B are unrelated after controlling for C and D.",
        "A indep B | C, D;",
        "Given D and C, A is not correlated with B.",
    ],
)
def test_conditions_are_read_wherever_they_stand(said):
    text = f"There is a closed system of 4 variables, A, B, C and D. {said} Does A directly cause B?"
    (statement,) = call_of(text)["independencies"]  # type: ignore[misc]
    assert (statement["source"], statement["target"], set(statement["given"])) == ("A", "B", {"C", "D"})


HYPOTHESES = {
    "parent": (
        "{a} directly causes {c}.", "{a} directly affects {c}.", "{a} is a direct cause of {c}.",
        "{c} is directly influenced by {a}.", "{a} has a direct effect on {c}.", "Does {a} directly cause {c}?",
        "{c} is a child of {a}.", "{a} is a parent of {c}.",
    ),
    "indirect_cause": (
        "{a} causes something else which causes {c}.", "{a} is a cause for {c}, but not a direct one.",
        "{a} influences {c} through some mediator(s).", "{a} indirectly causes {c}.",
        "{a} affects {c} via at least one other variable.", "{c} is influenced by {a} through a mediator.",
        "{a} influences {c} through some mediator(s) but not directly.",
        "Is it true that {a} has an indirect effect on {c}?",
    ),
    "common_effect": (
        "There exists at least one collider (i.e., common effect) of {a} and {c}.",
        "{a} and {c} together cause some other variable(s).", "{a} and {c} have a common child.",
        "There is a common effect of {a} and {c}.", "Some variable is caused by both {a} and {c}.",
        "Do {a} and {c} share a common effect?",
    ),
    "common_cause": (
        "There exists at least one confounder (i.e., common cause) of {a} and {c}.",
        "Some variable(s) cause(s) both {a} and {c}.", "{a} and {c} share a common cause.",
        "{a} and {c} are both caused by some other variable.", "There is a common parent of {a} and {c}.",
    ),
    "ancestor": ("{a} causes {c}.", "{a} is a cause of {c}.", "{c} is affected by {a}.", "{c} is an effect of {a}."),
}  # fmt: skip


@pytest.mark.parametrize(("relation", "said"), [(r, s) for r, ways in HYPOTHESES.items() for s in ways])
@pytest.mark.parametrize(
    "names", [LETTERS, {"a": "blorp", "b": "Zim", "c": "the wexle"}, {"a": "air quality", "b": "rent", "c": "noise level"}]
)  # fmt: skip
def test_hypotheses_are_told_apart_in_any_words_and_names(relation, said, names):
    args = call_of(say(said, names=names))
    assert args["relation"] == relation
    wanted = [names[k].removeprefix("the ").casefold() for k in "ac"]
    ends = [str(args["source"]).casefold(), str(args["target"]).casefold()]
    assert (ends == wanted) if relation not in ("common_cause", "common_effect") else (set(ends) == set(wanted))


def test_a_hypothesis_follows_when_it_holds_in_every_graph():
    assert answer(say("{a} directly causes {c}.")) == "yes"
    assert answer(say("{c} directly causes {a}.")) == "no"
    assert answer(say("{c} does not directly cause {a}.")) == "yes"
    assert answer(say("There is no confounder of {a} and {b}.")) == "yes"
    assert answer(say("There exists at least one collider of {a} and {b}.")) == "yes"


def test_an_incomplete_list_of_independencies_entails_less():
    text = "A correlates with C. A is independent of B. Does A directly cause C?"
    assert answer(text) == "no"
    assert call_of(text)["complete"] is False


def test_words_that_are_no_hypothesis_are_not_answered():
    verdict, reading = answer_formal(say("{a} is rather nice to {c}."))
    assert reading is None
    assert "not understood" in verdict.problem  # type: ignore[union-attr]
