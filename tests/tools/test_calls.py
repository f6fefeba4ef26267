"""Costs are predicted from the columns a call uses; refused arguments are shown small."""

from __future__ import annotations

import json

import pytest

from whence.tools._calls import predict, shorten
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.registry import all_tools
from whence.tools.spec import Cost, Tool
from whence.tools.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    columns = tuple(ColumnCard(name=f"c{i}", type="continuous") for i in range(50))
    card = DatasetCard(name="wide", source="w", sha256="0", n_rows=700, n_columns=50, columns=columns)
    workspace = Workspace(folder=tmp_path, tables={"wide": card})
    args = {"dataset": "wide", "treatment": "c1", "outcome": "c2", "adjustment_set": ["c3"]}
    workspace.ledger.append(Evidence(id="E1", tool="estimate_regression", args=args, summary="s"))
    return workspace


@pytest.mark.parametrize(
    ("args", "size"),
    [
        ({"dataset": "wide"}, (700, 50)),
        ({"dataset": "wide", "variables": []}, (700, 50)),
        ({"dataset": "wide", "variables": ["c1", "c2", "c3"]}, (700, 3)),
        ({"dataset": "wide", "treatment": "c1", "outcome": "c2", "adjustment_set": []}, (700, 2)),
        ({"dataset": "wide", "source": "c1", "target": "c2", "given": ["c4"]}, (700, 3)),
        ({"dataset": "wide", "variables": ["nowhere"]}, (700, 50)),
        ({"estimate": "E1", "n_runs": 20}, (700, 3)),
    ],
)
def test_the_size_is_that_of_the_columns_used(workspace, args, size):
    seen: list[tuple[int, int]] = []

    def cost(n: int, p: int) -> Cost:
        seen.append((n, p))
        return Cost(seconds=1)

    some = next(iter(all_tools().values()))
    predict(Tool(some.name, some.args, some.run, example=some.example, reference="none", cost=cost), args, workspace)
    assert seen == [size]


@pytest.mark.parametrize("args", [{"dataset": "none"}, {"estimate": "E9"}, {"graph": "g"}, {"dataset": ["wide"]}])
def test_a_call_on_no_known_table_costs_nothing(workspace, args):
    assert predict(next(iter(all_tools().values())), args, workspace).seconds == 0


@pytest.mark.parametrize(
    "raw",
    ["x" * 10**6, ["y"] * 10**6, {"k" * 10**5: {"a": {"b": {"c": {"d": {"e": 1}}}}}}, 10**5000, -(10**30), {1: {2, 3}},
     "\ud800", float("inf"), None, True, object()],
    ids=lambda raw: type(raw).__name__,
)  # fmt: skip
def test_what_is_shown_is_small_and_json(raw):
    text = json.dumps(shorten(raw))
    assert len(text) < 10_000
    text.encode()
