"""A table as it stands in its file: every cell still text, and what was noticed on the way."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..domain.errors import BadArguments, TooLarge
from ._arrow import compute
from ._files import MAX_CELL_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

MAX_NAME = 200
"""Longest column name, in characters."""


@dataclass
class RawTable:
    """Columns of text, before any of it is read as a number, a date or a missing value."""

    names: list[str]
    columns: list[pa.ChunkedArray]
    """Strings, one array a column, all of one length; a null is a cell without a value."""
    alterations: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    decimal_comma: bool = False
    """True where `1,234` more likely means 1.234, as in files separated by semicolons."""


def unique_names(raw: Iterable[object], notes: list[str]) -> list[str]:
    """Make column names text, printable, at most `MAX_NAME` long, not blank and unique; each change is noted."""
    names: list[str] = []
    taken: set[str] = set()
    for position, given in enumerate(raw, start=1):
        name = _printable(given if isinstance(given, str) else str(given))
        if name == "":
            name = f"column_{position}"
            notes.append(f"Column {position} has no name; it is called {name!r}.")
        elif name != given:
            notes.append(f"The name of column {position}, {str(given)[:80]!r}, is written {name[:80]!r}.")
        if name in taken:
            free, suffix = name, 2
            while (free := f"{name}_{suffix}") in taken:
                suffix += 1
            notes.append(f"Column {position} has the name {name[:80]!r} a second time; it is called {free[:80]!r}.")
            name = free
        taken.add(name)
        names.append(name)
    return names


def _printable(name: str) -> str:
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in name)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs"))
    return " ".join(kept.split())[:MAX_NAME].strip() if kept != name or len(name) > MAX_NAME else name.strip()


def drop_blank_parts(table: RawTable, named: Sequence[bool]) -> RawTable:
    """Leave out columns that have neither name nor value, and rows without any value; both are noted.

    Args:
        table: The table as read.
        named: For each column whether its header cell was not blank.

    Raises:
        BadArguments: nothing is left.
    """
    import numpy as np

    pc = compute()
    keep = [has_name or not _all_blank(cells) for has_name, cells in zip(named, table.columns, strict=True)]
    if not all(keep):
        table.alterations.append(f"Left out {keep.count(False)} column(s) that have neither a name nor a value.")
        table.names = [name for name, k in zip(table.names, keep, strict=True) if k]
        table.columns = [cells for cells, k in zip(table.columns, keep, strict=True) if k]
    blank = np.ones(len(table.columns[0]), dtype=bool) if table.columns else np.ones(0, dtype=bool)
    for cells in table.columns:
        if not blank.any():
            break
        blank &= pc.fill_null(pc.equal(cells, ""), True).to_numpy()
    if blank.any() and not blank.all():
        import pyarrow as pa

        table.alterations.append(f"Left out {int(blank.sum()):,} row(s) in which every cell is empty.")
        table.columns = [cells.filter(pa.array(~blank)) for cells in table.columns]
    return table


def _all_blank(cells: pa.ChunkedArray) -> bool:

    pc = compute()
    return bool(pc.all(pc.fill_null(pc.equal(cells, ""), True)).as_py())


def check_shape(table: RawTable, source: str) -> None:
    """Refuse a table that nothing can be learned from, or one with giant cells.

    Raises:
        BadArguments: fewer than two columns, no rows, or no cell with a value.
        TooLarge: a cell is longer than `MAX_CELL_BYTES`.
    """
    pc = compute()
    n_rows = len(table.columns[0]) if table.columns else 0
    if len(table.columns) < 2:
        found = f"only the column {table.names[0][:80]!r}" if table.names else "no columns"
        raise BadArguments(
            f"{source[:200]!r} has {found}; a causal question needs at least a cause and an effect. If the cells are separated by an "
            "unusual character, such as a space, save the file with commas."
        )
    if n_rows == 0:
        raise BadArguments(
            f"{source[:200]!r} has a header ({len(table.columns)} columns) but no rows. Save the table again with its data."
        )
    for name, cells in zip(table.names, table.columns, strict=True):
        longest = pc.max(pc.binary_length(cells)).as_py() or 0
        if longest > MAX_CELL_BYTES:
            raise TooLarge(
                f"Column {name[:80]!r} of {source[:200]!r} has a cell of {longest:,} bytes; a cell may have {MAX_CELL_BYTES:,}. "
                "Leave that column out and save the table again."
            )
    if all(_all_blank(cells) for cells in table.columns):
        raise BadArguments(
            f"Every cell of {source[:200]!r} is empty ({n_rows:,} rows, {len(table.columns)} columns). Save the table "
            "again with its data."
        )
