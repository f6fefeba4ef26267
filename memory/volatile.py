"""A memory that lives and ends with the process: for tests, demos and `--no-memory`."""

from __future__ import annotations

import threading
import uuid
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import mul
from typing import Any

from ..tools.domain.graphs import AnyGraph
from . import embedding, inputs, names
from .compare import compare
from .items import Item, dataset_item, finding_item, graph_item, ranked
from .records import KINDS, DatasetRecord, FindingRecord, GraphDiff, GraphRecord, Hit, Kind


@dataclass
class _Named:
    """A graph: its key, its versions, and when it was written and deleted last, as a count."""

    key: str
    name: str
    versions: list[GraphRecord] = field(default_factory=list[GraphRecord])
    seq: int = 0
    deleted_seq: int | None = None

    @property
    def current(self) -> GraphRecord:
        return self.version(len(self.versions))

    def version(self, number: int) -> GraphRecord:
        return self.versions[number - 1].model_copy(update={"name": self.name})


@dataclass
class _Remembered:
    """What can be found, when it was written, and its embedding once a search has needed it."""

    item: Item
    seq: int

    @cached_property
    def vector(self) -> array[float]:
        return embedding.embed(self.item.text)


@dataclass
class _Content:
    """What one tenant has."""

    graphs: list[_Named] = field(default_factory=list[_Named])
    findings: dict[str, FindingRecord] = field(default_factory=dict[str, FindingRecord])
    datasets: dict[tuple[str, str], DatasetRecord] = field(default_factory=dict[tuple[str, str], DatasetRecord])
    items: dict[str, _Remembered] = field(default_factory=dict[str, _Remembered])


