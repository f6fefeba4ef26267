"""Puts a graph into an environment by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from whence.tools.domain.graphs import AnyGraph
from whence.tools.workspace import Workspace, WorkspaceEnv

Holder = Callable[[AnyGraph], WorkspaceEnv]


@pytest.fixture
def holding(tmp_path: Path) -> Holder:
    """A function that makes an environment with one graph, named `g`."""
    return lambda graph: WorkspaceEnv(Workspace(folder=tmp_path, graphs={"g": graph}), seed=0)
