"""Search by meaning over the SQLite memory: exact from SQLite, or through the index where that is faster.

Embeddings are stored beside what they stand for and change in the same transaction. A search compares against
all of them when a tenant has at most `index.BRUTE_FORCE_MAX` items, or when the index is not level with SQLite, is
broken, or belongs to another process. Otherwise the index names candidates, and SQLite decides: which of them
exist, whose they are, and their exact score. So the index makes a search faster; it may overlook, but not invent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import embedding
from .items import MIN_SCORE, Item, ranked
from .records import Hit, Kind
from .schema import next_seq

if TYPE_CHECKING:
    from array import array

    from .database import Database
    from .index import SemanticIndex

_CHUNK = 4_000
_ROW = "key, kind, name, text, shown, created, author, dataset_sha256"


def put(connection: sqlite3.Connection, tenant: str, item: Item) -> None:
    """Store an item with its embedding, in place of the one with the same key."""
    connection.execute(
        "INSERT OR REPLACE INTO items (key, tenant, kind, live, seq, name, shown, text, author, created, dataset_sha256,"
        " embedder, embedding) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item.key, tenant, item.kind, next_seq(connection), item.name, item.shown, item.text, item.author, item.created,
            item.dataset_sha256, embedding.NAME, embedding.pack(embedding.embed(item.text)),
        ),
    )  # fmt: skip


def hide(connection: sqlite3.Connection, tenant: str, key: str) -> None:
    """Take an item out of every search; `put` brings it back."""
    connection.execute(
        "UPDATE items SET live = 0, seq = ? WHERE tenant = ? AND key = ?", (next_seq(connection), tenant, key)
    )


def search(
    database: Database, index: SemanticIndex, tenant: str, text: str, kinds: Sequence[Kind], limit: int
) -> tuple[Hit, ...]:
    """Find what is closest in meaning, best first; ties by the order of writing, newest first.

    Words that say nothing ("what did we learn?") give the newest items, with score 0.
    """
    _refresh(database, tenant)
    vector = embedding.embed(text)
    with database.read() as connection:
        n_items = _count(connection, tenant, kinds)
    candidates = index.nearest(tenant, kinds, vector, limit) if n_items > index.brute_force_max else None
    with database.read() as connection:
        if candidates is None:
            found = _nearest(connection, tenant, kinds, vector, limit)
        else:
            found = _among(connection, tenant, kinds, vector, candidates, limit)
        if not found and embedding.says_nothing(text):
            return _newest(connection, tenant, kinds, limit)
    return found


def _count(connection: sqlite3.Connection, tenant: str, kinds: Sequence[Kind]) -> int:
    row = connection.execute(
        f"SELECT count(*) FROM items WHERE tenant = ? AND kind IN ({_marks(kinds)}) AND live = 1", (tenant, *kinds)
    )
    return int(row.fetchone()[0])


def _refresh(database: Database, tenant: str) -> None:
    """Embed anew what another version of the embedding wrote; normally there is nothing to do."""
    query = "SELECT key, text FROM items WHERE tenant = ? AND embedder <> ? LIMIT ?"
    while True:
        with database.read() as connection:
            if not connection.execute(query, (tenant, embedding.NAME, 1)).fetchone():
                return
        with database.write() as connection:
            for key, text in connection.execute(query, (tenant, embedding.NAME, 500)).fetchall():
                connection.execute(
                    "UPDATE items SET embedding = ?, embedder = ?, seq = ? WHERE key = ?",
                    (embedding.pack(embedding.embed(text)), embedding.NAME, next_seq(connection), key),
                )


def _nearest(
    connection: sqlite3.Connection, tenant: str, kinds: Sequence[Kind], vector: array[float], limit: int
) -> tuple[Hit, ...]:
    """The best of all items, by comparing with every one of them; memory stays bounded."""
    import numpy as np

    query = np.array(vector, dtype=np.float32)
    rows = connection.execute(
        f"SELECT seq, key, embedding FROM items WHERE tenant = ? AND kind IN ({_marks(kinds)}) AND live = 1",
        (tenant, *kinds),
    )
    best: list[tuple[float, int, str]] = []
    while chunk := rows.fetchmany(_CHUNK):
        matrix = np.frombuffer(b"".join(row[2] for row in chunk), dtype="<f4").reshape(len(chunk), -1)
        scores = matrix @ query
        best += [(float(s), row[0], row[1]) for s, row in zip(scores, chunk, strict=True) if s >= MIN_SCORE - 1e-6]
        best = sorted(best, reverse=True)[: limit + 50]
    return _among(connection, tenant, kinds, vector, [key for _, _, key in best], limit)


def _among(
    connection: sqlite3.Connection,
    tenant: str,
    kinds: Sequence[Kind],
    vector: array[float],
    keys: Iterable[str],
    limit: int,
) -> tuple[Hit, ...]:
    """Those of the candidates that exist, belong to the tenant and are close enough, best first."""
    import numpy as np

    query = np.array(vector, dtype=np.float64)
    scored: list[tuple[float, int, Item]] = []
    for key in dict.fromkeys(keys):
        row = connection.execute(
            f"SELECT embedding, seq, {_ROW} FROM items WHERE key = ? AND tenant = ? AND live = 1", (key, tenant)
        ).fetchone()
        if row is None or row[3] not in kinds:
            continue
        score = float(np.frombuffer(row[0], dtype="<f4").astype(np.float64) @ query)
        scored.append((score, row[1], _item(row[2:])))
    return ranked(scored, limit)


def _newest(connection: sqlite3.Connection, tenant: str, kinds: Sequence[Kind], limit: int) -> tuple[Hit, ...]:
    rows = connection.execute(
        f"SELECT {_ROW} FROM items WHERE tenant = ? AND kind IN ({_marks(kinds)}) AND live = 1 ORDER BY seq DESC LIMIT ?",
        (tenant, *kinds, limit),
    )
    return tuple(_item(row).hit(0.0) for row in rows)


def _item(row: tuple[Any, ...]) -> Item:
    key, kind, name, text, shown, created, author, dataset_sha256 = row
    known_by = dataset_sha256 if kind == "dataset" else key
    return Item(key, kind, known_by, name, text, shown, created, author, dataset_sha256)


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
