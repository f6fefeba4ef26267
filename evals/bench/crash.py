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
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ...agent.runs import RunStore
from ...memory.store import open_memory
from ...tools.domain.examples import get_example
from ._table import Table

N_KILLS = 50
QUESTION = "What is the effect of t on y adjusting for z?"


class Kill(NamedTuple):
    """What one kill left behind."""

    begun: bool
    """Whether a run was on record; the kill may have come before that."""
    resumed: bool
    equal: bool
    """Whether the resumed run gave the claim and the estimate of an undisturbed one."""
    evidence_lost: bool
    graphs_acked: int
    graphs_lost: int
    intact: bool
    """Whether every database passes its integrity check."""

    @property
    def harmless(self) -> bool:
        """Whether nothing that was acknowledged is lost and the run went on to the same answer."""
        went_on = not self.begun or (self.resumed and self.equal)
        return went_on and self.intact and not self.evidence_lost and not self.graphs_lost


def main(n_kills: int = N_KILLS) -> int:
    """Kill runs at random moments, look at what is on disk, resume, compare with an undisturbed run."""
    rng = random.Random(3)
    with TemporaryDirectory() as scratch:
        data, expected, whole_s = calm_run(Path(scratch))
        kills = [
            one_kill(Path(scratch) / f"home{i}", data, expected, rng.uniform(0.3, 1.1) * whole_s)
            for i in range(n_kills)
        ]
    headings = (
        "kills", "runs begun", "resumed", "equal answers", "evidence lost", "graphs acked", "graphs lost", "databases ok"
    )  # fmt: skip
    table = Table("kill -9", headings)
    begun = [k for k in kills if k.begun]
    table.add(
        len(kills), len(begun), sum(k.resumed for k in begun), sum(k.equal for k in begun),
        sum(k.evidence_lost for k in kills), sum(k.graphs_acked for k in kills), sum(k.graphs_lost for k in kills),
        sum(k.intact for k in kills),
    )  # fmt: skip
    table.note(
        f"An undisturbed run takes {whole_s:.1f} s; kills fall between 30 % and 110 % of that, while graphs are saved beside it."
    )
    table.publish("crash")
    return int(not all(k.harmless for k in kills))


def calm_run(scratch: Path) -> tuple[Path, object, float]:
    """Write the table and ask undisturbed; returns the file, what the answer must be, and the seconds it took."""
    data = scratch / "confounder.csv"
    get_example("confounder").simulate(500, seed=5).to_csv(data, index=False)
    started = time.monotonic()
    expected = _value(_whence(scratch / "calm", "ask", str(data), QUESTION, "--json"))
    if expected is None:
        raise RuntimeError("the undisturbed run gave no answer, so there is nothing to compare with")
    return data, expected, time.monotonic() - started


def one_kill(home: Path, data: Path, expected: object, after_s: float) -> Kill:
    """Kill a run and a process that saves graphs, look at the disk, resume, look again."""
    home.mkdir()
    names = _kill(home, data, after_s)
    intact = _integrity(home)
    memory = open_memory(home)
    kept = {r.name for r in memory.list_graphs()}
    memory.close()
    runs = RunStore(home / "runs.sqlite").recent()
    if not runs:
        return Kill(False, False, False, False, len(names), len(names - kept), intact)
    before = RunStore(home / "runs.sqlite").evidence(runs[0].id)
    value = _value(_whence(home, "resume", runs[0].id, "--json"))
    after = RunStore(home / "runs.sqlite").evidence(runs[0].id)
    lost = after[: len(before)] != before
    intact = intact and _integrity(home)
    return Kill(True, value is not None, value == expected, lost, len(names), len(names - kept), intact)


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
        if file.suffix in (".sqlite", ".sqlite3"):
            with closing(sqlite3.connect(file)) as db:
                if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    return False
    return True
