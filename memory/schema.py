"""The tables of the SQLite memory and the migrations that lead to them.

`PRAGMA user_version` counts the migrations that were applied; each is one script, applied once, inside the
transaction that also raises the number. A script that was released is never edited: append the next one.
"""

from __future__ import annotations

import sqlite3

from ..tools.domain.errors import UsageError

APPLICATION_ID = 0x57484E43
"""Marks the file as ours (`PRAGMA application_id`)."""

_FIRST = """
CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
INSERT INTO counter VALUES (1, 0);

CREATE TABLE graphs (
    key TEXT PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, deleted_seq INTEGER);
CREATE UNIQUE INDEX graphs_live ON graphs (tenant, name) WHERE deleted_seq IS NULL;
CREATE INDEX graphs_deleted ON graphs (tenant, name, deleted_seq) WHERE deleted_seq IS NOT NULL;

CREATE TABLE versions (
    key TEXT NOT NULL REFERENCES graphs (key), version INTEGER NOT NULL, graph TEXT NOT NULL, digest TEXT NOT NULL,
    author TEXT NOT NULL, created TEXT NOT NULL, note TEXT NOT NULL, dataset_sha256 TEXT, parent INTEGER,
    restores INTEGER, run TEXT, seq INTEGER NOT NULL, PRIMARY KEY (key, version));

CREATE TABLE datasets (
    tenant TEXT NOT NULL, sha256 TEXT NOT NULL, name TEXT NOT NULL, columns TEXT NOT NULL, n_rows INTEGER NOT NULL,
    first_seen TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (tenant, sha256, name));

CREATE TABLE findings (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, digest TEXT NOT NULL, record TEXT NOT NULL, seq INTEGER NOT NULL);
CREATE UNIQUE INDEX findings_content ON findings (tenant, digest);
CREATE INDEX findings_order ON findings (tenant, seq);

CREATE TABLE items (
    key TEXT PRIMARY KEY, tenant TEXT NOT NULL, kind TEXT NOT NULL, live INTEGER NOT NULL, seq INTEGER NOT NULL,
    name TEXT NOT NULL, shown TEXT NOT NULL, text TEXT NOT NULL, author TEXT NOT NULL, created TEXT NOT NULL,
    dataset_sha256 TEXT, embedder TEXT NOT NULL, embedding BLOB NOT NULL);
CREATE INDEX items_order ON items (tenant, kind, live, seq);
CREATE INDEX items_seq ON items (seq);

CREATE TABLE semantic_index (
    id INTEGER PRIMARY KEY CHECK (id = 1), generation TEXT NOT NULL, embedder TEXT NOT NULL,
    seq INTEGER NOT NULL, fingerprint TEXT NOT NULL);
"""

MIGRATIONS: tuple[str, ...] = (_FIRST,)


_MARKS = """
SELECT user_version, application_id, (SELECT count(*) FROM sqlite_master)
FROM pragma_user_version, pragma_application_id
"""
# one statement, one moment: another process may be making the very file


def version_of(connection: sqlite3.Connection) -> int:
    """The number of migrations the file has."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check(connection: sqlite3.Connection, path: str) -> None:
    """Refuse a file that is not ours or is of a newer Whence.

    Raises:
        UsageError: it is another program's database, or has migrations this version does not know.
    """
    have, owner, tables = connection.execute(_MARKS).fetchone()
    if owner != APPLICATION_ID and (tables or have):
        raise UsageError(
            f"{path!r} is a SQLite database of another program, so it is left as it is. "
            "Set WHENCE_HOME to another folder."
        )
    if have > len(MIGRATIONS):
        raise UsageError(
            f"The memory {path!r} has format {have}; this version of Whence knows formats up to {len(MIGRATIONS)}. "
            "Upgrade Whence, or set WHENCE_HOME to another folder."
        )


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the migrations that are missing; to be called inside a write transaction."""
    for number, script in enumerate(MIGRATIONS[version_of(connection) :], start=version_of(connection) + 1):
        # executescript would commit first; the statements hold no ';' of their own
        for statement in filter(str.strip, script.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def next_seq(connection: sqlite3.Connection) -> int:
    """Count a change: 1, 2, 3, … over the whole file, the order of everything, whatever the clocks say."""
    connection.execute("UPDATE counter SET value = value + 1")
    return int(connection.execute("SELECT value FROM counter").fetchone()[0])
