"""The terminal as a person meets it, through a real pseudo-terminal: prompt, progress, Ctrl-C, Ctrl-D, completion."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import psutil
import pytest

from whence.tools.domain.examples import get_example

pytestmark = pytest.mark.slow
QUESTION = "What is the effect of t on y adjusting for z?"
START_S = 60
"""For a process to come up on a machine that others use."""


class Terminal:
    """Starts Whence in a pseudo-terminal and looks at what it leaves behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.environment = os.environ | {
            "WHENCE_HOME": str(self.home),
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "PYTHONUTF8": "1",
        }
        self.started: list[pexpect.spawn[str]] = []
        get_example("confounder").simulate(300, seed=2).to_csv(folder / "d.csv", index=False)

    def spawn(self, *arguments: str) -> pexpect.spawn[str]:
        child = pexpect.spawn(
            sys.executable, ["-m", "whence", *arguments], cwd=str(self.folder), env=self.environment, timeout=START_S,
            encoding="utf-8", dimensions=(50, 160),
        )  # fmt: skip
        self.started.append(child)
        return child

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "whence", *arguments], cwd=self.folder, env=self.environment, text=True,
            capture_output=True, check=False,
        )  # fmt: skip

    def workers(self) -> list[int]:
        """Worker processes that belong to this home."""
        found: list[int] = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("WHENCE_HOME") == str(self.home)
                if ours and "whence.tools._worker" in process.cmdline():
                    found.append(process.pid)
            except psutil.Error:
                continue
        return found


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    for child in terminal.started:
        child.close(force=True)


def chat(terminal: Terminal) -> pexpect.spawn[str]:
    child = terminal.spawn("chat", "d.csv")
    child.expect("whence>")
    return child


def leave(child: pexpect.spawn[str]) -> int | None:
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def numbers(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    answer = json.loads(done.stdout)
    return {
        k: answer[k] for k in ("status", "claim", "claims", "estimate", "adjustment_set", "ledger", "plan", "warnings")
    }


def test_a_question_streams_its_steps_and_answers_and_ctrl_d_leaves(terminal: Terminal) -> None:
    child = chat(terminal)
    child.send(QUESTION + "\r")
    for step in ("read:", "E2", "identify_design", "estimate_regression", "raises y by", "whence runs show"):
        child.expect(step)
    child.expect("whence>")
    assert leave(child) == 0
    assert terminal.workers() == []


def test_ctrl_c_stops_the_run_and_not_the_chat(terminal: Terminal) -> None:
    child = chat(terminal)
    child.send(QUESTION + "\r")
    child.expect("identify_design")
    stopped = time.monotonic()
    child.sendintr()
    child.expect("whence resume")
    child.expect("whence>")
    assert time.monotonic() - stopped < 3  # about 0.3 s on a calm machine
    child.send(QUESTION + "\r")
    child.expect("raises y by")
    child.expect("whence>")
    assert "Traceback" not in (child.before or "")
    assert leave(child) == 0


def test_ctrl_c_at_the_prompt_clears_the_line(terminal: Terminal) -> None:
    child = chat(terminal)
    child.send("half a quest")
    child.sendintr()
    child.expect("whence>")
    child.send("/columns\r")
    child.expect(r"d\.y  continuous")
    child.expect("whence>")
    assert leave(child) == 0


def test_tab_completes_columns_and_commands(terminal: Terminal) -> None:
    get_example("confounder").simulate(50, seed=2).rename(columns={"y": "earnings_1978"}).to_csv(
        terminal.folder / "d.csv", index=False
    )
    child = chat(terminal)
    child.send("/col\t")
    child.expect("umns")
    child.send("\r")
    child.expect(r"d\.earnings_1978")
    child.expect("whence>")
    child.send("what causes earn\t")
    child.expect("ings_1978")


def test_the_history_is_kept_and_private(terminal: Terminal) -> None:
    child = chat(terminal)
    child.send("/graphs\r")
    child.expect("No graphs")
    child.expect("whence>")
    leave(child)
    history = terminal.home / "history"
    assert "/graphs" in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    again = chat(terminal)
    again.send("\x1b[A")
    again.expect("/graphs")
    again.sendintr()
    again.expect("whence>")
    assert leave(again) == 0


@pytest.mark.parametrize("moment", ["E2", "estimate_regression", "refute_placebo"])
def test_an_interrupted_question_is_resumed_to_the_same_answer(terminal: Terminal, moment: str) -> None:
    child = terminal.spawn("ask", "d.csv", QUESTION)
    child.expect(moment)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    last = [line for line in (child.before or "").splitlines() if "whence: " in line]
    assert child.exitstatus == 130
    assert "Traceback" not in (child.before or "")
    assert len(last) == 1
    assert terminal.workers() == []
    run = re.search(r"whence resume (\w+)", last[0])
    assert run
    before = terminal.run("runs", "show", run[1]).stdout
    resumed = terminal.run("resume", run[1], "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert numbers(resumed) == numbers(terminal.run("ask", "d.csv", QUESTION, "--json"))
    assert "unfinished" in before
    assert terminal.run("resume", run[1], "--json").stdout == resumed.stdout
    assert list((terminal.home / "workspaces").iterdir()) == []


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 0.8])
def test_ctrl_c_while_starting_up_is_quiet(terminal: Terminal, after_s: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "whence", "ask", "d.csv", QUESTION, "--quiet"], cwd=terminal.folder,
        env=terminal.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (terminal.home / "runs.sqlite").exists() and child.poll() is None:
        time.sleep(0.01)
    time.sleep(after_s)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=START_S)
    assert child.returncode == 130
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    assert terminal.workers() == []
