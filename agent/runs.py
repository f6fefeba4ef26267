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
from .turns import Turn

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, words TEXT NOT NULL, catalog TEXT NOT NULL, workspace TEXT NOT NULL, seed INTEGER NOT NULL,
    policy TEXT NOT NULL, started TEXT NOT NULL, answer TEXT);
CREATE TABLE IF NOT EXISTS evidence (
    run TEXT NOT NULL REFERENCES runs (id), position INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, position));
CREATE TABLE IF NOT EXISTS turns (
    run TEXT NOT NULL REFERENCES runs (id), position INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (run, position));
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

    def turns(self, run: str) -> tuple[Turn, ...]:
        """All turns of a run with a language model, in order."""
        with self._open() as db:
            rows = db.execute("SELECT body FROM turns WHERE run = ? ORDER BY position", (run,)).fetchall()
        return tuple(Turn.model_validate_json(body) for (body,) in rows)

    def transcript(self, run: str) -> RunTurns:
        """The turns of one run, for a policy to look up and add to."""
        return RunTurns(self, run)

    def add_turn(self, run: str, turn: Turn) -> None:
        """Record one reply of the model."""
        with self._open() as db:
            db.execute(
                "INSERT INTO turns SELECT ?, COALESCE(MAX(position), 0) + 1, ?, ? FROM turns WHERE run = ?",
                (run, turn.key, turn.model_dump_json(), run),
            )

    def find_turn(self, run: str, key: str) -> Turn | None:
        """The turn of a run whose request has this key."""
        with self._open() as db:
            row = db.execute("SELECT body FROM turns WHERE run = ? AND key = ? LIMIT 1", (run, key)).fetchone()
        return Turn.model_validate_json(row[0]) if row else None

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

    def unfinished_in(self, workspace: Path) -> bool:
        """Whether a run that has no answer yet needs the tables of a folder."""
        query = "SELECT 1 FROM runs WHERE workspace = ? AND answer IS NULL LIMIT 1"
        with self._open() as db:
            return db.execute(query, (str(workspace),)).fetchone() is not None

    def _record(self, row: tuple[str, str, str, str, int, str, str, str | None]) -> RunRecord:
        id, words, catalog, workspace, seed, policy, started, body = row
        answer = Answer.model_validate_json(body) if body else None
        if answer:
            answer = answer.model_copy(update={"evidence": self.evidence(id)})
        return RunRecord(
            id=id, words=words, catalog=Catalog.model_validate_json(catalog), workspace=workspace, seed=seed,
            policy=policy, started=started, answer=answer,
        )  # fmt: skip


class RunTurns:
    """The turns of one run, on disk."""

    def __init__(self, store: RunStore, run: str) -> None:
        self._store = store
        self._run = run

    def find(self, key: str) -> Turn | None:
        """The turn whose request has this key, if it was answered before."""
        return self._store.find_turn(self._run, key)

    def add(self, turn: Turn) -> None:
        """Put a turn on disk."""
        self._store.add_turn(self._run, turn)

    def all(self) -> tuple[Turn, ...]:
        """All turns, in order."""
        return self._store.turns(self._run)
