"""One SQLite file, safely: private, crash-safe, shared between threads and processes.

Every operation is one transaction in write-ahead mode with a full sync at its end: what was acknowledged
survives `kill -9` and power loss, what was not leaves no trace. Writers queue; readers never wait for them.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from . import faults, schema

FILE = "memory.sqlite3"
T = TypeVar("T")
_abandoned: list[sqlite3.Connection] = []
"""Connections a forked child inherited: closing them there would disturb the parent's."""


class Database:
    """The file `memory.sqlite3` in a folder; neither exists until the first write.

    One connection, used by one thread at a time. After a fork, or when the file was deleted or replaced under
    us, a new connection is opened: a write is never acknowledged into a file that is gone.

    Args:
        folder: Where the file lives; made on the first write, private to the user.
        patience_s: Seconds to try again while others write, before giving up.
        busy_timeout_s: Seconds that SQLite itself waits in each try.
    """

    def __init__(self, folder: Path, patience_s: float = 30.0, busy_timeout_s: float = 5.0) -> None:
        self.folder = folder
        self.path = folder / FILE
        self._patience_s = patience_s
        self._busy_timeout_s = busy_timeout_s
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._empty_connection: sqlite3.Connection | None = None
        self._identity: tuple[int, ...] | None = None

    @contextmanager
    def read(self) -> Generator[sqlite3.Connection]:
        """Look at one consistent state; an absent file reads as an empty memory.

        Raises:
            UsageError: the file is locked, damaged, of a newer version, or cannot be opened.
        """
        with self._lock, self._explained():
            connection = self._connected(create=False)
            if connection is None:
                connection = self._empty_connection = self._empty_connection or _empty()
            self._patiently(lambda: _begin_read(connection))
            try:
                yield connection
            finally:
                _rollback(connection)

    @contextmanager
    def write(self) -> Generator[sqlite3.Connection]:
        """Change everything in the block or nothing; on leaving the block without an error it is on disk.

        Raises:
            UsageError: as for `read`, and when the disk is full or the folder cannot be written.
        """
        with self._lock, self._explained():
            connection = self._connected(create=True)
            assert connection is not None
            self._patiently(lambda: connection.execute("BEGIN IMMEDIATE"))
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _rollback(connection)
                raise

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self._identity_now() is not None

    def close(self) -> None:
        """Close the connection; a later use opens it again."""
        with self._lock:
            if self._connection is not None and self._identity and self._identity[0] != os.getpid():
                _abandoned.append(self._connection)
            elif self._connection is not None:
                self._connection.close()
            if self._empty_connection is not None:
                self._empty_connection.close()
            self._connection = self._empty_connection = self._identity = None

    def _connected(self, *, create: bool) -> sqlite3.Connection | None:
        """The connection to the file as it is now, or None when there is no file and none is wanted."""
        now = self._identity_now()
        if self._connection is not None and now is not None and now == self._identity:
            return self._connection
        self.close()
        if now is None and not create:
            return None
        if create:
            self._make_file()
        self._connection = self._patiently(self._open)
        return self._connection

    def _identity_now(self) -> tuple[int, ...] | None:
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise faults.unusable(error, str(self.folder)) from error
        if not stat.S_ISREG(found.st_mode):
            raise faults.unusable(ValueError(f"{FILE} in it is not a regular file"), str(self.folder))
        return (os.getpid(), found.st_dev, found.st_ino)

    def _make_file(self) -> None:
        """Make folder and file, readable by the user alone; harmless when another process does the same."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except PermissionError:
            pass  # a file that may only be read is found out, and explained, by the write itself
        except (OSError, ValueError) as error:
            raise faults.unusable(error, str(self.folder)) from error

    def _open(self) -> sqlite3.Connection:
        try:
            connection = _connect(f"{self.path.absolute().as_uri()}?mode=rw", self._busy_timeout_s)
            with _closed_on_error(connection):
                self._prepare(connection)
            self._identity = self._identity_now()
        except sqlite3.OperationalError as error:
            if not faults.is_read_only(error):
                raise
            connection = self._open_read_only()
            self._identity = None  # to be opened anew each time: others may write what we take for immutable
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Check the file and bring it to the current format, once, however many processes try at a time."""
        schema.check(connection, str(self.path))
        if schema.version_of(connection) == len(schema.MIGRATIONS):
            return
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            schema.check(connection, str(self.path))
            schema.migrate(connection)
            connection.execute("COMMIT")
        except BaseException:
            _rollback(connection)
            raise
        _sync_folder(self.folder)

    def _open_read_only(self) -> sqlite3.Connection:
        """Open a file in a place that cannot be written; `immutable` is right as long as no log is pending."""
        log = self.path.with_name(FILE + "-wal")
        pending = log.exists() and log.stat().st_size > 0
        connection = _connect(
            f"{self.path.absolute().as_uri()}?mode=ro" + ("" if pending else "&immutable=1"), self._busy_timeout_s
        )
        with _closed_on_error(connection):
            schema.check(connection, str(self.path))
            if schema.version_of(connection) == 0:  # made, but never written
                connection.close()
                return _empty()
        return connection

    def _patiently(self, action: Callable[[], T]) -> T:
        """Do what may meet another process's lock, again and again until it works or patience ends."""
        try:
            return action()
        except sqlite3.OperationalError as error:
            if not faults.is_busy(error):
                raise
        from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

        retrying = Retrying(
            retry=retry_if_exception(faults.is_busy),
            stop=stop_after_delay(self._patience_s),
            wait=wait_random_exponential(multiplier=0.005, max=0.5),
            reraise=True,
        )
        return retrying(action)

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if explained := faults.explain(error, str(self.path)):
                raise explained from error
            raise


def _connect(uri: str, busy_timeout_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
    with _closed_on_error(connection):
        for pragma in ("synchronous = FULL", "fullfsync = ON", "foreign_keys = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Generator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _empty() -> sqlite3.Connection:
    """A memory without content, for reading where none exists."""
    connection = _connect("file::memory:", 0)
    schema.migrate(connection)
    return connection


def _begin_read(connection: sqlite3.Connection) -> None:
    """Start a read transaction; its first SELECT fixes the state that is seen."""
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT value FROM counter").fetchone()
    except BaseException:
        _rollback(connection)
        raise


def _rollback(connection: sqlite3.Connection) -> None:
    """End a transaction without effect; SQLite may have ended it itself after a fault of the disk."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _sync_folder(folder: Path) -> None:
    """Make the new file's name itself survive a power loss, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
