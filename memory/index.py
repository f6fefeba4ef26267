"""A chromadb index over the embeddings in SQLite: candidates for a search, never an answer.

chromadb is fast with many items and careless with everything else (measured with 1.5.9): several processes on
one folder lose vectors or hang, a damaged file ends the process with a segmentation fault, names are restricted.
So here one process at a time opens it, under a lock of the operating system; a folder is opened only when its
files hash to what was noted in SQLite when it was last closed, and is otherwise built anew in a fresh folder;
names of collections are ours; embeddings are given, so nothing is ever downloaded; and whoever cannot use the
index gets None and compares with every embedding in SQLite instead.

Its candidates are near, not surely the nearest: of the five best a few in a thousand are missed at 2,500 items, some
in a hundred at 10,000 (`tests/memory/test_index.py` bounds it). Scores and order are always SQLite's.

It is brought level when a search needs it, a batch at a time: writing never waits for it and never imports it.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
import uuid
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..tools.domain.errors import UsageError, WhenceError
from . import embedding
from .records import KINDS, Kind

if TYPE_CHECKING:
    from array import array

    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

    from .database import Database

BRUTE_FORCE_MAX = 2_000
HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_search": 500, "ef_construction": 200, "max_neighbors": 32}
"""More thorough than chromadb's defaults, which miss a tenth of the true five best of 2,500 items; these, 0.3 %."""
BATCH = 500
_log = logging.getLogger(__name__)


