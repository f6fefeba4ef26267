"""Files that a person names: reports to write, codebooks and graphs to read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..memory.store import Memory
from ..tools.domain.errors import ToolError, UsageError
from ..tools.domain.formats import read_graph
from ..tools.domain.graphs import AnyGraph

REPORTS = {
    ".html": "report_html", ".htm": "report_html", ".md": "report_markdown", ".json": "report_json", ".py": "report_script",
}  # fmt: skip

UNNAMED = "your graph"


def report_target(path: str | Path, inputs: Iterable[str | Path] = ()) -> tuple[Path, str]:
    """Where a report goes and the tool that writes it, by its ending.

    Args:
        path: As the person gave it.
        inputs: Files that were read; a report never replaces one.

    Raises:
        UsageError: an unknown ending, a folder that does not exist, a directory or an input; said before anything is
            computed.
    """
    target = Path(path).expanduser()
    tool = REPORTS.get(target.suffix.lower())
    if tool is None:
        raise UsageError(f"A report cannot end in {target.suffix!r}; use one of {', '.join(REPORTS)}.")
    if not target.parent.resolve().is_dir():
        raise UsageError(f"There is no folder {str(target.parent)!r} to write the report to. Create it first.")
    if target.is_dir():
        raise UsageError(f"{str(target)!r} is a directory, so no report can be written there. Choose another name.")
    if any(os.path.exists(i) and target.exists() and os.path.samefile(i, target) for i in inputs):
        raise UsageError(f"The report would replace {str(target)!r}, which is read as input. Choose another name.")
    return target, tool


def named_file(given: str) -> Path | None:
    """The file that a text names, or None when the text is no name of a file but the thing itself."""
    path = os.path.expanduser(given)
    return Path(path) if os.path.isfile(path) else None  # of a name too long to exist, pathlib's is_file raises


def read_text(path: Path, what: str) -> str:
    """Read a small text file that the person named."""
    try:
        if not path.expanduser().is_file():
            raise UsageError(f"The {what} {str(path)[:200]!r} is not a file. Check the spelling and the folder.")
        if path.expanduser().stat().st_size > 5_000_000:
            raise UsageError(f"The {what} {str(path)[:200]!r} is larger than 5 MB; give the part that matters.")
        return path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"The {what} {str(path)[:200]!r} cannot be read as UTF-8 text: {error}.") from error


def find_graph(given: str, memory: Memory) -> tuple[str, AnyGraph]:
    """The graph that a text names or spells: a file, a graph written out, or a remembered one.

    Returns:
        Its name and the graph.

    Raises:
        UsageError: there is none, or it cannot be read.
    """
    path = named_file(given)
    try:
        if path is not None:
            return path.stem, read_graph(read_text(path, "graph"))
        if any(mark in given for mark in ("->", "<-", "--", "{")):
            return UNNAMED, read_graph(given)
        return given, memory.get_graph(given).graph
    except ToolError as error:
        raise UsageError(f"The graph {given[:200]!r} cannot be used: {error}") from error
