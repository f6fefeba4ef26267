"""Read CLadder's published files: the JSON list of version 1, JSON lines with a background, the CSV of version 1.5."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from ..harness.rows import read_rows
from ..harness.spec import Item
from .audit import known_error

SAMPLE = Path(__file__).with_name("sample.jsonl")
RUNGS = {
    "correlation": "1", "marginal": "1", "exp_away": "1", "ate": "2", "backadj": "2", "collider_bias": "2",
    "ett": "3", "nde": "3", "nie": "3", "det-counterfactual": "3",
}  # fmt: skip
_GIVEN = re.compile(r"(?<=[.:]) (?=For |The overall |The probability |Method 1|We know that )")
_LAST = re.compile(r"(?:^|(?<=[.?!] ))[^.?!]*(?:\.\d[^.?!]*)*\?\s*$")


def load(path: Path | None) -> Iterator[Item]:
    """Items of a file or folder, one at a time; None for the bundled sample.

    Raises:
        UsageError: a file cannot be read, or a record has neither the fields of version 1 nor a prompt.
    """
    seen: dict[str, int] = {}
    for where, row in read_rows(path or SAMPLE):
        item = item_of(row, where)
        # other collections number their questions again
        seen[item.id] = seen.get(item.id, 0) + 1
        yield item if seen[item.id] == 1 else item.model_copy(update={"id": f"{item.id}.{seen[item.id]}"})


def item_of(row: dict[str, Any], where: str) -> Item:
    """One record as an item.

    Raises:
        UsageError: the prompt or the label is missing.
    """
    meta = _meta(row)
    background, given, question = _parts(row, where)
    answer = str(row.get("answer", row.get("label", ""))).strip().casefold()
    if answer not in ("yes", "no"):
        raise UsageError(f"{where} has the label {answer[:40]!r}; CLadder's are 'yes' and 'no' in 'answer' or 'label'.")
    query, graph, story = (str(row.get(k) or meta.get(k) or "") for k in ("query_type", "graph_id", "story_id"))
    error, corrected = known_error(query, graph, given, question, answer)
    number = row.get("question_id", row.get("id", where.split()[1]))
    groups = {
        "rung": str(row.get("rung") or meta.get("rung") or RUNGS.get(query, "")),
        "query": query,
        "graph": graph,
        "sense": str(row.get("sense") or row.get("question_property") or _sense(story, meta)),
    }
    return Item(
        id=f"{row['source']}-{number}" if row.get("source") else str(number),
        prompt=" ".join(p for p in (background, given, question) if p),
        target=answer,
        answer_kind="yes_no",
        groups={k: v for k, v in groups.items() if v},
        cluster=f"{story}-{graph}" if story else "",
        label_error=error,
        corrected=corrected,
    )


def _meta(row: dict[str, Any]) -> dict[str, Any]:
    meta = row.get("meta") or {}
    if isinstance(meta, str):
        meta = json.loads(meta)
    if "query_type" not in meta and isinstance(row.get("desc_id"), str):
        # "{story}-{graph}-{query}-model…"; a query may have a hyphen itself
        found = re.match(r"(?P<story_id>[^-]+)-(?P<graph_id>[^-]+)-(?P<query_type>.+?)-model", row["desc_id"])
        meta = {**(found.groupdict() if found else {}), **meta}
    return meta


def _parts(row: dict[str, Any], where: str) -> tuple[str, str, str]:
    """Background, given numbers or rules, and question; a whole prompt is cut where these begin."""
    if "question" in row and "given_info" in row:
        return tuple(str(row.get(k) or "").strip() for k in ("background", "given_info", "question"))  # type: ignore[return-value]
    text = str(row.get("prompt") or row.get("question") or "").strip()
    question = _LAST.search(text)
    if not question:
        raise UsageError(f"{where} has no question; CLadder's have 'given_info' and 'question', or a whole 'prompt'.")
    before = text[: question.start()].strip()
    background, *given = _GIVEN.split(before, maxsplit=1)
    return background, given[0] if given else "", question[0].strip()


def _sense(story: str, meta: dict[str, Any]) -> str:
    if story.startswith("nonsense"):
        return "nonsense"
    return "anticommonsense" if meta.get("anticommonsense") else ""