class SemanticIndex:
    """The index in `folder/index`, owned by the process that first needs it.

    Args:
        database: The truth it follows; its folder holds the index and the lock.
        brute_force_max: Up to this many items a search does without the index.
        batch: Items a search brings into the index before it answers without it.
    """

    def __init__(self, database: Database, brute_force_max: int = BRUTE_FORCE_MAX, batch: int = BATCH) -> None:
        self.brute_force_max = brute_force_max
        self._batch = batch
        self._database = database
        self._home = database.folder / "index"
        self._lock = threading.RLock()
        self._owner = 0
        self._lock_file: int | None = None
        self._client: Client | None = None
        self._generation = ""
        self._files: dict[str, tuple[int, int]] = {}
        self._seq = 0
        self._collections: dict[tuple[str, Kind], Any] = {}

    def nearest(self, tenant: str, kinds: Sequence[Kind], vector: array[float], limit: int) -> list[str] | None:
        """Name candidates near a vector.

        Returns:
            Keys of items, more than `limit`, to be checked against SQLite; None when the index cannot say.
        """
        with self._lock, self._distrusted() as usable:
            if usable and self._level(self._batch):
                keys: list[str] = []
                for kind in kinds:
                    collection = self._collection(tenant, kind)
                    wanted = min(collection.count(), 4 * limit + 50)
                    if wanted:
                        found = collection.query(query_embeddings=[list(vector)], n_results=wanted, include=[])
                        keys += found["ids"][0]
                return keys
        return None

    def rebuild(self) -> int | None:
        """Throw the index away and build it whole.

        Returns:
            How many changes it has followed, or None when another process owns the index or it cannot be built.
        """
        with self._lock, self._distrusted() as usable:
            if usable:
                self._start_anew()
                while not self._level(10 * self._batch):
                    pass
                return self._seq
        return None

    def close(self) -> None:
        """Close the index, note what its files hash to, and let other processes have it."""
        with self._lock:
            if self._owner == os.getpid() and self._client is not None:
                self._drop_client()
                with suppress(UsageError):  # a note that cannot be made only costs a rebuild
                    self._note(_fingerprint(self._home / self._generation))
            self._forget()

    @contextmanager
    def _distrusted(self) -> Generator[bool]:
        """Run the block with an open client (True), or without (False); a fault in it discards the index."""
        if not self._open_if_mine():
            yield False
            return
        try:
            yield True
            self._files = _files(self._home / self._generation)
        except (WhenceError, sqlite3.Error):
            raise
        except Exception as error:  # the library call: chromadb raises whatever its layers raise
            _log.info("The semantic index is rebuilt after %s: %.200s", type(error).__name__, error)
            self._discard()

    def _open_if_mine(self) -> bool:
        """Open the index if this process has it or can get it."""
        if self._owner and self._owner != os.getpid():
            self._client = self._lock_file = None  # forked: the parent's client and lock are not ours to close
            self._forget()
        if self._client is not None:
            if _files(self._home / self._generation) == self._files:
                return True
            self._discard()  # someone else touched it: chromadb may crash on what it reads again
        if self._lock_file is None and not self._take_lock():
            return False
        self._owner = os.getpid()
        try:
            self._open()
        except (WhenceError, sqlite3.Error):
            self._forget()
            raise
        except Exception as error:  # the library call, and the file system under it
            _log.info("The semantic index cannot be opened: %s: %.200s", type(error).__name__, error)
            self._discard()
            return False
        return True

    def _take_lock(self) -> bool:
        try:
            import fcntl
        except ImportError:  # no such lock on this system: SQLite answers
            return False
        try:
            handle = os.open(self._database.folder / "index.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._lock_file = handle
        return True

    def _open(self) -> None:
        """Open the folder noted in SQLite if it is as it was left; start anew otherwise."""
        with self._database.read() as connection:
            row = connection.execute("SELECT generation, embedder, seq, fingerprint FROM semantic_index").fetchone()
            newest = connection.execute("SELECT value FROM counter").fetchone()[0]
        trusted = bool(row and row[1] == embedding.NAME and row[2] <= newest and row[3])
        if not trusted or _fingerprint(self._home / row[0]) != row[3]:
            self._start_anew()
            return
        self._generation, _, self._seq, _ = row
        self._note("")
        self._client = _client(self._home / self._generation)

    def _start_anew(self) -> None:
        """Make an empty index in a folder of its own: chromadb remembers folders it has seen in this process."""
        self._drop_client()
        shutil.rmtree(self._home, ignore_errors=True)
        self._generation, self._seq = uuid.uuid4().hex, 0
        (self._home / self._generation).mkdir(mode=0o700, parents=True)
        os.chmod(self._home, 0o700)
        self._note("")
        self._client = _client(self._home / self._generation)

    def _note(self, fingerprint: str) -> None:
        """Write down what the index has followed; an empty fingerprint says that it is open, or was left open."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO semantic_index VALUES (1, ?, ?, ?, ?)",
                (self._generation, embedding.NAME, self._seq, fingerprint),
            )

    def _level(self, budget: int) -> bool:
        """Follow up to `budget` changes of SQLite; say whether the index has followed all of them."""
        with self._database.read() as connection:
            noted = connection.execute("SELECT generation FROM semantic_index").fetchone()
            rows = connection.execute(
                "SELECT seq, key, tenant, kind, live, embedding FROM items WHERE seq > ? ORDER BY seq LIMIT ?",
                (self._seq, budget + 1),
            ).fetchall()
        if noted is None or noted[0] != self._generation:  # the memory's file was replaced under us
            self._start_anew()
            return False
        done = rows[:budget]
        groups: dict[tuple[str, Kind], list[tuple[Any, ...]]] = defaultdict(list)
        for row in done:
            groups[row[2], row[3]].append(row)
        for (tenant, kind), changes in groups.items():
            collection = self._collection(tenant, kind)
            live = [(key, vector) for _, key, _, _, is_live, vector in changes if is_live and vector.strip(b"\0")]
            gone = [key for _, key, _, _, is_live, vector in changes if not is_live or not vector.strip(b"\0")]
            if gone:
                collection.delete(ids=gone)
            if live:
                collection.upsert(ids=[key for key, _ in live], embeddings=_matrix([vector for _, vector in live]))
        if done:
            self._seq = done[-1][0]
        return len(rows) <= budget

    def _collection(self, tenant: str, kind: Kind) -> Any:
        assert self._client is not None
        assert kind in KINDS
        if (tenant, kind) not in self._collections:
            name = f"{kind}-{blake2b(tenant.encode(), digest_size=16).hexdigest()}"
            self._collections[tenant, kind] = self._client.get_or_create_collection(
                name=name, embedding_function=None, configuration={"hnsw": HNSW}, metadata=None
            )
        return self._collections[tenant, kind]

    def _discard(self) -> None:
        """Throw the index away; the next use starts anew."""
        self._drop_client()
        shutil.rmtree(self._home, ignore_errors=True)

    def _drop_client(self) -> None:
        self._collections.clear()
        if self._client is not None:
            with suppress(Exception):  # chromadb; the client is given up whatever it says
                self._client.close()
        self._client = None

    def _forget(self) -> None:
        self._collections.clear()
        if self._lock_file is not None:
            os.close(self._lock_file)
        self._client = self._lock_file = None
        self._owner = 0


def _client(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    return cast("Client", chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False)))


def _matrix(vectors: list[bytes]) -> Any:
    import numpy as np

    return np.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(vectors), -1).astype(np.float32)


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """The size and the time of the last change of every file in a folder, by its path."""
    found: dict[str, tuple[int, int]] = {}
    with suppress(OSError):
        for path in folder.rglob("*"):
            facts = path.stat()
            found[str(path)] = (facts.st_size, facts.st_mtime_ns)
    return found


def _fingerprint(folder: Path) -> str:
    """Hash the names and contents of all files of a folder; "" when one cannot be read."""
    found = blake2b(digest_size=32)
    try:
        for path in sorted(p for p in folder.rglob("*") if not p.is_dir()):
            found.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    found.update(chunk)
    except OSError:
        return ""
    return found.hexdigest()
