"""Run recorded tool calls again, in order, and compare every number with the record."""

from __future__ import annotations

import random
import tempfile
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from math import isclose
from pathlib import Path
from platform import python_version
from typing import Any, TypeGuard

from .domain.errors import BadArguments, ToolError, WhenceError
from .domain.evidence import Evidence
from .domain.results import DatasetCard, GraphResult, Result, result_from_json
from .registry import get_tool
from .workspace import Workspace, WorkspaceEnv

TOLERANCE = 1e-9
MAX_SHOWN = 200
"""Differences that are put into words; a changed table can change everything."""
LEFT_OUT = ("stored", "source")
"""Fields of a result that name a place and not a finding."""


def repeat(record: dict[str, Any], folder: str | Path) -> tuple[bool, str]:
    """Compute a whole record again and say in words whether it agrees.

    Args:
        record: `question`, `seed`, `versions` and `calls`, as a report script holds them.
        folder: Where the data files are.

    Returns:
        Whether data and numbers agree to 1e-9, and what to tell a person.
    """
    calls: list[dict[str, Any]] = record["calls"]
    try:
        found = replay(calls, folder, int(record.get("seed") or 0))
    except WhenceError as error:
        return False, f"{record['question']}\nNothing was compared: {error}"
    differences = compare(calls, found)
    words = [str(record["question"]), f"{len(calls)} results computed again, {len(differences)} differences"]
    words += differences[:MAX_SHOWN]
    if len(differences) > MAX_SHOWN:
        words.append(f"and {len(differences) - MAX_SHOWN} more")
    if differences and (changed := changed_versions(record.get("versions") or {})):
        words.append(f"Versions differ from the record: {'; '.join(changed)}.")
    return not differences, "\n".join(words)


def replay(calls: list[dict[str, Any]], folder: str | Path, seed: int) -> dict[str, Result | str]:
    """Run the calls of a record again.

    Args:
        calls: Each with `id`, `tool`, `args` and `result`.
        folder: Where the data files are.
        seed: Seed of the run that was recorded.

    Returns:
        The results by evidence id, or the error of a call that failed this time. A graph that a person gave as an
        object is taken from the record.

    Raises:
        BadArguments: a data file is missing; the message says which table it must hold.
    """
    data = Path(folder).expanduser().resolve()
    found: dict[str, Result | str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(folder=Path(scratch), roots=(data,))
        for call in calls:
            result = _again(call, data, WorkspaceEnv(workspace, seed))
            found[call["id"]] = result
            if isinstance(result, str):
                continue
            evidence = Evidence(
                id=call["id"],
                tool=call["tool"],
                args=call["args"],
                result=result.model_dump(mode="json"),
                summary=result.summary(),
            )
            workspace.absorb(evidence, result)
    return found


def _again(call: dict[str, Any], data: Path, env: WorkspaceEnv) -> Result | str:
    args: dict[str, Any] = dict(call["args"])
    if call["tool"] == "graph_read" and "text" not in args:
        return _given_graph(call)
    if call["tool"] == "data_load":
        args["path"] = str(_data_file(call, data))
    _fix_seeds(env.seed)
    try:
        tool = get_tool(call["tool"])
        return tool.run(tool.parse(args), env)
    except ToolError as error:
        return str(error)


def _given_graph(call: dict[str, Any]) -> Result | str:
    """The graph a person gave, from the record; its rules are checked again."""
    try:
        result = result_from_json(call["result"])
    except (KeyError, ValueError, WhenceError) as error:
        return f"the recorded graph cannot be read: {error}"
    return result if isinstance(result, GraphResult) else "the record holds no graph"


def _data_file(call: dict[str, Any], data: Path) -> Path:
    """The file a recorded load needs.

    Raises:
        BadArguments: it is not there.
    """
    path = data / str(call["args"]["path"])
    if path.is_file():
        return path
    card = DatasetCard.model_validate(call["result"])
    what = f"table {card.name!r} of {card.n_rows} rows x {card.n_columns} columns, content SHA-256 {card.sha256}"
    columns = ", ".join(repr(c.name[:60]) for c in card.columns[:20])
    how = (
        f"A table that was given as an object in memory is saved with frame.to_parquet({path.name!r}, index=False)"
        if call.get("in_memory")
        else "Copy the data file there"
    )
    raise BadArguments(
        f"File {path.name!r} is not in {str(data)!r}; it must hold the {what}, columns {columns}. "
        f"{how}, or name the folder that has it: python THIS_FILE FOLDER."
    )


def _fix_seeds(seed: int) -> None:
    """Seed the global generators before each call, as the worker of a run does."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % 2**32)


def compare(calls: list[dict[str, Any]], found: dict[str, Result | str]) -> list[str]:
    """Every place where a result differs from the record by more than 1e-9, in words; empty when all agree.

    That the data are others comes first, since it explains the rest.
    """
    first: list[str] = []
    differences: list[str] = []
    for call in calls:
        result = found[call["id"]]
        if isinstance(result, str):
            differences.append(f"{call['id']} {call['tool']}: failed this time: {result[:300]}")
            continue
        expected = call["result"]
        if isinstance(result, DatasetCard) and expected.get("sha256") != result.sha256:
            first.append(
                f"{call['id']}: the data in {call['args']['path']!r} are not those of the record: content SHA-256 recorded "
                f"{expected.get('sha256')}, now {result.sha256}; recorded {expected.get('n_rows')} rows, now {result.n_rows}"
            )
            expected = expected | {"sha256": result.sha256}
        _differ(expected, result.model_dump(mode="json"), call["id"], differences)
    return first + differences


def _differ(expected: Any, got: Any, where: str, differences: list[str]) -> None:
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in sorted(expected.keys() | got.keys()):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            if key not in LEFT_OUT:
                _differ(expected.get(key), got.get(key), f"{where}.{key}", differences)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):  # pyright: ignore[reportUnknownArgumentType]
        for i, (a, b) in enumerate(zip(expected, got, strict=True)):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            _differ(a, b, f"{where}[{i}]", differences)
    elif _number(expected) and _number(got):
        if not isclose(expected, got, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            differences.append(f"{where}: recorded {expected!r}, now {got!r}")
    elif expected != got:
        differences.append(f"{where}: recorded {str(expected)[:80]!r}, now {str(got)[:80]!r}")


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def changed_versions(recorded: dict[str, str]) -> list[str]:
    """Libraries whose version is not the recorded one, in words."""
    changed: list[str] = []
    for name, was in recorded.items():
        now = python_version() if name == "python" else "not installed"
        with suppress(PackageNotFoundError):
            now = now if name == "python" else version(name)
        if now != was:
            changed.append(f"{name} {was}, now {now}")
    return changed
