"""A workspace made of the tables and graphs that a test hands in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from whence.tools.domain.graphs import AnyGraph
from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.workspace import Workspace, WorkspaceEnv

MakeEnv = Callable[..., WorkspaceEnv]


def card_of(frame: pd.DataFrame, name: str = "d", nominal: tuple[str, ...] = ()) -> DatasetCard:
    """A card that types text and the named columns as nominal, everything else as continuous."""
    columns = tuple(
        ColumnCard(
            name=c, type="nominal" if c in nominal or not pd.api.types.is_numeric_dtype(frame[c]) else "continuous"
        )
        for c in frame
    )
    return DatasetCard(
        name=name, source=f"{name}.csv", sha256="0" * 64, n_rows=len(frame), n_columns=len(columns), columns=columns
    )


@pytest.fixture
def make_env(tmp_path: Path) -> MakeEnv:
    """Build an environment from one table and one graph, both named `d`."""

    def build(
        frame: pd.DataFrame | None = None, graph: AnyGraph | None = None, nominal: tuple[str, ...] = (), seed: int = 0
    ) -> WorkspaceEnv:
        workspace = Workspace(folder=tmp_path, roots=(tmp_path,))
        env = WorkspaceEnv(workspace, seed=seed)
        if frame is not None:
            stored = env.store_table("d", frame)
            workspace.tables["d"] = card_of(frame, nominal=nominal).model_copy(update={"stored": stored})
        if graph is not None:
            workspace.graphs["d"] = graph
        return env

    return build
