"""Open a data file safely: what kind it is by its first bytes, and how large it would become."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Literal

from ..domain.errors import BadArguments, TooLarge

if TYPE_CHECKING:
    from pathlib import Path

FileKind = Literal["text", "parquet", "excel", "json", "json_lines"]

MAX_FILE_BYTES = 1 << 30
"""Largest file that is opened, and largest size that a compressed file may unpack to."""
MAX_RATIO = 200
"""Largest ratio of unpacked to packed size, applied above `RATIO_FLOOR`; tables rarely pass 30."""
RATIO_FLOOR = 32 << 20
MAX_COLUMNS = 5_000
MAX_CELLS = 20_000_000
MAX_CELL_BYTES = 1 << 20
"""Longest text in one cell."""

_SUFFIXES: dict[str, FileKind] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".dat", ".psv", ""), "text"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".xlsx", ".xlsm"), "excel"),
    ".json": "json",
    **dict.fromkeys((".jsonl", ".ndjson"), "json_lines"),
}  # fmt: skip

ALLOWED = ".csv, .tsv, .txt, .json, .jsonl (each also with .gz), .parquet or .xlsx"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip-compressed file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow or Feather file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document"),
    (b"BZh", "a bzip2-compressed file"),
    (b"\xfd7zXZ", "an xz-compressed file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd-compressed file"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"<stata_dta>", "a Stata file"),
    (b"$FL2", "an SPSS file"),
    (b"\x80\x04\x95", "a pickled Python object"),
    (b"{\\rtf", "an RTF document"),
)

_NEXT_STEP = {
    "a Parquet file": "Give the file the ending .parquet.",
    "a gzip-compressed file": "Give the file the ending .csv.gz, or unpack it first.",
    "a zip archive or an Office document": "If it is an Excel workbook give it the ending .xlsx; otherwise unpack it "
    "and name the table inside.",
    "an old Excel or Word document": "Open it in a spreadsheet program and save it as .xlsx or .csv.",
    "a web page (HTML)": "The download may have returned a log-in or error page; download the table itself and save it as .csv.",
}
_EXPORT = f"Export the table to one of {ALLOWED}."


def file_kind(path: Path) -> FileKind:
    """The kind of a data file by its ending; the content is checked against it on reading.

    Raises:
        BadArguments: the ending is not one that can be read.
    """
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        kind = _SUFFIXES.get(suffixes[-2] if len(suffixes) > 1 else "")
        if kind in ("parquet", "excel"):
            kind = None
    else:
        kind = _SUFFIXES.get(suffixes[-1] if suffixes else "")
    if kind is None:
        raise BadArguments(f"{path.name[:200]!r} is not a kind of file that can be read. {_EXPORT}")
    return kind


def table_name(path: Path) -> str:
    """The file's name without its endings: `trial.csv.gz` is `trial`."""
    name = path.name
    for suffix in reversed(path.suffixes):
        if suffix.lower() not in {*_SUFFIXES, ".gz"}:
            break
        name = name[: -len(suffix)]
    return name or path.name


def read_content(path: Path) -> bytes:
    """The bytes of a text-like file, unpacked when its name ends in .gz.

    Raises:
        BadArguments: the file is empty or is not text.
        TooLarge: the file is over `MAX_FILE_BYTES`, or unpacks to more.
    """
    content = read_limited(path)
    if path.suffix.lower() == ".gz":
        content = _gunzip(content, path.name)
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise BadArguments(f"File {path.name[:200]!r} is empty. Save the table again and check that it has rows.")
    return content


def read_limited(path: Path) -> bytes:
    """The bytes of a file of at most `MAX_FILE_BYTES`."""
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise TooLarge(
            f"File {path.name[:200]!r} is over 1 GiB. Take a sample of its rows or only the columns you need, or save it as Parquet."
        )
    if not content:
        raise BadArguments(f"File {path.name[:200]!r} is empty. Save the table again and check that it has rows.")
    return content


