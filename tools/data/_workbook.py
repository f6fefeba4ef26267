"""Read a sheet of an Excel workbook, after checking what it would unpack to."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from ..domain.errors import BackendFailed, BadArguments, TooLarge
from ._delimited import looks_like_data, name_columns
from ._files import MAX_COLUMNS, MAX_FILE_BYTES, read_limited, refuse_large, refuse_unless
from ._raw import RawTable, drop_blank_parts, unique_names
from ._values import text_column

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_XML_BYTES = 300 << 20
"""What the parts of a workbook may unpack to together; about two million cells."""
MAX_PARTS = 10_000


def read_workbook(path: Path, sheet: str | None, header: bool | None = None) -> RawTable:
    """Read one sheet into columns of text cells.

    Args:
        path: An .xlsx file.
        sheet: Name of the sheet; the first one when None, and the choice is noted when there are several.
        header: Whether the first row holds the names; None to find out.

    Raises:
        BadArguments: not a workbook, no such sheet, or an empty sheet.
        TooLarge: the workbook would unpack to more than `MAX_XML_BYTES`, or has too many columns or cells.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        read_limited(path)
    with path.open("rb") as file:
        refuse_unless(file.read(4096), b"PK", path.name, "an Excel workbook")
    notes: list[str] = []
    _check_parts(path, notes)
    rows = _rows(path, sheet, notes)
    if not rows:
        raise BadArguments(
            f"The sheet of {path.name[:200]!r} is empty. Name another one with sheet='…', or save the table again."
        )
    return _table(rows, path.name, header, notes)


def _check_parts(path: Path, notes: list[str]) -> None:
    """Read the list of parts (not the parts) and refuse what would unpack to too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > MAX_XML_BYTES or len(parts) > MAX_PARTS:
                raise TooLarge(
                    f"Workbook {path.name[:200]!r} unpacks to {size >> 20:,} MiB in {len(parts):,} parts; at most "
                    f"{MAX_XML_BYTES >> 20} MiB are read. "
                    "Save the sheet as CSV and load that."
                )
            if "xl/workbook.xml" not in archive.namelist():
                raise BadArguments(
                    f"File {path.name[:200]!r} has the ending of an Excel workbook but is another kind of zip "
                    "archive. Unpack it and load the table inside."
                )
            if any(_has_formula(archive, part) for part in parts if part.filename.startswith("xl/worksheets/")):
                notes.append(
                    "The workbook has formulas; their last saved values were read, and a formula never calculated is missing."
                )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise BadArguments(
            f"File {path.name[:200]!r} is a damaged Excel workbook ({str(error)[:80]}). Open it in a spreadsheet "
            "program and save it again."
        ) from error
    except RuntimeError as error:
        raise BadArguments(f"Workbook {path.name[:200]!r} is protected by a password. Save it without one.") from error


def _has_formula(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    end = b""
    with archive.open(part) as stream:
        while piece := stream.read(1 << 20):
            if b"<f>" in end + piece or b"<f " in end + piece:
                return True
            end = piece[-3:]
    return False


def _rows(path: Path, sheet: str | None, notes: list[str]) -> list[tuple[Any, ...]]:
    """The rows of a sheet from the first one with a value, each without trailing blanks."""
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions it does not know; values are unaffected
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise BackendFailed(
            f"Workbook {path.name[:200]!r} cannot be opened ({str(error)[:100]}). Open it in a spreadsheet program "
            "and save it as .xlsx or .csv."
        ) from error
    try:
        names = [s.title for s in book.worksheets]
        if not names:
            raise BadArguments(f"Workbook {path.name[:200]!r} has no sheets with cells. Save the table as .csv.")
        if sheet is not None and sheet not in names:
            raise BadArguments(
                f"Workbook {path.name[:200]!r} has no sheet {sheet[:80]!r}. Its sheets: {', '.join(map(repr, names))[:400]}."
            )
        if sheet is None and len(names) > 1:
            notes.append(
                f"The workbook has {len(names)} sheets ({', '.join(map(repr, names))[:200]}); the first one was read."
            )
        chosen = book.worksheets[names.index(sheet) if sheet is not None else 0]
        chosen.reset_dimensions()  # the declared size may be false, and rows would be padded to it
        return _bounded(chosen.iter_rows(values_only=True), path.name)
    except (BadArguments, TooLarge):
        raise
    except Exception as error:
        raise BackendFailed(
            f"Sheet of workbook {path.name[:200]!r} cannot be read ({str(error)[:100]}). Open it in a spreadsheet "
            "program and save it as .xlsx or .csv."
        ) from error
    finally:
        book.close()


def _bounded(rows: Iterable[tuple[Any, ...]], source: str) -> list[tuple[Any, ...]]:
    kept: list[tuple[Any, ...]] = []
    width, last = 0, 0
    for row in rows:
        end = len(row)
        while end and row[end - 1] is None:
            end -= 1
        if not end and not kept:
            continue
        width = max(width, end)
        kept.append(row[:end])
        if end:
            last = len(kept)
        if width > MAX_COLUMNS or (end and len(kept) % 1000 == 0):
            refuse_large(source, last, width)
    refuse_large(source, last, width)
    return [row + (None,) * (width - len(row)) for row in kept[:last]]


def _table(rows: list[tuple[Any, ...]], source: str, header: bool | None, notes: list[str]) -> RawTable:
    warnings: list[str] = []
    first = ["" if v is None else str(v) for v in rows[0]]
    if len(first) >= 3 and sum(bool(c.strip()) for c in first) == 1 and len(rows) > 1:
        raise BadArguments(
            f"The first row of {source[:200]!r} has one cell only ({next(c for c in first if c.strip())[:60]!r}), "
            "which looks like a title. "
            "Delete the rows above the column names and save the workbook again."
        )
    sample = [["" if v is None else str(v) for v in row] for row in rows[1:201]]
    has_names = not looks_like_data(first, sample) if header is None else header
    raw_names = name_columns(first, has_names, notes, warnings, asked=header is not None)
    body = rows[1:] if has_names else rows
    if not body:
        raise BadArguments(
            f"{source[:200]!r} has a header ({len(first)} columns) but no rows. Save the table again with its data."
        )
    names = unique_names(raw_names, notes)
    columns = [text_column([row[i] for row in body], name, notes) for i, name in enumerate(names)]
    return drop_blank_parts(RawTable(names, columns, notes, warnings), [bool(n.strip()) for n in raw_names])
