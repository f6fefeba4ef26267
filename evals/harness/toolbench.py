"""The tools that a model under test may call: those that need premises alone, run as in any session."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...agent.policies.llm.reply import RequestedCall
from ...agent.policies.llm.schemas import Schema, decode_arguments, function_schema
from ...tools.domain.errors import ToolError
from ...tools.registry import get_tool, tool_files
from ...tools.runtime import Runtime
from ...tools.workspace import Workspace

STAGES = ("reason", "identify", "graph")
NEVER = ("graph_edit", "identify_design")
"""Tools that change a person's graph, or judge how a study with data was designed."""
CALL_SECONDS = 20.0
LONGEST_RESULT = 6000
"""Characters of a result that a model is shown."""


@cache
def offered() -> tuple[str, ...]:
    """Names of the tools of the formal stages that can run without a table."""
    named = [name for name in tool_files() if name.split("_", 1)[0] in STAGES]
    return tuple(name for name in named if name not in NEVER and "dataset" not in get_tool(name).args.model_fields)


@cache
def schemas() -> tuple[Schema, ...]:
    """Function schemas of the offered tools, always in the same order, so that endpoints can cache them."""
    return tuple(function_schema(get_tool(name)) for name in offered())


class Workshop:
    """One worker process in which all threads run their calls, bounded in time and memory."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="whence-eval-")
        self._runtime: Runtime | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the worker."""
        if self._runtime:
            self._runtime.close()
        self._folder.cleanup()

    def bench(self) -> Bench:
        """A place to work at one item: graphs and results of other items are not seen."""
        return Bench(self, Workspace(folder=Path(self._folder.name)))

    def run(self, workspace: Workspace, tool: str, args: dict[str, Any]) -> tuple[bool, str]:
        """Run one call over a workspace, to which its result is added; whether it succeeded, and what came of it."""
        with self._lock:
            if self._runtime is None:
                self._runtime = Runtime(workspace, time_limit_s=CALL_SECONDS)
            self._runtime.workspace = workspace
            evidence = self._runtime.run(tool, args)
        told = evidence.summary if evidence.ok else f"{evidence.error}: {evidence.summary}"
        return evidence.ok, f"{evidence.id}: {told}"[:LONGEST_RESULT]


class Bench:
    """What a model does at one item."""

    def __init__(self, workshop: Workshop, workspace: Workspace) -> None:
        self._workshop = workshop
        self._workspace = workspace
        self.steps: list[str] = []
        """Each call and what came of it, in words."""
        self._made: dict[tuple[str, str], str] = {}

    def call(self, requested: RequestedCall) -> str:
        """Run a call as the model wrote it, and say what came of it; a call that is refused is told why."""
        key = (requested.name, requested.arguments_json)
        if key in self._made:
            return f"You have made this very call before. {self._made[key]}"
        if requested.name not in offered():
            told = f"There is no tool {requested.name[:80]!r}. There are: {', '.join(offered())}."
        else:
            try:
                args = decode_arguments(get_tool(requested.name), requested.arguments_json)
                _, told = self._workshop.run(self._workspace, requested.name, args)
            except ToolError as error:
                told = f"{type(error).__name__}: {error}"[:LONGEST_RESULT]
        self._made[key] = told
        self.steps.append(f"{requested.name}({requested.arguments_json[:1000]}): {told}")
        return told
