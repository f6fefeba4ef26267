"""Fixtures that every test may use: a workspace that holds the textbook examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from whence.tools.domain.evidence import Evidence
from whence.tools.domain.examples import design_tables, examples
from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.registry import all_tools
from whence.tools.workspace import Workspace, WorkspaceEnv

N_SAMPLES = 600


@pytest.fixture(scope="session")
def example_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Every textbook example as a table and as a graph of the same name; `E1` estimates `confounder`."""
    folder: Path = tmp_path_factory.mktemp("workspace")
    workspace = Workspace(folder=folder, roots=(folder,))
    env = WorkspaceEnv(workspace, seed=0)
    frames = {name: example.simulate(N_SAMPLES, seed=1) for name, example in examples().items()}
    for name, frame in (frames | design_tables(N_SAMPLES, seed=1)).items():
        frame.to_csv(folder / f"{name}.csv", index=False)
        columns = tuple(_column(c, int(frame[c].nunique())) for c in frame)
        workspace.tables[name] = DatasetCard(
            name=name, source=f"{name}.csv", sha256="0" * 64, n_rows=len(frame), n_columns=len(columns), columns=columns,
            stored=env.store_table(name, frame),
        )  # fmt: skip
    for name, example in examples().items():
        workspace.graphs[name] = example.dag
    if tool := all_tools().get("estimate_regression"):
        result = tool.run(tool.example, env)
        workspace.ledger.append(
            Evidence(
                id="E1",
                tool=tool.name,
                args=tool.example.model_dump(mode="json"),
                result=result.model_dump(mode="json"),
                summary=result.summary(),
            )
        )
    return workspace


def _column(name: str, n_distinct: int) -> ColumnCard:
    if n_distinct == 2:
        return ColumnCard(name=name, type="binary", n_distinct=2, levels=(0, 1))
    return ColumnCard(name=name, type="continuous", n_distinct=n_distinct)


@pytest.fixture
def env(example_workspace: Workspace) -> WorkspaceEnv:
    """What a tool sees when it runs on the textbook examples."""
    return WorkspaceEnv(example_workspace, seed=0)
