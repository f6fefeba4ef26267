"""Every kind of pitfall, in made-up challenges of the published layout: the rule policy against the models that made the tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evals.made_challenges import CHALLENGES, write
from whence.evals.causal_pitfalls.fields import Field
from whence.evals.causal_pitfalls.found import Found
from whence.evals.causal_pitfalls.load import load
from whence.evals.causal_pitfalls.marks import mark
from whence.evals.causal_pitfalls.solve import solve
from whence.evals.harness.spec import Item
from whence.evals.tables.ask import ask

pytestmark = pytest.mark.slow  # whole runs


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    folder = tmp_path_factory.mktemp("challenges")
    write(folder)
    return list(load(folder))


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_the_tables_truth_is_found_with_little_help(challenge: str, items: list[Item]) -> None:
    item = next(i for i in items if i.groups == {"challenge": challenge, "difficulty": "hard"})
    marks = mark(item.target, solve(item).answer)
    assert sum(marks.values()) / len(marks) >= 0.8


def test_a_field_that_nothing_was_found_for_stays_open_and_is_named(items: list[Item]) -> None:
    item = next(i for i in items if i.groups == {"challenge": "contextual_interaction", "difficulty": "easy"})
    asked = item.model_copy(
        update={"data": item.data | {"asked": ["ODDS_RATIO", "INTERACTION_EFFECT", "PROBABILITY_OF_NECESSITY"]}}
    )
    response = solve(asked)
    assert set(json.loads(response.answer or "{}")) == {"INTERACTION_EFFECT"}
    assert "Not answered: ODDS_RATIO, PROBABILITY_OF_NECESSITY" in (response.because or "")


def test_fields_of_many_names_mean_the_same_numbers(items: list[Item]) -> None:
    table = Path(next(i for i in items if i.groups["challenge"] == "temporal_stability").data["table"])
    found = Found(ask("Is the effect of ad_campaign on sales stable over time? Adjust for brand_strength.", table))

    def said(name: str) -> object:
        return Field(name, {}, found).said()

    first, last = said("EFFECT_2019"), said("EFFECT_2021")
    assert isinstance(first, float)
    assert isinstance(last, float)
    for name in (
        "EARLY_EFFECT",
        "EFFECT_PERIOD1",
        "PERIOD_1_EFFECT",
        "ATE_2019",
        "FIRST_PERIOD_EFFECT",
        "effectPeriod1",
    ):
        assert said(name) == first, name
    for name in ("LATE_EFFECT", "EFFECT_PERIOD3", "CAUSAL_EFFECT_YEAR_2021"):
        assert said(name) == last, name
    for name in ("EFFECT_CHANGE", "TEMPORAL_DIFFERENCE", "EFFECT_GAP"):
        assert said(name) == pytest.approx(last - first), name
    assert (said("DIRECTION_PERIOD1"), said("DIRECTION_PERIOD3"), said("STABILITY")) == (
        "positive",
        "negative",
        "unstable",
    )
    for name in (
        "ODDS_RATIO",
        "TREND",
        "EFFECT_PERIOD7",
        "PROBABILITY_OF_NECESSITY",
        "INDIRECT_EFFECT",
        "TRANSPORTED_EFFECT",
    ):
        assert said(name) is None, name
