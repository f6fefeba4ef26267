"""Where Whence keeps what it remembers: `WHENCE_HOME`, or `~/.whence`."""

from __future__ import annotations

import os
from pathlib import Path

from ..memory.store import default_folder
from ..tools.domain.errors import UsageError


def home_folder(path: Path | None = None) -> Path:
    """The folder for memory, runs and checkpoints; created private on first use.

    Raises:
        UsageError: the folder cannot be created or written.
    """
    folder = path or default_folder()
    try:
        folder = folder.expanduser()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError) as error:
        raise UsageError(
            f"Whence cannot use {str(folder)!r} to remember runs and graphs: {error}. "
            "Set WHENCE_HOME to a folder you can write to."
        ) from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"Whence cannot write to {str(folder)!r}. Set WHENCE_HOME to a folder you can write to.")
    return folder
