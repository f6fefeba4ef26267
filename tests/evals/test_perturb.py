"""Rewritings change the words and keep what they say."""

from __future__ import annotations

import random

from whence.evals.harness.perturb import (
    add_asides,
    cut,
    join,
    rename,
    reorder,
    rewriting,
    use_passive,
    use_synonyms,
    with_everyday_names,
    with_new_names,
)
from whence.evals.harness.spec import Item

TEXT = (
    "Imagine a world with only the following conditions: Age has a direct effect on smoking and cancer. Smoking has a direct "
    "effect on cancer. The overall probability of smoking is 20%. Will smoking increase the chance of cancer?"
)
HYPOTHESIS = "Premise: Suppose there are 2 variables, A and B. A correlates with B.\nHypothesis: A directly causes B."


def rng() -> random.Random:
    return random.Random(0)


def test_a_text_is_cut_into_lead_statements_and_question() -> None:
    head, statements, tail = cut(TEXT)
    assert head.endswith("conditions: ")
    assert len(statements) == 3
    assert tail == "Will smoking increase the chance of cancer?"
    assert join(head, statements, tail) == TEXT
    assert cut(HYPOTHESIS)[2] == "\nHypothesis: A directly causes B."
    assert join(*cut(HYPOTHESIS)) == HYPOTHESIS


def test_reordering_keeps_every_sentence() -> None:
    shuffled = [reorder(TEXT, random.Random(i)) for i in range(5)]
    assert all(sorted(cut(s)[1]) == sorted(cut(TEXT)[1]) for s in shuffled)
    assert len(set(shuffled)) > 1
    assert all(s.endswith("cancer?") for s in shuffled)


def test_passive_turns_cause_and_effect_round() -> None:
    assert "Smoking and cancer are directly affected by age." in use_passive(TEXT, rng())
    assert "Cancer is directly affected by smoking." in use_passive(TEXT, rng())


def test_synonyms_leave_names_and_numbers() -> None:
    other = [use_synonyms(TEXT, random.Random(i)) for i in range(5)]
    assert len(set(other)) == 5
    assert all("20%" in t and t.count("ancer") == TEXT.count("ancer") for t in other)


def test_names_are_replaced_whole_and_at_once() -> None:
    assert rename("A causes B. Bad luck for a and b.", {"a": "b", "b": "a"}) == "B causes A. Bad luck for b and a."
    renamed = with_new_names(lambda _: ["smoking"])(TEXT, rng())
    assert "moking" not in renamed
    assert renamed.count("%") == 1
    everyday = with_everyday_names(lambda _: ["smoking", "cancer"])(TEXT, rng())
    assert "cancer" not in everyday


def test_asides_say_nothing_about_the_variables() -> None:
    longer = add_asides(TEXT, rng())
    added = set(cut(longer)[1]) - set(cut(TEXT)[1])
    assert len(added) == 2
    assert not any(name in sentence.casefold() for sentence in added for name in ("age ", "smoking", "cancer"))


def test_a_rewriting_is_decided_by_seed_and_item() -> None:
    item = Item(id="1", prompt=TEXT, target="yes", answer_kind="yes_no")
    apply = rewriting("order", reorder)
    assert apply(item, 1) == apply(item, 1)
    assert len({apply(item, seed).prompt for seed in range(6)}) > 1
    assert apply(item, 1).target == "yes"
