"""Which way a question asks (more or less, up or down), and what a number says to it."""

from __future__ import annotations

import re
from collections.abc import Callable

from .....tools.domain.results import QueryAnswer, Result
from .frames import MORE, POSITIVE, RISES
from .types import FormalVerdict

ZERO = 0.005
"""A difference that rounds to nothing in the published numbers is not different either way."""
_TOUCHES = 1e-9
_UP = re.compile(rf"(?:{MORE}|{RISES}|{POSITIVE})", re.I)


def asks_up(word: str) -> bool:
    """Whether a word such as `increase` or `negatively` asks for more."""
    return bool(_UP.fullmatch(word.strip()))


def by_sign(*, up: bool, threshold: float = 0.0, zero: float = ZERO) -> Callable[[Result], FormalVerdict]:
    """Say yes when the result is on the asked side of a threshold.

    Args:
        up: Whether the question asks for more.
        threshold: What the value is compared with.
        zero: Values nearer to the threshold than this are on neither side.
    """

    def decide(result: Result) -> FormalVerdict:
        assert isinstance(result, QueryAnswer)
        low, high = result.lower, result.upper
        if low is None or high is None:
            return FormalVerdict(answer=None, sentence=result.summary())
        value = result.value if result.status == "exact" else None
        if value is not None and abs(value - threshold) <= max(zero, _TOUCHES):
            return FormalVerdict(answer="no", sentence=f"No: {result.summary()} That is not different either way.")
        # bounds that touch zero reach it only where nobody, or everybody, is in a group
        above, below = low - threshold > -_TOUCHES, high - threshold < _TOUCHES
        if above == below and value is not None:
            above, below = value > threshold, value < threshold
        if above == below:
            return FormalVerdict(answer=None, sentence=f"The sign is not decided: {result.summary()}")
        answer = "yes" if above == up else "no"
        return FormalVerdict(answer=answer, sentence=f"{answer.capitalize()}: {result.summary()}")

    return decide
