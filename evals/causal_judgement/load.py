"""Read BIG-Bench Hard's causal_judgement file; inputs that come twice with different targets are marked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from ..harness.rows import read_rows
from ..harness.spec import Item

SAMPLE = Path(__file__).with_name("sample.jsonl")
CONFLICT = "The same vignette occurs twice with different targets; no answer is right both times."


def load(path: Path | None) -> Iterator[Item]:
    """Items of a file or folder; None for the bundled sample. The file is read whole: it has 187 vignettes.

    Raises:
        UsageError: a file cannot be read, or a record has no vignette or no target.
    """
    rows = [found for where, row in read_rows(path or SAMPLE) for found in _examples(where, row)]
    targets: dict[str, set[str]] = {}
    items = [_item(where, row, number) for number, (where, row) in enumerate(rows, start=1)]
    for item in items:
        targets.setdefault(item.cluster, set()).add(item.target)
    for item in items:
        conflict = len(targets[item.cluster]) > 1
        yield item.model_copy(update={"label_error": CONFLICT}) if conflict else item


def _examples(where: str, row: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The official file is one object with a list; a file of rows is one object a vignette."""
    examples = row.get("examples")
    if not isinstance(examples, list):
        return [(where, row)]
    return [(f"example {i} of {where}", e) for i, e in enumerate(examples, start=1) if isinstance(e, dict)]


def _item(where: str, row: dict[str, Any], number: int) -> Item:
    text, target = str(row.get("input") or "").strip(), str(row.get("target") or "").strip().casefold()
    if not text or target not in ("yes", "no"):
        raise UsageError(f"{where} has no 'input', or a 'target' other than Yes and No ({target[:40]!r}).")
    return Item(
        id=str(row.get("id", number)),
        prompt=text,
        target=target,
        answer_kind="yes_no",
        groups={"kind": "intention" if "intentional" in text.casefold() else "cause"},
        cluster=hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12],
    )
