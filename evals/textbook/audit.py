"""Find published answers whose treatment and outcome are exchanged."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from .marks import same_name


def exchanged(target: Mapping[str, object], table: Path) -> str:
    """Say so when the published effect is too large for the published outcome, which is 0 or 1, and fits the other way round.

    A difference of two probabilities is at most 1.

    Returns:
        The reason, or an empty text.
    """
    treatment, outcome, effect = (target.get(k) for k in ("treatment", "outcome", "effect"))
    if not isinstance(treatment, str) or not isinstance(outcome, str) or not isinstance(effect, int | float):
        return ""
    if abs(effect) <= 1 or not _is_zero_one(outcome, table) or _is_zero_one(treatment, table) is not False:
        return ""
    return f"an effect of {effect:g} cannot be one on {outcome!r}, which is 0 or 1; treatment and outcome are exchanged"


def _is_zero_one(column: str, table: Path) -> bool | None:
    """Whether a column holds nothing but 0 and 1; None when there is no such column."""
    with table.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = csv.DictReader(lines)
        name = next((c for c in rows.fieldnames or () if same_name(c, column)), None)
        if name is None:
            return None
        return all(str(row[name]).strip() in ("0", "1", "0.0", "1.0", "", "None") for row in rows)
