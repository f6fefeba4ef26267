"""How the rule policy words numbers, so that each can be traced to the digit."""

from __future__ import annotations

from math import floor, log10


def number(value: float) -> str:
    """Print a number for a reader: thousands separated, about three or four significant digits.

    Example:
        >>> number(1794.342), number(-0.07469), number(12.0), number(0.0)
        ('1,794', '-0.0747', '12', '0')
    """
    if value == 0:
        return "0"
    if value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) < 1e-4:
        return f"{value:.2e}"
    decimals = max(0, 2 - floor(log10(abs(value))))
    return f"{value:.{decimals}f}"


def interval(low: float | None, high: float | None) -> str:
    """Print a 95 % interval, or nothing when there is none."""
    return "" if low is None or high is None else f" (95 % interval {number(low)} to {number(high)})"


def listed(names: tuple[str, ...] | list[str], limit: int = 12) -> str:
    """Print names as `a, b and c`, long lists cut with their length left to the reader's tools."""
    shown = [*names[:limit], *(["…"] if len(names) > limit else [])]
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else "nothing"


def clause(text: str) -> str:
    """A sentence as a clause: without its final full stop, and without the verdict that the sentence around it gives."""
    return text.strip().rstrip(".").removeprefix("Not identifiable: ")