class VolatileStore:
    """A `Memory` in dictionaries; see `store.py` for what each method promises.

    Args:
        tenant: Whose memory; every look-up is limited to it.
        clock: Gives the time that records are stamped with; nothing is ordered by it.
    """

    def __init__(self, tenant: str = "local", clock: inputs.Clock = inputs.now) -> None:
        self.tenant = names.clean_name(tenant, "tenant")
        self._clock = clock
        self._lock = threading.RLock()
        self._tenants: dict[str, _Content] = {}
        self._counter = iter(range(1, 2**62))

    def for_tenant(self, tenant: str) -> VolatileStore:
        """The same memory as another tenant sees it."""
        other = VolatileStore(tenant, self._clock)
        other._lock, other._tenants, other._counter = self._lock, self._tenants, self._counter
        return other

    def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def __enter__(self) -> VolatileStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _mine(self) -> _Content:
        return self._tenants.setdefault(self.tenant, _Content())

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
        with self._lock:
            found = self._find(draft.name)
            if found is not None:
                return self._append(found, draft) if draft.changes(found.current) else found.current
            warnings = names.twins(draft.name, self._names())
            self._mine.graphs.append(found := _Named(uuid.uuid4().hex, draft.name))
            return self._append(found, draft).model_copy(update={"warnings": warnings})

    def get_graph(self, name: str, version: int | None = None) -> GraphRecord:
        """Read one version of a graph, the current one by default."""
        with self._lock:
            found = self._known(name)
            if version is None:
                return found.current
            return found.version(names.clean_version(found.name, version, len(found.versions)))

    def list_graphs(self, *, deleted: bool = False) -> tuple[GraphRecord, ...]:
        """The current version of every graph, the last written first; or of every deleted one."""
        with self._lock:
            wanted = [g for g in self._mine.graphs if (g.deleted_seq is not None) == deleted]
            return tuple(g.current for g in sorted(wanted, key=lambda g: -(g.deleted_seq or g.seq)))

    def history(self, name: str) -> tuple[GraphRecord, ...]:
        """Every version of a graph, the first one first."""
        with self._lock:
            found = self._known(name)
            return tuple(found.version(v.version) for v in found.versions)

    def diff(self, name: str, before: int | None = None, after: int | None = None) -> GraphDiff:
        """What changed between two versions, by default in the last step."""
        with self._lock:
            to = self.get_graph(name, after)
            start = self.get_graph(name, (to.parent or to.version) if before is None else before)
        found = compare(start.graph, to.graph)
        return found.model_copy(update={"name": to.name, "before": start.version, "after": to.version})

    def rename(self, old: str, new: str) -> GraphRecord:
        """Give a graph another name; versions and key stay."""
        new = names.clean_name(new)
        with self._lock:
            return self._put_name(self._known(old), new)

    def delete(self, name: str) -> None:
        """Take a graph out of sight; `restore` brings it back with its history."""
        with self._lock:
            found = self._known(name)
            found.deleted_seq = next(self._counter)
            self._mine.items.pop(found.key)

    def restore(self, name: str, as_name: str | None = None) -> GraphRecord:
        """Bring back the graph of this name that was deleted last, under the same name or another."""
        name = names.clean_name(name)
        new = name if as_name is None else names.clean_name(as_name)
        with self._lock:
            gone = sorted((g for g in self._mine.graphs if g.deleted_seq), key=lambda g: -(g.deleted_seq or 0))
            match = [g for g in gone if g.name == name]
            if not match:
                raise names.not_deleted(name, [g.name for g in gone])
            if self._find(new):
                raise names.taken(new)
            match[0].deleted_seq = None
            return self._put_name(match[0], new)

    def undo(self, name: str, *, author: str = "") -> GraphRecord:
        """Write the version before the current one again, as a new version."""
        with self._lock:
            found = self._known(name)
            target = inputs.undo_target(found.current, found.version)
            return self._append(found, inputs.again(target, author), target.version)

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
        with self._lock:
            stored = self._mine.findings.setdefault(inputs.finding_digest(record), record)
            if stored is record:
                self._put(finding_item(record))
        return stored.model_copy(deep=True)

    def get_finding(self, id: str) -> FindingRecord:
        """Read one finding."""
        with self._lock:
            for record in self._mine.findings.values():
                if record.id == id:
                    return record.model_copy(deep=True)
        raise inputs.no_finding(names.clean_text(id, "id"))

    def list_findings(self, *, limit: int = 100) -> tuple[FindingRecord, ...]:
        """The last findings, newest first."""
        with self._lock:
            newest = list(self._mine.findings.values())[::-1][: names.clean_limit(limit)]
            return tuple(record.model_copy(deep=True) for record in newest)

    def save_dataset(self, name: str, sha256: str, columns: Sequence[str], n_rows: int) -> DatasetRecord:
        """Keep the fingerprint of a table; one that was seen before keeps its first date."""
        record = inputs.draft_dataset(name, sha256, columns, n_rows, inputs.stamp(self._clock))
        with self._lock:
            stored = self._mine.datasets.setdefault((record.sha256, record.name), record)
            if stored is record:
                self._put(dataset_item(self.tenant, record))
        return stored

    def list_datasets(self) -> tuple[DatasetRecord, ...]:
        """Every table seen, newest first."""
        with self._lock:
            return tuple(self._mine.datasets.values())[::-1]

    def search(self, text: str, *, kinds: Sequence[Kind] = KINDS, limit: int = 5) -> tuple[Hit, ...]:
        """Find what is closest in meaning, best first."""
        kinds, limit = inputs.clean_kinds(kinds), names.clean_limit(limit)
        text = text[: names.MAX_TEXT]
        query = embedding.embed(text)
        with self._lock:
            newest = sorted(self._mine.items.values(), key=lambda entry: -entry.seq)
        items = [entry for entry in newest if entry.item.kind in kinds]
        found = ranked(((sum(map(mul, query, entry.vector)), entry.seq, entry.item) for entry in items), limit)
        if not found and embedding.says_nothing(text):
            return tuple(entry.item.hit(0.0) for entry in items[:limit])
        return found

    def _known(self, name: str) -> _Named:
        name = names.clean_name(name)
        if found := self._find(name):
            return found
        raise names.unknown(name, self._names(), [g.name for g in self._mine.graphs if g.deleted_seq])

    def _find(self, name: str) -> _Named | None:
        return next((g for g in self._mine.graphs if g.name == name and g.deleted_seq is None), None)

    def _names(self) -> list[str]:
        return sorted(g.name for g in self._mine.graphs if g.deleted_seq is None)

    def _put_name(self, graph: _Named, name: str) -> GraphRecord:
        if self._find(name) not in (None, graph):
            raise names.taken(name)
        graph.name = name
        self._put(graph_item(graph.key, graph.current))
        return graph.current.model_copy(update={"warnings": names.twins(name, self._names())})

    def _append(self, graph: _Named, draft: inputs.GraphDraft, restores: int | None = None) -> GraphRecord:
        graph.versions.append(draft.record(inputs.stamp(self._clock), len(graph.versions) or None, restores))
        graph.seq = next(self._counter)
        self._put(graph_item(graph.key, graph.current))
        return graph.current

    def _put(self, item: Item) -> None:
        self._mine.items[item.key] = _Remembered(item, next(self._counter))
