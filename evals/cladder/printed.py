"""What the printed numbers of a published question say, by the closed form of its graph and query.

The published languages print the numbers in a fixed order, so no word needs to be understood here: this is the oracle
of the label audit and of the engine, and it shares nothing with the reader that is measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import product

Numbers = Sequence[float]
ZERO = 0.005
"""The published labels take a smaller effect for none."""
ROUNDING = 0.005
"""Whole per cents are off by up to this."""
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*%")
_DOWN = re.compile(r"\b(?:less|smaller|decrease|negatively)\b", re.I)


def numbers_of(text: str) -> list[float]:
    """The percentages of a text in their order, as probabilities."""
    return [float(n) / 100 for n in _NUMBER.findall(text)]


def asks_up(question: str) -> bool:
    """Whether a published question asks for more."""
    return not _DOWN.search(question)


def value_of(query: str, graph: str, numbers: Numbers) -> float | None:
    """The quantity whose sign decides the question; None where there is no closed form or a number is missing."""
    form = FORMS.get((query, graph)) or FORMS.get((query, "*"))
    if form is None:
        return None
    try:
        return form(*numbers)
    except (TypeError, ZeroDivisionError):
        return None


def answer_of(query: str, graph: str, numbers: Numbers, question: str) -> str | None:
    """The answer by the printed numbers."""
    value = value_of(query, graph, numbers)
    return None if value is None else verdict(query, value, question)


def verdict(query: str, value: float, question: str) -> str:
    """What a quantity says to a question, with the published rule for effects that are nearly zero."""
    if query not in ("marginal", "exp_away") and abs(value) < ZERO:
        return "no"
    up = asks_up(question) != (query == "ett")
    return "yes" if value != 0 and (value > 0) == up else "no"


def rounding_decides(query: str, graph: str, numbers: Numbers) -> bool:
    """Whether numbers that print the same give either sign, or either side of what counts as zero."""
    shifted = product(*((max(0.0, n - ROUNDING), min(1.0, n + ROUNDING)) for n in numbers))
    values = [v for corner in shifted if (v := value_of(query, graph, corner)) is not None]
    edge = 0.0 if query in ("marginal", "exp_away") else ZERO
    sides = {(v >= edge) - (v <= -edge) for v in values}
    return len(sides) > 1


def _difference(y0: float, y1: float) -> float:
    return y1 - y0


def _marginal(x: float, y0: float, y1: float) -> float:
    return x * y1 + (1 - x) * y0 - 0.5


def _correlation(x: float, j0: float, j1: float) -> float:
    return j1 / x - j0 / (1 - x)


def _explaining(x: float, y00: float, y01: float, y10: float, y11: float) -> float:
    # P(y | x, v) - P(y | v) has the sign of P(y | x, v) - P(y | not x, v)
    return y11 - y01


def _adjusted(y00: float, y01: float, y10: float, y11: float, v: float) -> float:
    return (1 - v) * (y01 - y00) + v * (y11 - y10)


def _wald(y0: float, y1: float, x0: float, x1: float) -> float:
    return (y1 - y0) / (x1 - x0)


def _frontdoor(m0: float, m1: float, y00: float, y01: float, y10: float, y11: float, x: float) -> float:
    return (m1 - m0) * ((1 - x) * (y01 - y00) + x * (y11 - y10))


def _frontdoor_treated(y00: float, y01: float, y10: float, y11: float, m0: float, m1: float) -> float:
    return (m1 - m0) * (y11 - y10)


def _diamondcut_treated(y00: float, y01: float, y10: float, y11: float, v0: float, v1: float) -> float:
    return (1 - v1) * (y10 - y00) + v1 * (y11 - y01)


def _direct(y00: float, y01: float, y10: float, y11: float, m0: float, m1: float) -> float:
    return (1 - m0) * (y10 - y00) + m0 * (y11 - y01)


def _indirect(y00: float, y01: float, y10: float, y11: float, m0: float, m1: float) -> float:
    return (m1 - m0) * (y01 - y00)


def _averaged(effect: Callable[..., float]) -> Callable[..., float]:
    """A natural effect whose mediator depends on one more, hidden cause: P(m | x, w) four times, then P(w)."""

    def form(*n: float) -> float:
        y, (m00, m01, m10, m11, w) = n[:4], n[4:]
        return effect(*y, (1 - w) * m00 + w * m01, (1 - w) * m10 + w * m11)

    return form


FORMS: dict[tuple[str, str], Callable[..., float]] = {
    ("marginal", "*"): _marginal,
    ("correlation", "*"): _correlation,
    ("correlation", "collision"): lambda *_: 0.0,
    ("exp_away", "collision"): _explaining,
    **{(q, g): _difference for q in ("ate", "ett") for g in ("chain", "diamond", "fork", "mediation", "arrowhead")},
    **{("nie", g): _difference for g in ("chain", "diamond")},
    ("ate", "confounding"): _adjusted,
    ("ett", "confounding"): _adjusted,
    ("ate", "diamondcut"): _adjusted,
    ("ett", "diamondcut"): _diamondcut_treated,
    ("ate", "IV"): _wald,
    ("ate", "frontdoor"): _frontdoor,
    ("nie", "frontdoor"): _frontdoor,
    ("ett", "frontdoor"): _frontdoor_treated,
    ("nde", "mediation"): _direct,
    ("nie", "mediation"): _indirect,
    ("nde", "arrowhead"): _averaged(_direct),
    ("nie", "arrowhead"): _averaged(_indirect),
}
"""By query and graph, of the numbers in the order in which they are printed."""
