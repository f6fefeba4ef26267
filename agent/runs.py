"""The record of runs: every piece of evidence is on disk before the next call starts.

LangGraph checkpoints hold only small control state, because a checkpoint repeats the whole state each step;
evidence, which is bulky, is appended here once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ..tools.domain.errors import UsageError
from ..tools.domain.evidence import Evidence
from ..tools.domain.model import Model
from .state import Answer, Catalog

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, words TEXT NOT NULL, catalog TEXT NOT NULL, workspace TEXT NOT NULL, seed INTEGER NOT NULL,
    policy TEXT NOT NULL, started TEXT NOT NULL, answer TEXT);
CREATE TABLE IF NOT EXISTS evidence (
    run TEXT NOT NULL REFERENCES runs (id), position INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, position));
"""


class RunRecord(Model):
    """One run as it was recorded."""

    id: str
    words: str
    catalog: Catalog
    workspace: str
    """Folder that holds the run's tables."""
    seed: int
    policy: str
    started: str
    answer: Answer | None = None


class RunStore:
    """Runs and their evidence in one SQLite file (WAL, synchronous=FULL)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as db:
            db.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        """One transaction; a file that SQLite cannot use is the person's to move away."""
        try:
            with closing(sqlite3.connect(self.path, timeout=30)) as db, db:
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=FULL")
                yield db
        except sqlite3.Error as error:
            raise UsageError(
                f"The record of runs {str(self.path)!r} cannot be used: {error}. Move the file away to start a new one."
            ) from error

    def begin(
        self,
        id: str,
        words: str,
        catalog: Catalog,
        workspace: Path,
        seed: int,
        policy: str,
        starts: tuple[Evidence, ...],
    ) -> None:
        """Record that a run began and what it was given, both or neither: without its table it could not go on."""
        started = datetime.now(UTC).isoformat(timespec="seconds")
        row = (id, words, catalog.model_dump_json(), str(workspace), seed, policy, started)
        with self._open() as db:
            db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", row)
            given = [(id, int(e.id[1:]), e.model_dump_json()) for e in starts]
            db.executemany("INSERT INTO evidence VALUES (?, ?, ?)", given)

    def append(self, run: str, evidence: Evidence) -> None:
        """Record one piece of evidence; its position is the number in its id."""
        row = (run, int(evidence.id[1:]), evidence.model_dump_json())
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO evidence VALUES (?, ?, ?)", row)

    def finish(self, run: str, answer: Answer) -> None:
        """Record the answer; its evidence is stored once, in its own table."""
        body = answer.model_copy(update={"evidence": ()}).model_dump_json()
        with self._open() as db:
            db.execute("UPDATE runs SET answer = ? WHERE id = ?", (body, run))

    def evidence(self, run: str) -> tuple[Evidence, ...]:
        """All evidence of a run, in order."""
        with self._open() as db:
            rows = db.execute("SELECT body FROM evidence WHERE run = ? ORDER BY position", (run,)).fetchall()
        return tuple(Evidence.model_validate_json(body) for (body,) in rows)

    def get(self, id: str) -> RunRecord:
        """Look up a run by its id or the beginning of it.

        Raises:
            UsageError: there is none, or several begin so.
        """
        query = "SELECT * FROM runs WHERE substr(id, 1, length(?)) = ? ORDER BY started DESC LIMIT 3"
        with self._open() as db:
            rows = db.execute(query, (id, id)).fetchall()
        if len(rows) != 1:
            found = "no run" if not rows else "more than one run"
            raise UsageError(f"There is {found} whose id begins with {id[:40]!r}. `whence runs` lists the runs.")
        return self._record(rows[0])

    def recent(self, limit: int = 20) -> tuple[RunRecord, ...]:
        """The latest runs, newest first."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM runs ORDER BY started DESC, rowid DESC LIMIT ?", (limit,)).fetchall()
        return tuple(self._record(row) for row in rows)

    def _record(self, row: tuple[str, str, str, str, int, str, str, str | None]) -> RunRecord:
        id, words, catalog, workspace, seed, policy, started, body = row
        answer = Answer.model_validate_json(body) if body else None
        if answer:
            answer = answer.model_copy(update={"evidence": self.evidence(id)})
        return RunRecord(
            id=id, words=words, catalog=Catalog.model_validate_json(catalog), workspace=workspace, seed=seed,
            policy=policy, started=started, answer=answer,
        )  # fmt: skip
