"""Answers to CLadder that never read the premises."""

from __future__ import annotations

import re

from ..harness.spec import Item, Response

_QUESTION = re.compile(r"[^.?!]*\?\s*$")
_LESS = re.compile(r"\b(?:less|smaller|decrease|negatively|not)\b", re.I)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def always_yes(item: Item) -> Response:
    """Say yes to everything."""
    del item
    return Response(answer="yes")


def yes_to_more(item: Item) -> Response:
    """Say yes to "more" and no to "less", whatever the world is like."""
    question = _QUESTION.search(item.prompt)
    return Response(answer="no" if question and _LESS.search(question[0]) else "yes")


def last_two_numbers(item: Item) -> Response:
    """Compare the last two numbers, whatever they are about."""
    numbers = [float(n) for n in _PERCENT.findall(item.prompt)][-2:]
    question = _QUESTION.search(item.prompt)
    rises = len(numbers) == 2 and numbers[1] > numbers[0]
    return Response(answer="yes" if rises != bool(question and _LESS.search(question[0])) else "no")
