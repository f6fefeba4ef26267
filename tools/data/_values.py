"""Turn typed cells (of a workbook or of JSON) into text without loss, so that all formats are typed by the same rules."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..domain.errors import BadArguments

if TYPE_CHECKING:
    import pyarrow as pa

SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


def text_column(values: Sequence[Any], name: str, notes: list[str]) -> pa.ChunkedArray:
    """The cells of a column as text; None and NaN become null.

    Args:
        values: Python values, one a row.
        name: Column name, for messages.
        notes: Numbers that were stored as text, and broken characters, are noted here.

    Raises:
        BadArguments: a cell holds a list or an object.
    """
    import pyarrow as pa

    texts = [_text(v, name) for v in values]
    n_stored = sum(isinstance(v, str) and _NUMBER.fullmatch(v) is not None for v in values)
    if n_stored:
        notes.append(f"Column {name[:80]!r}: {n_stored:,} cell(s) hold a number stored as text.")
    try:
        return pa.chunked_array([pa.array(texts, pa.string())])
    except (UnicodeEncodeError, pa.ArrowInvalid):
        sound = [None if t is None else SURROGATE.sub("\ufffd", t) for t in texts]
        n_broken = sum(a != b for a, b in zip(texts, sound, strict=True))
        notes.append(
            f"Column {name[:80]!r}: {n_broken:,} cell(s) hold broken characters, which were replaced by '\ufffd'."
        )
        return pa.chunked_array([pa.array(sound, pa.string())])


def _text(value: Any, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if value != value else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return str(value)
    raise BadArguments(
        f"Column {name[:80]!r} holds nested values ({type(value).__name__}); a cell must be one number, text, date or truth value. "
        "Spread them over several columns, or leave that column out."
    )
