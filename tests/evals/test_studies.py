"""The simulated studies: drawn from their seed, marked by the truth, answered where a rule must not lose them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from whence.evals.studies.load import HALVES, generate, load, one_draw
from whence.evals.studies.marks import is_answerable, parts_right, score
from whence.evals.studies.task import solve
from whence.tools.domain.errors import UsageError

STUDIES = [(half, study) for half, studies in HALVES.items() for study in studies]


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path))


def item_of(half, name, number):
    return next(i for i in one_draw(0, half) if i.id == f"{half}-{name}-0-{number}")


def test_halves_are_alike_and_name_no_study_twice():
    assert len(HALVES["A"]) == len(HALVES["B"]) == 16
    assert len({study.name for _, study in STUDIES}) == 32


@pytest.mark.parametrize(("half", "study"), STUDIES, ids=lambda s: getattr(s, "name", s))
def test_what_is_asked_about_is_in_the_table(half, study):
    drawn = study.draw(np.random.default_rng(0))
    assert len({len(v) for v in drawn.columns.values() if not isinstance(v, str | int)}) == 1
    for asked in study.asked:
        named = [*asked.treatment.split(", "), asked.outcome, asked.running]
        assert not asked.truth or all(name in drawn.columns for name in named if name)
        assert not asked.truth or asked.truth in drawn.truth


def test_a_seed_draws_the_same_tables_and_another_seed_others():
    first, again = ([i.target for i in generate(10, seed)] for seed in (3, 3))
    assert first == again != [i.target for i in generate(10, 4)]


def test_a_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="made here"):
        next(load(tmp_path))


def test_any_method_that_is_named_is_right():
    item = item_of("A", "union_wages", 0)
    answer = {"treatment": "union", "outcome": "lwage", "effect": 0.15}
    assert parts_right(item, json.dumps({**answer, "method": "aipw"})).credit == 1
    assert parts_right(item, json.dumps({**answer, "method": "ols"})).credit == 1
    assert parts_right(item, json.dumps({**answer, "method": "iv"})).credit == 0.75


def test_an_estimate_where_there_can_be_none_is_wrong():
    item = item_of("A", "patched_servers", 0)
    assert not is_answerable(item)
    assert score(item, "{}") == 1
    assert score(item, '{"effect": 2.0}') == 0


@pytest.mark.parametrize(("name", "number"), [("knee_rehab", 0), ("bed_nets", 0), ("class_size", 1)])
def test_a_plain_question_of_a_plain_study_is_answered_right(name, number):
    item = item_of("A", name, number)
    assert score(item, solve(item).answer or "{}") == 1
