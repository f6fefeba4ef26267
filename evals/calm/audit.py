"""Known errors of CaLM's published answers."""

from __future__ import annotations

from .prompts import Row
from .tasks import Task


def known_error(task: Task, row: Row) -> tuple[str, str | None]:
    """Why the published answer of a record is wrong or undecidable, and the right one where there is one."""
    return "", None
