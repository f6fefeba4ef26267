"""The SQLite store: the truth about what is remembered."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..tools.domain.errors import WhenceError
from ..tools.domain.graphs import AnyGraph
from . import faults, inputs, names, recall
from .compare import compare, digest
from .database import Database
from .index import SemanticIndex
from .items import dataset_item, finding_item, graph_item
from .records import KINDS, DatasetRecord, FindingRecord, GraphDiff, GraphRecord, Hit, Kind
from .schema import next_seq

_GRAPH: TypeAdapter[AnyGraph] = TypeAdapter(AnyGraph)
_VERSION = (
    "SELECT g.name, v.version, v.graph, v.author, v.created, v.note, v.dataset_sha256, v.parent, v.restores, v.run, "
    "v.digest FROM graphs g JOIN versions v ON v.key = g.key "
)
_NEWEST = "v.version = (SELECT max(version) FROM versions WHERE key = g.key)"


class SqliteStore:
    """What one tenant has in a memory; see `Memory` in `store.py` for what each method promises.

    Args:
        database: The file.
        index: The semantic index over it.
        tenant: Whose memory; every look-up is limited to it.
        clock: Gives the time that records are stamped with; nothing is ordered by it.
    """

    def __init__(
        self, database: Database, index: SemanticIndex, tenant: str = "local", clock: inputs.Clock = inputs.now
    ) -> None:
        self.tenant = names.clean_name(tenant, "tenant")
        self._database = database
        self._index = index
        self._clock = clock

    def for_tenant(self, tenant: str) -> SqliteStore:
        """The same memory as another tenant sees it."""
        return SqliteStore(self._database, self._index, tenant, self._clock)

    def close(self) -> None:
        """Close index and file."""
        self._index.close()
        self._database.close()

    def __enter__(self) -> SqliteStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def save_graph(
        self,
        name: str,
        graph: AnyGraph,
        *,
        author: str = "",
        note: str = "",
        dataset_sha256: str | None = None,
        run: str | None = None,
    ) -> GraphRecord:
        """Write a version of a graph; the same content again is the version that exists."""
        draft = inputs.draft_graph(name, graph, author, note, dataset_sha256, run)
        with self._database.write() as connection:
            key = self._find(connection, draft.name)
            if key is not None:
                current = self._version(connection, key)
                return self._append(connection, key, draft, current.version) if draft.changes(current) else current
            key, warnings = uuid.uuid4().hex, names.twins(draft.name, self._names(connection))
            connection.execute("INSERT INTO graphs VALUES (?, ?, ?, NULL)", (key, self.tenant, draft.name))
            return self._append(connection, key, draft).model_copy(update={"warnings": warnings})

    def get_graph(self, name: str, version: int | None = None) -> GraphRecord:
        """Read one version of a graph, the current one by default."""
        with self._database.read() as connection:
            current = self._version(connection, key := self._known(connection, name))
            if version is None:
                return current
            return self._version(connection, key, names.clean_version(current.name, version, current.version))

    def list_graphs(self, *, deleted: bool = False) -> tuple[GraphRecord, ...]:
        """The current version of every graph, the last written first; or of every deleted one."""
        wanted, order = ("NOT NULL", "g.deleted_seq") if deleted else ("NULL", "v.seq")
        query = f"{_VERSION} WHERE g.tenant = ? AND g.deleted_seq IS {wanted} AND {_NEWEST} ORDER BY {order} DESC"
        with self._database.read() as connection:
            return tuple(map(self._record, connection.execute(query, (self.tenant,))))

    def history(self, name: str) -> tuple[GraphRecord, ...]:
        """Every version of a graph, the first one first."""
        with self._database.read() as connection:
            key = self._known(connection, name)
            rows = connection.execute(_VERSION + "WHERE g.key = ? ORDER BY v.version", (key,))
            return tuple(map(self._record, rows))

    def diff(self, name: str, before: int | None = None, after: int | None = None) -> GraphDiff:
        """What changed between two versions, by default in the last step."""
        to = self.get_graph(name, after)
        # the first version has no parent, and its last step changed nothing
        start = self.get_graph(name, (to.parent or to.version) if before is None else before)
        found = compare(start.graph, to.graph)
        return found.model_copy(update={"name": to.name, "before": start.version, "after": to.version})

    def rename(self, old: str, new: str) -> GraphRecord:
        """Give a graph another name; versions and key stay."""
        new = names.clean_name(new)
        with self._database.write() as connection:
            return self._put_name(connection, self._known(connection, old), new)

    def delete(self, name: str) -> None:
        """Take a graph out of sight; `restore` brings it back with its history."""
        with self._database.write() as connection:
            key = self._known(connection, name)
            connection.execute("UPDATE graphs SET deleted_seq = ? WHERE key = ?", (next_seq(connection), key))
            recall.hide(connection, self.tenant, key)

    def restore(self, name: str, as_name: str | None = None) -> GraphRecord:
        """Bring back the graph of this name that was deleted last, under the same name or another."""
        name = names.clean_name(name)
        new = name if as_name is None else names.clean_name(as_name)
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT key FROM graphs WHERE tenant = ? AND name = ? AND deleted_seq IS NOT NULL "
                "ORDER BY deleted_seq DESC",
                (self.tenant, name),
            ).fetchone()
            if row is None:
                raise names.not_deleted(name, self._deleted_names(connection))
            if self._find(connection, new) is not None:
                raise names.taken(new)
            connection.execute("UPDATE graphs SET deleted_seq = NULL, name = ? WHERE key = ?", (new, row[0]))
            return self._put_name(connection, row[0], new)

    def undo(self, name: str, *, author: str = "") -> GraphRecord:
        """Write the version before the current one again, as a new version."""
        with self._database.write() as connection:
            key = self._known(connection, name)
            current = self._version(connection, key)
            target = inputs.undo_target(current, lambda version: self._version(connection, key, version))
            return self._append(connection, key, inputs.again(target, author), current.version, target.version)

    def save_finding(
        self,
        *,
        words: str,
        answer: dict[str, Any],
        claim: str,
        question: dict[str, Any] | None = None,
        author: str = "",
        dataset_sha256: str | None = None,
        run: str | None = None,
    ) -> FindingRecord:
        """Keep an answered question; the very same finding again is the one that exists."""
        created = inputs.stamp(self._clock)
        record = inputs.draft_finding(words, answer, claim, question, author, dataset_sha256, run, created)
        content, payload = inputs.finding_digest(record), inputs.finding_to_json(record)
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT record FROM findings WHERE tenant = ? AND digest = ?", (self.tenant, content)
            ).fetchone()
            if row is not None:
                return self._finding(row[0])
            connection.execute(
                "INSERT INTO findings VALUES (?, ?, ?, ?, ?)",
                (record.id, self.tenant, content, payload, next_seq(connection)),
            )
            recall.put(connection, self.tenant, finding_item(record))
        return record

    def get_finding(self, id: str) -> FindingRecord:
        """Read one finding."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT record FROM findings WHERE id = ? AND tenant = ?", (names.clean_text(id, "id"), self.tenant)
            ).fetchone()
        if row is None:
            raise inputs.no_finding(id)
        return self._finding(row[0])

    def list_findings(self, *, limit: int = 100) -> tuple[FindingRecord, ...]:
        """The last findings, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT record FROM findings WHERE tenant = ? ORDER BY seq DESC LIMIT ?",
                (self.tenant, names.clean_limit(limit)),
            ).fetchall()
        return tuple(self._finding(row[0]) for row in rows)

    def save_dataset(self, name: str, sha256: str, columns: Sequence[str], n_rows: int) -> DatasetRecord:
        """Keep the fingerprint of a table; one that was seen before keeps its first date."""
        record = inputs.draft_dataset(name, sha256, columns, n_rows, inputs.stamp(self._clock))
        where = (self.tenant, record.sha256, record.name)
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT name, sha256, columns, n_rows, first_seen FROM datasets "
                "WHERE tenant = ? AND sha256 = ? AND name = ?",
                where,
            ).fetchone()
            if row is not None:
                return _dataset(row)
            connection.execute(
                "INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*where, json.dumps(record.columns), record.n_rows, record.first_seen, next_seq(connection)),
            )
            recall.put(connection, self.tenant, dataset_item(self.tenant, record))
        return record

    def list_datasets(self) -> tuple[DatasetRecord, ...]:
        """Every table seen, newest first."""
        query = "SELECT name, sha256, columns, n_rows, first_seen FROM datasets WHERE tenant = ? ORDER BY seq DESC"
        with self._database.read() as connection:
            return tuple(map(_dataset, connection.execute(query, (self.tenant,))))

    def search(self, text: str, *, kinds: Sequence[Kind] = KINDS, limit: int = 5) -> tuple[Hit, ...]:
        """Find what is closest in meaning, best first."""
        kinds, limit = inputs.clean_kinds(kinds), names.clean_limit(limit)
        return recall.search(self._database, self._index, self.tenant, text[: names.MAX_TEXT], kinds, limit)

    def _known(self, connection: sqlite3.Connection, name: str) -> str:
        """The key of a graph by its name, or an error that helps to find the right name."""
        name = names.clean_name(name)
        if key := self._find(connection, name):
            return key
        raise names.unknown(name, self._names(connection), self._deleted_names(connection))

    def _find(self, connection: sqlite3.Connection, name: str) -> str | None:
        row = connection.execute(
            "SELECT key FROM graphs WHERE tenant = ? AND name = ? AND deleted_seq IS NULL", (self.tenant, name)
        ).fetchone()
        return None if row is None else str(row[0])

    def _names(self, connection: sqlite3.Connection) -> list[str]:
        query = "SELECT name FROM graphs WHERE tenant = ? AND deleted_seq IS NULL ORDER BY name"
        return [row[0] for row in connection.execute(query, (self.tenant,))]

    def _deleted_names(self, connection: sqlite3.Connection) -> list[str]:
        query = "SELECT name FROM graphs WHERE tenant = ? AND deleted_seq IS NOT NULL ORDER BY deleted_seq DESC"
        return [row[0] for row in connection.execute(query, (self.tenant,))]

    def _put_name(self, connection: sqlite3.Connection, key: str, name: str) -> GraphRecord:
        """Write the name of a live graph, unless another has it, and make the graph found by it."""
        if self._find(connection, name) not in (None, key):
            raise names.taken(name)
        connection.execute("UPDATE graphs SET name = ? WHERE key = ?", (name, key))
        warnings = names.twins(name, self._names(connection))
        record = self._version(connection, key)
        recall.put(connection, self.tenant, graph_item(key, record))
        return record.model_copy(update={"warnings": warnings})

    def _version(self, connection: sqlite3.Connection, key: str, version: int | None = None) -> GraphRecord:
        """One version by its key, the newest by default; the caller has checked that it exists and whose it is."""
        which, values = (_NEWEST, (key,)) if version is None else ("v.version = ?", (key, version))
        return self._record(connection.execute(f"{_VERSION} WHERE g.key = ? AND {which}", values).fetchone())

    def _append(
        self,
        connection: sqlite3.Connection,
        key: str,
        draft: inputs.GraphDraft,
        parent: int | None = None,
        restores: int | None = None,
    ) -> GraphRecord:
        record = draft.record(inputs.stamp(self._clock), parent, restores)
        connection.execute(
            "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key, record.version, draft.payload, record.digest, record.author, record.created, record.note,
                record.dataset_sha256, record.parent, record.restores, record.run, next_seq(connection),
            ),
        )  # fmt: skip
        recall.put(connection, self.tenant, graph_item(key, record))
        return record

    def _record(self, row: tuple[Any, ...]) -> GraphRecord:
        name, version, payload, author, created, note, dataset_sha256, parent, restores, run, said = row
        try:
            graph = _GRAPH.validate_json(payload)
        except (ValidationError, WhenceError) as error:
            raise faults.corrupt(str(self._database.path), f"graph {name!r} version {version}") from error
        if digest(graph) != said:
            raise faults.corrupt(str(self._database.path), f"graph {name!r} version {version} is not what was saved")
        return GraphRecord(
            name=name,
            version=version,
            graph=graph,
            author=author,
            created=created,
            note=note,
            dataset_sha256=dataset_sha256,
            parent=parent,
            restores=restores,
            run=run,
            digest=said,
        )

    def _finding(self, payload: str) -> FindingRecord:
        try:
            return inputs.finding_from_json(payload)
        except ValueError as error:
            raise faults.corrupt(str(self._database.path), "a finding cannot be read") from error


def _dataset(row: tuple[Any, ...]) -> DatasetRecord:
    name, sha256, columns, n_rows, first_seen = row
    return DatasetRecord(name=name, sha256=sha256, columns=json.loads(columns), n_rows=n_rows, first_seen=first_seen)
