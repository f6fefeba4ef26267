"""Load a table from a file; every change made on the way is listed.

Cells are read as text first, and a column becomes numbers, truth values or dates only when all of its cells allow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..domain.errors import BadArguments
from ..domain.results import DatasetCard
from ..spec import Args, Cost, Env, Tool
from ._cells import CellOptions, read_cells
from ._delimited import read_delimited
from ._files import file_kind, read_content, table_name
from ._raw import RawTable, check_shape
from ._typing import make_card

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


class LoadArgs(Args):
    """A file, and what the person knows about it."""

    path: str
    """A .csv, .tsv, .txt, .json or .jsonl file (each also with .gz), a .parquet or an .xlsx file, inside the folders that may be read."""
    name: str | None = None
    """What later calls say to mean this table; the file's name without its ending when left out."""
    sheet: str | None = None
    """Sheet of an Excel workbook; the first one when left out."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    """What separates cells in a text file; found from the first rows when left out."""
    header: bool | None = None
    """Whether the first row holds the column names; found from the first rows when left out."""
    missing: tuple[str, ...] = Field(default=(), max_length=100)
    """Texts that mean "missing" in every column, such as `["unknown", "-99"]`; empty cells always do."""
    text: tuple[str, ...] = Field(default=(), max_length=5000)
    """Columns that stay text although they look like numbers, such as codes."""
    numbers: tuple[str, ...] = Field(default=(), max_length=5000)
    """Columns of numbers although some cells are not; those cells become missing, and leading zeros are dropped."""


def run(args: LoadArgs, env: Env) -> DatasetCard:
    """Read a file, type its columns, and store the table in the workspace.

    Returns:
        The card of the table with every alteration; not its content.

    Raises:
        BadArguments: the file cannot be read, is not what its ending says, or holds no table.
        TooLarge: the file, a compressed file's content, or the table is over the bounds.
    """
    path = env.readable(args.path)
    frame, notes, warnings = _read(path, args)
    source = args.path.replace("\\", "/").rsplit("/", 1)[-1]
    return make_card(frame, args.name or table_name(path), source, notes, warnings, env)


def _read(path: Path, args: LoadArgs) -> tuple[pd.DataFrame, list[str], list[str]]:
    kind = file_kind(path)
    if args.sheet is not None and kind != "excel":
        raise BadArguments(
            f"{path.name[:200]!r} is not an Excel workbook, so it has no sheet {args.sheet[:80]!r}. Leave sheet out."
        )
    if kind == "parquet":
        from ._parquet import read_parquet

        frame, notes = read_parquet(path)
        return frame, notes, []
    if kind == "excel":
        from ._workbook import read_workbook

        table = read_workbook(path, args.sheet, args.header)
    elif kind == "text":
        table = read_delimited(read_content(path), path.name, args.delimiter, args.header)
    else:
        from ._json import read_json

        table = read_json(read_content(path), path.name, lines=kind == "json_lines")
    check_shape(table, path.name)
    return _type_columns(table, args), table.alterations, table.warnings


def _type_columns(table: RawTable, args: LoadArgs) -> pd.DataFrame:
    import pandas as pd

    for asked in (*args.text, *args.numbers):
        if asked not in table.names:
            raise BadArguments(
                f"There is no column {asked[:80]!r} to read as asked. Columns: {', '.join(map(repr, table.names))[:400]}."
            )
    options = CellOptions(missing=args.missing, text=args.text, numbers=args.numbers, decimal_comma=table.decimal_comma)
    columns = {}
    for name, cells in zip(table.names, table.columns, strict=True):
        columns[name] = read_cells(name, cells, options, table.alterations, table.warnings)
    return pd.DataFrame(columns)


def _cost(n: int, p: int) -> Cost:
    return Cost(
        seconds=0.3 + 5e-7 * n * p,
        megabytes=150 + 1e-4 * n * p,
        advice="Load a sample of the rows, or only the columns that matter.",
    )


TOOL = Tool(
    "data_load",
    LoadArgs,
    run,
    example=LoadArgs(path="confounder.csv"),
    reference="RFC 4180 (delimited text); types by the rules of the docstrings",
    cost=_cost,
)
