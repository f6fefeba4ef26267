"""Say in words what is wrong with the memory's folder or file, and what to do."""

from __future__ import annotations

import sqlite3

from ..tools.domain.errors import UsageError

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error; 0 when it has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_busy(error: BaseException) -> bool:
    """Whether another connection holds the file right now."""
    return isinstance(error, sqlite3.OperationalError) and primary_code(error) in _BUSY


def is_read_only(error: sqlite3.Error) -> bool:
    """Whether the file or its folder cannot be written or opened."""
    return primary_code(error) in _READ_ONLY


def explain(error: sqlite3.Error, path: str) -> UsageError | None:
    """Turn a fault of the surroundings into an error for the person; None when the fault is ours."""
    code = primary_code(error)
    if code in _BUSY:
        return UsageError(
            f"The memory {path!r} stayed locked by another process. Nothing was changed; end that process or try again."
        )
    if code in _READ_ONLY:
        return UsageError(
            f"The memory {path!r} cannot be opened for writing ({error}). Nothing was changed; "
            "make the file and its folder writable for you, or set WHENCE_HOME to a folder that is."
        )
    if code in _DISK:
        return UsageError(
            f"The memory {path!r} could not be written or read: the disk is full or failing ({error}). "
            "Nothing was changed; free some space and try again."
        )
    if code in _CORRUPT:
        return corrupt(path, str(error))
    return None


def corrupt(path: str, why: str) -> UsageError:
    """Build the error for a memory whose content is damaged."""
    return UsageError(
        f"The memory {path!r} is damaged ({why}). It is left as it is: copy it, put a backup in its place, or "
        f"rescue what can be read with `sqlite3 FILE .recover`; or set WHENCE_HOME to another folder to start anew."
    )


def unusable(error: OSError | ValueError, path: str) -> UsageError:
    """Build the error for a folder that cannot be made or entered."""
    why = getattr(error, "strerror", None) or str(error)
    return UsageError(
        f"The memory cannot be kept in {path!r}: {why}. Set WHENCE_HOME to a folder that you may write, or fix this one."
    )
