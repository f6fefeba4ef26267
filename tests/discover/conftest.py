"""Run one discovery tool on a frame, and structural models whose graph is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.edges import edge
from whence.tools.domain.graphs import Dag, Graph
from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.registry import get_tool
from whence.tools.workspace import Workspace, WorkspaceEnv

Run = Callable[..., Any]


@pytest.fixture
def run_on(tmp_path: Path) -> Run:
    """`run_on(frame, "discover_pc", alpha=0.01, …)`; `types` gives the column types that are not plain numbers."""

    def run(frame: pd.DataFrame, tool: str, *, types: dict[str, str] | None = None, seed: int = 0, **args: Any) -> Any:
        columns = tuple(
            ColumnCard.model_validate({"name": str(c), "type": (types or {}).get(str(c), "continuous")}) for c in frame
        )
        card = DatasetCard(
            name="d", source="d.csv", sha256="0" * 64, n_rows=len(frame), n_columns=len(columns), columns=columns
        )
        found = get_tool(tool)
        env = WorkspaceEnv(Workspace(folder=tmp_path, tables={"d": card}), seed, {"d": frame})
        return found.run(found.parse({"dataset": "d"} | args), env)

    return run


def simulate(seed: int, p: int, n: int, degree: float = 2.0, noise: str = "gaussian") -> tuple[pd.DataFrame, Dag]:
    """A random linear structural model: the table and its DAG."""
    rng = np.random.default_rng(seed)
    order, weights = rng.permutation(p), np.zeros((p, p))
    for i in range(p):
        for j in range(i):
            if rng.random() < degree / (p - 1):
                weights[order[i], order[j]] = rng.choice([-1, 1]) * rng.uniform(0.5, 1.2)
    x = np.zeros((n, p))
    for i in order:
        error = rng.standard_normal(n) if noise == "gaussian" else rng.uniform(-1.7, 1.7, n)
        x[:, i] = x @ weights[i] + error
    names = [f"v{k}" for k in range(p)]
    edges = [edge(names[j], "->", names[i]) for i in range(p) for j in range(p) if weights[i, j]]
    return pd.DataFrame(x, columns=names), Dag.build(edges, nodes=names)


def marks(graph: Graph) -> dict[frozenset[str], str]:
    """Each adjacent pair and its edge, so written that equal edges compare equal."""
    found: dict[frozenset[str], str] = {}
    for e in graph.edges:
        e = e.reversed() if e.symbol in ("<-", "<-o") else e
        found[frozenset((e.source, e.target))] = e.symbol if e.symbol in ("--", "<->", "o-o") else str(e)
    return found


def hamming(a: Graph, b: Graph) -> int:
    """Structural Hamming distance: pairs whose edge differs."""
    left, right = marks(a), marks(b)
    return sum(left.get(pair) != right.get(pair) for pair in left.keys() | right.keys())
