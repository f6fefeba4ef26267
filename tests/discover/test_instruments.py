"""Direction by instruments: the right arrow from linear models, no arrow where none can be told, nothing by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.results import ColumnCard, DatasetCard, GraphResult
from whence.tools.registry import get_tool
from whence.tools.workspace import Workspace, WorkspaceEnv


def table(n: int = 800, seed: int = 0, slope: float = 0.8, hidden: float = 1.0) -> pd.DataFrame:
    """Gaussian and confounded, so that neither noise nor independence tells the direction: only the instruments do."""
    rng = np.random.default_rng(seed)
    z1, z2, u = rng.normal(size=(3, n))
    a = z1 + hidden * u + rng.normal(size=n)
    b = slope * a + z2 + hidden * u + rng.normal(size=n)
    return pd.DataFrame({"z1": z1, "z2": z2, "a": a, "b": b})


def told(tmp_path: Any, frame: pd.DataFrame, **args: Any) -> GraphResult:
    columns = tuple(ColumnCard(name=str(c), type="continuous") for c in frame)
    card = DatasetCard(
        name="d", source="d", sha256="0" * 64, n_rows=len(frame), n_columns=len(columns), columns=columns
    )
    tool = get_tool("discover_instruments")
    given = {"dataset": "d", "source": "a", "target": "b", "instruments": ["z1", "z2"]} | args
    found = tool.run(tool.parse(given), WorkspaceEnv(Workspace(folder=tmp_path, tables={"d": card}), 0, {"d": frame}))
    assert isinstance(found, GraphResult)
    return found


def edges(found: GraphResult) -> list[str]:
    return [str(e) for e in found.graph.edges]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("swapped", [False, True])
def test_the_cause_is_told_despite_a_hidden_common_cause(tmp_path: Any, seed: int, swapped: bool) -> None:
    pair = {"source": "b", "target": "a"} if swapped else {}
    assert edges(told(tmp_path, table(seed=seed), **pair)) == ["a -> b"]


def test_columns_that_only_share_a_cause_are_not_joined(tmp_path: Any) -> None:
    assert edges(told(tmp_path, table(slope=0.0))) == []


def test_instruments_that_move_nothing_leave_the_direction_open(tmp_path: Any) -> None:
    frame = table().assign(z1=np.random.default_rng(9).normal(size=800), z2=np.random.default_rng(8).normal(size=800))
    assert edges(told(tmp_path, frame)) == ["a -- b"]


def test_an_instrument_that_moves_nothing_is_believed_to_move_something_only_as_often_as_alpha(tmp_path: Any) -> None:
    wrong = 0
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        frame = table(200, seed).assign(z1=rng.normal(size=200), z2=rng.normal(size=200))
        wrong += any(c.status == "pass" for c in told(tmp_path, frame, alpha=0.05).checks)
    assert wrong <= 8


def test_what_cannot_be_used_is_refused(tmp_path: Any) -> None:
    with pytest.raises(BadArguments, match="named twice"):
        told(tmp_path, table(), instruments=["z1", "a"])
    with pytest.raises(AssumptionViolated, match="determined by the others"):
        told(tmp_path, table().assign(z2=lambda f: 2 * f["z1"]))
    with pytest.raises(AssumptionViolated, match="too few"):
        told(tmp_path, table(20))
