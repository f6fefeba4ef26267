"""Measure the memory: what survives `kill -9`, how long calls take, how well search recalls.

In each round writers save, rename, delete, restore and
undo graphs and save findings, announcing each operation before and acknowledging it after; they are killed at a
random moment. The same operations on a store in this process tell what must be on disk: everything acknowledged,
and of the one operation that was under way all or nothing.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...memory.database import FILE, Database
from ...memory.index import SemanticIndex
from ...memory.sqlite_store import SqliteStore
from ...memory.store import Memory, VolatileStore, open_memory
from ...tools.domain.errors import BadArguments
from ...tools.domain.graphs import Dag
from ._table import Table
from .memory_recall import QUESTIONS, THINGS

N_ROUNDS = 50
ACTS = ("save", "save", "save", "rename", "delete", "restore", "undo", "finding")
Snapshot = tuple[object, ...]


@dataclass
class Killed:
    """What was found after the rounds."""

    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    """Writers whose acknowledged operations were not all there, or whose last one was there by half."""
    damaged: int = 0
    """Rounds after which SQLite's integrity check did not say ok."""


def act(memory: Memory, rng: random.Random, own: str) -> None:
    """Do one random operation on the graphs of one writer; what cannot be done is refused alike everywhere."""
    what, number = rng.choice(ACTS), rng.randrange(10**9)
    name, other = f"{own} {rng.randrange(5)}", f"{own} {rng.randrange(5)}"
    try:
        if what == "save":
            memory.save_graph(name, Dag.of(f"a -> b{number % 50}", "b -> c", nodes=[str(number % 7)]), note=str(number))
        elif what == "rename":
            memory.rename(name, other)
        elif what == "delete":
            memory.delete(name)
        elif what == "restore":
            memory.restore(name, other)
        elif what == "undo":
            memory.undo(name)
        else:
            memory.save_finding(words=f"{own} asks {number}", answer={"n": number}, claim="x" * (number % 3000))
    except BadArguments:
        pass


def write_until_killed(folder: str, own: str, seed: str) -> None:
    """Operate for ever, announcing (`t`) and acknowledging (`a`) each operation on standard output."""
    rng = random.Random(int(seed))
    memory = open_memory(Path(folder))
    while True:
        os.write(1, b"t")
        act(memory, rng, own)
        os.write(1, b"a")


def snapshot(memory: Memory, own: str) -> Snapshot:
    """Everything one writer can see of its own, versions included."""
    mine = own + " "
    live = [[(r.name, r.version, r.digest, r.note) for r in memory.history(g.name)]
            for g in memory.list_graphs() if g.name.startswith(mine)]  # fmt: skip
    gone = [(g.name, g.version, g.digest) for g in memory.list_graphs(deleted=True) if g.name.startswith(mine)]
    said = [(f.words, f.claim, str(f.answer)) for f in memory.list_findings(limit=100_000) if f.words.startswith(mine)]
    return (sorted(live), gone, said)


def expected(own: str, seed: int, acknowledged: int, announced: int) -> tuple[Snapshot, ...]:
    """What may be on disk: all that was acknowledged, with or without the operation that was under way."""
    memory, rng = VolatileStore(), random.Random(seed)
    for _ in range(acknowledged):
        act(memory, rng, own)
    without = snapshot(memory, own)
    if announced == acknowledged:
        return (without,)
    act(memory, rng, own)
    return (without, snapshot(memory, own))


def kill_writers(folder: Path, rng: random.Random, round_number: int, n_writers: int, found: Killed) -> None:
    """Start writers, kill them at a random moment, compare what is on disk with what they were told."""
    seeds = {f"w{round_number}.{i}": rng.randrange(2**32) for i in range(n_writers)}
    command = [sys.executable, "-m", "whence.evals.bench.memory", "--write", str(folder)]
    writers = {own: subprocess.Popen([*command, own, str(seed)], stdout=subprocess.PIPE) for own, seed in seeds.items()}
    first = next(iter(writers.values()))
    assert first.stdout is not None
    began = first.stdout.read(1)
    time.sleep(rng.random() * 0.25)
    for writer in writers.values():
        writer.kill()
    said = {own: (began if w is first else b"") + w.communicate()[0] for own, w in writers.items()}
    with open_memory(folder) as memory:
        for own, seed in seeds.items():
            done = said[own].count(b"a")
            found.acknowledged += done
            found.lost += snapshot(memory, own) not in expected(own, seed, done, said[own].count(b"t"))
    with sqlite3.connect(folder / FILE) as connection:
        found.damaged += connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
    connection.close()
    found.rounds += 1


