"""Numbers as people read them in a table or a figure."""

from __future__ import annotations

from math import isfinite
from typing import Any


def short_number(value: Any) -> str:
    """A number with four significant digits, whole above 1,000; nothing for None; other values as text."""
    if value is None:
        return ""
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        return str(value)
    if 1000 <= abs(value) < 1e12:
        return f"{value:,.0f}"
    return f"{value:.4g}"
