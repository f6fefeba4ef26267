"""Read the records of a published file: JSON lines, one JSON array, or CSV with a head line."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError

ENDINGS = (".jsonl", ".json", ".csv")


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each record stands, and the record; line by line unless the file is one JSON array.

    Args:
        path: A file, or a folder whose files with these endings are read in the order of their names.

    Raises:
        UsageError: nothing is there, or a record is not an object; the message names the place.
    """
    for file in _files(path):
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                yield from _records(file, lines)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"File {str(file)[:200]!r} cannot be read: {error}.") from error


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(f for f in path.rglob("*") if f.suffix in ENDINGS and f.is_file())
    if not found:
        raise UsageError(f"Folder {str(path)[:200]!r} has no file that ends in {', '.join(ENDINGS)}.")
    return found


def _records(file: Path, lines: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    lines = iter(lines)
    if file.suffix == ".csv":
        # a cell may hold a whole derivation
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        yield from ((f"record {i} of {file.name!r}", dict(row)) for i, row in enumerate(csv.DictReader(lines), start=1))
        return
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith("["):
        records = _parsed(file, 1, first + "".join(lines))
        for i, record in enumerate(records, start=1):
            yield _object(file, i, record)
        return
    for i, line in enumerate(chain((first,), lines), start=1):
        if line.strip():
            yield _object(file, i, _parsed(file, i, line))


def _parsed(file: Path, line: int, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"Line {line + error.lineno - 1} of {str(file)[:200]!r} is not JSON: {error.msg}.") from error
    except (ValueError, RecursionError) as error:  # digits or brackets without end
        raise UsageError(f"Line {line} of {str(file)[:200]!r} cannot be read as JSON: {error}.") from error


def _object(file: Path, number: int, record: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(record, dict):
        raise UsageError(f"Record {number} of {str(file)[:200]!r} is {str(record)[:60]!r}; a JSON object is needed.")
    return f"record {number} of {file.name!r}", record
