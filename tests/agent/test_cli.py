"""The command line: exit statuses, one-paragraph errors, and the JSON that apps read."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from whence.agent.cli.main import COMMANDS, run
from whence.tools.domain.examples import get_example

pytestmark = pytest.mark.slow  # processes, servers or whole runs


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "confounder.csv"
    get_example("confounder").simulate(300, seed=2).to_csv(path, index=False)
    return path.name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run([command, "--help"])
    assert stopped.value.code == 0
    assert command in capsys.readouterr().out


def test_json_is_one_object_with_the_documented_fields(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", table, "what is the effect of t on y adjusting for z?", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    promised = [
        "claim",
        "question",
        "design",
        "identified",
        "estimand",
        "estimator",
        "adjustment_set",
        "estimate",
        "assumptions",
        "checks",
        "evidence",
        "ledger",
        "warnings",
        "seconds",
    ]
    assert set(promised) <= set(answer)
    assert answer["schema_version"] == "1"
    assert answer["adjustment_set"] == ["z"]
    assert {"value", "std_error", "ci_low", "ci_high", "unit"} <= set(answer["estimate"])
    assert answer["estimate"]["ci_low"] < get_example("confounder").effect < answer["estimate"]["ci_high"]


def test_the_same_question_gives_the_same_numbers(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for _ in range(2):
        run(["ask", table, "what is the effect of t on y adjusting for z?", "--json"])
        seen.append(json.loads(capsys.readouterr().out)["ledger"])
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["ask", "missing.csv", "does t raise y?"], 2, "does not exist"),
        (["ask", ".", "does t raise y?"], 2, "directory"),
        (["ask", "{table}", ""], 2, "empty"),
        (["ask", "{table}", "does t raise y?", "--graph", "t -> y; y -> z; z -> t"], 2, "cycle"),
        (["ask", "{table}", "does t raise y?", "--knowledge", "t -> y; y -> t"], 2, "contradicts"),
        (["ask", "{table}", "does t raise y?", "--about", "nowhere.md"], 2, "not a file"),
        (["ask", "{table}", "does t raise y?", "--report", "out.docx"], 2, ".html"),
        (["ask", "-", "does t raise y?"], 2, "Load a table"),
        (["graphs", "show", "nothing"], 2, "nothing"),
        (["tools", "estimate_magic"], 2, "estimate_"),
        (["runs", "show", "feed"], 2, "no run"),
    ],
)
def test_what_cannot_be_used_is_one_paragraph_with_the_next_step(
    arguments: list[str], status: int, word: str, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([a.replace("{table}", table) for a in arguments]) == status
    err = capsys.readouterr().err.strip()
    assert word in err
    assert "Traceback" not in err
    assert err.count("\n") == 0


def test_an_unreadable_question_says_what_was_understood_and_gives_examples(
    table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", table, "blue seven tomorrow", "--quiet"]) == 3
    out = capsys.readouterr().out
    assert "Try:" in out


def test_a_report_and_its_script_are_written_and_the_script_repeats_the_numbers(table: str, tmp_path: Path) -> None:
    command = ["ask", table, "what is the effect of t on y adjusting for z?", "--quiet"]
    assert run([*command, "--report", "a.html", "--report", "a.md", "--report", "a.json", "--report", "a.py"]) == 0
    page = (tmp_path / "a.html").read_text()
    assert "<svg" in page
    assert "<script" not in page
    done = subprocess.run([sys.executable, "a.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 differences" in done.stdout


def test_a_finished_run_can_be_shown_step_by_step(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["ask", table, "what is the effect of t on y adjusting for z?", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert run(["runs", "show", answer["run"][:8]]) == 0
    out = capsys.readouterr().out
    assert all(e["id"] in out and e["tool"] in out for e in answer["evidence"])


def test_a_graph_file_that_is_not_there_is_no_graph_of_one_node(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graphs", "save", "lost", "missing.dot"]) != 0
    assert "There is no file 'missing.dot'" in capsys.readouterr().err


def test_graphs_are_saved_listed_compared_and_deleted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graphs", "save", "my graph ü", "z -> t; t -> y"]) == 0
    assert run(["graphs", "save", "my graph ü", "z -> t; z -> y; t -> y", "--note", "z is a confounder"]) == 0
    assert run(["graphs", "diff", "my graph ü"]) == 0
    assert run(["graphs", "list"]) == 0
    assert run(["graphs", "delete", "my graph ü"]) == 0
    assert run(["graphs", "show", "my graph ü"]) == 2
    assert run(["graphs", "restore", "my graph ü"]) == 0
    out = capsys.readouterr().out
    assert "+ z -> y" in out
    assert "v2" in out


def test_chat_over_a_pipe_edits_the_graph_and_goes_on_after_an_error(
    table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        "/graph z -> t; t -> y",
        "add z -> y",
        "/nonsense",
        "remove t -> nowhere",
        "/undo",
        "nothing causes z",
        "/graph",
        "/quit",
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    assert run(["chat", table]) == 0
    out = capsys.readouterr().out
    assert "add z -> y: done" in out
    assert "no command '/nonsense'" in out
    assert "nowhere" in out
    assert "taken back" in out
    assert "Traceback" not in out


def test_help_and_tools_take_under_half_a_second() -> None:
    """Processor time, which a busy machine does not change; bytecode is written by the first run."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for arguments in (["--help"], ["tools"]):
        times = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [sys.executable, "-m", "whence", *arguments], capture_output=True, check=True, env=environment
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert min(times) < 0.5


def test_thorough_compares_with_a_second_library(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", table, "what is the effect of t on y adjusting for z?", "--json", "--thorough"]) == 0
    answer = json.loads(capsys.readouterr().out)
    (evidence,) = (e for e in answer["evidence"] if e["tool"] == "refute_second_library")
    assert evidence["checks"][0]["status"] == "pass"
