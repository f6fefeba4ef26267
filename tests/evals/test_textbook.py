"""Data questions: both published formats, every design on a made-up study with a known effect, and the marking."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whence.evals.harness.spec import Item
from whence.evals.textbook.audit import exchanged
from whence.evals.textbook.figures import figures
from whence.evals.textbook.load import load
from whence.evals.textbook.marks import mark, same_method, same_name, score
from whence.evals.textbook.solve import solve
from whence.evals.textbook.task import BENCHMARK
from whence.tools.domain.errors import UsageError

SAMPLE = list(load(None))


@pytest.mark.slow
@pytest.mark.parametrize("item", SAMPLE, ids=lambda i: i.groups["method"])
def test_every_design_of_the_sample_is_read_and_estimated(item: Item) -> None:
    response = solve(item)
    marks = mark(item.target, response.answer)
    assert (marks.treatment, marks.outcome, marks.method) == (True, True, True)
    assert marks.error is not None
    assert marks.error < 0.1
    assert BENCHMARK.score is not None
    assert BENCHMARK.score(item, response.answer or "") == 1


def test_the_prompt_and_the_solver_s_data_do_not_give_the_answer_away() -> None:
    for item in SAMPLE:
        target = json.loads(item.target)
        assert repr(target["effect"]) not in json.dumps(item.data["question"])
        assert "effect" not in item.data


def test_qrdata_s_own_format_gives_numbers_and_choices(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("t,y\n0,1\n1,2\n")
    rows = [
        {"data_description": "d", "question": "q?", "data_files": ["d.csv"], "answer": "40%",
         "meta_data": {"question_type": "numerical"}},
        {"data_description": "d", "question": "q?", "data_files": ["d.csv"], "answer": "Yes",
         "meta_data": {"question_type": "multiple_choice", "multiple_choices": ["Yes", "No"]}},
        {"data_description": "d", "question": "q?", "data_files": ["gone.csv"], "answer": "1",
         "meta_data": {"question_type": "numerical"}},
    ]  # fmt: skip
    file = tmp_path / "QRData.json"
    file.write_text(json.dumps(rows))
    number, choice = load(file)
    assert (number.answer_kind, number.target) == ("number", "0.4")
    assert number.tolerance == pytest.approx(0.012)
    assert (choice.answer_kind, choice.choices, choice.target) == ("choice", ("Yes", "No"), "Yes")
    assert (score(number, "0.411"), score(number, "0.413"), score(choice, "yes, it does")) == (1, 0, 1)


@pytest.mark.parametrize("content", ["{}", "[1]", "nonsense", '[{"answer": "1"}]'])
def test_a_file_that_is_neither_format_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(UsageError):
        list(load(file))


def test_parts_are_marked_one_by_one() -> None:
    target = json.dumps({"treatment": "educ", "outcome": "wage", "method": "matching", "effect": 2.0, "significant": 1})
    said = json.dumps({"treatment": "educ", "outcome": "hours", "method": "aipw", "effect": 2.3, "significant": 1})
    found = mark(target, said)
    assert (found.treatment, found.outcome, found.method, found.significant) == (True, False, True, True)
    assert found.error == pytest.approx(0.15)
    assert found.credit == 0.5
    assert mark(target, None).error == 1.0


def test_where_there_is_no_treatment_the_running_variable_is_marked() -> None:
    target = json.dumps({"running": "age", "outcome": "all", "method": "rdd", "effect": 1.0})
    assert mark(target, '{"treatment": "agecell", "outcome": "all"}').treatment
    assert not mark(target, '{"treatment": "income", "outcome": "all"}').treatment


def test_names_may_differ_by_a_slip_and_methods_by_their_family() -> None:
    assert same_name("false_exam", "falsexam")
    assert same_name("reserve", "reserved")
    assert not same_name("wage", "age")
    assert not same_name("x1", "x10")
    assert same_method("matching", "ipw")
    assert not same_method("ols", "iv")


def test_exchanged_labels_are_found_and_marked_the_right_way_round(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("email,payments\n0,10\n1,14\n")
    target = {"treatment": "payments", "outcome": "email", "effect": 4.0}
    assert "exchanged" in exchanged(target, table)
    assert exchanged({"treatment": "email", "outcome": "payments", "effect": 4.0}, table) == ""
    said = '{"treatment": "email", "outcome": "payments", "effect": 4.0}'
    assert mark(json.dumps(target), said, turned=True).credit == 1


def test_figures_count_an_abstention_as_the_whole_error() -> None:
    item = SAMPLE[0]
    right = json.dumps({"treatment": "course", "outcome": "final_speed", "method": "ols", "effect": 5.0})
    found = figures([(item, right), (item, None)])
    assert (found.n, found.abstained, found.treatment, found.mean_error) == (2, 1, 0.5, 0.5)
    assert "mean relative error" in found.table()
