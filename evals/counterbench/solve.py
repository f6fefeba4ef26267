"""Answer CounterBench with the rule policy's reader and tools, and by shortcuts that never read the rules."""

from __future__ import annotations

from ...agent.policies.rules.formal.answer import answer_formal
from ...agent.policies.rules.formal.types import FormalVerdict
from ..harness.spec import Item, Response


def solve(item: Item) -> Response:
    """Read the text, follow the rules, and say how the answer comes about."""
    verdict, reading = answer_formal(item.prompt)
    because = f"{'; '.join(reading.because)}. " if reading is not None else ""
    if isinstance(verdict, FormalVerdict):
        return Response(answer=verdict.answer, because=because + verdict.sentence)
    return Response(answer=None, because=because + verdict.problem)


def always_no(item: Item) -> Response:
    """Say that nothing happens without its first cause."""
    del item
    return Response(answer="no")


def any_denial(item: Item) -> Response:
    """Say yes when any rule has a "not", whatever it is about."""
    return Response(answer="yes" if " not " in item.prompt.partition("\n")[0] else "no")
