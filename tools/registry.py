"""Find the tools: the folders are the registry.

A file `discover/pc.py` that defines `TOOL` is the tool `discover_pc`. Files whose names start with an
underscore are helpers. Listing imports no numerical library.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from .domain.errors import BadArguments
from .spec import Tool

FOLDERS = ("data", "discover", "graph", "identify", "estimate", "refute", "simulate", "reason", "knowledge", "report")


def tool_files() -> dict[str, Path]:
    """The file of every tool by the tool's name, in the order of the stages."""
    here = Path(__file__).parent
    return {
        f"{folder}_{file.stem}": file
        for folder in FOLDERS
        for file in sorted((here / folder).glob("*.py"))
        if not file.name.startswith("_")
    }


def all_tools() -> dict[str, Tool[Any, Any]]:
    """Every tool by name; imports every tool's file, but no numerical library."""
    return {name: get_tool(name) for name in tool_files()}


def list_tools() -> dict[str, str]:
    """Every tool's name and what it does, read from the first line of its file without importing it."""
    found: dict[str, str] = {}
    for name, file in tool_files().items():
        with file.open(encoding="utf-8") as lines:
            found[name] = next(lines, "").strip().strip('"')
    return found


@cache
def get_tool(name: str) -> Tool[Any, Any]:
    """Look up one tool; only its own file is imported.

    Raises:
        BadArguments: there is no such tool; the message lists the nearest names.
    """
    files = tool_files()
    if name not in files:
        from difflib import get_close_matches

        near = get_close_matches(name, files, n=3) or list(files)
        raise BadArguments(f"There is no tool {name[:80]!r}. Did you mean {', '.join(near)}? `whence tools` lists all.")
    return import_module(f".{files[name].parent.name}.{files[name].stem}", __package__).TOOL
