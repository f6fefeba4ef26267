"""Answer CaLM with the rule policy's reader and tools, and by shortcuts that never read the premises."""

from __future__ import annotations

import re

from ..harness.formal import solve_formally
from ..harness.spec import Item, Response

_LETTERS = re.compile(r"Does (\w+) (?:cause|serve as the \w+ node of) (\w+)\?")


def solve(item: Item) -> Response:
    """Read the premises, run the one tool that decides the question; abstain where only knowledge of the world would."""
    if item.groups.get("decided by") == "a model":
        return Response(answer=None, because="needs a model: no premises in the text decide it")
    return solve_formally(item)


def always_none(item: Item) -> Response:
    """Say that there is no effect: no, 0, and the first option."""
    return Response(answer={"yes_no": "no", "number": "0.0000", "choice": "1"}.get(item.answer_kind))


def earlier_letter(item: Item) -> Response:
    """Say that a variable causes those whose letters come later; elsewhere as if nothing had an effect."""
    asked = _LETTERS.search(item.prompt)
    return Response(answer="yes" if asked[1] < asked[2] else "no") if asked else always_none(item)
