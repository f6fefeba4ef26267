"""Answer CLadder with the rule policy's reader and tools, and by shortcuts that never read the premises."""

from __future__ import annotations

import re

from ...agent.policies.rules.formal.answer import answer_formal
from ...agent.policies.rules.formal.types import FormalVerdict
from ..harness.spec import Item, Response

_QUESTION = re.compile(r"[^.?!]*\?\s*$")
_LESS = re.compile(r"\b(?:less|smaller|decrease|negatively|not)\b", re.I)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def solve(item: Item) -> Response:
    """Read the text, run the one tool that decides it, and say what its result means."""
    verdict, reading = answer_formal(item.prompt)
    because = ""
    if reading is not None:
        because = f"{'; '.join(reading.because)}. {reading.call.tool}: "
    if isinstance(verdict, FormalVerdict):
        return Response(answer=verdict.answer, because=because + verdict.sentence)
    return Response(answer=None, because=because + verdict.problem)


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
