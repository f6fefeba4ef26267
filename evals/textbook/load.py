"""Read data questions in the formats of CauSciBench and of QRData."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from ..harness.rows import read_rows
from ..harness.spec import Item
from .audit import exchanged

SAMPLE = Path(__file__).with_name("sample")
QRDATA_TOLERANCE = 0.03
"""QRData counts a number within 3 % of the published one as right."""
PARTS = {
    "treatment": "treatment_var",
    "outcome": "outcome_var",
    "running": "running_var",
    "instrument": "instrument_var",
    "time": "temporal_var",
    "method": "method",
    "effect": "effect",
    "significant": "is_significant",
}


def load(path: Path | None) -> Iterator[Item]:
    """Items of a JSON file, or of every JSON file of a folder; None for the bundled sample.

    The tables lie beside the JSON file, or where its paths say. Rows whose table is not there are left out: some files
    name tables that were never published.

    Raises:
        UsageError: a file cannot be read or has neither format; the message names the file and the row.
    """
    path = path or SAMPLE
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise UsageError(
            f"There is no JSON file in {str(path)[:200]!r}; give a folder with questions and their tables."
        )
    for file in files:
        for number, (where, row) in enumerate(read_rows(file)):
            item = _causci(row, file, number) if "query" in row else _qrdata(row, file, number, where)
            if item is not None:
                yield item


def _causci(row: dict[str, Any], file: Path, number: int) -> Item | None:
    """A row of CauSciBench: query, description, and what was published of design and effect."""
    table = _table(str(row.get("dataset_path", "")), file)
    if table is None:
        return None
    target = {name: value for name, key in PARTS.items() if (value := _known(row.get(key))) is not None}
    about = str(row.get("dataset_description", ""))
    return Item(
        id=f"{file.stem}-{number}",
        prompt=_prompt(about, str(row["query"]), table),
        target=json.dumps(target),
        answer_kind="text",
        groups={"method": str(target.get("method", "?"))},
        cluster=table.stem.rstrip("0123456789_"),
        label_error=exchanged(target, table),
        data={"table": str(table), "about": about, "question": str(row["query"]), "form": "parts"},
    )


def _qrdata(row: dict[str, Any], file: Path, number: int, where: str) -> Item | None:
    """A row of QRData itself: a number to within 3 %, or one of several choices."""
    try:
        about, question, files = str(row["data_description"]), str(row["question"]), list(row["data_files"])
        meta: dict[str, Any] = row["meta_data"]
        gold = str(row["answer"]).strip()
    except (KeyError, TypeError) as error:
        raise UsageError(f"{where} has neither the fields of CauSciBench nor those of QRData: {error}.") from error
    tables = [t for name in files if (t := _table(str(name), file))]
    if len(tables) != 1:
        return None
    is_number = meta.get("question_type") == "numerical"
    choices = () if is_number else tuple(str(c).strip() for c in meta.get("multiple_choices") or ())
    target = repr(_percent(gold, where)) if is_number else gold
    return Item(
        id=f"{file.stem}-{number}",
        prompt=_prompt(about, question, tables[0]),
        target=target,
        answer_kind="number" if is_number else "choice",
        choices=choices,
        tolerance=QRDATA_TOLERANCE * abs(float(target)) if is_number else 0.0,
        groups={"method": "?", "kind": str(meta.get("question_type", "?"))},
        cluster=tables[0].stem,
        data={"table": str(tables[0]), "about": about, "question": question, "form": "number" if is_number else "choice"},
    )  # fmt: skip


def _percent(text: str, where: str) -> float:
    try:
        return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise UsageError(f"{where} is numerical, but its answer is {text[:40]!r}.") from None


def _table(named: str, file: Path) -> Path | None:
    name = Path(named).name
    places = (file.parent / name, file.parent / "data" / name, file.parent / named)
    return next((p.resolve() for p in places if name and p.is_file()), None)


def _known(value: object) -> object:
    """None for what a row leaves open: null, NaN or an empty text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.strip() or None if isinstance(value, str) else value


def _prompt(about: str, question: str, table: Path) -> str:
    with table.open(encoding="utf-8", errors="replace") as lines:
        header = next(lines, "").strip()[:2000]
    return f"{about.strip()}\n\nThe table {table.name} has the columns: {header}\n\n{question.strip()}"
