"""CounterBench: simulation and the rules tool are two roads to one answer, and every world tried one by one a third."""

from __future__ import annotations

import json
from itertools import product

import pytest

from whence.evals.counterbench.generate import TYPES, generate
from whence.evals.counterbench.load import SECOND_IGNORED, known_error, load
from whence.evals.counterbench.problem import Problem, answer, parse
from whence.evals.counterbench.task import BENCHMARK
from whence.tools.domain.errors import UsageError

CHAIN = "We know that Ann causes not Bob, Bob causes Cid, and Cid or not Bob causes Dee."


def by_trying(problem: Problem) -> str:
    """The one assignment of all variables that agrees with every rule."""
    fixed = {**problem.observed, **dict(problem.supposed)}
    names = {n for rules in problem.rules.values() for _, sides in rules for side in sides for n, _ in side}
    names |= {*problem.rules, *fixed, problem.asked}
    agreeing = []
    for values in product((False, True), repeat=len(names)):
        world = dict(zip(sorted(names), values, strict=True))
        fits = all(world[n] == v for n, v in fixed.items())
        for name in names - {*fixed}:
            ((happens, sides),) = problem.rules.get(name, [(True, [])])
            fired = any(all(world[n] == v for n, v in side) for side in sides)
            fits &= world[name] == (fired if happens else not fired)
        agreeing += [world] if fits else []
    (world,) = agreeing
    return "yes" if world[problem.asked] else "no"


def test_the_sample_is_answered_but_for_the_labels_known_to_be_wrong():
    items = list(load(None))
    for item in items:
        said = BENCHMARK.solve(item)
        assert said.answer == (item.corrected or item.target), said.because
        assert bool(item.label_error) == (item.corrected is not None)
    assert sum(bool(i.label_error) for i in items) <= 0.1 * len(items)


def test_new_items_are_exact_repeatable_and_of_all_kinds():
    items = list(generate(160, 2))
    assert items[:20] == list(generate(20, 2))
    for item in items:
        assert BENCHMARK.solve(item).answer == item.target, item.prompt
    small = [i for i in items if int(i.groups["variables"]) <= 8]
    for item in small:
        problem = parse(*item.prompt.split("\n"))
        assert item.target == answer(problem) == by_trying(problem)
    assert {(i.groups["type"], i.target) for i in items} == set(product(TYPES, ("yes", "no")))


@pytest.mark.parametrize("name", list(BENCHMARK.perturb))
def test_rewritings_keep_the_answers(name):
    for item in [*list(load(None))[::3], *generate(20, 1)]:
        rewritten = BENCHMARK.perturb[name](item, 7)
        assert rewritten.prompt != item.prompt or name == "order"
        assert BENCHMARK.solve(rewritten).answer == (item.corrected or item.target), rewritten.prompt


def test_a_label_that_ignores_the_second_supposition_is_told_apart():
    question = "Assume not Ann, and based on this assumption, further suppose not Cid. Would Dee occur?"
    assert known_error(CHAIN, question, "yes") == (SECOND_IGNORED, "no")
    assert known_error(CHAIN, question, "no") == ("", None)
    reason, right = known_error(CHAIN, "Would Dee occur if not Ann instead of Ann?", "no")
    assert "contradicts" in reason
    assert right == "yes"


def test_texts_in_other_words_are_not_audited():
    assert known_error("Ann leads to Bob.", "Would Bob occur if not Ann instead of Ann?", "yes") == ("", None)


def test_shortcuts_do_no_better_than_chance_on_new_items():
    items = list(generate(400, 0))
    for solve in BENCHMARK.shortcuts.values():
        right = sum(solve(i).answer == i.target for i in items)
        assert 0.35 < right / len(items) < 0.65


def test_lists_and_lines_are_read_and_what_is_none_is_named(tmp_path):
    row = {
        "given_info": CHAIN,
        "question": "Would Dee occur if not Ann instead of Ann?",
        "answer": "Yes",
        "type": "basic",
    }
    (tmp_path / "a.json").write_text(json.dumps([row, row]))
    first, second = load(tmp_path / "a.json")
    assert (first.target, first.groups["type"], first.cluster) == ("yes", "basic", second.cluster)
    assert first.id != second.id
    (tmp_path / "b.jsonl").write_text(json.dumps(row | {"answer": "perhaps"}))
    with pytest.raises(UsageError, match="'perhaps'"):
        list(load(tmp_path / "b.jsonl"))
    (tmp_path / "b.jsonl").write_text(json.dumps({"answer": "yes"}))
    with pytest.raises(UsageError, match="given_info"):
        list(load(tmp_path / "b.jsonl"))
