"""Read text cells as dates, when every one of them is a date that can be read in one way only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._arrow import compute

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pyarrow as pa

_TIME = r"([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)?"
_ISO = rf"^\d{{4}}-\d{{2}}-\d{{2}}{_TIME}$"
_ISO_ZONE = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})$"
_WRITTEN: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (r"^\d{4}/\d{1,2}/\d{1,2}$", ("%Y/%m/%d",), "year/month/day"),
    (r"^\d{1,2}\.\d{1,2}\.\d{4}$", ("%d.%m.%Y",), "day.month.year"),
    (r"^\d{1,2}/\d{1,2}/\d{4}$", ("%d/%m/%Y", "%m/%d/%Y"), "day/month/year"),
    (r"^\d{1,2}-\d{1,2}-\d{4}$", ("%d-%m-%Y", "%m-%d-%Y"), "day-month-year"),
)


def read_dates(cells: pa.ChunkedArray, note: Callable[[str], None]) -> np.ndarray | None:
    """Read cells as dates if all of them are, in ISO form or in a form that leaves one reading.

    Args:
        cells: Strings without missing values; at least one.
        note: Called with each alteration, and with the reason when dates stay text.

    Returns:
        datetime64 values in UTC or without a zone, or None when the column stays text.
    """
    pc = compute()
    first = cells[0].as_py()
    if not first[:1].isdigit() or not any(mark in first for mark in "-/."):
        return None
    if pc.all(pc.match_substring_regex(cells, _ISO)).as_py():
        return _parse(cells, ("ISO8601",), note, "year-month-day")
    if pc.all(pc.match_substring_regex(cells, _ISO_ZONE)).as_py():
        dates = _parse(cells, ("ISO8601",), note, "year-month-day")
        if dates is not None:
            note("times with a time zone were converted to UTC.")
        return dates
    for pattern, formats, words in _WRITTEN:
        if pc.all(pc.match_substring_regex(cells, pattern)).as_py():
            return _parse(cells, formats, note, words)
    return None


def _parse(
    cells: pa.ChunkedArray, formats: tuple[str, ...], note: Callable[[str], None], words: str
) -> np.ndarray | None:
    """Parse with each format; exactly one must fit all cells."""
    import pandas as pd

    text = pd.Series(cells.to_pandas())
    fits: list[tuple[str, pd.Series]] = []
    for form in formats:
        parsed = pd.to_datetime(text, format=form, errors="coerce", utc=True)
        if not parsed.isna().any():
            fits.append((form, parsed))
    if len(fits) == 2 and fits[0][1].equals(fits[1][1]):
        fits = fits[:1]
    if len(fits) != 1:
        why = "day and month cannot be told apart" if fits else "some of them do not exist in the calendar"
        note(
            f"cells look like dates (such as {cells[0].as_py()[:24]!r}) but {why}; the column stays text. Write dates as 2024-12-31."
        )
        return None
    form, parsed = fits[0]
    if form != "ISO8601":
        order = "month/day/year" if form.startswith("%m") else words
        note(f"dates read as {order} (such as {cells[0].as_py()[:24]!r}).")
    return parsed.dt.tz_localize(None).to_numpy()
