"""An estimate in the ledger of a small workspace, ready to be refuted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from whence.tools.domain.evidence import Evidence
from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.registry import get_tool
from whence.tools.workspace import Workspace, WorkspaceEnv

MakeEnv = Callable[..., WorkspaceEnv]


@pytest.fixture
def make_env(tmp_path: Path) -> MakeEnv:
    """`make_env(frame, "estimate_ipw", treatment="t", …)`: an Env whose evidence E1 is that estimate."""

    def make(frame: pd.DataFrame, tool: str, *, seed: int = 0, **args: Any) -> WorkspaceEnv:
        columns = tuple(ColumnCard(name=str(c), type="continuous") for c in frame)
        card = DatasetCard(
            name="d", source="d.csv", sha256="0" * 64, n_rows=len(frame), n_columns=len(columns), columns=columns
        )
        env = WorkspaceEnv(Workspace(folder=tmp_path, tables={"d": card}), seed, {"d": frame})
        found = get_tool(tool)
        parsed = found.parse({"dataset": "d"} | args)
        result = found.run(parsed, env)
        entry = Evidence(
            id="E1",
            tool=tool,
            args=parsed.model_dump(mode="json"),
            result=result.model_dump(mode="json"),
            summary=result.summary(),
        )
        env.workspace.ledger.append(entry)
        return env

    return make


def refute(env: WorkspaceEnv, tool: str, **args: Any) -> Any:
    """Run one refuter on E1."""
    found = get_tool(tool)
    return found.run(found.parse({"estimate": "E1"} | args), env)
