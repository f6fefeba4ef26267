"""Levels spelled out: probabilities, every kind of effect as yes or no or a number, names with words of grammar inside."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.formal.answer import answer_formal
from whence.agent.policies.rules.formal.read import read_formal
from whence.agent.policies.rules.formal.types import Chance, Event, FormalReading, FormalVerdict

CONFOUNDED = (
    "Income level has a direct effect on the diet. Income level has a direct effect on health. The diet has a direct "
    "effect on health. For those with the diet being good and income level being low, the probability of health being "
    "poor is 0.3000. For those with the diet being bad and income level being low, the probability of health being poor "
    "is 0.5000. For those with the diet being good and income level being high, the probability of health being poor is "
    "0.1000. For those with the diet being bad and income level being high, the probability of health being poor is "
    "0.2000. The probability of income level being low is 0.4000. For those with income level being low, the probability "
    "of the diet being good is 0.2500. For those with income level being high, the probability of the diet being good is "
    "0.6000. "
)
P_LOW = 0.4
GOOD = {"low": 0.25, "high": 0.6}
POOR = {("good", "low"): 0.3, ("bad", "low"): 0.5, ("good", "high"): 0.1, ("bad", "high"): 0.2}
MEDIATED = (
    "Training has a direct effect on skill. Training has a direct effect on pay. Skill has a direct effect on pay. For "
    "those with training being long, the probability of skill being high is 0.8. For those with training being short, the "
    "probability of skill being high is 0.3. For those with training being long and skill being high, the probability of "
    "pay being high is 0.9. For those with training being long and skill being low, the probability of pay being high is "
    "0.6. For those with training being short and skill being high, the probability of pay being high is 0.7. For those "
    "with training being short and skill being low, the probability of pay being high is 0.2. "
)
NUMBER = " Provide the calculation result to four decimal places."


def answer(text: str) -> str | None:
    verdict, _ = answer_formal(text)
    assert isinstance(verdict, FormalVerdict), verdict
    return verdict.answer


def ate() -> float:
    """Of a good diet on poor health, by the back-door formula."""
    weight = {"low": P_LOW, "high": 1 - P_LOW}
    return sum(w * (POOR["good", i] - POOR["bad", i]) for i, w in weight.items())


def att() -> float:
    """The same among those with a good diet."""
    weight = {i: (P_LOW if i == "low" else 1 - P_LOW) * GOOD[i] for i in GOOD}
    return sum(w * (POOR["good", i] - POOR["bad", i]) for i, w in weight.items()) / sum(weight.values())


def test_each_variable_has_the_two_levels_the_text_names() -> None:
    reading = read_formal(
        CONFOUNDED + "Question: If the diet is changed to be good, will health be more likely to be poor?"
    )
    assert isinstance(reading, FormalReading)
    event, given = (
        (Event(variable="health", level=0),),
        (Event(variable="diet"), Event(variable="income level", level=0)),
    )
    assert reading.premises.chances[0] == Chance(event=event, given=given, value=0.3)
    assert not reading.premises.latent


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("If the diet is changed to be good, will health be more likely to be poor?", ate()),
        ("If the diet is changed to be bad, will health be more likely to be poor?", -ate()),
        (
            "For those with the diet being good, if their the diet had been bad, would the health have been more likely to "
            "be poor?",
            att(),
        ),
        (
            "Conditioned on income level being low, if the diet had been good, would the health have been more likely to "
            "be poor?",
            POOR["good", "low"] - POOR["bad", "low"],
        ),
    ],
)
def test_effects_follow_the_formula_as_a_number_and_in_words(asked: str, expected: float) -> None:
    assert answer(f"{CONFOUNDED}Question: {asked}{NUMBER}") == f"{expected:.4f}"
    among = asked.startswith("For those")
    assert answer(f"{CONFOUNDED}Question: {asked}") == ("yes" if (expected > 0) != among else "no")


def test_natural_effects_follow_the_mediation_formula() -> None:
    direct = (0.9 - 0.7) * 0.3 + (0.6 - 0.2) * 0.7
    indirect = 0.7 * (0.8 - 0.3) + 0.2 * (0.2 - 0.7)
    held = "Suppose the mediator keeps constant when training is changed to be long, would the pay have been more likely to be high?"
    moved = (
        "Suppose training is held constant and the mediator changes to whatever value it would have attained under training "
        "changing to be long, would pay have been more likely to be high?"
    )
    assert answer(f"{MEDIATED}Question: {held}{NUMBER}") == f"{direct:.4f}"
    assert answer(f"{MEDIATED}Question: {moved}{NUMBER}") == f"{indirect:.4f}"
    assert answer(f"{MEDIATED}Question: {moved}") == "yes"


def test_bounds_on_necessity_are_those_of_tian_and_pearl() -> None:
    text = (
        "A has a direct effect on B. For those with A being low, the probability of B being high is 0.3. The probability of B "
        "being high is 0.45. The probability of A being high and B being high is 0.3. "
        "Question: Given that A was high and B was high, what is the {} bound of the probability of the B would have been low "
        f"if the A had been low?{NUMBER}"
    )
    p_high = 0.3 / (1 - (0.45 - 0.3) / 0.3)
    assert answer(text.format("lower")) == f"{max(0, (p_high - 0.3) / p_high):.4f}"
    assert answer(text.format("upper")) == f"{min(1, 0.7 / p_high):.4f}"


def test_without_a_directed_path_there_is_no_effect_and_no_number_is_needed() -> None:
    text = "A has a direct effect on B. C has a direct effect on B. Question: If A is changed to be low, will C be more likely to be high?"
    assert answer(text) == "no"
    assert answer(text + NUMBER) == "0.0000"


def test_a_name_may_have_a_verb_or_an_and_inside() -> None:
    text = (
        "Whether a person is tired has a direct effect on trees and shrubs. For those with whether a person is tired being yes, "
        "the probability of trees and shrubs being many is 0.2. For those with whether a person is tired being no, the "
        "probability of trees and shrubs being many is 0.5. Question: If whether a person is tired is changed to be yes, will "
        "trees and shrubs be more likely to be many?"
    )
    reading = read_formal(text)
    assert isinstance(reading, FormalReading)
    assert reading.premises.nodes == ["trees and shrubs", "whether a person is tired"]
    assert answer(text + NUMBER) == "-0.3000"


def test_a_stated_least_effect_is_kept_to() -> None:
    text = (
        "A has a direct effect on B. For those with A being low, the probability of B being high is 0.3000. For those with A "
        "being high, the probability of B being high is 0.3004. Question: If A is changed to be high, will B be more likely to "
        "be high? "
    )
    assert answer(text + "Answer yes or no.") == "yes"
    assert answer(text + "Answer yes or no; an effect smaller than 0.001 counts as none.") == "no"


def test_the_order_of_the_statements_does_not_matter() -> None:
    edges, numbers = CONFOUNDED.split("For those", 1)
    asked = f"Question: If the diet is changed to be good, will health be more likely to be poor?{NUMBER}"
    assert answer(f"For those{numbers}{edges}{asked}") == answer(CONFOUNDED + asked) == f"{ate():.4f}"
