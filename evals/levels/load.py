"""Read questions from JSON lines, their tables beside the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from ...tools.domain.errors import UsageError
from ..harness.rows import read_rows
from ..harness.spec import Item

SAMPLE = Path(__file__).with_name("sample.jsonl")


def load(path: Path | None) -> Iterator[Item]:
    """Items of a file, or of every file of a folder; None for the bundled sample.

    Raises:
        UsageError: a record is no item, or its table is not there.
    """
    path = path or SAMPLE
    folder = path if path.is_dir() else path.parent
    for where, record in read_rows(path):
        try:
            item = Item.model_validate(record)
            table = folder / str(item.data["table"])
        except (ValidationError, KeyError) as error:
            raise UsageError(f"In {where}: not a question of whence-levels ({str(error)[:200]}).") from error
        if not table.is_file():
            raise UsageError(f"In {where}: its table {table.name[:80]!r} is not in {str(folder)[:200]!r}.")
        yield item.model_copy(update={"data": item.data | {"table": str(table)}})
