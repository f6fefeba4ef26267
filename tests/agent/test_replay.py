"""A recorded run can be made again offline: equal where nothing changed, and what changed is named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from whence.agent.cli.main import run
from whence.agent.replay import RELATIVE, differences, replay, script_of
from whence.agent.runs import RunStore
from whence.agent.session import Session
from whence.agent.state import Catalog
from whence.agent.turns import Turn
from whence.tools.domain.errors import UsageError
from whence.tools.domain.evidence import Evidence, Provenance
from whence.tools.domain.examples import get_example
from whence.tools.runtime import Runtime
from whence.tools.workspace import Workspace

pytestmark = pytest.mark.slow  # processes, servers or whole runs

QUESTION = "What is the effect of t on y adjusting for z?"
Start = Callable[..., Session]


again = partial(replay, isolate=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replays")


@pytest.fixture(scope="module")
def table(home: Path) -> Path:
    path = home / "study.csv"
    get_example("confounder").simulate(200, seed=1).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def recorded(start: Start, home: Path, table: Path) -> str:
    """Id of a run whose session was closed, so that its copy of the table is gone."""
    session = start(home)
    session.load(table)
    answer = session.ask(QUESTION)
    session.close()
    assert answer.status == "answered"
    return answer.run


@pytest.fixture
def store(home: Path, recorded: str) -> Iterator[RunStore]:
    """The record of runs; what a test changes in it is changed back."""
    path = home / "runs.sqlite"
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT run, position, body FROM evidence").fetchall()
    yield RunStore(path)
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM evidence")
        db.executemany("INSERT INTO evidence VALUES (?, ?, ?)", rows)


def test_a_run_made_again_is_equal_in_every_call(store: RunStore, recorded: str, table: Path) -> None:
    evidence = store.evidence(recorded)
    found = again(store.get(recorded), evidence)
    assert found.is_equal
    assert (found.table, found.given) == (str(table), ("E1",))
    assert found.calls == found.equal == len(evidence) - 1 > 5


def test_a_record_that_was_tampered_with_is_told_by_value(store: RunStore, recorded: str) -> None:
    evidence = list(store.evidence(recorded))
    place = next(n for n, e in enumerate(evidence) if e.tool == "estimate_regression")
    result = dict(evidence[place].result or {})
    true = result["value"]
    evidence[place] = evidence[place].model_copy(update={"result": result | {"value": true + 1}})
    found = again(store.get(recorded), evidence)
    assert [(d.evidence, d.where) for d in found.differences] == [(evidence[place].id, "result.value")]
    assert float(found.differences[0].again) == pytest.approx(true)
    assert found.calls - found.equal == 1


def test_a_changed_table_is_not_taken_for_that_of_the_run(
    store: RunStore, recorded: str, table: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text(table.read_text().replace("1", "2", 1))
    with pytest.raises(UsageError, match="SHA-256"):
        again(store.get(recorded), store.evidence(recorded), other)


def test_a_table_that_is_gone_can_be_named(store: RunStore, recorded: str, table: Path, tmp_path: Path) -> None:
    moved = table.rename(tmp_path / "moved.csv")
    try:
        with pytest.raises(UsageError, match="--data FILE"):
            again(store.get(recorded), store.evidence(recorded))
        assert again(store.get(recorded), store.evidence(recorded), moved).is_equal
    finally:
        moved.rename(table)


def test_the_script_of_a_run_gives_the_same_answer_in_a_session(
    store: RunStore, recorded: str, start: Start, table: Path, tmp_path: Path
) -> None:
    record, evidence = store.get(recorded), store.evidence(recorded)
    session = start(tmp_path, policy=script_of(record, evidence))
    session.load(table)
    answer = session.ask(QUESTION)
    assert [
        d for then, now in zip(evidence[1:], answer.evidence[1:], strict=True) for d in differences(then, now)
    ] == []
    assert record.answer is not None
    assert (answer.claim, answer.estimate) == (record.answer.claim, record.answer.estimate)


def test_a_run_over_a_graph_alone_needs_no_table(start: Start, tmp_path: Path) -> None:
    session = start(tmp_path)
    session.use_graph("z -> t; z -> y; t -> y")
    run_id = session.ask("Which variables must I adjust for to get the effect of t on y?").run
    found = again(session.runs.get(run_id), session.runs.evidence(run_id))
    assert found.is_equal
    assert (found.table, found.given) == (None, ("E1",))
    assert found.calls >= 1


def test_what_no_tool_can_make_again_keeps_its_place(store: RunStore, recorded: str) -> None:
    evidence = list(store.evidence(recorded))
    said = Evidence(id="E2", tool="model_said", args={}, summary="as the model proposed")
    later = [e.model_copy(update={"id": f"E{int(e.id[1:]) + 1}"}) for e in evidence[1:3]]
    found = again(store.get(recorded), [evidence[0], said, *later])
    assert found.given == ("E1", "E2")
    assert found.is_equal


def test_a_wrong_call_is_told_so_again(store: RunStore, recorded: str) -> None:
    evidence = store.evidence(recorded)[:1]
    with Runtime(Workspace(folder=Path("/nowhere")), isolate=False) as runtime:
        wrong = runtime.run("data_describe", {"zzz": 1}).model_copy(update={"id": "E2"})
    found = again(store.get(recorded), [*evidence, wrong])
    assert (found.calls, found.differences) == (1, ())


def test_a_run_that_is_not_finished_is_resumed_first(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs.sqlite")
    store.begin("abc", "why?", Catalog(), tmp_path, 0, "rules", ())
    with pytest.raises(UsageError, match="whence resume abc"):
        again(store.get("abc"), ())


@pytest.mark.parametrize(
    ("then", "now", "where"),
    [
        ({"value": 1.0}, {"value": 1.0 + RELATIVE / 2}, []), ({"value": 1.0}, {"value": 1.001}, ["result.value"]),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, ["result.a"]), ({"a": [1, 2]}, {"a": [1, 3]}, ["result.a[1]"]),
        ({"a": 1}, {"a": True}, ["result.a"]), ({"a": "NaN"}, {"a": "NaN"}, []), ({"a": 1}, {"b": 1}, ["result.a", "result.b"]),
    ],
)  # fmt: skip
def test_results_are_compared_value_by_value(then: dict[str, Any], now: dict[str, Any], where: list[str]) -> None:
    first = Evidence(id="E2", tool="t", args={}, result=then, summary="s", provenance=Provenance(seconds=1))
    second = first.model_copy(update={"result": now, "provenance": Provenance(seconds=2)})
    assert [d.where for d in differences(first, second)] == where


def test_the_command_shows_every_step_with_the_turns_of_the_model(
    store: RunStore, recorded: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(home))
    turn = Turn(
        act="plan",
        key="k",
        request={"messages": ["long"]},
        reply={},
        prompt_tokens=1234,
        completion_tokens=56,
        seconds=2,
    )
    store.add_turn(recorded, turn)
    assert run(["runs", "show", recorded]) == 0
    out = capsys.readouterr().out
    places = [
        out.index(part)
        for part in ("\nread\n", "\nplan\n", "model: plan, 1,234 tokens sent", "\ncalls\n", "E6 ", "\nwritten and")
    ]
    assert places == sorted(places)
    assert run(["runs", "show", recorded, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["turns"][0]["prompt_tokens"] == 1234
    assert shown["turns"][0]["request"] == turn.request
    assert [e["id"] for e in shown["evidence"]] == [e.id for e in store.evidence(recorded)]
    assert shown["answer"]["run"] == recorded


def test_the_command_says_what_differs_by_its_exit_status(
    store: RunStore, recorded: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(home))
    audit = store.evidence(recorded)[1]
    store.append(recorded, audit.model_copy(update={"summary": "all is well"}))
    assert run(["runs", "replay", recorded]) == 1
    out = capsys.readouterr().out
    assert f"{audit.id} summary: recorded all is well" in out
    assert "1 differ" in out
