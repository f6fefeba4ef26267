"""Challenges: the published layout, what is asked and what is not, marking without a judge, and the sample end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whence.evals.causal_pitfalls.load import load
from whence.evals.causal_pitfalls.marks import mark, score
from whence.evals.causal_pitfalls.solve import solve
from whence.evals.harness.spec import Item
from whence.tools.domain.errors import UsageError


def challenge(folder: Path, key: dict[str, object], prompt: str, table: str = "A,B\n1,0\n0,1\n1,1\n0,0\n") -> Path:
    made = folder / "berkson"
    made.mkdir()
    (made / "questions.json").write_text(json.dumps([{"difficulty": "easy", "prompt": prompt}]))
    (made / "answer_key.json").write_text(json.dumps([{"dataset": "d.csv", "TOLERANCE": 0.02, **key}]))
    (made / "d.csv").write_text(table)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("item", list(load(None)), ids=lambda i: i.groups["difficulty"])
def test_a_reversal_within_levels_is_reported_with_its_rates(item: Item) -> None:
    assert score(item, solve(item).answer or "") == 1


@pytest.mark.slow
def test_rows_selected_on_a_collider_show_no_association(tmp_path: Path) -> None:
    rows = "".join("1,0\n0,1\n" for _ in range(40)) + "".join("1,1\n" for _ in range(20))
    key: dict[str, object] = {"X": "A", "Y": "B", "COLLIDER": "Admission", "TRUE_RELATIONSHIP": "no association"}
    words = "Evaluate whether {X} causally affects {Y}. Consider the collider bias introduced by {COLLIDER}."
    (item,) = load(challenge(tmp_path, key, words, f"A,B\n{rows}"))
    assert score(item, solve(item).answer or "") == 1


def test_placeholders_are_filled_and_printed_answers_are_not_asked(tmp_path: Path) -> None:
    key = {"X": "A", "Y": "B", "TRUE_CAUSAL_EFFECT": 0.5, "ADJUSTED_DIRECTION": "positive", "LIST": ["A", "B"]}
    (item,) = load(challenge(tmp_path, key, "Does {X} affect {Y} given {LIST}? The effect is {TRUE_CAUSAL_EFFECT}."))
    assert item.data["question"] == "Does A affect B given A, B? The effect is 0.5."
    assert item.data["asked"] == ["ADJUSTED_DIRECTION"]
    assert item.groups == {"challenge": "berkson", "difficulty": "easy"}


def test_values_that_are_not_in_the_table_are_not_asked(tmp_path: Path) -> None:
    key = {"NAIVE_CONDITIONAL_1": 0.9, "CORRECTED_CONDITIONAL_1": 0.05, "TRUE_RELATIONSHIP": "no association"}
    (item,) = load(challenge(tmp_path, key, "Does A affect B?"))
    assert item.data["asked"] == ["TRUE_RELATIONSHIP"]


def test_fields_are_marked_by_tolerance_sign_and_set() -> None:
    answers = {"EFFECT": 1.0, "DIRECTION": "beneficial", "EDGES": ["a->b"], "P": 0.5}
    target = json.dumps({"answers": answers, "tolerance": 0.05})
    said = json.dumps({"EFFECT": 1.05, "DIRECTION": "positive", "EDGES": ["a → b"], "P": 0.56})
    assert mark(target, said) == {"EFFECT": True, "DIRECTION": True, "EDGES": True, "P": False}
    assert not any(mark(target, None).values())


def test_a_folder_without_a_challenge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no challenge"):
        list(load(tmp_path))
