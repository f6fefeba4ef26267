"""Fifty-two everyday stories whose levels seldom share a word with their variable: right, or at least not wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from whence.agent.policies.rules.formal.answer import answer_formal
from whence.agent.policies.rules.formal.types import FormalVerdict
from whence.evals.cladder.stories import Told, read_stories, tell

LEAST_RIGHT = 0.98
MOST_WRONG = 0.01


def answer(text: str) -> str | None:
    verdict, _ = answer_formal(text)
    return verdict.answer if isinstance(verdict, FormalVerdict) else None


@pytest.fixture(scope="module")
def items() -> list[Told]:
    return [item for story in read_stories() for item in tell(story, n_each=1, seed=7)]


def test_stories_have_all_graphs_and_query_types(items: list[Told]) -> None:
    assert len({s.shape.name for s in read_stories()}) == 10
    assert len(read_stories()) == 52
    assert len({i.kind for i in items}) == 10


def test_stories_are_read(items: list[Told]) -> None:
    said = Counter({i.answer: "right", None: "none"}.get(answer(i.text), "wrong") for i in items)
    assert said["right"] / len(items) >= LEAST_RIGHT, said
    assert said["wrong"] / len(items) <= MOST_WRONG, said


WORLD = "Imagine a self-contained, hypothetical world: "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "Getting up late has a direct effect on arriving to school on time. Traffic has a direct effect on arriving "
                "to school on time. We know that getting up early and smooth traffic causes arriving to school on time. "
                "We observed there is a traffic jam on the road. Would Alice arrive to school on time if getting up early "
                "instead of getting up late?"
            ),
            "no",
        ),
        (
            (
                "Gender has a direct effect on department competitiveness and admission outcome. Residency status has a "
                "direct effect on department competitiveness and admission outcome. Department competitiveness has a direct "
                "effect on admission outcome. We know that male gender or in-state residency causes competitive department. "
                "Male gender and in-state residency and competitive department causes admission acceptance. We observed the "
                "resident is in-state. Would the applicant gets admitted if non-male gender instead of male gender?"
            ),
            "no",
        ),
    ],
)
def test_a_level_that_shares_no_word_is_told_from_the_other(text: str, expected: str) -> None:
    assert answer(WORLD + text) == expected