def kill_rounds(folder: Path, rounds: int, n_writers: int = 2, seed: int = 0) -> Killed:
    """Kill writers again and again; every third round starts with an empty folder, so that creation is hit too."""
    rng, found = random.Random(seed), Killed()
    for number in range(rounds):
        kill_writers(folder / str(number // 3), rng, number, n_writers, found)
    return found


def latencies(folder: Path, n_graphs: int = 3_000) -> list[tuple[str, float]]:
    """Median milliseconds of each call, on a memory of `n_graphs` graphs of five nodes."""
    rng = random.Random(1)
    database = Database(folder)
    index = SemanticIndex(database)
    rows: list[tuple[str, float]] = []
    words = [f"{a}{b}" for a in ("income", "health", "school", "rain", "price") for b in range(400)]
    with SqliteStore(database, index) as memory:
        graphs = [Dag.of(*(f"{w} -> y" for w in rng.sample(words, 4))) for _ in range(n_graphs)]
        rows.append(("save", _median(lambda i: memory.save_graph(f"g{i}", graphs[i]), n_graphs)))
        rows.append(("get", _median(lambda i: memory.get_graph(f"g{i}"), 300)))
        index.brute_force_max = n_graphs
        rows.append((f"search in SQLite, {n_graphs:,}", _median(lambda i: memory.search(words[i]), 30)))
        began = time.perf_counter()
        index.rebuild()
        rows.append((f"build chromadb, {n_graphs:,}", 1000 * (time.perf_counter() - began)))
        index.brute_force_max = 0
        rows.append((f"search by chromadb, {n_graphs:,}", _median(lambda i: memory.search(words[i]), 30)))
    return rows


def recall() -> tuple[int, int, int, int]:
    """How many questions there are, and for how many the right thing came first, among three, among five."""
    with VolatileStore() as memory:
        for name, text in THINGS.items():
            memory.save_finding(words=name, answer={}, claim=f"{name}: {text}")
        found = [([hit.name for hit in memory.search(words, limit=5)], name) for words, name in QUESTIONS if name]
    ranks = [hits.index(name) if name in hits else 9 for hits, name in found]
    return len(ranks), sum(r < 1 for r in ranks), sum(r < 3 for r in ranks), sum(r < 5 for r in ranks)


def _median(call: Callable[[int], object], n: int) -> float:
    seconds: list[float] = []
    for i in range(n):
        began = time.perf_counter()
        call(i)
        seconds.append(time.perf_counter() - began)
    return 1000 * statistics.median(seconds)


def main() -> int:
    """Run everything and print the figures; 1 when anything acknowledged was lost or a file was damaged."""
    kills = Table("Memory: killed writers", ("kill -9 rounds", "acknowledged", "lost", "damaged files"))
    times = Table("Memory: speed", ("what", "median ms"))
    recalled = Table("Memory: recall", ("paraphrases", "first", "in three", "in five"))
    folder = Path(tempfile.mkdtemp(prefix="whence-bench-"))
    try:
        found = kill_rounds(folder / "kill", N_ROUNDS)
        kills.add(found.rounds, f"{found.acknowledged:,}", found.lost, found.damaged)
        kills.publish("memory_kills")
        for what, milliseconds in latencies(folder / "latencies"):
            times.add(what, f"{milliseconds:.2f}")
        times.publish("memory_speed")
        recalled.add(*recall())
        recalled.publish("memory_recall")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return int(found.lost > 0 or found.damaged > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write_until_killed(*sys.argv[2:5])
    sys.exit(main())
