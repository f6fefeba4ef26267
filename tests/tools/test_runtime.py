"""The runtime: outcomes become evidence, bugs are raised, batches keep their order, sizes are bounded."""

from __future__ import annotations

import json
import math
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from whence.tools.domain.errors import LimitReached, UsageError
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.runtime import CallStarted, ToolCrashed
from whence.tools.workspace import Workspace, WorkspaceEnv

pytestmark = pytest.mark.slow  # processes, servers or whole runs


@dataclass
class Call:
    tool: str
    args: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    exploratory: bool = False


def means(evidence: Evidence) -> list[float]:
    assert evidence.result, evidence.summary
    return [column["mean"] for column in evidence.result["columns"]]


def test_a_call_becomes_numbered_evidence_with_provenance(runtime):
    first = runtime.run("data_quick", {"amount": 3})
    second = runtime.run("data_quick", {"amount": 4}, exploratory=True)
    assert [first.id, second.id] == ["E1", "E2"]
    assert runtime.workspace.ledger == [first, second]
    assert means(second) == [4.0]
    assert first.args == {"amount": 3.0, "text": "", "dataset": "", "variables": []}
    assert not first.exploratory
    assert second.exploratory
    assert first.provenance.n_rows_used == 1
    assert first.provenance.versions.keys() == {"python", "whence", "numpy"}
    assert 0 <= first.provenance.seconds < 5


@pytest.mark.parametrize(
    ("tool", "error", "says"),
    [
        ("data_premise", "AssumptionViolated", "Column 'age' is constant"),
        ("data_segfault", "BackendFailed", "SIGSEGV"),
        ("data_killed", "TimedOut", "ran out of memory"),
        ("data_allocate_at_once", "TimedOut", "more memory than it may use"),
        ("data_missing", "BadArguments", "There is no tool 'data_missing'"),
    ],
)
def test_a_failed_tool_is_evidence_and_the_next_call_works(runtime, tool, error, says):
    failed = runtime.run(tool, {})
    assert (failed.ok, failed.error, failed.result) == (False, error, None)
    assert says in failed.summary
    assert runtime.run("data_quick", {}).id == "E2"


@pytest.mark.parametrize(
    ("tool", "error", "says"),
    [
        ("data_usage", UsageError, "No such flag"),
        ("data_limit", LimitReached, "budget is spent"),
        ("data_bug", ToolCrashed, "ZeroDivisionError: an honest bug"),
        ("data_leave", ToolCrashed, "SystemExit"),
        ("data_exit_process", ToolCrashed, "status 3"),
    ],
)
def test_what_is_not_for_the_policy_is_raised_and_the_next_call_works(runtime, tool, error, says):
    with pytest.raises(error, match=says):
        runtime.run(tool, {})
    assert runtime.workspace.ledger == []
    assert runtime.run("data_quick", {}).ok


@pytest.mark.parametrize(
    "args",
    [
        {"amount": "much"},
        {"surprise": 1},
        {"amount": 1, "surprise": {"a": [1, 2]}},
        {"text": "x" * 1_000_000},
        {"text": "x" * 10_000_000},
        {"variables": ["x" * 10] * 1_000_000},
        {"variables": list(range(300_000))},
        {"text": "\ud800"},
        {"amount": 10**400},
        {"amount": object()},
        {"variables": {1, 2}},
        {"text": None},
    ],
    ids=lambda args: next(iter(args)) + "-" + type(next(iter(args.values()))).__name__,
)
def test_hostile_arguments_are_refused_in_a_short_message(runtime, args):
    evidence = runtime.run("data_quick", args)
    assert (evidence.ok, evidence.error) == (False, "BadArguments")
    assert len(evidence.summary) <= 2000
    assert len(evidence.model_dump_json()) < 300_000
    assert runtime.pids == ()  # no worker was bothered


def test_deeply_nested_arguments_are_refused(runtime):
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert runtime.run("data_quick", deep).error == "BadArguments"


def test_not_a_number_passes_through_json(runtime):
    evidence = runtime.run("data_quick", {"amount": math.nan})
    assert means(evidence) == ["NaN"]
    again = Evidence.model_validate_json(evidence.model_dump_json())
    assert again == evidence


def test_a_call_is_stopped_at_its_time_limit(make):
    runtime = make(time_limit_s=0.3)
    runtime.run("data_quick", {})
    for tool, args in (("data_native", {}), ("data_sleep", {"amount": 60}), ("data_hold_gil", {"amount": 60})):
        started = time.monotonic()
        evidence = runtime.run(tool, args)
        assert (evidence.error, time.monotonic() - started < 5) == ("TimedOut", True)
        assert "0.3 s" in evidence.summary
    assert runtime.run("data_quick", {}).ok


def test_a_call_is_stopped_at_its_memory_limit(make):
    runtime = make(memory_limit_mb=300)
    evidence = runtime.run("data_allocate", {"amount": 10_000})
    assert evidence.error == "TimedOut"
    assert "300 MB" in evidence.summary
    assert runtime.run("data_allocate", {"amount": 100}).ok


def test_a_costly_call_is_refused_before_it_starts(make, tmp_path):
    columns = tuple(ColumnCard(name=f"c{i}", type="continuous") for i in range(40))
    card = DatasetCard(name="wide", source="w.csv", sha256="0" * 64, n_rows=10, n_columns=40, columns=columns)
    runtime = make(workspace=Workspace(folder=tmp_path, tables={"wide": card}))
    refused = runtime.run("data_costly", {"dataset": "wide"})
    assert refused.error == "TooLarge"
    assert "400 s" in refused.summary
    assert "120 s" in refused.summary
    assert "Name fewer `variables`." in refused.summary
    assert runtime.run("data_costly", {"dataset": "wide", "variables": ["c1", "c2"]}).ok


