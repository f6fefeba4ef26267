"""Type a column of text cells: numbers, dates, booleans or text. Nothing is altered without a note."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ._arrow import compute
from ._dates import read_dates
from ._numbers import Numbers, read_numbers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

_WORDS = ("NA", "N/A", "#N/A", "NaN", "NULL", "None", "nil", "<NA>", "NaT", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!")
NA_WORDS: tuple[str, ...] = (
    *sorted({form for w in _WORDS for form in (w, w.lower(), w.upper(), w.capitalize())}),
    *(".", "?", "-", "--", "*"),
)
"""Texts that mean "missing" in a column whose other cells are numbers or dates; elsewhere they stay levels."""


@dataclass(frozen=True)
class CellOptions:
    """What the person said about cells."""

    missing: tuple[str, ...] = ()
    """Texts that mean "missing" in every column."""
    text: tuple[str, ...] = ()
    """Columns that stay text although they look like numbers."""
    numbers: tuple[str, ...] = ()
    """Columns of numbers; cells that are not numbers become missing."""
    decimal_comma: bool = False


@dataclass
class _Column:
    name: str
    notes: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])

    def note(self, text: str) -> None:
        self.notes.append(f"Column {self.name[:80]!r}: {text}")


def read_cells(
    name: str, cells: pa.ChunkedArray, options: CellOptions, notes: list[str], warnings: list[str]
) -> np.ndarray | pd.Series:
    """Read one column of text cells as the type that all of its cells have.

    Args:
        name: Column name, for the notes.
        cells: Strings; a null or an empty string is a missing value.
        options: What the person said about missing values and types.
        notes: Alterations are added here, with counts.
        warnings: What may have been read wrongly is added here.

    Returns:
        An array or series of bool, int64, float64 (NaN is missing), datetime64 or pandas string.
    """
    import numpy as np
    import pyarrow as pa

    pc = compute()
    column = _Column(name, notes, warnings)
    cells = _trim(cells, column)
    blank = pc.fill_null(pc.equal(cells, ""), True)
    if options.missing:
        extra = pc.fill_null(pc.is_in(cells, value_set=pa.array(options.missing, pa.string())), False)
        if found := pc.sum(extra).as_py():
            column.note(f"{found:,} cell(s) read as missing, as asked ({', '.join(map(repr, options.missing))[:80]}).")
        blank = pc.or_(blank, extra)
    present = ~blank.to_numpy()
    filled = cells if present.all() else cells.filter(pa.array(present))
    if name in options.text:
        return _as_text(cells, present, column)
    words = pc.is_in(filled, value_set=pa.array(NA_WORDS)).to_numpy()
    body = filled.filter(pa.array(~words)) if words.any() else filled
    where = np.flatnonzero(present)[~words]
    typed = _typed(body, len(cells), where, column, options)
    if typed is not None:
        if words.any():
            column.note(f"{int(words.sum()):,} cell(s) read as missing: {_examples(filled.filter(pa.array(words)))}.")
        return typed
    if words.any():
        column.note(
            f"{int(words.sum()):,} cell(s) say {_examples(filled.filter(pa.array(words)))}; in a text column that stays a level. "
            "If it means missing, load again with missing=[…]."
        )
    return _as_text(cells, present, column)


def _trim(cells: pa.ChunkedArray, column: _Column) -> pa.ChunkedArray:

    pc = compute()
    trimmed = pc.utf8_trim_whitespace(cells)
    if pc.sum(pc.binary_length(trimmed)).as_py() == pc.sum(pc.binary_length(cells)).as_py():
        return cells
    changed = pc.sum(pc.not_equal(trimmed, cells)).as_py()
    column.note(f"spaces around {changed:,} cell(s) were left out.")
    return trimmed


def _typed(body: pa.ChunkedArray, n_rows: int, where: np.ndarray, column: _Column, options: CellOptions) -> Any:
    """The column as numbers, booleans or dates; None when it is text."""
    import numpy as np

    if len(body) == 0:
        return np.full(n_rows, np.nan)
    numbers = read_numbers(body, decimal_comma=options.decimal_comma, force=column.name in options.numbers)
    for text in numbers.notes:
        column.note(text)
    column.warnings += [f"Column {column.name[:80]!r}: {text}" for text in numbers.warnings]
    if numbers.values is not None:
        return _spread_numbers(numbers, n_rows, where)
    if numbers.stays_text:
        return None
    truth = _booleans(body)
    if truth is not None:
        if len(truth) == n_rows:
            column.note("'true' and 'false' read as truth values.")
            return truth
        column.note("'true' and 'false' read as 1 and 0, because some cells are missing.")
        return _spread(truth.astype(np.float64), n_rows, where, np.nan)
    dates = read_dates(body, column.note)
    return None if dates is None else _spread(dates, n_rows, where, np.datetime64("NaT"))


def _spread_numbers(numbers: Numbers, n_rows: int, where: np.ndarray) -> np.ndarray:
    import numpy as np

    values = numbers.values
    assert values is not None
    if len(values) == n_rows:
        return values
    return _spread(values.astype(np.float64), n_rows, where, np.nan)


def _spread(values: np.ndarray, n_rows: int, where: np.ndarray, missing: Any) -> np.ndarray:
    """Put the values of the cells that have one back to their rows."""
    import numpy as np

    full = np.full(n_rows, missing, dtype=values.dtype)
    full[where] = values
    return full


def _booleans(body: pa.ChunkedArray) -> np.ndarray | None:

    pc = compute()
    levels = {str(v).lower() for v in pc.unique(body.slice(0, 1000)).to_pylist()}
    if not levels <= {"true", "false"}:
        return None
    lower = pc.utf8_lower(body)
    if set(pc.unique(lower).to_pylist()) != {"true", "false"}:
        return None
    return pc.equal(lower, "true").to_numpy()


def _as_text(cells: pa.ChunkedArray, present: np.ndarray, column: _Column) -> pd.Series:
    import pandas as pd
    import pyarrow as pa

    pc = compute()
    kept = cells if present.all() else pc.if_else(pa.array(present), cells, pa.scalar(None, pa.string()))
    return pd.Series(kept.to_pandas(), name=column.name, dtype="str")


def _examples(words: pa.ChunkedArray) -> str:

    pc = compute()
    return ", ".join(repr(w)[:32] for w in pc.unique(words).to_pylist()[:3])
