"""Start-up, memory, and what Whence adds to the same library calls made directly."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ...agent.session import Session
from ...agent.state import Answer
from ...tools.domain.graphs import Dag
from ...tools.registry import get_tool
from ...tools.workspace import Workspace, WorkspaceEnv
from ._table import Table

N_ROWS, N_COVARIATES, REPEATS = 10_000, 8, 5


def main() -> int:
    """Print start-up times, a warm question against its own tool calls in one process, and memory."""
    table = Table("Speed", ("what", "seconds", "note"))
    for label, arguments in (
        ("whence --help", ["--help"]),
        ("whence tools", ["tools"]),
        ("whence --version", ["--version"]),
    ):
        table.add(label, _median_s([sys.executable, "-m", "whence", *arguments]), "median of 5, whole process")
    table.add("python -c pass", _median_s([sys.executable, "-c", "pass"]), "the floor")
    with TemporaryDirectory() as scratch:
        ratio = _warm(table, Path(scratch))
        _cold(table, Path(scratch))
    table.add(
        "memory of this process, MB",
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peak; the agent, no numerical library in it",
    )
    table.add(
        "memory of the worker, MB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "peak of any child"
    )
    table.publish("speed")
    return int(ratio > 2)


def _median_s(command: list[str]) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, env=environment, capture_output=True, check=True)  # bytecode is written once
    times: list[float] = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        subprocess.run(command, env=environment, capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _frame(path: Path) -> Dag:
    """A table of 10,000 x 10 with eight confounders, and its graph."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    x = rng.standard_normal((N_ROWS, N_COVARIATES))
    t = (rng.random(N_ROWS) < 1 / (1 + np.exp(-x.sum(axis=1) / 3))).astype(int)
    y = t + x.sum(axis=1) / 2 + rng.standard_normal(N_ROWS)
    names = [f"x{i}" for i in range(N_COVARIATES)]
    pd.DataFrame(dict(zip(names, x.T, strict=True)) | {"t": t, "y": y}).to_csv(path, index=False)
    return Dag.of(*(f"{n} -> t" for n in names), *(f"{n} -> y" for n in names), "t -> y")


def _warm(table: Table, scratch: Path) -> float:
    """A question in a session that is up, against the same tool functions called directly."""
    data = scratch / "speed.csv"
    graph = _frame(data)
    with Session(home=scratch / "home", roots=[scratch]) as session:
        session.load(data)
        session.use_graph(graph)
        answer = session.ask("What is the effect of t on y?")
        times: list[float] = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            answer = session.ask("What is the effect of t on y?")
            times.append(time.perf_counter() - started)
        direct = min(_direct(answer, session.workspace) for _ in range(2))
    warm = statistics.median(times)
    table.add(
        f"warm ask, {N_ROWS:,} x {N_COVARIATES + 2}",
        warm,
        f"{len(answer.evidence)} pieces of evidence, checkpointed and verified",
    )
    table.add("the same tool functions called directly", direct, "one process, no runtime, no loop, no record")
    table.add("overhead ratio", warm / direct, "warm ask / direct calls")
    return warm / direct


def _direct(answer: Answer, workspace: Workspace) -> float:
    env = WorkspaceEnv(workspace, 0)
    calls = [(get_tool(e.tool), e.args) for e in answer.evidence if e.ok and e.tool not in ("data_load", "graph_read")]
    started = time.perf_counter()
    for tool, args in calls:
        tool.run(tool.parse(args), env)
    return time.perf_counter() - started


def _cold(table: Table, scratch: Path) -> None:
    environment = os.environ | {"WHENCE_HOME": str(scratch / "cold")}
    command = [
        sys.executable,
        "-m",
        "whence",
        "ask",
        str(scratch / "speed.csv"),
        "what is the effect of t on y adjusting for x0?",
        "--json",
    ]
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    table.add("cold ask, whole process", time.perf_counter() - started, f"status {json.loads(done.stdout)['status']}")