@pytest.mark.parametrize("isolate", [True, False])
def test_nothing_is_printed_and_only_telling_warnings_are_kept(make, capsys, isolate):
    evidence = make(isolate=isolate).run("data_noisy", {})
    assert evidence.warnings == ("data_noisy: the library warned: ConvergenceWarning: it did not converge",)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_worker_writes_nothing_to_the_terminal(make, capfd):
    assert make().run("data_noisy", {}).ok
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_the_same_seed_gives_the_same_numbers_in_any_worker(make):
    one, two = make(seed=7), make(seed=7)
    first = means(one.run("data_global_seed", {}))
    assert first == means(one.run("data_global_seed", {}))
    assert first == means(two.run("data_global_seed", {}))
    assert first != means(make(seed=8).run("data_global_seed", {}))


def test_a_batch_keeps_the_order_of_its_calls(make):
    workspace = Workspace(folder=Path("/nonexistent"))
    workspace.tables["made"] = DatasetCard(
        name="made", source="m", sha256="0" * 64, n_rows=1, n_columns=0, columns=()
    )  # fmt: skip
    runtime = make(workspace=workspace)
    waits = [0.4, 0.0, 0.2, 0.0]
    heard: list[str] = []
    calls = [Call("data_slow", {"amount": wait, "dataset": "made"}) for wait in waits]
    done = runtime.run_many([*calls, Call("data_none")], on_done=lambda e: heard.append(e.id))
    assert [e.id for e in done] == heard == ["E1", "E2", "E3", "E4", "E5"]
    assert [means(e)[0] for e in done[:4]] == waits
    assert done[4].error == "BadArguments"
    assert len(runtime.pids) == 2


def test_a_short_batch_uses_one_worker(runtime):
    pids = {means(e)[0] for e in runtime.run_many([Call("data_pid")] * 4)}
    assert len(pids) == 1
    assert runtime.run_many([]) == []


def test_what_was_done_before_a_bug_is_kept(make):
    workspace = Workspace(folder=Path("/nonexistent"))
    workspace.tables["made"] = DatasetCard(
        name="made", source="m", sha256="0" * 64, n_rows=1, n_columns=0, columns=()
    )  # fmt: skip
    runtime = make(workspace=workspace)
    slow = Call("data_slow", {"amount": 0.0, "dataset": "made"})
    endless = Call("data_slow", {"amount": 100.0, "dataset": "made"})
    started = time.monotonic()
    with pytest.raises(ToolCrashed):
        runtime.run_many([slow, Call("data_bug"), endless, endless])
    assert time.monotonic() - started < 20
    assert [e.id for e in workspace.ledger] == ["E1"]
    assert runtime.run("data_quick", {}).id == "E2"


def test_listeners_hear_of_starts_and_ends(make):
    heard: list[Any] = []
    runtime = make(on_event=heard.append)
    evidence = runtime.run("data_quick", {"amount": 2}, why="to see")
    assert isinstance(heard[0], CallStarted)
    assert (heard[0].why, heard[0].args["amount"]) == ("to see", 2.0)
    assert heard[1:] == [evidence]


def test_a_tool_cannot_harm_a_table(make, tmp_path):
    import pandas as pd

    workspace = Workspace(folder=tmp_path)
    stored = WorkspaceEnv(workspace, 0).store_table("d", pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}))
    card = DatasetCard(name="d", source="d", sha256="ab" * 32, n_rows=2, n_columns=2, columns=(), stored=stored)
    workspace.tables["d"] = card
    for isolate in (True, False):
        runtime = make(workspace=workspace, isolate=isolate)
        for _ in range(2):
            evidence = runtime.run("data_spoil", {"dataset": "d"})
            assert means(evidence) == [3.0]
            assert evidence.provenance.datasets == {"d": "ab" * 32}


def test_a_table_that_is_loaded_again_is_read_again(make, tmp_path):
    import pandas as pd

    workspace = Workspace(folder=tmp_path)
    runtime = make(workspace=workspace)
    for total in (3.0, 30.0):
        stored = WorkspaceEnv(workspace, 0).store_table("d", pd.DataFrame({"a": [total]}))
        workspace.tables["d"] = DatasetCard(
            name="d", source="d", sha256="0" * 64, n_rows=1, n_columns=1, columns=(), stored=stored
        )
        assert means(runtime.run("data_spoil", {"dataset": "d"})) == [total]


def test_relative_paths_start_where_the_caller_is_now(runtime, tmp_path, monkeypatch):
    runtime.run("data_quick", {})
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "note.txt").write_text("seven77")
    monkeypatch.chdir(tmp_path / "deep")
    assert means(runtime.run("data_relatives", {"text": "note.txt"})) == [7.0]


def test_files_of_the_working_directory_are_not_imported(make, tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise SystemExit('pwned')")
    monkeypatch.chdir(tmp_path)
    assert make().run("data_quick", {}).ok


def test_in_process_gives_what_a_worker_gives(make):
    inside, outside = make(isolate=False), make()
    for args in ({"amount": 1.5}, {"amount": "x"}):
        a, b = inside.run("data_quick", args), outside.run("data_quick", args)
        assert json.loads(a.model_dump_json(exclude={"provenance"})) == json.loads(
            b.model_dump_json(exclude={"provenance"})
        )
    assert inside.pids == ()


def test_the_way_to_the_worker_and_back_is_short(runtime):
    for _ in range(200):  # a ledger of some length
        runtime.run("data_quick", {})
    seconds: list[float] = []
    for _ in range(100):
        started = time.perf_counter()
        runtime.run("data_quick", {})
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.005
