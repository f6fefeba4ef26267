"""Answers that were paid for, by what was asked of whom: asked again, they come from here."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from .spec import Response

SCHEMA = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, body TEXT NOT NULL)"


class AnswerCache:
    """Answers in one SQLite file; several threads and processes may use it.

    Args:
        path: The file; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        if path is None:
            return
        try:
            self._db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(SCHEMA)
        except sqlite3.Error as error:
            raise UsageError(
                f"The answers kept in {str(path)!r} cannot be used: {error}. Move the file away, or give --no-cache."
            ) from error

    def find(self, key: str) -> Response | None:
        """The answer to what was asked before."""
        if self._db is None:
            return None
        with self._lock:
            row = self._db.execute("SELECT body FROM answers WHERE key = ?", (key,)).fetchone()
        return Response.model_validate_json(row[0]) if row else None

    def keep(self, key: str, response: Response) -> None:
        """Keep an answer; it is on disk when this returns."""
        if self._db is not None:
            with self._lock:
                self._db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, response.model_dump_json()))

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None


def answer_key(asked: dict[str, Any]) -> str:
    """A key over everything that decides an answer: policy, endpoint, model, settings, messages and tools."""
    text = json.dumps(asked, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
