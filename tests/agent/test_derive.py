"""Questions about what the table does not hold but can be computed: read, computed, said; the rest is said too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.agent.policies.rules.read import read_question
from whence.agent.state import Catalog
from whence.evals.bench._schemas import catalog
from whence.tools.domain.questions import EffectQuestion

COLUMNS = "educ:continuous wage:continuous hours:continuous union:binary debt:continuous income:continuous grade:count age:continuous"


def asked(words: str, of: Catalog | None = None) -> tuple[EffectQuestion, str]:
    """The question and how it was read, as one text."""
    reading = read_question(words, of or catalog(COLUMNS))
    assert isinstance(reading.question, EffectQuestion), reading.problem
    return reading.question, "\n".join(reading.because)


@pytest.mark.parametrize(
    ("words", "treatment", "outcome"),
    [
        ("What is the effect of educ on log wages?", "educ", "log_wage"),
        ("What is the effect of educ on ln(wage)?", "educ", "log_wage"),
        ("Does education raise the logarithm of income?", "educ", "log_income"),
        ("Does union raise wage in logs?", "union", "log_wage"),
        ("What is the effect of log income on wage?", "log_income", "wage"),
        ("What is the effect of educ on wage per hour?", "educ", "wage_per_hours"),
        ("What is the effect of educ on log wage per hour, adjusting for age?", "educ", "log_wage_per_hours"),
        ("What is the effect of union on the ratio of debt to income?", "union", "debt_per_income"),
        ("What is the effect of union on the difference between wage and debt?", "union", "wage_minus_debt"),
        ("What is the effect of union on wage plus debt?", "union", "wage_plus_debt"),
        ("What is the effect of a grade of at least 12 on wage?", "grade_at_least_12", "wage"),
        ("Does having more than 12 years of educ raise wages?", "educ_over_12", "wage"),
        ("What is the effect of union on the probability that wage is above 20?", "union", "wage_over_20"),
    ],
)
def test_what_can_be_computed_is_and_the_reading_says_so(words: str, treatment: str, outcome: str) -> None:
    question, because = asked(words)
    assert (question.treatment, question.outcome) == (treatment, outcome)
    assert question.derived[-1].name in (treatment, outcome)
    assert f"{question.derived[-1].name!r} is computed as" in because


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("What is the effect of union on income in thousands?", "'thousands'; 'income' is taken as it is"),
        ("What is the effect of union on the share of debt?", "'share'; 'debt' is taken as it is"),
        ("What is the effect of union on income per year?", "'per year'; 'income' is taken as it is"),
        ("What is the effect of educ on hourly wages?", "'hourly'; 'wage' is taken as it is"),
        ("What is the effect of union on wage among those with wage above 20?", "rows are not selected on 'wage'"),
    ],
)
def test_what_is_not_computed_is_said_as_not_used(words: str, said: str) -> None:
    question, because = asked(words)
    assert question.derived == ()
    assert any(line.startswith("not used") and said in line for line in because.split("\n"))


@pytest.mark.parametrize(
    ("words", "columns", "text"),
    [
        ("Does educ raise log wages?", "educ:continuous lwage:continuous wage:continuous", ""),
        ("Does educ raise log pay?", "educ:continuous pay:continuous", "pay: logarithm of monthly pay"),
        ("Does educ raise the wage per hour?", "educ:continuous wage:continuous", "wage: hourly wage in dollars"),
        ("How much more do people earn in wage per year of educ?", COLUMNS, ""),
        ("Did the update raise log in counts?", "update:binary log_in_counts:count", ""),
        ("Does union raise wage for people over 40?", COLUMNS, ""),
        ("Does union raise the share of admitted?", "union:binary admitted:binary", ""),
    ],
)
def test_a_column_that_says_it_itself_is_taken_without_ado(words: str, columns: str, text: str) -> None:
    question, because = asked(words, catalog(columns, text))
    assert question.derived == ()
    assert "not used" not in because


def test_a_graph_has_no_node_for_a_computed_column() -> None:
    of = catalog(COLUMNS).model_copy(update={"graph": "g", "graph_nodes": ("educ", "wage")})
    question, because = asked("Does educ raise log wage?", of)
    assert (question.outcome, question.derived) == ("wage", ())
    assert "not used: the natural logarithm of 'wage' is not computed" in because


@pytest.mark.parametrize(
    ("phrase", "near"), [("nosuch", "'educ'"), ("age and agge_group_x", "'age"), ("ocupation and age", "'educ'")]
)
def test_a_covariate_that_is_no_column_is_refused_with_the_nearest(phrase: str, near: str) -> None:
    of = catalog("educ:continuous wage:continuous union:binary age:continuous age_group:nominal:a/b")
    reading = read_question(f"What is the effect of union on wage adjusting for {phrase}?", of)
    assert reading.question is None
    assert "names no column" in (reading.problem or "")
    assert near in (reading.problem or "")


def test_a_vague_list_of_covariates_is_no_refusal() -> None:
    of = catalog("educ:continuous wage:continuous union:binary age:continuous")
    words = (
        "Does union causally affect wage? Adjust for relevant variables, provide numerical results with uncertainty."
    )
    reading = read_question(words, of)
    assert reading.question is not None
    assert (reading.question.treatment, reading.question.outcome) == ("union", "wage")  # type: ignore[union-attr]


def workers(n: int = 400) -> pd.DataFrame:
    """A union membership, at random given age, that multiplies the hourly wage by exp(0.3)."""
    rng = np.random.default_rng(4)
    age = rng.integers(20, 60, n).astype(float)
    union = (rng.uniform(size=n) < 1 / (1 + np.exp((40 - age) / 10))).astype(int)
    hours = rng.integers(10, 50, n).astype(float)
    rate = np.exp(1 + 0.02 * age + 0.3 * union + 0.1 * rng.standard_normal(n))
    return pd.DataFrame({"union": union, "age": age, "hours": hours, "wage": rate * hours})


def test_the_effect_on_a_computed_outcome_is_estimated(start: Callable[..., Any]) -> None:
    session = start()
    session.add_frame(workers(), "workers")
    answer = session.ask("What is the effect of union on log wage per hour, adjusting for age?")
    assert answer.status == "answered"
    assert answer.estimate.value == pytest.approx(0.3, abs=4 * answer.estimate.std_error)
    assert answer.estimate.std_error < 0.05
    assert "log_wage_per_hours" in answer.claim
    assert [e.tool for e in answer.evidence][:2] == ["data_load", "data_derive"]
    assert any("'log_wage_per_hours' is computed as" in line for line in answer.reading)


def test_a_logarithm_of_zero_is_refused_in_the_answer(start: Callable[..., Any]) -> None:
    frame = workers()
    frame.loc[:4, "wage"] = 0.0
    session = start()
    session.add_frame(frame, "idle")
    answer = session.ask("What is the effect of union on log wage, adjusting for age?")
    assert answer.estimate is None
    assert "in 5 of 400 rows" in answer.claim
