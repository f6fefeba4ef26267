"""Read a Parquet file, after checking in its footer what it would unpack to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..domain.errors import BackendFailed, BadArguments, TooLarge
from ._arrow import compute
from ._files import MAX_CELL_BYTES, MAX_FILE_BYTES, refuse_large, refuse_unless
from ._frames import typed_frame
from ._raw import unique_names

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

MAX_TEXT_BYTES = 2 << 30
"""What all texts of a table may take together."""


def read_parquet(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read a Parquet table with the types it declares.

    Args:
        path: A Parquet file.

    Returns:
        The table with our column types, and the alterations.

    Raises:
        BadArguments: not a Parquet file, nested columns, or no rows.
        TooLarge: it would unpack to more than the bounds.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.stat().st_size == 0:
        raise BadArguments(f"File {path.name[:200]!r} is empty. Save the table again.")
    with path.open("rb") as file:
        refuse_unless(file.read(4096), b"PAR1", path.name, "a Parquet file")
    try:
        footer = pq.ParquetFile(path, memory_map=False)
    except (pa.ArrowException, OSError) as error:
        raise BadArguments(
            f"File {path.name[:200]!r} is a damaged Parquet file ({str(error)[:100]}). Download or save it again."
        ) from error
    with footer:
        _check(footer, path)
        texts = [f.name for f in footer.schema_arrow if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    try:
        # Texts stay a dictionary until their full length is known: one long text repeated a million times is small in the file.
        table = pq.ParquetFile(path, read_dictionary=texts).read(use_threads=True)
    except (pa.ArrowException, OSError) as error:
        raise BackendFailed(
            f"The cells of {path.name[:200]!r} cannot be read ({str(error)[:100]}). Save the table again, or as CSV."
        ) from error
    notes: list[str] = []
    names = unique_names(table.column_names, notes)
    frame = _to_pandas(table, path.name)
    return typed_frame(frame, names, notes), notes


def _check(footer: Any, path: Path) -> None:
    import pyarrow as pa

    meta, name = footer.metadata, path.name[:200]
    refuse_large(name, meta.num_rows, meta.num_columns)
    size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if size > MAX_FILE_BYTES:
        raise TooLarge(
            f"{name!r} unpacks to {size >> 20:,} MiB; at most {MAX_FILE_BYTES >> 20:,} are loaded. Save only the "
            "columns or rows you need."
        )
    for column in footer.schema_arrow:
        kind = column.type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            raise BadArguments(
                f"Column {column.name[:80]!r} of {name!r} holds {str(kind)[:60]} values; a cell must be one number, "
                "text, date or truth value. "
                "Spread it over several columns, or leave it out."
            )
    if meta.num_rows == 0 or meta.num_columns < 2:
        raise BadArguments(
            f"{name!r} has {meta.num_rows} rows and {meta.num_columns} columns; a causal question needs rows, a cause "
            "and an effect. Save the table again."
        )


def _to_pandas(table: Any, source: str) -> pd.DataFrame:
    """Columns by position as pandas; dictionaries of texts are unpacked only when their full length is within the bounds."""
    import pandas as pd
    import pyarrow as pa

    columns: list[pd.Series] = []
    total = 0
    for i in range(table.num_columns):
        cells = table.column(i)
        if pa.types.is_dictionary(cells.type):
            total += _text_bytes(cells, table.column_names[i], source)
            if total > MAX_TEXT_BYTES:
                raise TooLarge(
                    f"The texts of {source[:200]!r} take over {MAX_TEXT_BYTES >> 30} GiB. Save only the columns or rows you need."
                )
            cells = cells.cast(cells.type.value_type)
        columns.append(pd.Series(cells.to_pandas(date_as_object=False)))
    return pd.concat(columns, axis=1, ignore_index=True) if columns else pd.DataFrame()


def _text_bytes(cells: Any, name: str, source: str) -> int:
    import pyarrow as pa

    pc = compute()
    if not (pa.types.is_string(cells.type.value_type) or pa.types.is_large_string(cells.type.value_type)):
        return 0
    total = 0
    for chunk in cells.chunks:
        lengths = pc.binary_length(chunk.dictionary)
        longest = pc.max(lengths).as_py() or 0
        if longest > MAX_CELL_BYTES:
            raise TooLarge(
                f"Column {name[:80]!r} of {source[:200]!r} has a cell of {longest:,} bytes; a cell may have "
                f"{MAX_CELL_BYTES:,}. Leave that column out."
            )
        total += pc.sum(pc.take(lengths, chunk.indices)).as_py() or 0
    return total
