"""Read delimited text: encoding, delimiter and header are found, stated, and never guessed silently."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ..domain.errors import BackendFailed, BadArguments, TooLarge
from ._arrow import compute
from ._files import MAX_COLUMNS, describe, refuse_large, refuse_unless_text
from ._raw import RawTable, drop_blank_parts, unique_names

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 1 << 18
BLOCK_BYTES = 8 << 20
"""Longest row that can be parsed."""
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?%?")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass
class _Layout:
    """Where the header ends and how a row is cut."""

    delimiter: str
    header: list[str]
    sample: list[list[str]]
    """The first records after the header."""
    n_bytes: int
    """Where the data start: length of the header record, or 0 when there is none."""
    n_lines: int
    """Lines of the file before the data."""


def read_delimited(content: bytes, source: str, delimiter: str | None, header: bool | None) -> RawTable:
    """Cut delimited text into columns of text cells.

    Args:
        content: The bytes of the file, unpacked.
        source: File name for messages.
        delimiter: One of `DELIMITERS`, or None to find it.
        header: Whether the first row holds the names; None to find out.

    Raises:
        BadArguments: not text, a ragged row, an unclosed quote, or no rows.
        TooLarge: too many columns, cells, or a row over `BLOCK_BYTES`.
    """
    notes: list[str] = []
    warnings: list[str] = []
    text = to_utf8(content, source, notes, warnings)
    body = text.lstrip(b"\r\n")
    if declared := re.match(rb"sep=([,;|\t])\r?\n", body):
        delimiter = delimiter or declared[1].decode()
        body = body[declared.end() :]
        notes.append("The first line, 'sep=…', declares the delimiter; it is not data.")
    layout = _find_layout(body, source, delimiter)
    refuse_large(source, _count_lines(body), len(layout.header))
    has_names = not looks_like_data(layout.header, layout.sample) if header is None else header
    raw_names = name_columns(layout.header, has_names, notes, warnings, asked=header is not None)
    if not has_names:
        layout.n_bytes = layout.n_lines = 0
    layout.n_lines += text.count(b"\n", 0, len(text) - len(body))
    columns = _parse(body, layout, source)
    _note_line_breaks(body, columns, notes)
    table = RawTable(unique_names(raw_names, notes), columns, notes, warnings, layout.delimiter in ";\t")
    return drop_blank_parts(table, [bool(name.strip()) for name in raw_names])


def to_utf8(content: bytes, source: str, notes: list[str], warnings: list[str]) -> bytes:
    """The same text as UTF-8; any other encoding is noted.

    Raises:
        BadArguments: the content is not text, or is damaged.
    """
    wide = _wide_encoding(content)
    if wide:
        try:
            content = content.decode(wide).encode("utf-8")
        except UnicodeError as error:
            raise BadArguments(
                f"File {source[:200]!r} starts like {wide} text but is damaged. Save the table again as UTF-8."
            ) from error
        notes.append(f"The file is {wide.upper()} text; it was converted to UTF-8.")
    if content.startswith(codecs.BOM_UTF8):
        content = content[3:]
        if not wide:
            notes.append("A byte-order mark at the start of the file was left out.")
    content = content.removesuffix(b"\x1a")  # the end-of-file mark of DOS
    refuse_unless_text(content, source)
    if content.isascii() or _is_utf8(content):
        return content
    encoding = "cp1252"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = content.decode(encoding)
    notes.append(f"The file is not UTF-8; it was read as {encoding} (Western European).")
    warnings.append(
        f"The file is not UTF-8 and was read as {encoding}. If accented letters look wrong, save it again as UTF-8."
    )
    return text.encode("utf-8")


def _wide_encoding(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:4096]
    if describe(content) == "binary data" and len(head) >= 8:
        odd, even = head[1::2].count(0) / (len(head) // 2), head[::2].count(0) / (len(head) // 2)
        if odd > 0.7 and even < 0.05:
            return "utf-16-le"
        if even > 0.7 and odd < 0.05:
            return "utf-16-be"
    return None


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    try:
        for start in range(0, len(content), 1 << 24):
            decoder.decode(view[start : start + (1 << 24)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _count_lines(body: bytes) -> int:
    return max(body.count(b"\n"), body.count(b"\r"))


def _find_layout(body: bytes, source: str, delimiter: str | None) -> _Layout:
    """Find the delimiter that cuts the first rows into the same number of cells as the header."""
    end = min((at for at in (body.find(b"\n"), body.find(b"\r")) if at >= 0), default=len(body))
    width = 1 + max(body.count(d.encode(), 0, end) for d in DELIMITERS)
    if width > MAX_COLUMNS and b'"' not in body[:end]:
        refuse_large(source, 1, width)
    if end > BLOCK_BYTES:
        raise TooLarge(
            f"The first line of {source[:200]!r} is {end >> 20} MiB long; a row may have 8 MiB. Check that the file has line breaks."
        )
    size = max(SAMPLE_BYTES, end + (1 << 16))
    text = body[:size].decode("utf-8", "ignore")
    if len(body) > size:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    found = [_cut(text, d) for d in ((delimiter,) if delimiter else DELIMITERS)]
    layouts = [layout for layout in found if layout is not None]
    if not layouts:
        raise BadArguments(
            f"The first line of {source[:200]!r} cannot be cut into cells; a quote may be open. Close it, or save the file again as CSV."
        )
    best = max(layouts, key=_agreement)
    refuse_large(source, 1, len(best.header))
    return best


def _cut(text: str, delimiter: str) -> _Layout | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(reader)
    except (StopIteration, csv.Error):
        return None
    lines, n_lines = io.StringIO(text, newline=""), reader.line_num
    if n_lines > 1 and text.count('"') % 2 and lines.readline().count('"') % 2 and len(header) == 1:
        return None  # a quote in the first line is never closed and swallows the rows
    lines.seek(0)
    n_bytes = sum(len(lines.readline().encode()) for _ in range(n_lines))
    sample: list[list[str]] = []
    # A broken row deeper in the sample says nothing about the header; it is named when all rows are cut.
    with suppress(csv.Error):
        for record in reader:
            if record:
                sample.append(record)
            if len(sample) == 200:
                break
    return _Layout(delimiter, header, sample, n_bytes, n_lines)


def _agreement(layout: _Layout) -> tuple[float, int]:
    width = len(layout.header)
    if width == 1:
        return (0.0, 0)
    same = sum(len(record) == width for record in layout.sample)
    return (round(same / max(1, len(layout.sample)), 1) if layout.sample else 0.5, width)


def looks_like_data(header: list[str], sample: list[list[str]]) -> bool:
    """Whether the first row has numbers wherever the rows below it have numbers, so that it is no header."""
    rows = [record for record in sample if len(record) == len(header)]
    if not rows:
        return False
    first = [
        header[j].strip()
        for j in range(len(header))
        if sum(_NUMBER.fullmatch(r[j].strip()) is not None for r in rows) >= 0.9 * len(rows)
    ]
    if not first or not all(_NUMBER.fullmatch(cell) for cell in first):
        return False
    # Years or positions as names (1990, 1991, … or 0, 1, 2, …) climb in equal steps; data hardly ever do.
    if len(first) > 2 and all(cell.isdecimal() for cell in first):
        steps = {int(b) - int(a) for a, b in pairwise(first)}
        return not (len(steps) == 1 and steps.pop() > 0)
    return True


def name_columns(header: list[str], has_names: bool, notes: list[str], warnings: list[str], asked: bool) -> list[str]:
    """The raw column names: the first row, or numbers when it is data."""
    if has_names:
        return header
    if not asked:
        warnings.append(
            "The first row looks like data, not like names, so it was kept as data and the columns were numbered. "
            "If it does hold the names, load again with header=true; otherwise give the file a header."
        )
    notes.append(f"The file has no header; its columns are called 'column_1' to 'column_{len(header)}'.")
    return [f"column_{i}" for i in range(1, len(header) + 1)]


def _parse(body: bytes, layout: _Layout, source: str) -> list[pa.ChunkedArray]:
    """Cut all rows at once; a row that does not fit is found again to name its line."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    start = layout.n_bytes
    if not body[start : start + 4096].strip(b"\r\n") and not body[start:].strip(b"\r\n"):
        raise BadArguments(
            f"{source[:200]!r} has a header ({len(layout.header)} columns) but no rows. Save the table again with its data."
        )
    names = [str(i) for i in range(len(layout.header))]
    if body.count(b'"', start) % 2:
        _refuse_bad_row(body, layout, source)
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(body).slice(start)),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"',
                double_quote=True,
                newlines_in_values=b'"' in body,
                ignore_empty_lines=True,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid as error:
        if "straddles" in str(error):
            raise TooLarge(
                f"A row of {source[:200]!r} is longer than 8 MiB, or a quote in it is never closed. Check the quotes, "
                "or leave the long column out."
            ) from error
        _refuse_bad_row(body, layout, source)
        raise BackendFailed(
            f"{source[:200]!r} cannot be parsed as delimited text ({str(error)[:120]!r}). Save it again as UTF-8 CSV."
        ) from error
    return [table.column(i) for i in range(len(names))]


