"""Causal judgement: the official form and lines are read, and conflicting duplicates are marked."""

from __future__ import annotations

import json

import pytest

from whence.evals.causal_judgement.load import CONFLICT, load
from whence.evals.causal_judgement.task import BENCHMARK
from whence.tools.domain.errors import UsageError


def test_the_sample_has_one_story_with_two_targets():
    items = list(load(None))
    marked = [i for i in items if i.label_error]
    assert [i.label_error for i in marked] == [CONFLICT, CONFLICT]
    assert {i.target for i in marked} == {"yes", "no"}
    assert len({i.cluster for i in marked}) == 1
    assert len({i.id for i in items}) == len(items)


def test_the_official_file_is_one_object_with_a_list(tmp_path):
    file = tmp_path / "causal_judgement.json"
    file.write_text(json.dumps({"canary": "…", "examples": [{"input": "Did it?", "target": "Yes"}]}))
    (item,) = load(file)
    assert (item.prompt, item.target) == ("Did it?", "yes")


def test_rules_do_not_answer_and_rows_without_a_target_are_named(tmp_path):
    assert BENCHMARK.solve is None
    (tmp_path / "a.jsonl").write_text('{"input": "Did it?", "target": "Ambiguous"}')
    with pytest.raises(UsageError, match="'ambiguous'"):
        list(load(tmp_path / "a.jsonl"))
