"""Turn typed columns (a table in memory, or Parquet) into our column types; each change is noted."""

from __future__ import annotations

import datetime
import decimal
from typing import TYPE_CHECKING, Any

from ..domain.errors import BadArguments
from ._cells import NA_WORDS
from ._values import SURROGATE

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_FLAT = (str, bool, int, float, decimal.Decimal, datetime.date, datetime.time, datetime.timedelta)


def typed_frame(frame: pd.DataFrame, names: list[str], notes: list[str]) -> pd.DataFrame:
    """The same table with columns of bool, int64, float64, datetime64 or string.

    Args:
        frame: Any pandas table.
        names: The names its columns get.
        notes: Alterations are added here.

    Raises:
        BadArguments: a column holds nested or complex values.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for position, name in enumerate(names):
        changes: list[str] = []
        column = frame.iloc[:, position].reset_index(drop=True)
        columns[name] = _finite(_typed(column, name, changes), changes)
        notes += [f"Column {name[:80]!r}: {change}" for change in changes]
    return pd.DataFrame(columns)


def _typed(column: pd.Series, name: str, changes: list[str]) -> Any:
    import numpy as np
    import pandas as pd

    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        changes.append("categories are read as their values.")
        return _typed(column.astype(kind.categories.dtype), name, changes)
    if isinstance(kind, pd.SparseDtype):
        return _typed(column.sparse.to_dense(), name, changes)
    if pd.api.types.is_complex_dtype(kind):
        raise BadArguments(f"Column {name[:80]!r} holds complex numbers. Split it into real columns, or leave it out.")
    if pd.api.types.is_bool_dtype(kind):
        if column.isna().any():
            changes.append("truth values read as 1 and 0, because some cells are missing.")
            return column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
        return column.to_numpy(dtype=np.bool_)
    if pd.api.types.is_integer_dtype(kind):
        return _integers(column, changes)
    if pd.api.types.is_float_dtype(kind):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    if isinstance(kind, pd.DatetimeTZDtype):
        changes.append("times with a time zone were converted to UTC.")
        return column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    if pd.api.types.is_datetime64_dtype(kind):
        return column.to_numpy(dtype="datetime64[us]")
    if pd.api.types.is_timedelta64_dtype(kind):
        changes.append("durations read as seconds.")
        return column.dt.total_seconds().to_numpy(dtype=np.float64)
    if isinstance(kind, pd.PeriodDtype):
        changes.append("periods read as the day they start.")
        return column.dt.to_timestamp().to_numpy(dtype="datetime64[us]")
    return _objects(column, name, changes)


def _integers(column: pd.Series, changes: list[str]) -> Any:
    import numpy as np
    import pandas as pd

    if not column.isna().any():
        if int(column.max()) <= np.iinfo(np.int64).max:
            return column.to_numpy(dtype=np.int64)
    elif int(column.abs().max()) <= 2**53:
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    changes.append("whole numbers of more than 15 digits, which cannot be held exactly, are kept as text.")
    return pd.Series([None if v is pd.NA else str(v) for v in column.tolist()], dtype="str")


def _objects(column: pd.Series, name: str, changes: list[str]) -> Any:
    """Type a column of Python values or strings by what it holds."""
    import numpy as np
    import pandas as pd

    missing = column.isna().to_numpy()
    if isinstance(column.dtype, pd.StringDtype):
        present = column[~missing]
        kinds = {"str"}
    else:
        column = column.astype(object)
        present = column[~missing]
        strange = next((v for v in present if not isinstance(v, (*_FLAT, np.generic))), None)
        if strange is not None:
            raise BadArguments(
                f"Column {name[:80]!r} holds values of type {type(strange).__name__!r}; a cell must be one number, "
                "text, date or truth value. "
                "Spread it over several columns, or leave it out."
            )
        kinds = {_kind(v) for v in present}
    if not kinds:
        return np.full(len(column), np.nan)
    if kinds == {"bool"}:
        return _typed(column.astype("boolean"), name, changes)
    if kinds == {"int"} and not missing.any() and max(abs(int(v)) for v in present) < 2**63:
        return np.array([int(v) for v in present], dtype=np.int64)
    if kinds <= {"int", "number"}:
        if "number" in kinds and any(isinstance(v, decimal.Decimal) for v in present):
            changes.append("decimal numbers read as floating-point numbers.")
        return np.array([np.nan if m else float(v) for v, m in zip(column, missing, strict=True)])
    if kinds == {"date"}:
        return _typed(pd.to_datetime(column, errors="raise"), name, changes)
    if kinds != {"str"}:
        changes.append(f"values of several kinds ({', '.join(sorted(kinds))}) are kept as text.")
    return _text(column, missing, changes)


def _kind(value: Any) -> str:
    import numpy as np

    if isinstance(value, (bool, np.bool_)):
        return "bool"
    if isinstance(value, (int, np.integer)):
        return "int"
    if isinstance(value, (float, decimal.Decimal, np.floating)):
        return "number"
    if isinstance(value, (datetime.date, np.datetime64)):
        return "date"
    return "str" if isinstance(value, str) else "time"


def _text(column: pd.Series, missing: np.ndarray, changes: list[str]) -> pd.Series:
    import pandas as pd

    texts = [None if m else str(v) for v, m in zip(column.tolist(), missing.tolist(), strict=True)]
    n_broken = 0
    for i, text in enumerate(texts):
        if text is not None and not text.isascii():
            sound = SURROGATE.sub("\ufffd", text)
            n_broken += sound != text
            texts[i] = sound
    if n_broken:
        changes.append(f"{n_broken:,} cell(s) hold broken characters, which were replaced by '\ufffd'.")
    blank = sum(t is not None and not t.strip() for t in texts)
    if blank:
        changes.append(f"{blank:,} empty cell(s) read as missing.")
        texts = [None if t is not None and not t.strip() else t for t in texts]
    words = sorted({t for t in texts if t in NA_WORDS})
    if words:
        changes.append(f"some cells say {', '.join(map(repr, words))[:80]}; in a text column that stays a level.")
    return pd.Series(texts, dtype="str")


def _finite(values: Any, changes: list[str]) -> Any:
    import numpy as np

    if not isinstance(values, np.ndarray) or values.dtype != np.float64:
        return values
    endless = np.isinf(values)
    if endless.any():
        changes.append(f"{int(endless.sum()):,} infinite value(s) read as missing.")
        return np.where(endless, np.nan, values)
    return values