def _refuse_bad_row(body: bytes, layout: _Layout, source: str) -> None:
    """Raise for the first row with the wrong number of cells or with a quote that is never closed."""
    text = io.TextIOWrapper(io.BytesIO(body[layout.n_bytes :]), encoding="utf-8", newline="")
    reader = csv.reader(text, delimiter=layout.delimiter, strict=True)
    width = len(layout.header)
    while True:
        line = layout.n_lines + reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "expected after" in str(error):
                raise BadArguments(
                    f"In line {line:,} of {source[:200]!r} a quote closes before its cell ends. Double the quotes "
                    "inside cells, or save the file again as CSV."
                ) from None
            raise BadArguments(
                f"A quote that opens in line {line:,} of {source[:200]!r} is never closed. Close it, or save the file again as CSV."
            ) from None
        if record and len(record) != width:
            raise BadArguments(
                f"Line {line:,} of {source[:200]!r} has {len(record)} cells, but the first row has {width}. Put "
                "quotes around cells that contain "
                f"the delimiter (cells are separated by {_NAMES.get(layout.delimiter, repr(layout.delimiter))}), or correct that line."
            )


def _note_line_breaks(body: bytes, columns: list[pa.ChunkedArray], notes: list[str]) -> None:
    """Note blank lines that were passed over, and cells that run over several lines."""
    pc = compute()
    if b'"' not in body:
        blank = len(re.findall(rb"\n(?=\r?\n)", body.rstrip(b"\r\n"))) if b"\n\n" in body or b"\n\r\n" in body else 0
        if blank:
            notes.append(f"Passed over {blank:,} blank line(s).")
        return
    broken = sum(pc.sum(pc.match_substring(cells, "\n")).as_py() or 0 for cells in columns)
    if broken:
        notes.append(f"{broken:,} cell(s) hold line breaks inside quotes; check that no quote is misplaced.")
