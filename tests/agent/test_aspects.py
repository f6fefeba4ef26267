"""What is asked of an effect beside its size: how it is read, in several wordings, and what the answers then hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from whence.agent.policies.rules.read import read_question
from whence.agent.session import Session
from whence.agent.state import Answer, Catalog
from whence.tools.domain.questions import Aspects, DiscoveryQuestion, EffectQuestion
from whence.tools.domain.results import ColumnCard, DatasetCard, EffectParts, result_from_json

COLUMNS = {
    "year": (2019, 2020, 2021), "city": ("Austin", "Boston"), "source": ("randomized", "observational"), "member": (0, 1),
    "subsidy": (0, 1), "bought": (0, 1), "awareness": (), "visits": (), "age": (), "rides": (),
}  # fmt: skip


def catalog(*names: str) -> Catalog:
    cards = tuple(
        ColumnCard(name=n, type="continuous", n_distinct=500) if not levels
        else ColumnCard(name=n, type="binary" if len(levels) == 2 else "nominal", n_distinct=len(levels), levels=levels)
        for n, levels in COLUMNS.items() if n in names
    )  # fmt: skip
    card = DatasetCard(name="d", source="d.csv", sha256="0" * 64, n_rows=500, n_columns=len(cards), columns=cards)
    return Catalog(table=card)


def read(words: str, *names: str) -> EffectQuestion:
    reading = read_question(words, catalog("subsidy", "rides", "bought", "age", *names))
    assert isinstance(reading.question, EffectQuestion), reading.problem
    return reading.question


def aspects(words: str, *names: str) -> Aspects:
    return read(words, *names).aspects or Aspects()


@pytest.mark.parametrize(
    "words",
    [
        "Is the effect of subsidy on rides stable over time?",
        "Evaluate whether subsidy causally affects rides. Does the effect change over time?",
        "Does the effect of subsidy on rides differ by year?",
        "What is the effect of subsidy on rides in each year?",
        "Assess the temporal stability of the effect of subsidy on rides.",
    ],
)
def test_a_question_about_time_compares_the_periods(words: str) -> None:
    question = read(words, "year")
    assert (question.treatment, question.outcome) == ("subsidy", "rides")
    assert question.aspects is not None
    assert question.aspects.by == "year"


@pytest.mark.parametrize(
    "words",
    [
        "Is the effect of subsidy on rides the same in Austin and Boston?",
        "Does city moderate the effect of subsidy on rides?",
        "Evaluate whether subsidy causally affects rides. Consider whether the effect depends on city.",
        "Does the effect of subsidy on rides vary by city?",
    ],
)
def test_a_question_about_contexts_compares_them(words: str) -> None:
    assert aspects(words, "city").by == "city"


@pytest.mark.parametrize(
    ("words", "source", "target"),
    [
        ("Does the effect of subsidy on rides found in Austin carry over to Boston?", "Austin", "Boston"),
        ("Can the effect of subsidy on rides be transported from Boston to Austin?", "Boston", "Austin"),
        ("What does subsidy do to rides in Boston, given that rides were measured in Austin only?", "Austin", "Boston"),
        (
            "Would the effect of subsidy on rides learned in Austin generalize to Boston? Reweight on age.",
            "Austin",
            "Boston",
        ),
    ],
)
def test_an_effect_is_carried_from_where_it_was_found(words: str, source: str, target: str) -> None:
    carry = aspects(words, "city").carry
    assert carry is not None
    assert (carry.by, carry.source, carry.target) == ("city", source, target)
    assert ("age" in carry.shift) == ("Reweight" in words)


@pytest.mark.parametrize(
    "words",
    [
        "Does subsidy affect rides through awareness and then visits?",
        "How does subsidy causally affect rides through awareness and visits (subsidy -> awareness -> visits -> rides)?",
        "What is the effect of subsidy on rides? Decompose it into direct and indirect effects with the mediators awareness and visits.",
    ],
)
def test_mediators_are_taken_in_the_order_they_are_named(words: str) -> None:
    question = read(words, "awareness", "visits")
    assert (question.treatment, question.outcome) == ("subsidy", "rides")
    assert question.aspects is not None
    assert question.aspects.through == ("awareness", "visits")


@pytest.mark.parametrize(
    "words",
    [
        "Is subsidy a necessary or a sufficient cause of bought?",
        "Was subsidy necessary for bought?",
        "Evaluate the causal necessity and sufficiency of subsidy for bought.",
        "What is the effect of subsidy on bought? Report PN and PS.",
    ],
)
def test_necessity_and_sufficiency_are_asked_for(words: str) -> None:
    question = read(words)
    assert (question.treatment, question.outcome) == ("subsidy", "bought")
    assert question.aspects == Aspects(necessity=True)


@pytest.mark.parametrize(
    "words",
    [
        "What would rides have been for the treated had they not received subsidy?",
        "Estimate the counterfactual rides of those treated if they had not received subsidy.",
        "What is the effect of subsidy on rides? Report the mean potential outcomes.",
    ],
)
def test_the_other_world_is_asked_for_and_the_effect_keeps_its_sign(words: str) -> None:
    question = read(words)
    assert (question.treatment, question.outcome, question.contrast) == ("subsidy", "rides", None)
    assert question.aspects == Aspects(worlds=True)


@pytest.mark.parametrize(
    "words",
    [
        "What is the effect of subsidy on rides?",
        "Is adjusting for age sufficient evidence? Does subsidy raise rides?",
        "Does subsidy raise rides? Adjust for age where necessary.",
        "What is the effect of subsidy on rides, adjusting for age?",
    ],
)
def test_a_plain_question_asks_for_nothing_beside(words: str) -> None:
    assert read(words, "year", "city").aspects is None


def test_the_rows_of_an_experiment_answer_and_the_others_are_shown() -> None:
    question = read("Does subsidy affect rides?", "source")
    assert question.hints.design == "experiment"
    assert [(c.column, c.value) for c in question.population] == [("source", "randomized")]
    assert question.aspects == Aspects(by="source", trial="randomized")


def test_rows_that_the_words_choose_stay_chosen_although_others_are_of_an_experiment() -> None:
    question = read("Does subsidy affect rides where source is observational?", "source")
    assert question.hints.design is None
    assert ("source", "randomized") not in [(c.column, c.value) for c in question.population]


def test_instruments_of_a_direction_are_read_and_a_single_one_is_not_enough() -> None:
    words = "What is the causal direction between rides and age? {} exogenous instrumental variables."
    both = read_question(
        words.format("visits and awareness are"), catalog("rides", "age", "visits", "awareness")
    ).question
    one = read_question(words.format("visits is one of the"), catalog("rides", "age", "visits", "awareness")).question
    assert both == DiscoveryQuestion(variables=("rides", "age"), instruments=("visits", "awareness"))
    assert one == DiscoveryQuestion(variables=("rides", "age"))


@pytest.fixture
def ask(tmp_path: Path):
    def ask(frame: pd.DataFrame, words: str) -> Answer:
        session = Session(home=tmp_path, isolate=False)
        session.add_frame(frame, "d")
        return session.ask(words, "d")

    return ask


def people(n: int = 800, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    city, age = rng.integers(0, 2, n), rng.normal(size=n)
    subsidy = (rng.random(n) < 1 / (1 + np.exp(-age))).astype(int)
    rides = (1 + 2 * city) * subsidy + 2 * age + rng.normal(size=n)
    return pd.DataFrame({"city": np.array(["Austin", "Boston"])[city], "age": age, "subsidy": subsidy, "rides": rides})


def parts(answer: Answer, method: str) -> EffectParts:
    found = (result_from_json(e.result) for e in answer.evidence if e.ok and e.result)
    return next(r for r in found if isinstance(r, EffectParts) and r.method == method)


@pytest.mark.slow
def test_the_answer_says_that_contexts_differ_and_by_how_much(ask) -> None:
    answer = ask(people(), "Is the effect of subsidy on rides the same in Austin and Boston? Adjust for age.")
    assert "not the same in every group of 'city'" in answer.claim
    difference = parts(answer, "groups").part("difference", "Boston")
    assert difference is not None
    assert difference.value == pytest.approx(2, abs=4 * (difference.std_error or 0))
    assert any("By city: where city is Austin" in c.text for c in answer.claims)
    assert not any("unsupported" in w for w in answer.warnings)
    assert not any(e.exploratory for e in answer.evidence if e.tool == "estimate_groups")


@pytest.mark.slow
def test_what_needs_an_assumption_is_answered_with_it_named(ask) -> None:
    frame = people().assign(rides=lambda f: (f["rides"] > 1).astype(int))
    answer = ask(frame, "Was subsidy a necessary cause of rides? Adjust for age.")
    said = " ".join(c.text for c in answer.claims)
    assert "If subsidy prevents rides in nobody" in said
    assert "Without that assumption the data only bound it" in said
    assert not any("unsupported" in w for w in answer.warnings)


@pytest.mark.slow
def test_a_population_without_outcomes_is_carried_over_to(ask) -> None:
    frame = people()
    frame.loc[frame["city"] == "Boston", "rides"] = np.nan
    answer = ask(frame, "Does the effect of subsidy on rides found in Austin carry over to Boston? Adjust for age.")
    carried = parts(answer, "transport").part("transported_effect", "Boston")
    assert carried is not None
    assert carried.value == pytest.approx(1, abs=0.5)
    assert any("cannot be seen in these data" in c.text for c in answer.claims)
    assert not any("unsupported" in w for w in answer.warnings)


@pytest.mark.slow
def test_the_direction_is_told_by_instruments_despite_a_hidden_cause(ask) -> None:
    rng = np.random.default_rng(0)
    rain, fertiliser, hidden = rng.normal(size=(3, 600))
    soil = rain + hidden + rng.normal(size=600)
    crop = 0.8 * soil + fertiliser + hidden + rng.normal(size=600)
    frame = pd.DataFrame({"rain": rain, "fertiliser": fertiliser, "soil": soil, "crop": crop})
    answer = ask(
        frame,
        "What is the causal direction between crop and soil? rain and fertiliser are instrumental variables for them.",
    )
    said = " ".join(c.text for c in answer.claims)
    assert "soil -> crop" in said
    assert "each instrument acts on one of the two directly" in said
    assert "no common cause is hidden" not in said
