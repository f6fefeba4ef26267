"""A number in the unit of the outcome is told in that unit, on its scale, and in no other."""

from __future__ import annotations

import pytest

from whence.agent.policy import Situation
from whence.agent.state import Catalog, Codebook
from whence.agent.units import Measure, measure_of
from whence.evals.bench._unit_lies import unit_complaints
from whence.tools.domain.questions import Derivation, EffectQuestion
from whence.tools.domain.results import ColumnCard, ColumnType, DatasetCard


@pytest.mark.parametrize(("text", "true", "faults"), list(unit_complaints()))
def test_only_the_unit_of_the_outcome_passes(text: str, true: bool, faults: tuple[str, ...]) -> None:
    assert (not faults) == true


def measure(
    column: str, about: str = "", *, type: ColumnType = "continuous", study: str = "", words: str = "?"
) -> Measure:
    card = DatasetCard(
        name="d", source="d.csv", sha256="0" * 64, n_rows=9, n_columns=1, columns=(ColumnCard(name=column, type=type),)
    )
    catalog = Catalog(table=card, codebook=Codebook(text=study, columns={column: about}))
    found = measure_of(Situation(words=words, catalog=catalog, question=EffectQuestion(treatment="t", outcome=column)))
    assert found
    return found


@pytest.mark.parametrize(
    ("column", "about", "unit"),
    [
        ("y", "annual income in 2010 dollars", "dollar"),
        ("y", "income (EUR)", "euro"),
        ("y", "time to event, measured after 2 years, in months", "month"),
        ("dist_km", "", "kilometre"),
        ("y", "years of schooling", "year"),
    ],
)
def test_the_unit_comes_from_description_or_name(column: str, about: str, unit: str) -> None:
    assert measure(column, about).stated == {unit}


def test_the_study_s_text_counts_only_where_it_speaks_of_the_outcome_and_the_question_is_the_person_s_own() -> None:
    study = "Wages are in pounds. The survey took 3 weeks."
    assert measure("wage", "wage", study=study).stated == {"pound"}
    assert measure("score", "score", study=study).stated == frozenset()
    assert measure("score", "score", words="by how many weeks?").units == {"week"}


@pytest.mark.parametrize(
    ("about", "power"),
    [
        ("sales in thousands of dollars", 3), ("sales in millions", 6), ("sales ($1,000s)", 3), ("sales in 1000 euros", 3),
        ("deaths per thousand people", 0), ("time over 1000 metres", 0), ("thousand-yard test", 0), ("sales", 0),
    ],
)  # fmt: skip
def test_the_scale_is_read_where_values_are_thousands(about: str, power: int) -> None:
    assert measure("y", about).power == power


def test_logs_shares_and_per_cents_are_told_apart() -> None:
    assert measure("log_wage").log
    assert measure("y", "log of wage in dollars").log
    assert not measure("y", "number of log-ins").log
    assert measure("y", "employed after 12 months", type="binary") == Measure(name="y", share=True)
    assert measure("turnout_pct").percent
    assert not measure("y", "score").percent


def test_what_is_derived_has_no_unit_that_is_known() -> None:
    card = DatasetCard(
        name="d",
        source="d.csv",
        sha256="0" * 64,
        n_rows=9,
        n_columns=1,
        columns=(ColumnCard(name="w", type="continuous"),),
    )
    for how, expected in (("log", Measure(name="v", log=True)), ("ratio", None)):
        derived = (Derivation.model_construct(name="v", how=how, of=("w",)),)
        question = EffectQuestion.model_construct(treatment="t", outcome="v", derived=derived)
        situation = Situation.model_construct(words="?", catalog=Catalog(table=card), question=question, ledger=())
        assert measure_of(situation) == expected
