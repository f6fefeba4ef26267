"""Find answers of a key that no analysis of its table can give."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

CLOSE = 0.005
"""A share of the same table agrees to the digits printed."""


def unobtainable(asked: Mapping[str, object], table: Path) -> frozenset[str]:
    """Names of key fields whose value is not in the table.

    Conditional probabilities after correction for selection need how often a row was recorded, which a table of recorded
    rows does not say. Naive ones are shares of the table: when none of the shares of one column given another is near the
    key's number, the key was made from another table.
    """
    naive = {n: v for n, v in asked.items() if n.startswith("NAIVE_CONDITIONAL") and isinstance(v, int | float)}
    found = {n for n in asked if n.startswith("CORRECTED_CONDITIONAL")}
    if naive:
        shares = _shares(table)
        if not all(any(abs(share - value) <= CLOSE for share in shares) for value in naive.values()):
            found |= set(naive)
    return frozenset(found)


def _shares(table: Path) -> list[float]:
    """P(a = 1 | b = v) for every pair of 0/1 columns."""
    with table.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = {n: [r[n] for r in rows] for n in (rows[0] if rows else {})}
    binary = {n: [v == "1" for v in values] for n, values in columns.items() if set(values) <= {"0", "1"}}
    found: list[float] = []
    for a, ones in binary.items():
        for b, given in binary.items():
            for level in (True, False):
                inside = [x for x, g in zip(ones, given, strict=True) if g is level]
                if a != b and inside:
                    found.append(sum(inside) / len(inside))
    return found
