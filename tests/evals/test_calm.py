"""CaLM: records of all 46 tasks become items whose text decides them, and the rules answer what premises decide."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from whence.evals.calm.audit import causation_bound, given_terms
from whence.evals.calm.generate import World, effect, generate
from whence.evals.calm.load import SAMPLE, load, task_named
from whence.evals.calm.task import BENCHMARK
from whence.evals.calm.tasks import TASKS
from whence.tools.domain.errors import UsageError

ROWS = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
Slot = tuple[str, tuple[int, ...]]

Outcome = Callable[[int, int], float]
HIDDEN = ("Reason", "reasoning", "gt_answer", "GT", "data_info_math", "meta")


def row(task: str) -> dict[str, Any]:
    return next(dict(r) for r in ROWS if r["task"] == task)


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    return path


def test_there_are_46_tasks_and_the_sample_has_all_of_them() -> None:
    assert len(TASKS) == 46
    assert Counter(item.groups["task"] for item in load(None)) == dict.fromkeys(TASKS, 2)


def test_the_rules_answer_what_premises_decide_and_leave_the_rest() -> None:
    for item in load(None):
        response = BENCHMARK.solve(item) if BENCHMARK.solve else None
        assert response is not None
        if item.groups["decided by"] == "a model":
            assert response.answer is None
            assert "needs a model" in response.because
        elif not item.label_error:
            assert response.answer == item.target, (item.id, response.because)


def test_a_prompt_shows_nothing_that_gives_the_answer_away() -> None:
    items = {item.id: item for item in load(None)}
    for raw in ROWS:
        item = items[f"{raw['task']}/{raw['index']}"]
        for field in HIDDEN:
            value = raw.get(field)
            parts = value.values() if isinstance(value, dict) else [value]
            assert not any(isinstance(p, str) and len(p) > 12 and p in item.prompt for p in parts)


def test_answers_come_in_five_spellings_and_leave_in_one(tmp_path: Path) -> None:
    binary = row("AR-B_CaLM-AR")
    for given, target in ((1, "yes"), (0, "no"), ("Yes", "yes"), ("no", "no")):
        (item,) = load(write(tmp_path / "AR-B_CaLM-AR_EN.json", {**binary, "gt_answer": given}))
        assert item.target == target
    pair = row("PCD-C_COPA")
    assert [i.target for i in load(write(tmp_path / "PCD-C_COPA_EN.json", {**pair, "gt_answer": 0}))] == ["1"]
    number = row("ATE-P_ATE-basic")
    for given, target in ((0.07082654, "0.0708"), (0, "0.0000"), (-0.00001, "0.0000"), (1, "1.0000")):
        (item,) = load(write(tmp_path / "ATE-P_ATE-basic_EN.json", {**number, "gt_answer": given}))
        assert item.target == target


def test_a_folder_is_read_task_by_task_and_in_english_only(tmp_path: Path) -> None:
    (tmp_path / "intervention").mkdir()
    plain = {k: v for k, v in row("BAS-C_min-BAS").items() if k != "task"}
    write(tmp_path / "intervention" / "BAS-C_min-BAS_EN.json", plain)
    write(tmp_path / "intervention" / "BAS-C_min-BAS_CN.json", plain)
    (tmp_path / "FAS-C_FAS_EN.json").write_text(json.dumps([row("FAS-C_FAS")]), encoding="utf-8")
    (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
    assert [i.groups["task"] for i in load(tmp_path)] == ["FAS-C_FAS", "BAS-C_min-BAS"]


def test_the_task_is_told_by_the_fields_where_nothing_names_it(tmp_path: Path) -> None:
    named_by_file = ("BAS-C", "FAS", "IV")
    for raw in ROWS:
        plain = {k: v for k, v in raw.items() if k != "task"}
        path = write(tmp_path / "rows.jsonl", plain)
        if raw["task"].startswith(named_by_file):
            with pytest.raises(UsageError, match="Name the file as CaLM does"):
                list(load(path))
        else:
            (item,) = load(path)
            task = TASKS[raw["task"]]
            found = TASKS[item.groups["task"]]
            assert (found.family, found.form) == (task.family, task.form)


def test_a_file_name_tells_its_task() -> None:
    for name in TASKS:
        for path in (f"{name}_EN.json", f"intervention__x__{name}_EN.jsonl", f"{name}.jsonl", name):
            found = task_named(path)
            assert found is not None
            assert found.name == name
    assert task_named("calm_rest.jsonl") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"index": 1', "AR-B_CaLM-AR_EN.jsonl' is not JSON"),
        ("[1, 2]", "is '1'; a JSON object is needed"),
        ('{"index": 1, "gt_answer": 1}', "'ar_edges' of record 1"),
        ('{"ar_edges": "A causes B", "former": "A", "latter": "B"}', "no 'gt_answer'"),
        ('{"ar_edges": "A causes B", "former": "A", "latter": "B", "gt_answer": "maybe"}', "'maybe' of record 1"),
    ],
)
def test_a_broken_record_is_refused_by_name(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "AR-B_CaLM-AR_EN.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(message)):
        list(load(path))


def test_a_bound_that_the_key_rounded_twice_is_corrected() -> None:
    text = (
        "P(C=1|B=0,A=0)=0.6594; P(A=0)=0.3517; P(C=1|B=0,A=1)=0.8632; P(A=1)=0.6483; P(C=1)=0.7975; P(B=1,C=1)=0.0406; "
    )
    by_hand = (0.7975 - (0.6594 * 0.3517 + 0.8632 * 0.6483)) / 0.0406
    terms = given_terms(text)
    assert causation_bound(terms, upper=False) == pytest.approx(by_hand)
    assert causation_bound(terms, upper=False, early=True) == pytest.approx((0.7975 - 0.7915) / 0.0406)


def test_generated_items_are_answered_and_repeat() -> None:
    items = list(generate(25, seed=3))
    assert items == list(generate(25, seed=3))
    assert items != list(generate(25, seed=4))
    for item in items:
        response = BENCHMARK.solve(item) if BENCHMARK.solve else None
        assert response is not None
        assert response.answer == item.target, item.prompt


def test_generated_effects_are_those_of_every_unit_counted() -> None:
    """A world of units, each with its own responses, against the enumeration of the tables."""
    parents = {"w": (), "x": ("w",), "m": ("x", "w"), "y": ("x", "m", "w")}
    slots: list[Slot] = [(n, at) for n, ps in parents.items() for at in product((0, 1), repeat=len(ps))]
    chance = {slot: round(0.1 + 0.8 * ((7 * i + 3) % 11) / 11, 4) for i, slot in enumerate(slots)}
    world = World(parents, chance)

    def outcome_of(unit: Mapping[Slot, int]) -> Outcome:
        """P(y = 1) of a unit whose y sees x at one level and whose m saw it at another."""
        w = unit["w", ()]

        def outcome(seen: int, by_m: int) -> float:
            return chance["y", (seen, unit["m", (by_m, w)], w)]

        return outcome

    def mean(value: Callable[[Outcome], float], given: Callable[[int], bool]) -> float:
        above = below = 0.0
        inner = [s for s in slots if s[0] in ("w", "x", "m")]
        for drawn in product((0, 1), repeat=len(inner)):
            unit = dict(zip(inner, drawn, strict=True))
            weight = 1.0
            for slot, v in unit.items():
                weight *= chance[slot] if v else 1 - chance[slot]
            if given(unit["x", (unit["w", ()],)]):
                below += weight
                above += weight * value(outcome_of(unit))
        return above / below

    def whoever(_x: int) -> bool:
        return True

    y = {"y": 1}
    assert effect(world, "ATE", "x", y, 1, {}) == pytest.approx(mean(lambda p: p(1, 1) - p(0, 0), whoever))
    assert effect(world, "NDE", "x", y, 1, {}) == pytest.approx(mean(lambda p: p(1, 0) - p(0, 0), whoever))
    assert effect(world, "NIE", "x", y, 1, {}) == pytest.approx(mean(lambda p: p(0, 1) - p(0, 0), whoever))
    assert effect(world, "ETT", "x", y, 1, {}) == pytest.approx(mean(lambda p: p(0, 0) - p(1, 1), lambda x: x == 0))
