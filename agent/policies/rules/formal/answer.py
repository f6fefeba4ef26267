"""Answer a formal question in this process: read it, run its one tool, decide."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from .....tools.domain.errors import ToolError
from .....tools.domain.results import Result
from .....tools.registry import get_tool
from .....tools.workspace import Workspace, WorkspaceEnv
from ....state import ToolCall
from .read import read_formal
from .types import FormalReading, FormalVerdict, Unreadable


def answer_formal(text: str) -> tuple[FormalVerdict | Unreadable, FormalReading | None]:
    """Read premises and a question, run the one tool that decides it, and say what its result means.

    Returns:
        The verdict, or why there is none; and the reading it rests on, None where nothing could be read.
    """
    reading = read_formal(text)
    if isinstance(reading, Unreadable):
        return reading, None
    try:
        result = run_pure(reading.call)
    except ToolError as error:
        return Unreadable(f"{reading.call.tool} refused: {error}"), reading
    return reading.decide(result), reading


def run_pure(call: ToolCall) -> Result:
    """Run a tool on its arguments alone: no table, graph or file of a run."""
    tool = get_tool(call.tool)
    return tool.run(tool.parse(call.args), _nothing())


@cache
def _nothing() -> WorkspaceEnv:
    return WorkspaceEnv(Workspace(folder=Path(os.devnull)), seed=0)
