"""Killed at any moment, started all at once, on a full or locked disk: nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from whence.evals.bench.memory import kill_rounds
from whence.memory import schema
from whence.memory.database import FILE, Database
from whence.memory.index import SemanticIndex
from whence.memory.sqlite_store import SqliteStore
from whence.memory.store import default_folder, open_memory
from whence.tools.domain.errors import UsageError
from whence.tools.domain.graphs import Dag

A_TO_B = Dag.of("a -> b")


def python(code: str, *args: object, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PRELUDE + textwrap.dedent(code), *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)  # type: ignore[call-overload]


PRELUDE = """
import os, sys, time, resource, signal
from pathlib import Path
from whence.memory.database import Database
from whence.memory.index import SemanticIndex
from whence.memory.sqlite_store import SqliteStore
from whence.tools.domain.errors import UsageError
from whence.tools.domain.graphs import Dag
database = Database(Path(sys.argv[1]))
memory = SqliteStore(database, SemanticIndex(database, brute_force_max=0))
"""


@pytest.mark.slow
def test_kill_9_loses_nothing_acknowledged_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    found = kill_rounds(tmp_path, rounds=20, n_writers=2, seed=random.randrange(10**6))
    assert (found.rounds, found.lost, found.damaged) == (20, 0, 0)
    assert found.acknowledged > 100


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_kill_9_of_four_writers_many_times(tmp_path: Path) -> None:
    found = kill_rounds(tmp_path, rounds=25, n_writers=4, seed=12)
    assert (found.rounds, found.lost, found.damaged) == (25, 0, 0)


START_TOGETHER = """
while time.time() < float(sys.argv[2]): pass
for i in range(3):
    memory.save_graph(f"{os.getpid()} {i}", Dag.of("rain -> harvest", nodes=[str(os.getpid())]))
    memory.save_graph("shared", Dag.of(nodes=[f"{os.getpid()} {i}"]))
assert memory.search("rain harvest", limit=100)
print(os.getpid())
memory.close()
"""


def start_together(folder: Path) -> None:
    """Four processes make one memory at the same moment, search by chromadb included."""
    import time

    at = time.time() + 1.0
    processes = [python(START_TOGETHER, folder, at) for _ in range(4)]
    said = [p.communicate(timeout=60)[0] for p in processes]
    assert [p.returncode for p in processes] == [0] * 4, said
    with open_memory(folder) as memory:
        assert {r.name for r in memory.list_graphs()} == {"shared"} | {
            f"{p.pid} {i}" for p in processes for i in range(3)
        }
        assert [r.version for r in memory.history("shared")] == list(range(1, 13))
        assert len(memory.search("rain harvest", limit=100)) == 12


@pytest.mark.slow
def test_four_processes_make_one_memory_together(tmp_path: Path) -> None:
    for number in range(3):
        start_together(tmp_path / str(number))


def test_a_file_that_becomes_ours_while_it_is_checked_is_ours(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with closing(sqlite3.connect(path, isolation_level=None)) as looking:

        def made_by_another_process(statement: str) -> None:
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                if "sqlite_master" in statement and not schema.version_of(other):
                    schema.migrate(other)

        looking.set_trace_callback(made_by_another_process)
        schema.check(looking, str(path))
        assert schema.version_of(looking) == len(schema.MIGRATIONS)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_four_processes_make_one_memory_together_ten_times(tmp_path: Path) -> None:
    for number in range(10):
        start_together(tmp_path / str(number))


def test_nothing_is_made_before_the_first_write_and_then_for_the_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    with open_memory(folder) as memory:
        assert memory.list_graphs() == memory.search("x") == memory.list_findings() == ()
        assert not (tmp_path / "not").exists()
        memory.save_graph("g", A_TO_B)
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (folder, *folder.iterdir())}
    assert modes.pop("yet") == 0o700
    assert modes.keys() >= {FILE, FILE + "-wal"}
    assert set(modes.values()) == {0o600}


def test_the_folder_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path / "x"))
    assert default_folder() == tmp_path / "x"
    monkeypatch.delenv("WHENCE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".whence"


def test_every_write_is_synchronised_with_the_disk(tmp_path: Path) -> None:
    database = Database(tmp_path)
    with database.write() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    database.close()


DISK_FULL = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
acknowledged = 0
try:
    while True:
        memory.save_graph("g", Dag.of(nodes=[str(acknowledged)]), note="n" * 20_000)
        acknowledged += 1
except UsageError as error:
    print(acknowledged, memory.get_graph("g").version if acknowledged else 0, error)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [0, 1, 5, 40, 50, 60, 80, 100, 200, 300])
def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, kilobytes: int) -> None:
    said = python(DISK_FULL, tmp_path / "m", kilobytes * 1024).communicate(timeout=60)[0]
    acknowledged, seen, *words = said.split(" ")
    assert "free some space" in " ".join(words), said
    assert acknowledged == seen
    with open_memory(tmp_path / "m") as memory:
        if int(acknowledged):
            assert memory.get_graph("g").version == int(acknowledged)
        assert memory.save_graph("after", A_TO_B).version == 1
    with sqlite3.connect(tmp_path / "m" / FILE) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


READ_ONLY = """
import numpy, tenacity, chromadb, pickle
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(memory.get_graph("g").graph, [h.name for h in memory.search("a b")])
try:
    memory.save_graph("g", Dag.of("x -> y"))
