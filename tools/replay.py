"""Run recorded tool calls again, in order, and compare every number with the record."""

from __future__ import annotations

import tempfile
from math import isclose
from pathlib import Path
from typing import Any, TypeGuard

from .domain.evidence import Evidence
from .domain.results import Result, result_from_json
from .registry import get_tool
from .workspace import Workspace, WorkspaceEnv

TOLERANCE = 1e-9


def replay(record: list[dict[str, Any]], folder: str | Path, seed: int) -> dict[str, Result]:
    """Run the calls of a record again.

    Args:
        record: Calls with `id`, `tool`, `args` and `result`, as a report script holds them.
        folder: Where the data files are.
        seed: Seed of the run that was recorded.

    Returns:
        The results by evidence id. A graph that a person gave is taken from the record.
    """
    data = Path(folder).resolve()
    found: dict[str, Result] = {}
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(folder=Path(scratch), roots=(data,))
        for call in record:
            args = dict(call["args"])
            if call["tool"] == "graph_read" and "text" not in args:
                result: Result = result_from_json(call["result"])
            else:
                if call["tool"] == "data_load":
                    args["path"] = str(data / args["path"])
                tool = get_tool(call["tool"])
                result = tool.run(tool.parse(args), WorkspaceEnv(workspace, seed))
            found[call["id"]] = result
            evidence = Evidence(
                id=call["id"],
                tool=call["tool"],
                args=call["args"],
                result=result.model_dump(mode="json"),
                summary=result.summary(),
            )
            workspace.absorb(evidence, result)
    return found


def compare(record: list[dict[str, Any]], found: dict[str, Result]) -> list[str]:
    """Every place where a result differs from the record by more than 1e-9, in words; empty when all agree."""
    differences: list[str] = []
    for call in record:
        _differ(call["result"], found[call["id"]].model_dump(mode="json"), call["id"], differences)
    return differences


def _differ(expected: Any, got: Any, where: str, differences: list[str]) -> None:
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in expected.keys() | got.keys():
            if key not in ("stored", "source", "name"):
                _differ(expected.get(key), got.get(key), f"{where}.{key}", differences)
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for i, (a, b) in enumerate(zip(expected, got, strict=True)):
            _differ(a, b, f"{where}[{i}]", differences)
    elif _number(expected) and _number(got):
        if not isclose(expected, got, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            differences.append(f"{where}: recorded {expected!r}, now {got!r}")
    elif expected != got:
        differences.append(f"{where}: recorded {str(expected)[:80]!r}, now {str(got)[:80]!r}")


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
