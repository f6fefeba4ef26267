"""Read CounterBench's published files, and audit their labels by simulation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from ..harness.rows import read_rows
from ..harness.spec import Item
from .problem import answer, parse

SAMPLE = Path(__file__).with_name("sample.jsonl")
SECOND_IGNORED = "The label is the answer without the second supposition."
CONTRADICTS = "The label contradicts the rules, followed step by step from what is supposed and observed."


def load(path: Path | None) -> Iterator[Item]:
    """Items of a file or folder, one at a time; None for the bundled sample.

    Raises:
        UsageError: a file cannot be read, or a record has no question or no label.
    """
    seen: dict[str, int] = {}
    for number, (where, row) in enumerate(read_rows(path or SAMPLE), start=1):
        item = item_of(row, where, number)
        # a file may hold the published parts one after the other, each numbered anew
        seen[item.id] = seen.get(item.id, 0) + 1
        yield item if seen[item.id] == 1 else item.model_copy(update={"id": f"{item.id}.{seen[item.id]}"})


def item_of(row: dict[str, Any], where: str, number: int) -> Item:
    """One record as an item.

    Raises:
        UsageError: the question or the label is missing.
    """
    given, question = str(row.get("given_info") or "").strip(), str(row.get("question") or "").strip()
    label = str(row.get("answer", row.get("label", ""))).strip().casefold()
    if not given or not question:
        raise UsageError(f"{where} has no 'given_info' or no 'question'; CounterBench's rows have both.")
    if label not in ("yes", "no"):
        raise UsageError(f"{where} has the answer {label[:40]!r}; CounterBench's are 'yes' and 'no'.")
    meta = row.get("meta") if isinstance(row.get("meta"), dict) else {}
    error, corrected = known_error(given, question, label)
    groups = {"type": row.get("type"), "graph": (meta or {}).get("graph_id"), "story": (meta or {}).get("story_id")}
    return Item(
        id=str(row.get("question_id", row.get("id", number))),
        prompt=f"{given if given.endswith('.') else given + '.'}\n{question}",
        target=label,
        answer_kind="yes_no",
        groups={k: str(v) for k, v in groups.items() if v is not None},
        cluster=hashlib.sha256(given.encode()).hexdigest()[:12],
        label_error=error,
        corrected=corrected,
    )


def known_error(given: str, question: str, label: str) -> tuple[str, str | None]:
    """Why a label is wrong, and the right one; ("", None) for a sound one, and for a text in other words."""
    problem = parse(given, question)
    if problem is None or (right := answer(problem)) == label:
        return "", None
    ignored = len(problem.supposed) > 1 and answer(problem, n_supposed=1) == label
    return SECOND_IGNORED if ignored else CONTRADICTS, right
