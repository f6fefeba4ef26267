"""Cards of tables for measuring the reading alone, without loading them into a run."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from ...tools.domain.model import Scalar
from ...tools.domain.results import ColumnCard, ColumnType, DatasetCard

MAX_LEVELS = 20
MISSING = frozenset({"", "NA", "NaN", "nan", "null"})


def card_of(path: Path) -> DatasetCard:
    """The card of a CSV file: names, rough types and levels."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    cards = [_column(name, [r[i] for r in rows[1:] if i < len(r)]) for i, name in enumerate(rows[0])]
    return _dataset(path.name, len(rows) - 1, cards)


def card_of_names(names: list[str], row: dict[str, Any]) -> DatasetCard:
    """A card for a table that is missing: the labelled names, and names that the description defines or writes."""
    text = str(row["dataset_description"])
    defined = re.findall(r"^(\w+): ", text, re.MULTILINE)
    found = list(dict.fromkeys((*defined, *names))) if len(defined) > 2 else names
    return _dataset("missing", 0, [ColumnCard(name=n, type="continuous") for n in found])


def _dataset(name: str, n_rows: int, cards: list[ColumnCard]) -> DatasetCard:
    return DatasetCard(
        name="table", source=name, sha256="0" * 64, n_rows=n_rows, n_columns=len(cards), columns=tuple(cards)
    )  # fmt: skip


def _column(name: str, cells: list[str]) -> ColumnCard:
    present = [c for c in cells if c not in MISSING]
    values: list[Scalar] = [_number(c) for c in sorted(set(present))]
    numeric = all(not isinstance(v, str) for v in values)
    n = len(values)
    kind: ColumnType = "continuous" if numeric else "nominal" if n <= MAX_LEVELS else "text"
    if n <= 1:
        kind = "constant"
    elif n == 2:
        kind = "binary"
    elif numeric and n <= MAX_LEVELS and all(float(v) == int(float(v)) for v in values):
        kind = "count"
    levels = tuple(sorted(values, key=str)) if kind in ("binary", "nominal", "count") else ()
    return ColumnCard(name=name, type=kind, n_distinct=n, n_missing=len(cells) - len(present), levels=levels)


def _number(text: str) -> Scalar:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value == int(value) else value