def _gunzip(content: bytes, name: str) -> bytes:
    """Unpack in pieces, so that a small file that unpacks to a huge one is stopped early."""
    if content[:2] != b"\x1f\x8b":
        raise BadArguments(f"File {name[:200]!r} ends in .gz but is {describe(content)}. Give it its true ending.")
    unpacked = bytearray()
    while content:
        stream = zlib.decompressobj(wbits=31)
        packed = len(content)
        try:
            while content and not stream.eof:
                unpacked += stream.decompress(content, 4 << 20)
                content = stream.unconsumed_tail
                if len(unpacked) > MAX_FILE_BYTES or len(unpacked) > max(RATIO_FLOOR, MAX_RATIO * packed):
                    raise TooLarge(
                        f"File {name[:200]!r} unpacks to more than {len(unpacked) >> 20} MiB, {len(unpacked) // packed} times its size, "
                        "which looks like a decompression bomb. Unpack it yourself if you trust it, and load the result."
                    )
        except zlib.error as error:
            raise BadArguments(
                f"File {name[:200]!r} is a damaged gzip file ({str(error)[:100]}). Download or save it again."
            ) from error
        if not stream.eof:
            raise BadArguments(f"File {name[:200]!r} is a gzip file that ends too early. Download or save it again.")
        content = stream.unused_data.lstrip(b"\0")
    return bytes(unpacked)


def describe(content: bytes) -> str:
    """What a file seems to be from its first bytes, in words with an article."""
    for signature, words in _SIGNATURES:
        if content.startswith(signature):
            return words
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page (HTML)"
    if head.startswith((b"<?xml", b"<svg")):
        return "an XML document"
    if head.startswith((b'{"', b'[{"', b"[[", b"{\n", b"[\n", b"[{\n", b"[ {")) and b":" in head:
        return "JSON"
    if content[257:262] == b"ustar":
        return "a tar archive"
    return "binary data" if _is_binary(content) else "plain text"


def refuse_unless_text(content: bytes, name: str) -> None:
    """Refuse what is not delimited text, naming what it seems to be.

    Raises:
        BadArguments: the content is of another kind or holds NUL bytes.
    """
    seems = describe(content)
    if seems == "JSON":
        raise BadArguments(
            f"File {name[:200]!r} seems to be JSON, not delimited text. Give it the ending .json or .jsonl."
        )
    if seems != "plain text":
        raise BadArguments(
            f"File {name[:200]!r} is not delimited text: it seems to be {seems}. {_NEXT_STEP.get(seems, _EXPORT)}"
        )
    if (at := content.find(b"\0")) >= 0:
        line = content.count(b"\n", 0, at) + 1
        raise BadArguments(
            f"File {name[:200]!r} holds a NUL byte in line {line}, which text never does; it is damaged or not a text file. "
            "Save the table again as UTF-8 CSV."
        )


def refuse_unless(content: bytes, signature: bytes, name: str, wanted: str) -> None:
    """Refuse a file whose first bytes are not those of its ending.

    Raises:
        BadArguments: naming what the file seems to be.
    """
    if not content.startswith(signature):
        seems = describe(content)
        raise BadArguments(
            f"File {name[:200]!r} has the ending of {wanted} but seems to be {seems}. {_NEXT_STEP.get(seems, _EXPORT)}"
        )


def refuse_large(name: str, n_rows: int, n_columns: int) -> None:
    """Refuse a table that is over the bounds, before its cells are read.

    Raises:
        TooLarge: too many columns or cells.
    """
    if n_columns > MAX_COLUMNS:
        raise TooLarge(
            f"{name[:200]!r} has {n_columns:,} columns; at most {MAX_COLUMNS:,} can be analysed. "
            "Save a table with only the columns that matter for the question."
        )
    if n_rows * n_columns > MAX_CELLS:
        raise TooLarge(
            f"{name[:200]!r} has {n_rows:,} rows x {n_columns:,} columns = {n_rows * n_columns:,} cells; at most {MAX_CELLS:,} are "
            "loaded. Take a random sample of its rows, or only the columns that matter for the question."
        )


def _is_binary(content: bytes) -> bool:
    """Whether more than 1 in 500 of the first bytes are control characters that text does not use."""
    head = content[: 1 << 16]
    control = len(head) - len(head.translate(None, bytes([*range(9), 11, *range(14, 27), *range(28, 32), 127])))
    return control > 1 and control * 500 > len(head)
