"""Steps, codes and groups in the words of a question."""

from __future__ import annotations

import pytest

from whence.agent.policies.rules.read import read_question
from whence.evals.bench._schemas import catalog

CLASSES = catalog(
    "class_size:continuous score:continuous",
    "class_size: pupils per class\nscore: score in the reading test",
)
ARMS = catalog(
    "arm:nominal relief:continuous", "arm: 0 = control, 1 = low dose, 2 = high dose\nrelief: points of pain relief"
)
COACHED = catalog(
    "coached:binary months:continuous", "coached: 1 = received coaching\nmonths: months in work afterwards"
)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("How would the score change if the class size had five fewer pupils?", -5),
        ("What is the effect of 10 more pupils on the score?", 10),
        ("Effect of reducing class size by 3 on score", -3),
        ("What does a 4-pupil increase in class size do to the score?", 4),
        ("What is the effect of raising class_size by 2 on score?", 2),
        ("What is the effect of an increase of two in class_size on score?", 2),
    ],
)
def test_a_stated_step_is_the_contrast(words, step):
    question = read_question(words, CLASSES).question
    assert question is not None
    assert (question.contrast.control, question.contrast.treated) == (0, step)


def test_a_share_is_no_step():
    question = read_question("What is the effect of raising class_size by 10% on score?", CLASSES).question
    assert question is not None
    assert question.contrast is None


@pytest.mark.parametrize(
    ("words", "control", "treated"),
    [
        ("What is the effect of the high dose compared with control on relief?", 0, 2),
        ("How much more relief does the high dose bring than the low dose?", 1, 2),
        ("Does the low dose raise relief?", 0, 1),
    ],
)
def test_codes_are_read_by_what_the_codebook_says_of_them(words, control, treated):
    table = ARMS.table
    assert table is not None
    arm = table.columns[0].model_copy(update={"levels": (0, 1, 2), "n_distinct": 3})
    known = ARMS.model_copy(update={"table": table.model_copy(update={"columns": (arm, *table.columns[1:])})})
    question = read_question(words, known).question
    assert question is not None
    assert (question.contrast.control, question.contrast.treated) == (control, treated)


@pytest.mark.parametrize(
    ("words", "estimand"),
    [
        ("For people who received coaching, how many extra months did it bring?", "ATT"),
        ("How many more months would those who were not coached have worked had they been coached?", "ATC"),
        ("How many months would those who were coached have worked had they not been coached?", "ATT"),
        ("How many more months does coaching bring?", "ATE"),
    ],
)
def test_the_group_in_a_supposed_world_is_for_whom(words, estimand):
    question = read_question(words, COACHED).question
    assert question is not None
    assert question.estimand == estimand