except UsageError as error:
    print(error)
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users may enter; pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder / "m"
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without rights")
@pytest.mark.parametrize("open_elsewhere", [False, True])
def test_a_read_only_memory_can_be_read_and_says_why_not_written(public_folder: Path, open_elsewhere: bool) -> None:
    with open_memory(public_folder) as memory:
        memory.save_graph("g", A_TO_B)
        if not open_elsewhere:
            memory.close()
        for path in (public_folder, *public_folder.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        said = python(READ_ONLY, public_folder, cwd="/").communicate(timeout=60)[0]
    assert said.startswith("a -> b ['g']"), said
    assert "make the file and its folder writable" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("how", ["text", "truncated", "flipped", "empty_schema", "directory"])
def test_a_damaged_file_is_said_and_left_as_it_is(tmp_path: Path, how: str) -> None:
    with open_memory(tmp_path) as memory:
        for i in range(30):
            memory.save_graph(f"g{i}", Dag.of(nodes=[str(i)]), note="n" * 500)
    path = tmp_path / FILE
    whole = path.read_bytes()
    if how == "directory":
        path.unlink()
        path.mkdir()
    else:
        page = 4096
        path.write_bytes({"text": b"hello " * 5000, "truncated": whole[: len(whole) // 2 // page * page],
                          "flipped": whole[:page] + bytes(b ^ 0x5A for b in whole[page:]),
                          "empty_schema": whole[:100] + bytes(len(whole) - 100)}[how])  # fmt: skip
    before = path.read_bytes() if path.is_file() else None
    with open_memory(tmp_path) as memory:
        for act in (memory.list_graphs, lambda: memory.save_graph("new", A_TO_B)):
            with pytest.raises(UsageError, match="WHENCE_HOME"):
                act()
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_silent_change_inside_a_graph_is_noticed(tmp_path: Path) -> None:
    with open_memory(tmp_path) as memory:
        memory.save_graph("g", A_TO_B)
        with memory._database.write() as connection:
            connection.execute("UPDATE versions SET graph = replace(graph, '\"b\"', '\"c\"')")
        with pytest.raises(UsageError, match="not what was saved"):
            memory.get_graph("g")


def test_a_newer_format_and_a_foreign_database_are_left_alone(tmp_path: Path) -> None:
    with open_memory(tmp_path / "new") as memory:
        memory.save_graph("g", A_TO_B)
    for folder, statement, message in (
        ("new", "PRAGMA user_version = 99", "Upgrade Whence"),
        ("foreign", "CREATE TABLE theirs (x)", "another program"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        connection = sqlite3.connect(tmp_path / folder / FILE)
        connection.execute(statement)
        connection.close()
        with open_memory(tmp_path / folder) as memory, pytest.raises(UsageError, match=message):
            memory.save_graph("g", A_TO_B)


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "x", tmp_path / "file", tmp_path / ("n" * 300), Path("a\0b")):
        with open_memory(folder) as memory, pytest.raises(UsageError, match="WHENCE_HOME"):
            memory.save_graph("g", A_TO_B)


def test_a_lock_that_ends_is_waited_for_and_one_that_stays_is_said(tmp_path: Path) -> None:
    with open_memory(tmp_path) as memory:
        memory.save_graph("g", A_TO_B)
    other = sqlite3.connect(tmp_path / FILE, check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    impatient = Database(tmp_path, patience_s=0.3, busy_timeout_s=0.1)
    with SqliteStore(impatient, SemanticIndex(impatient)) as memory:
        assert memory.get_graph("g").graph == A_TO_B, "readers do not wait for writers"
        with pytest.raises(UsageError, match="locked by another process"):
            memory.save_graph("g", Dag.of("x -> y"))
    patient = Database(tmp_path, patience_s=20, busy_timeout_s=0.1)
    with SqliteStore(patient, SemanticIndex(patient)) as memory:
        timer = threading.Timer(0.5, lambda: other.execute("ROLLBACK"))
        timer.start()
        assert memory.save_graph("g", Dag.of("x -> y")).version == 2
        timer.join()
    other.close()


def test_a_memory_deleted_under_us_is_never_written_into_the_void(tmp_path: Path) -> None:
    with open_memory(tmp_path) as memory:
        memory.save_graph("old", A_TO_B)
        for path in tmp_path.glob(FILE + "*"):
            path.unlink()
        assert memory.list_graphs() == ()
        memory.save_graph("new", A_TO_B)
        with open_memory(tmp_path) as other:
            assert [r.name for r in other.list_graphs()] == ["new"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_may_use_the_memory_too(tmp_path: Path) -> None:
    code = """
    memory.save_graph("parent", Dag.of("a -> b"))
    memory.search("a b")
    pid = os.fork()
    for i in range(20):
        memory.save_graph(f"{'child' if pid == 0 else 'parent'} {i}", Dag.of("a -> b"))
        assert memory.search("a b")
    if pid == 0:
        memory.close()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    print(len(memory.list_graphs()))
    memory.close()
    """
    process = python(code, tmp_path)
    assert process.communicate(timeout=60)[0].strip().endswith("41")


def test_saving_and_reading_import_nothing_heavy(tmp_path: Path) -> None:
    code = """
    memory.save_graph("g", Dag.of("a -> b")); memory.get_graph("g"); memory.list_graphs(); memory.undo
    print(sorted({"chromadb", "numpy", "pandas", "tenacity"} & set(sys.modules)))
    """
    assert python(code, tmp_path).communicate(timeout=60)[0].strip() == "[]"
