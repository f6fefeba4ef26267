"""Check what callers give, once for every store, and decide what counts as a change."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from ..tools.domain.errors import BadArguments
from ..tools.domain.graphs import AnyGraph
from ..tools.domain.model import Model
from . import names
from .compare import digest
from .records import KINDS, DatasetRecord, FindingRecord, GraphRecord, Kind

Clock = Callable[[], datetime]
MAX_JSON = 50_000_000
"""Characters of JSON that one graph or one answer may have."""


class GraphDraft(Model):
    """A graph that is about to be written, checked."""

    name: str
    graph: AnyGraph
    author: str
    note: str
    dataset_sha256: str | None
    run: str | None
    digest: str
    payload: str
    """The graph as JSON."""

    def changes(self, current: GraphRecord) -> bool:
        """Whether this is worth a version: another graph, another dataset, or a note that says something new."""
        return (
            self.digest != current.digest
            or self.dataset_sha256 not in (None, current.dataset_sha256)
            or self.note not in ("", current.note)
        )

    def record(self, created: str, parent: int | None = None, restores: int | None = None) -> GraphRecord:
        """The version that follows `parent`."""
        return GraphRecord(
            name=self.name,
            version=(parent or 0) + 1,
            graph=self.graph,
            author=self.author,
            created=created,
            note=self.note,
            dataset_sha256=self.dataset_sha256,
            parent=parent,
            restores=restores,
            run=self.run,
            digest=self.digest,
        )


def draft_graph(
    name: str, graph: AnyGraph, author: str, note: str, dataset_sha256: str | None, run: str | None
) -> GraphDraft:
    """Check a graph that is to be saved and everything said about it.

    Raises:
        BadArguments: the name, a text, the hash or the graph cannot be stored.
    """
    name = names.clean_name(name)
    try:
        payload = graph.model_dump_json()
    except (PydanticSerializationError, UnicodeError) as error:
        raise BadArguments(
            f"Graph {name!r} cannot be stored: {error}. Use node names without lone surrogates."
        ) from error
    return GraphDraft(
        name=name,
        graph=graph,
        author=names.clean_text(author, "author"),
        note=names.clean_text(note, "note"),
        dataset_sha256=names.clean_sha256(dataset_sha256),
        run=None if run is None else names.clean_text(run, "run id"),
        digest=digest(graph),
        payload=_bounded(payload, f"graph {name!r}"),
    )


def again(version: GraphRecord, author: str) -> GraphDraft:
    """The content of an earlier version, to be written again."""
    return draft_graph(version.name, version.graph, author, version.note, version.dataset_sha256, version.run)


def undo_target(current: GraphRecord, version: Callable[[int], GraphRecord]) -> GraphRecord:
    """Find the version that undo goes back to: the one before what the current one says.

    Undoing twice goes back twice; what undo wrote is stepped over, so nothing is undone two times.

    Raises:
        BadArguments: there is nothing before it.
    """
    said = version(current.restores) if current.restores else current
    if said.parent is None:
        raise BadArguments(f"Graph {current.name!r} has nothing to undo: version {said.version} is its first.")
    before = version(said.parent)
    return version(before.restores) if before.restores else before


def draft_finding(
    words: str,
    answer: dict[str, Any],
    claim: str,
    question: dict[str, Any] | None,
    author: str,
    dataset_sha256: str | None,
    run: str | None,
    created: str,
) -> FindingRecord:
    """Check a finding that is to be saved and give it an id.

    Raises:
        BadArguments: a text or the hash cannot be stored, or the answer is not JSON.
    """
    record = FindingRecord(
        id=uuid.uuid4().hex,
        words=names.clean_text(words, "question"),
        question=question,
        answer=answer,
        claim=names.clean_text(claim, "claim"),
        author=names.clean_text(author, "author"),
        dataset_sha256=names.clean_sha256(dataset_sha256),
        run=None if run is None else names.clean_text(run, "run id"),
        created=created,
    )
    if not (words.strip() or claim.strip()):
        raise BadArguments("A finding needs the words of its question or a claim; both are empty.")
    # what is kept is what JSON can hold, so that every store gives back the same
    return finding_from_json(finding_to_json(record))


def finding_to_json(record: FindingRecord) -> str:
    """Write a finding as JSON.

    Raises:
        BadArguments: the answer or the question holds what JSON cannot.
    """
    try:
        payload = json.dumps(record.model_dump(), allow_nan=False, ensure_ascii=True, sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadArguments(
            f"The finding {record.words[:80]!r} cannot be stored: {error}. Give the answer as plain JSON, with NaN and infinity as text."
        ) from error
    return _bounded(payload, f"finding {record.words[:80]!r}")


def finding_from_json(payload: str) -> FindingRecord:
    """Read a finding that was written by `finding_to_json`."""
    return FindingRecord.model_validate(json.loads(payload))


def finding_digest(record: FindingRecord) -> str:
    """Hash everything a finding says; the same finding saved twice is one."""
    said = record.model_dump(exclude={"id", "created"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def draft_dataset(name: str, sha256: str, columns: Sequence[str], n_rows: int, created: str) -> DatasetRecord:
    """Check the fingerprint of a table.

    Raises:
        BadArguments: the name, the hash, a column or the number of rows cannot be.
    """
    if not 0 <= n_rows < 2**62:
        raise BadArguments(f"n_rows={n_rows!r} is out of range; a table has 0 or more rows.")
    try:
        return DatasetRecord(
            name=names.clean_name(name, "dataset"),
            sha256=names.clean_sha256(sha256) or "",
            columns=tuple(columns),
            n_rows=n_rows,
            first_seen=created,
        )
    except ValidationError as error:
        raise BadArguments(f"Dataset {name!r} cannot be stored: its columns must be text.") from error


def clean_kinds(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Check which kinds are searched.

    Raises:
        BadArguments: one is unknown, or none is given.
    """
    wrong = [kind for kind in kinds if kind not in KINDS]
    if wrong or not kinds:
        raise BadArguments(f"kinds={tuple(kinds)!r} cannot be searched; give one or more of {', '.join(KINDS)}.")
    return tuple(dict.fromkeys(kinds))


def no_finding(id: str) -> BadArguments:
    """Build the error for an id that no finding of this tenant has."""
    return BadArguments(f"There is no finding {id[:80]!r}. List them with list_findings, or search for one.")


def now() -> datetime:
    """The time by the system's clock, in UTC."""
    return datetime.now(UTC)


def stamp(clock: Clock) -> str:
    """A clock's time as text: UTC, ISO 8601, to the millisecond."""
    return clock().astimezone(UTC).isoformat(timespec="milliseconds")


def _bounded(payload: str, what: str) -> str:
    if len(payload) > MAX_JSON:
        raise BadArguments(f"The {what} takes {len(payload):,} characters of JSON; at most {MAX_JSON:,} are kept.")
    return payload
