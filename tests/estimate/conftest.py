"""Run one estimator on a frame, without files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.registry import get_tool
from whence.tools.workspace import Workspace, WorkspaceEnv

Run = Callable[..., Any]


@pytest.fixture
def run_on(tmp_path: Path) -> Run:
    """`run_on(frame, "estimate_ipw", treatment="t", outcome="y", …)`; `nominal` names columns whose numbers are labels."""

    def run(
        frame: pd.DataFrame, tool: str, *, nominal: tuple[str, ...] = (), seed: int = 0, graph: Any = None, **args: Any
    ) -> Any:
        columns = tuple(ColumnCard(name=str(c), type="nominal" if c in nominal else "continuous") for c in frame)
        card = DatasetCard(
            name="d", source="d.csv", sha256="0" * 64, n_rows=len(frame), n_columns=len(columns), columns=columns
        )
        workspace = Workspace(folder=tmp_path, tables={"d": card}, graphs={} if graph is None else {"g": graph})
        found = get_tool(tool)
        named = {"dataset": "d"} | ({} if graph is None else {"graph": "g"})
        return found.run(found.parse(named | args), WorkspaceEnv(workspace, seed, {"d": frame}))

    return run
