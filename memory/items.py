"""What of a graph, a finding or a table can be found by meaning."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from .records import DatasetRecord, FindingRecord, GraphRecord, Hit, Kind

MIN_SCORE = 0.12
"""Cosines below this are chance meetings of hashed features, not recall; see `evals/bench/memory.py`."""
MIN_SHARE = 0.3
"""Beside a good hit, those with less than this share of its score are noise."""
_SHOWN_CHARS = 300


@dataclass(frozen=True)
class Item:
    """One thing that can be found."""

    key: str
    """Ours; unique over all kinds and tenants."""
    kind: Kind
    id: str
    """What the caller knows it by, see `Hit.id`."""
    name: str
    text: str
    """What is embedded."""
    shown: str
    created: str
    author: str
    dataset_sha256: str | None

    def hit(self, score: float) -> Hit:
        """Show the item as an answer to a search."""
        return Hit(
            kind=self.kind,
            id=self.id,
            name=self.name,
            text=self.shown,
            score=min(1.0, max(0.0, round(score, 4))),
            created=self.created,
            author=self.author,
            dataset_sha256=self.dataset_sha256,
        )


def ranked(scored: Iterable[tuple[float, int, Item]], limit: int) -> tuple[Hit, ...]:
    """Order what a search compared, each with its cosine and when it was written, and keep what is close.

    Returns:
        Best first; ties newest first.
    """
    order = sorted(((round(score, 6), seq, item) for score, seq, item in scored), key=lambda s: (-s[0], -s[1]))[:limit]
    least = max(MIN_SCORE, MIN_SHARE * order[0][0]) if order else 0.0
    return tuple(item.hit(score) for score, _, item in order if score >= least)


def graph_item(key: str, record: GraphRecord) -> Item:
    """A graph is found by its name, its note and its nodes; what is shown is its edges."""
    text = "\n".join([record.name, record.name, record.note, *record.graph.nodes])
    shown = ": ".join(part for part in (record.name, record.note, str(record.graph)) if part)
    return Item(key, "graph", key, record.name, text, one_line(shown), record.created, record.author, record.dataset_sha256)  # fmt: skip


def finding_item(record: FindingRecord) -> Item:
    """A finding is found by the question and by the claim."""
    text = f"{record.words}\n{record.claim}"
    shown = one_line(record.claim or record.words)
    name = one_line(record.words)
    return Item(record.id, "finding", record.id, name, text, shown, record.created, record.author, record.dataset_sha256)  # fmt: skip


def dataset_item(tenant: str, record: DatasetRecord) -> Item:
    """A table is found by its name and its columns."""
    key = hashlib.sha256(json.dumps([tenant, record.sha256, record.name]).encode()).hexdigest()[:32]
    text = "\n".join([record.name, record.name, *record.columns])
    shown = one_line(f"{record.name}: {record.n_rows} rows of {', '.join(record.columns)}")
    return Item(key, "dataset", record.sha256, record.name, text, shown, record.first_seen, "", record.sha256)


def one_line(text: str) -> str:
    """Shorten a text to one line of at most 300 characters that cannot move a terminal's cursor."""
    flat = " ".join(text[: _SHOWN_CHARS * 4].split())
    safe = "".join("\ufffd" if unicodedata.category(char) in {"Cc", "Cs"} else char for char in flat)
    return safe if len(safe) <= _SHOWN_CHARS else safe[: _SHOWN_CHARS - 1] + "…"
