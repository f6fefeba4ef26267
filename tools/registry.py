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


@cache
def all_tools() -> dict[str, Tool[Any, Any]]:
    """Every tool by name, in the order of the stages."""
    here = Path(__file__).parent
    found: dict[str, Tool[Any, Any]] = {}
    for folder in FOLDERS:
        for file in sorted((here / folder).glob("*.py")):
            if not file.name.startswith("_"):
                tool = import_module(f".{folder}.{file.stem}", __package__).TOOL
                found[f"{folder}_{file.stem}"] = tool
    return found


def list_tools() -> dict[str, str]:
    """Every tool's name and what it does, read from the files without importing them."""
    here = Path(__file__).parent
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for file in sorted((here / folder).glob("*.py")):
            if not file.name.startswith("_"):
                with file.open(encoding="utf-8") as lines:
                    found[f"{folder}_{file.stem}"] = next(lines, "").strip().strip('"')
    return found


def get_tool(name: str) -> Tool[Any, Any]:
    """Look up one tool.

    Raises:
        BadArguments: there is no such tool; the message lists the nearest names.
    """
    tools = all_tools()
    if name not in tools:
        from difflib import get_close_matches

        near = get_close_matches(name, tools, n=3) or list(tools)
        raise BadArguments(f"There is no tool {name[:80]!r}. Did you mean {', '.join(near)}? `whence tools` lists all.")
    return tools[name]
