"""Answer an item whose premises stand in its text: by the rule policy's own reader and the one tool that decides it."""

from __future__ import annotations

from ...agent.policies.rules.formal.answer import answer_formal
from ...agent.policies.rules.formal.types import FormalVerdict
from .spec import Item, Response


def solve_formally(item: Item) -> Response:
    """Read the text, run the tool, and say what its result means, with how the parts were read and which tool it was."""
    verdict, reading = answer_formal(item.prompt)
    because = "" if reading is None else f"{'; '.join(reading.because)}. {reading.call.tool}: "
    if isinstance(verdict, FormalVerdict):
        return Response(answer=verdict.answer, because=because + verdict.sentence)
    return Response(answer=None, because=because + verdict.problem)
