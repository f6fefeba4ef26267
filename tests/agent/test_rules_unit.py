"""The rule policy answers what one row would have been, or says what it needs for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from whence.agent.policies.rules.unit import read_unit
from whence.agent.state import Catalog
from whence.tools.domain.results import ColumnCard, DatasetCard

CATALOG = Catalog(
    table=DatasetCard(
        name="d", source="d.csv", sha256="0" * 64, n_rows=100, n_columns=3,
        columns=tuple(ColumnCard(name=n, type="continuous") for n in ("dose_mg", "blood_pressure", "age")),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        "What would blood_pressure of row 12 have been with dose_mg = 3?",
        "What would row 12's blood pressure have been if the dose had been 3?",
        "For row 12, what would blood pressure have been had dose_mg been 3?",
        "If dose_mg had been 3, what would blood_pressure in row 12 have been?",
        "What would the blood pressure be for record no. 12 under dose_mg = 3?",
    ],
)
def test_wordings_of_one_question_get_one_reading(words: str) -> None:
    reading = read_unit(words, CATALOG)
    assert reading is not None
    assert reading.question is not None, reading.problem
    asked = reading.question.model_dump(exclude={"kind"})
    assert asked == {"treatment": "dose_mg", "outcome": "blood_pressure", "row": 12, "value": 3}


def test_a_negative_value_keeps_its_sign() -> None:
    reading = read_unit("What would blood_pressure of row 2 have been with dose_mg = -1.5?", CATALOG)
    assert reading is not None
    assert reading.question is not None
    assert reading.question.model_dump()["value"] == -1.5


def test_a_question_about_no_row_is_left_to_the_others() -> None:
    assert read_unit("What would happen to blood_pressure if dose_mg rose to 3?", CATALOG) is None
    assert read_unit("Does row 12 look odd?", CATALOG) is None


def test_a_value_that_is_not_named_is_asked_for() -> None:
    reading = read_unit("What would blood_pressure of row 2 have been with another dose_mg?", CATALOG)
    assert reading is not None
    assert "names no number" in (reading.problem or "")


def test_the_answer_has_the_row_s_number_its_interval_and_what_it_rests_on(example_session: Callable[..., Any]) -> None:
    session = example_session("confounder")
    answer = session.ask("What would y of row 13 have been with t = 1?")
    assert answer.status == "answered", (answer.claim, answer.warnings, [e.summary for e in answer.evidence])
    assert answer.claim.startswith("Had t been 1, y of row 13 would have been ")
    assert "95 % interval" in answer.claim
    result = next(e.result for e in answer.evidence if e.tool == "estimate_counterfactual")
    assert result["row"] == 13
    assert {a.name for a in answer.assumptions} >= {"no hidden confounding", "additive noise", "linear equations"}


def test_without_a_graph_it_is_said_what_is_needed(example_session: Callable[..., Any]) -> None:
    answer = example_session("confounder", graph=False).ask("What would y of row 13 have been with t = 1?")
    assert "needs a causal graph" in answer.claim
    assert answer.estimate is None


def test_a_hidden_common_cause_leaves_one_row_unanswered(example_session: Callable[..., Any]) -> None:
    answer = example_session("bow").ask("What would y of row 12 have been with t = 1?")
    assert answer.status == "not_identifiable"
    assert "cannot be said" in answer.claim
    assert not any(e.tool == "estimate_counterfactual" for e in answer.evidence)
