"""Run tools on one table in this process, as a session would."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from ...tools.domain.graphs import Graph
from ...tools.domain.results import DatasetCard, GraphResult, Result, Selection
from ...tools.registry import get_tool
from ...tools.workspace import Workspace, WorkspaceEnv

DATASET = "data"


class Desk:
    """A table, loaded by `data_load`, and the tools that work on it."""

    def __init__(self, table: Path, seed: int = 0) -> None:
        key = hashlib.sha256(str(table.resolve()).encode()).hexdigest()[:16]
        workspace = Workspace(folder=_folder() / key, files=(table.resolve(),))
        self.env = WorkspaceEnv(workspace, seed)
        try:
            card = self.run("data_load", path=str(table), name=DATASET)
        except OSError as error:
            raise UsageError(f"Table {str(table)[:200]!r} cannot be read: {error}.") from error
        assert isinstance(card, DatasetCard)
        workspace.tables[DATASET] = card
        self.card = card

    def run(self, tool: str, **args: Any) -> Result:
        """Run a tool with these arguments, checked as any call is; the result enters no ledger.

        Raises:
            ToolError: the tool refuses or fails.
        """
        found = get_tool(tool)
        return found.run(found.parse(args), self.env)

    def on_data(self, tool: str, **args: Any) -> Result:
        """The same with the loaded table as the data set."""
        return self.run(tool, dataset=DATASET, **args)

    def learn(self) -> tuple[str, Graph]:
        """Have a discovery tool chosen as the rule policy does, and learn; the tool and the graph."""
        chosen = self.on_data("discover_select")
        assert isinstance(chosen, Selection)
        return chosen.tool, self.learn_with(chosen.tool, **chosen.options)

    def learn_with(self, tool: str, **options: Any) -> Graph:
        """Learn a graph with one discovery tool."""
        learned = self.on_data(tool, **options)
        assert isinstance(learned, GraphResult)
        return learned.graph


@lru_cache(maxsize=16)
def desk(table: Path) -> Desk:
    """The desk of a table; questions about the same table share it."""
    return Desk(table)


@lru_cache(maxsize=64)
def learned(table: Path) -> tuple[str, Graph]:
    """The graph learned from a table, once for all questions about it."""
    return desk(table).learn()


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="whence-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
