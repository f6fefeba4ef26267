"""What counts as an answer, and what does not."""

from __future__ import annotations

import pytest

from whence.evals.harness.answers import as_number, extract, form
from whence.evals.harness.spec import Item


def item(kind: str, **more) -> Item:
    return Item(id="i", prompt="?", target="x", answer_kind=kind, **more)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes", "yes"), (" **No.** ", "no"), ("`yes`", "yes"), ("Answer: no", "no"),
        ("<think>Answer: no\nmaybe</think>\nyes", "yes"), ("Yes, because", None), ("yes\nno", None), ("", None),
        ("maybe", None), ("The answer is yes", None), ("yesno", None), ("answer:", None),
    ],
)  # fmt: skip
def test_a_bare_answer_is_the_whole_reply(text, answer):
    assert extract(text, item("yes_no"), is_bare=True) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Thinking.\nAnswer: yes", "yes"), ("**Final answer:** No.\n\n", "no"), ("### Answer: *yes*", "yes"),
        ("Answer: yes\nBut wait.", None), ("yes", None), ("Answer: it depends", None), ("So the answer: yes", None),
        ("The final answer is: no", "no"), ("> Answer : Yes", "yes"),
    ],
)  # fmt: skip
def test_a_chain_of_thought_ends_in_its_answer(text, answer):
    assert extract(text, item("yes_no"), is_bare=False) == answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5), ("-.25", -0.25), ("1,234.5", 1234.5), ("3e-2", 0.03), ("−2", -2.0), ("7", 7.0), ("+1", 1.0),
        ("12,34", None), ("50%", None), ("", None), ("e5", None), (".", None), ("1 2", None), ("inf", None), ("nan", None),
        ("1e999", None), ("0x10", None), ("1_000", None),
    ],
)  # fmt: skip
def test_numbers_are_read_strictly(text, value):
    assert as_number(text) == value


def test_a_choice_is_one_of_the_choices_as_they_are_written():
    kinds = item("choice", choices=("PC", "the FCI algorithm"))
    assert extract("The FCI algorithm.", kinds, is_bare=True) == "the FCI algorithm"
    assert extract("FCI", kinds, is_bare=True) is None
    assert "PC | the FCI algorithm" in form(kinds)
