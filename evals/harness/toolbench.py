"""The tools that a model under test may call: those that need premises alone, or those for the table of the item.

An item brings a table as `data["table"]`, the path of a file; it is loaded before the model is asked.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from ...agent.policies.llm.reply import RequestedCall
from ...agent.policies.llm.schemas import Schema, decode_arguments, function_schema
from ...tools.domain.errors import BackendFailed, ToolError
from ...tools.registry import get_tool, tool_files
from ...tools.runtime import Runtime
from ...tools.workspace import Workspace
from .spec import Item

STAGES = ("reason", "identify", "graph")
STAGES_WITH_TABLE = ("data", "discover", "graph", "identify", "estimate")
NEVER = ("graph_edit", "data_load")
"""Tools that change a person's graph, or open files."""
CALL_SECONDS = 20.0
LONGEST_RESULT = 6000
"""Characters of a result that a model is shown."""


def table_of(item: Item) -> Path | None:
    """The file of the table that an item asks about."""
    named = item.data.get("table")
    return Path(named) if isinstance(named, str) else None


@cache
def offered(has_table: bool) -> tuple[str, ...]:
    """Names of the tools for an item: without a table, those of the formal stages that need none."""
    if has_table:
        return tuple(n for n in tool_files() if n.split("_", 1)[0] in STAGES_WITH_TABLE and n not in NEVER)
    named = [n for n in tool_files() if n.split("_", 1)[0] in STAGES and n not in (*NEVER, "identify_design")]
    return tuple(n for n in named if "dataset" not in get_tool(n).args.model_fields)


@cache
def schemas(has_table: bool) -> tuple[Schema, ...]:
    """Function schemas of the offered tools, always in the same order, so that endpoints can cache them."""
    return tuple(function_schema(get_tool(name)) for name in offered(has_table))


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

    def bench(self, item: Item) -> Bench:
        """A place to work at one item: tables, graphs and results of other items are not seen.

        Raises:
            ToolError: the item's table cannot be loaded.
        """
        table = table_of(item)
        folder = Path(mkdtemp(dir=self._folder.name)) if table else Path(self._folder.name)
        bench = Bench(self, Workspace(folder=folder, files=(table,) if table else ()), table is not None)
        if table:
            is_loaded, told = self.run(bench.workspace, "data_load", {"path": str(table)})
            if not is_loaded:
                raise BackendFailed(f"The table of the item cannot be loaded: {told}")
            bench.loaded = f"The table is loaded as {next(iter(bench.workspace.tables))!r}. {told}"
        return bench

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

    def __init__(self, workshop: Workshop, workspace: Workspace, has_table: bool) -> None:
        self.workspace = workspace
        self.schemas = schemas(has_table)
        """Function schemas of the tools for this item."""
        self.loaded = ""
        """What a model is told of the table; empty when there is none."""
        self.steps: list[str] = []
        """Each call and what came of it, in words."""
        self._workshop = workshop
        self._offered = offered(has_table)
        self._made: dict[tuple[str, str], str] = {}

    def call(self, requested: RequestedCall) -> str:
        """Run a call as the model wrote it, and say what came of it; a call that is refused is told why."""
        key = (requested.name, requested.arguments_json)
        if key in self._made:
            return f"You have made this very call before. {self._made[key]}"
        if requested.name not in self._offered:
            told = f"There is no tool {requested.name[:80]!r}. There are: {', '.join(self._offered)}."
        else:
            try:
                args = decode_arguments(get_tool(requested.name), requested.arguments_json)
                _, told = self._workshop.run(self.workspace, requested.name, args)
            except ToolError as error:
                told = f"{type(error).__name__}: {error}"[:LONGEST_RESULT]
        self._made[key] = told
        self.steps.append(f"{requested.name}({requested.arguments_json[:1000]}): {told}")
        return told
