"""Read a table from JSON: a list of records, columns, or one record a line."""

from __future__ import annotations

import json
from typing import Any, cast

from ..domain.errors import BadArguments, TooLarge
from ._delimited import to_utf8
from ._files import describe, refuse_large
from ._raw import RawTable, unique_names
from ._values import text_column

MAX_JSON_BYTES = 200 << 20
"""JSON takes up to ten times its size in memory while it is read."""
_SHAPES = 'a list of records [{"x": 1, "y": 2}, …], columns {"x": [1, …], "y": [2, …]}, or one record a line'


class _RepeatedKeyError(ValueError):
    pass


def read_json(content: bytes, source: str, *, lines: bool) -> RawTable:
    """Read a JSON table into columns of text cells.

    Args:
        content: The bytes of the file, unpacked.
        source: File name for messages.
        lines: Whether each line is a record of its own.

    Raises:
        BadArguments: broken JSON, a repeated key, or a shape that is not a table.
        TooLarge: over `MAX_JSON_BYTES`, or too many columns or cells.
    """
    if len(content) > MAX_JSON_BYTES:
        raise TooLarge(f"{source[:200]!r} has over 200 MiB of JSON. Save the table as Parquet or CSV.")
    seems = describe(content)
    if seems not in ("JSON", "plain text") and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadArguments(
            f"File {source[:200]!r} has the ending of JSON but seems to be {seems}. Give it its true ending."
        )
    notes: list[str] = []
    text = to_utf8_json(content, source, notes)
    parsed = _parse_lines(text, source) if lines else _parse(text, source)
    columns = _columns(parsed, source, notes)
    refuse_large(source, max(map(len, columns.values()), default=0), len(columns))
    if not columns:
        raise BadArguments(f"{source[:200]!r} holds no columns. Give it as {_SHAPES}.")
    names = unique_names(columns, notes)
    cells = [text_column(values, name, notes) for name, values in zip(names, columns.values(), strict=True)]
    return RawTable(names, cells, notes)


def to_utf8_json(content: bytes, source: str, notes: list[str]) -> str:
    """The text of a JSON file, which must be UTF-8 or UTF-16."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = to_utf8(content, source, notes, [])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadArguments(
            f"{source[:200]!r} is not UTF-8 at byte {error.start:,}, as JSON must be. Save it again as UTF-8."
        ) from error


def _load(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_no_repeats)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        key = next(k for k, _ in pairs if k in seen or seen.add(k))
        raise _RepeatedKeyError(f"the key {key[:80]!r} occurs twice in one object")
    return made


def _parse(text: str, source: str) -> Any:
    try:
        return _load(text)
    except RecursionError:
        raise BadArguments(f"{source[:200]!r} is nested too deeply to be a table. Give it as {_SHAPES}.") from None
    except _RepeatedKeyError as error:
        raise BadArguments(f"{source[:200]!r} cannot be read: {error}. Give each value its own key.") from None
    except ValueError as error:
        first = text.lstrip()[:1]
        hint = (
            "If each line is a record of its own, give the file the ending .jsonl."
            if first == "{"
            else f"Give it as {_SHAPES}."
        )
        raise BadArguments(f"{source[:200]!r} is not valid JSON: {str(error)[:120]}. {hint}") from error


def _parse_lines(text: str, source: str) -> list[Any]:
    records: list[Any] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                records.append(_load(line))
            except (ValueError, RecursionError) as error:
                raise BadArguments(
                    f"Line {number:,} of {source[:200]!r} is not a JSON record ({str(error)[:100]}). Correct or remove that line."
                ) from error
    return records


def _columns(parsed: Any, source: str, notes: list[str]) -> dict[str, list[Any]]:
    """Values by column, whichever of the accepted shapes the JSON has."""
    if isinstance(parsed, dict):
        table = cast("dict[str, Any]", parsed)
        if set(table) >= {"columns", "data"} and isinstance(table["columns"], list):
            return _split(table["columns"], table["data"], source)
        if isinstance(table.get("data"), list) and not all(isinstance(v, list) for v in table.values()):
            notes.append("The records under the key 'data' were read; other keys were left out.")
            return _columns(table["data"], source, notes)
        if table and all(isinstance(v, list) for v in table.values()):
            return _even(table, source)
        if table and all(isinstance(v, dict) for v in table.values()):
            return _by_row_key(cast("dict[str, dict[str, Any]]", table), notes)
    elif isinstance(parsed, list) and parsed and all(isinstance(r, dict) for r in cast("list[Any]", parsed)):
        return _records(cast("list[dict[str, Any]]", parsed), source, notes)
    raise BadArguments(f"{source[:200]!r} is JSON but not a table. Give it as {_SHAPES}.")


def _records(records: list[dict[str, Any]], source: str, notes: list[str]) -> dict[str, list[Any]]:
    names = list(dict.fromkeys(key for record in records for key in record))
    refuse_large(source, len(records), len(names))
    absent = len(names) * len(records) - sum(map(len, records))
    if absent:
        notes.append(f"{absent:,} cell(s) whose key is absent from a record were read as missing.")
    return {name: [record.get(name) for record in records] for name in names}


def _split(names: list[Any], rows: Any, source: str) -> dict[str, list[Any]]:
    if not isinstance(rows, list) or not all(
        isinstance(r, list) and len(cast("list[Any]", r)) == len(names) for r in cast("list[Any]", rows)
    ):
        raise BadArguments(
            f"{source[:200]!r} has 'columns' and 'data', but not every row of data has {len(names)} values. Correct the rows."
        )
    if len(set(map(str, names))) < len(names):
        raise BadArguments(f"{source[:200]!r} names a column twice. Give each column its own name.")
    return {str(name): [row[i] for row in rows] for i, name in enumerate(names)}


def _even(table: dict[str, Any], source: str) -> dict[str, list[Any]]:
    lengths = {name: len(values) for name, values in table.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name[:40]!r}: {n}" for name, n in list(lengths.items())[:5])
        raise BadArguments(
            f"The columns of {source[:200]!r} have different lengths ({shown}). Give every column the same number of values."
        )
    return table


def _by_row_key(table: dict[str, dict[str, Any]], notes: list[str]) -> dict[str, list[Any]]:
    rows = list(dict.fromkeys(key for column in table.values() for key in column))
    notes.append("The keys of the rows were left out; only the columns were read.")
    return {name: [column.get(row) for row in rows] for name, column in table.items()}
