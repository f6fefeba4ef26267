"""One world told in many ways: what the words mean must not depend on how they are put."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.formal.answer import answer_formal
from whence.agent.policies.rules.formal.types import FormalVerdict

EDGES = "Age has a direct effect on smoking and cancer. Smoking has a direct effect on cancer."
CHANCES = (
    "The overall probability of old age is 40%. For young people, the probability of smoking is 20%. For old people, the "
    "probability of smoking is 50%. For young people who do not smoke, the probability of cancer is 10%. For young people "
    "who smoke, the probability of cancer is 30%. For old people who do not smoke, the probability of cancer is 20%. For "
    "old people who smoke, the probability of cancer is 60%."
)


def answer(
    edges: str = EDGES, chances: str = CHANCES, question: str = "What is the average effect of smoking on cancer?"
) -> str:
    verdict, _ = answer_formal(f"{edges} {chances} {question}")
    assert isinstance(verdict, FormalVerdict), verdict
    assert verdict.answer is not None, verdict.sentence
    return verdict.answer


# by hand: 0.6 * (0.3 - 0.1) + 0.4 * (0.6 - 0.2)
EFFECT = 0.28


@pytest.mark.parametrize(
    "edges",
    [
        "Age is a direct cause of smoking and cancer. Smoking is a direct cause of cancer.",
        (
            "There is a direct causal effect of age on smoking and on cancer. There is a direct effect of smoking "
            "on cancer."
        ),
        "Smoking is partly determined by age. Cancer is a function of age and smoking.",
        "Both age and smoking cause cancer. Age also causes smoking.",
        "Age -> smoking, age -> cancer, smoking -> cancer.",
        "An arrow goes from age to smoking. Arrows go from age and smoking to cancer.",
        "Age affects both smoking and cancer, while smoking affects cancer.",
        "Age influences smoking, which in turn influences cancer. Age also influences cancer directly.",
        "Cancer depends on smoking and age, and smoking depends on age.",
        "Age, directly, has an impact on smoking as well as cancer. Smoking impacts cancer.",
        "The direct causes of cancer are smoking and age. The only direct cause of smoking is age.",
        "Age has direct effects on smoking and cancer; smoking has a direct effect on cancer.",
        "Smoking and cancer are both directly caused by age. Cancer is also directly caused by smoking.",
        "Age plays a causal role in smoking and cancer. Smoking contributes to cancer.",
    ],
)
def test_direct_effects_in_other_words(edges: str) -> None:
    assert float(answer(edges=edges)) == pytest.approx(EFFECT)


@pytest.mark.parametrize(
    "chances",
    [
        (
            "The probability of old age is 0.4. The probability of smoking given young age is 0.2. The "
            "probability of smoking given old age is 0.5. The probability of cancer given young age and no "
            "smoking is 0.1. The probability of cancer given young age and smoking is 0.3. The probability of "
            "cancer given old age and no smoking is 0.2. The probability of cancer given old age and smoking is "
            "0.6."
        ),
        (
            "Among young people, 20% smoke. Among old people, 50% smoke. 40% of people are old. Among young "
            "nonsmokers, 10% have cancer. Among young smokers, 30% have cancer. Among old nonsmokers, 20% have "
            "cancer. Among old smokers, 60% have cancer."
        ),
        (
            "Old age occurs with probability 40%. If someone is young, the probability of smoking is 20%. If "
            "someone is old, the probability of smoking is 50%. If someone is young and does not smoke, the "
            "probability of cancer is 10%. If someone is young and smokes, the probability of cancer is 30%. If "
            "someone is old and does not smoke, the probability of cancer is 20%. If someone is old and smokes, "
            "the probability of cancer is 60%."
        ),
        (
            "P(old age) = 0.4. P(smoking | young age) = 0.2. P(smoking | old age) = 0.5. P(cancer | young age, no "
            "smoking) = 0.1. P(cancer | young age, smoking) = 0.3. P(cancer | old age, no smoking) = 0.2. "
            "P(cancer | old age, smoking) = 0.6."
        ),
        (
            "Young people have a 20% chance of smoking. Old people have a 50% chance of smoking. There is a 40% "
            "chance of old age. Young nonsmokers have a 10% chance of cancer. Young smokers have a 30% chance of "
            "cancer. Old nonsmokers have a 20% chance of cancer. Old smokers have a 60% chance of cancer."
        ),
        (
            "Cancer occurs in 10% of young nonsmokers. Cancer occurs in 30% of young smokers. Cancer occurs in "
            "20% of old nonsmokers. Cancer occurs in 60% of old smokers. Smoking occurs in 20% of young people. "
            "Smoking occurs in 50% of old people. Old age occurs in 40% of people."
        ),
    ],
)
def test_probabilities_in_other_words(chances: str) -> None:
    assert float(answer(chances=chances)) == pytest.approx(EFFECT)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Does smoking raise the risk of cancer?", "yes"),
        ("If everyone smoked, would cancer be more common?", "yes"),
        ("Is the causal effect of smoking on cancer positive?", "yes"),
        ("Does smoking have a negative effect on cancer?", "no"),
        ("Would forcing people to smoke increase the probability of cancer?", "yes"),
        ("Does smoking cause cancer to be less likely?", "no"),
        ("Would cancer become more likely if we made people smoke?", "yes"),
        ("Is cancer more common among smokers?", "yes"),
        ("Are smokers less likely to have cancer?", "no"),
        ("Among smokers, would cancer be less likely if they had not smoked?", "yes"),
        ("For smokers, had they not smoked, would cancer have been less likely?", "yes"),
        ("Would smokers have been more likely to have cancer if they had not smoked?", "no"),
        ("Overall, is cancer more likely than not?", "no"),
        ("Does quitting smoking reduce the chance of cancer?", "yes"),
        ("Does smoking affect cancer?", "yes"),
        ("Is smoking positively correlated with cancer?", "yes"),
        ("What is the probability of cancer?", "0.2440"),
        ("What is the probability of cancer given smoking?", "0.4875"),
        ("What is the probability of cancer if we set smoking?", "0.4200"),
        ("How likely is cancer among smokers?", "0.4875"),
        ("By how much does smoking change the probability of cancer?", "0.2800"),
    ],
)
def test_questions_in_other_words(question: str, expected: str) -> None:
    # by hand: P(cancer) = 0.6 * 0.14 + 0.4 * 0.4; P(cancer | smoking) = (0.12 * 0.3 + 0.2 * 0.6) / 0.32
    assert answer(question=question) == expected


@pytest.mark.parametrize(
    "smoking",
    [
        "20% of young people smoke. 50% of old people smoke.",
        "The chance that a young person smokes is 20%. The chance that an old person smokes is 50%.",
        "A young person smokes with probability 20%. An old person smokes with probability 50%.",
        "Of young people, 20% smoke. Of old people, 50% smoke.",
        "When people are young, 20% of them smoke. When people are old, 50% of them smoke.",
        "The smoking rate among young people is 20%. The smoking rate among old people is 50%.",
    ],
)
@pytest.mark.parametrize(
    "age",
    [
        "40% of people are old.",
        "The chance that a person is old is 40%.",
        "A person is old with probability 40%.",
    ],
)
def test_frequencies_need_no_word_for_probability(age: str, smoking: str) -> None:
    cancer = CHANCES[CHANCES.index("For young people who do not") :]
    # by hand: 0.6 * 0.2 + 0.4 * 0.5
    assert answer(chances=f"{age} {smoking} {cancer}", question="What is the probability of smoking?") == "0.3200"
