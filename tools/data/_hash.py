"""Hash the content of a table: the same names, types and values give the same hash, wherever they came from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ._arrow import compute

if TYPE_CHECKING:
    import pandas as pd


def content_hash(frame: pd.DataFrame) -> str:
    """SHA-256 over column names, types and values in order, as 64 hexadecimal digits.

    Args:
        frame: Columns of bool, int64, float64, datetime64 or string. Every NaN counts as the same missing value,
            and -0.0 as 0.0.
    """
    digest = hashlib.sha256(f"whence-table-1:{len(frame)}:{len(frame.columns)};".encode())
    for position, name in enumerate(frame.columns):
        text = str(name).encode()
        digest.update(b"%d:%s" % (len(text), text))
        _add_column(digest, frame.iloc[:, position])
    return digest.hexdigest()


def _add_column(digest: Any, values: pd.Series) -> None:
    import numpy as np
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(values):
        digest.update(b"datetime;")
        digest.update(values.to_numpy().astype("datetime64[us]").view(np.int64).tobytes())
    elif pd.api.types.is_bool_dtype(values):
        digest.update(b"bool;")
        digest.update(values.to_numpy(dtype=np.bool_).tobytes())
    elif pd.api.types.is_integer_dtype(values):
        digest.update(b"int64;")
        digest.update(values.to_numpy(dtype=np.int64).tobytes())
    elif pd.api.types.is_float_dtype(values):
        digest.update(b"float64;")
        numbers = values.to_numpy(dtype=np.float64) + 0.0
        digest.update(np.where(np.isnan(numbers), np.nan, numbers).tobytes())
    else:
        digest.update(b"text;")
        _add_text(digest, values)


def _add_text(digest: Any, values: pd.Series) -> None:
    """Add lengths (-1 for a missing cell) and then all texts as UTF-8, so that no two columns run together."""
    import numpy as np
    import pyarrow as pa

    pc = compute()
    made: Any = pa.array(values.array, pa.large_string(), from_pandas=True)
    cells = pa.concat_arrays(made.chunks) if isinstance(made, pa.ChunkedArray) else made
    digest.update(pc.fill_null(pc.binary_length(cells), -1).to_numpy(zero_copy_only=False).astype(np.int64).tobytes())
    filled = pc.fill_null(cells, "")
    _, offsets, data = filled.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[filled.offset : filled.offset + len(filled) + 1]
    if data is not None and len(ends) > 1:
        digest.update(memoryview(data)[int(ends[0]) : int(ends[-1])])
