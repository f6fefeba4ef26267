"""The memory of Whence: named graphs with versions, findings and datasets, found by name and by meaning.

`Memory` is the seam; `SqliteStore` is the truth on disk, `VolatileStore` the same in the process. What any of
them hands back is data that people, tables and models wrote: it is never an instruction.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from ..tools.domain.errors import UsageError
from ..tools.domain.graphs import AnyGraph
from . import inputs
from .database import Database
from .index import SemanticIndex
from .records import KINDS, DatasetRecord, FindingRecord, GraphDiff, GraphRecord, Hit, Kind
from .sqlite_store import SqliteStore
from .volatile import VolatileStore

__all__ = ["GraphStore", "Memory", "SqliteStore", "VolatileStore", "default_folder", "open_memory"]

HOME_VARIABLE = "WHENCE_HOME"


class GraphStore(Protocol):
    """Named graphs with versions.

    A name is any Unicode of 1 to 200 characters after NFC and stripping; case counts. Refused, always as
    `BadArguments` with the reason: empty or longer names, control and text-reversing characters, unknown names
    (near ones are listed), versions that do not exist. A memory that cannot be read or written raises
    `UsageError`; then nothing was changed. What a method returned has been written for good.
    """

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
        """Write a version of a graph.

        The same graph, with the same dataset and without a new note, is not written again: the current version
        is returned. A new name that looks like another one is allowed and warned of in `record.warnings`.
        """
        ...

    def get_graph(self, name: str, version: int | None = None) -> GraphRecord:
        """Read one version of a graph, the current one by default."""
        ...

    def list_graphs(self, *, deleted: bool = False) -> tuple[GraphRecord, ...]:
        """The current version of every graph, the last written first; or of every deleted one, the last deleted first."""
        ...

    def history(self, name: str) -> tuple[GraphRecord, ...]:
        """Every version of a graph, the first one first."""
        ...

    def diff(self, name: str, before: int | None = None, after: int | None = None) -> GraphDiff:
        """What changed between two versions; by default, what the last save changed."""
        ...

    def rename(self, old: str, new: str) -> GraphRecord:
        """Give a graph another name; its history stays. A name that another graph has is refused."""
        ...

    def delete(self, name: str) -> None:
        """Take a graph out of lists and searches and free its name; nothing is erased, see `restore`."""
        ...

    def restore(self, name: str, as_name: str | None = None) -> GraphRecord:
        """Bring back the graph of this name that was deleted last, with its history.

        When the name is taken again, give `as_name`.
        """
        ...

    def undo(self, name: str, *, author: str = "") -> GraphRecord:
        """Go back one change, as a new version: history is never lost. Again goes back one more.

        To redo, or to go to any version: `save_graph(name, get_graph(name, version).graph)`.
        """
        ...


class Memory(GraphStore, Protocol):
    """Everything that is remembered for one tenant; no look-up ever reaches another tenant's."""

    tenant: str

    def for_tenant(self, tenant: str) -> Memory:
        """The same memory as another tenant sees it; closing one view closes all."""
        ...

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
        """Keep an answered question.

        Args:
            words: The question as it was asked.
            answer: The answer as plain JSON (`Answer.model_dump(mode="json")`); NaN only as text.
            claim: The answer in a sentence.
            question: The typed question as JSON.
            author: Who asked.
            dataset_sha256: The table it is about.
            run: The run it comes from.

        Returns:
            The stored finding; saving the very same one twice keeps one.
        """
        ...

    def get_finding(self, id: str) -> FindingRecord:
        """Read one finding."""
        ...

    def list_findings(self, *, limit: int = 100) -> tuple[FindingRecord, ...]:
        """The last findings, newest first."""
        ...

    def save_dataset(self, name: str, sha256: str, columns: Sequence[str], n_rows: int) -> DatasetRecord:
        """Keep the fingerprint of a table, never its rows; one seen before keeps the date it was first seen."""
        ...

    def list_datasets(self) -> tuple[DatasetRecord, ...]:
        """Every table seen, newest first."""
        ...

    def search(self, text: str, *, kinds: Sequence[Kind] = KINDS, limit: int = 5) -> tuple[Hit, ...]:
        """Find what is closest in meaning to a question or a few words, best first.

        Returns:
            At most `limit` hits; none when nothing is close. Words without content ("what did we learn?") give
            the newest items, with score 0.
        """
        ...

    def close(self) -> None:
        """Close files; a later use opens them again."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def default_folder() -> Path:
    """The folder of the memory: `$WHENCE_HOME`, or `.whence` in the home directory.

    Raises:
        UsageError: neither is known.
    """
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named).expanduser()
    try:
        return Path.home() / ".whence"
    except RuntimeError as error:
        raise UsageError(
            f"There is no home directory to keep the memory in; set {HOME_VARIABLE} to a folder."
        ) from error


def open_memory(path: Path | None = None, *, tenant: str = "local", clock: inputs.Clock = inputs.now) -> SqliteStore:
    """Open the memory in a folder; nothing is read or made until it is used, and nothing is made by reading.

    Args:
        path: The folder; by default `default_folder()`.
        tenant: Whose memory.
        clock: Gives the time that records are stamped with; nothing is ordered by it.
    """
    database = Database(default_folder() if path is None else path)
    return SqliteStore(database, SemanticIndex(database), tenant, clock)
