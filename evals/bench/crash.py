"""`kill -9` at random moments of a run and of a graph save: what was acknowledged is there, the run resumes."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ...agent.runs import RunStore
from ...memory.store import open_memory
from ...tools.domain.examples import get_example
from ._table import Table

N_KILLS = 50
QUESTION = "What is the effect of t on y adjusting for z?"


def main() -> int:
    """Kill runs at random moments, look at what is on disk, resume, compare with an undisturbed run."""
    rng = random.Random(3)
    table = Table(
        "kill -9",
        (
            "kills",
            "runs begun",
            "resumed",
            "equal answers",
            "evidence lost",
            "graphs acked",
            "graphs lost",
            "databases ok",
        ),
    )
    begun = resumed = equal = lost = acked = graphs_lost = intact = 0
    with TemporaryDirectory() as scratch:
        data = Path(scratch) / "confounder.csv"
        get_example("confounder").simulate(2000, seed=5).to_csv(data, index=False)
        started = time.monotonic()
        expected = _value(_whence(Path(scratch) / "calm", "ask", str(data), QUESTION, "--json"))
        whole = time.monotonic() - started
        for i in range(N_KILLS):
            home = Path(scratch) / f"home{i}"
            home.mkdir()
            names = _kill(home, data, rng.uniform(0.3, 1.1) * whole)
            acked += len(names)
            graphs_lost += len(names - {r.name for r in open_memory(home).list_graphs()})
            intact += _integrity(home)
            runs = RunStore(home / "runs.sqlite").recent()
            if runs:
                begun += 1
                before = RunStore(home / "runs.sqlite").evidence(runs[0].id)
                value = _value(_whence(home, "resume", runs[0].id, "--json"))
                after = RunStore(home / "runs.sqlite").evidence(runs[0].id)
                resumed += value is not None
                equal += value == expected
                lost += after[: len(before)] != before
    table.add(N_KILLS, begun, resumed, equal, lost, acked, graphs_lost, intact)
    table.note(
        f"An undisturbed run takes {whole:.1f} s; kills fall between 30 % and 110 % of that, while graphs are saved beside it."
    )
    table.publish("crash")
    return int(resumed < begun or equal < begun or lost > 0 or graphs_lost > 0 or intact < N_KILLS)


SAVER = """
import sys
from pathlib import Path
from whence.memory.store import open_memory
from whence.tools.domain.graphs import Dag
memory = open_memory(Path(sys.argv[1]))
for i in range(10_000):
    memory.save_graph(f"graph {i}", Dag.of(f"a{i} -> b", "b -> c"), author="test")
    print(f"graph {i}", flush=True)
"""


def _kill(home: Path, data: Path, after_s: float) -> set[str]:
    """Run a question and a process that saves graphs, kill both; returns the graphs that were acknowledged."""
    environment = os.environ | {"WHENCE_HOME": str(home)}
    ask = subprocess.Popen(
        [sys.executable, "-m", "whence", "ask", str(data), QUESTION, "--quiet"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    save = subprocess.Popen(
        [sys.executable, "-c", SAVER, str(home)], env=environment, stdout=subprocess.PIPE, text=True
    )
    time.sleep(after_s)
    for process in (ask, save):
        process.send_signal(signal.SIGKILL)
    printed = save.communicate()[0]
    ask.wait()
    lines = printed.split("\n")
    return set(lines[:-1])  # the last one may be half a line


def _whence(home: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "whence", *arguments],
        env=os.environ | {"WHENCE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout) if done.stdout.startswith("{") else {}


def _value(answer: dict[str, object]) -> object:
    return (answer.get("estimate"), answer.get("claim")) if answer.get("status") == "answered" else None


def _integrity(home: Path) -> bool:
    """Whether every SQLite file passes its integrity check."""
    for file in home.glob("*.sqlite*"):
        if file.suffix in (".sqlite", ".db"):
            with sqlite3.connect(file) as db:
                if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    return False
    return True
