"""The chromadb index is real, and whatever happens to it a search is right."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from whence.memory import embedding
from whence.memory.database import FILE, Database
from whence.memory.index import SemanticIndex
from whence.memory.records import Hit
from whence.memory.sqlite_store import SqliteStore
from whence.memory.store import Memory, VolatileStore
from whence.tools.domain.graphs import Dag

pytestmark = pytest.mark.slow  # processes, servers or whole runs

WORDS = ["income", "rain", "vaccine", "school", "price", "sleep", "traffic", "crime", "soil", "latency", "tax", "gene"]


def open_indexed(folder: Path) -> SqliteStore:
    database = Database(folder)
    return SqliteStore(database, SemanticIndex(database, brute_force_max=0))


def fill(memory: Memory, n_graphs: int, seed: int = 0) -> None:
    rng = random.Random(seed)
    for i in range(n_graphs):
        memory.save_graph(f"study {i}", Dag.of(nodes=rng.sample(WORDS, 3)), note=f"number{i}")


def answers(memory: Memory) -> list[list[tuple[str, float]]]:
    """What a memory says to every word and to some numbers, names and scores."""
    said = [memory.search(query, limit=8) for query in (*WORDS, "number7", "crime and weather", "study 31")]
    return [[(hit.name, round(hit.score, 3)) for hit in hits] for hits in said]


def share_found(found: list[list[tuple[str, float]]], expected: list[list[tuple[str, float]]]) -> float:
    """The share of expected hits, with their exact scores, that were found."""
    pairs = list(zip(found, expected, strict=True))
    return sum(len(set(f) & set(e)) for f, e in pairs) / sum(len(e) for _, e in pairs)


def generation(folder: Path) -> str:
    return next(iter((folder / "index").iterdir())).name


def test_the_index_finds_what_comparing_with_everything_finds(tmp_path: Path) -> None:
    with open_indexed(tmp_path) as memory, VolatileStore() as oracle:
        fill(memory, 150)
        fill(oracle, 150)
        assert memory._index.rebuild() is not None
        assert answers(memory) == answers(oracle)
        found = memory._index.nearest("local", ["graph"], embedding.embed("number7"), 5)
        assert found is not None
        assert len(found) >= 5
        assert "chromadb" in sys.modules


def test_a_few_items_never_touch_the_index(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from whence.memory.store import open_memory
from whence.tools.domain.graphs import Dag
with open_memory(Path(sys.argv[1])) as memory:
    for i in range(20):
        memory.save_graph(f"g{i}", Dag.of("rain -> harvest"))
    assert len(memory.search("weather", limit=50)) == 20
print("chromadb" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
    assert not (tmp_path / "index").exists()


def test_the_index_stays_while_used_and_is_reopened_after_close(tmp_path: Path) -> None:
    with open_indexed(tmp_path) as memory:
        fill(memory, 40)
        before = answers(memory)
        first = generation(tmp_path)
        for i in range(5):
            memory.save_graph(f"more {i}", Dag.of(nodes=["pepper"]))
            assert len(memory.search("pepper")) == i + 1
        assert generation(tmp_path) == first
        memory.close()
        assert answers(memory) == before
        assert generation(tmp_path) == first, "a clean close lets the next open trust the files"


def test_an_index_left_open_is_not_trusted(tmp_path: Path) -> None:
    code = "import sys, os; sys.path.insert(0, sys.argv[2]); from test_index import *\n"
    code += "m = open_indexed(Path(sys.argv[1])); fill(m, 40); m.search('rain'); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)], check=False)
    killed = generation(tmp_path)
    with open_indexed(tmp_path) as memory, VolatileStore() as oracle:
        fill(oracle, 40)
        assert answers(memory) == answers(oracle)
    assert generation(tmp_path) != killed


def damage(folder: Path, rng: random.Random) -> str:
    """Do something to the index that a disk, a person or another program might do."""
    index = folder / "index"
    files = sorted(p for p in index.rglob("*") if p.is_file())
    how = rng.choice(["flip", "zero", "truncate", "unlink", "rmtree", "empty", "file", "garbage", "swap"])
    if how == "rmtree" or not files:
        shutil.rmtree(index, ignore_errors=True)
        return "rmtree"
    path = rng.choice(files)
    size = path.stat().st_size
    if how == "flip" or how == "zero":
        with path.open("r+b") as file:
            for _ in range(30):
                file.seek(rng.randrange(max(1, size - 64)))
                file.write(rng.randbytes(64) if how == "flip" else bytes(64))
    elif how == "truncate":
        os.truncate(path, size // 2)
    elif how == "unlink":
        path.unlink()
    elif how == "empty":
        shutil.rmtree(index)
        index.mkdir()
    elif how == "file":
        shutil.rmtree(index)
        index.write_text("not a folder")
    elif how == "garbage":
        (path.parent / "extra.bin").write_bytes(rng.randbytes(1000))
    else:
        other = rng.choice(files)
        path.write_bytes(other.read_bytes())
    return f"{how} {path.name}"


def survives_damage(folder: Path, trials: int, n_graphs: int, seed: int, least_share: float) -> None:
    rng = random.Random(seed)
    with open_indexed(folder) as memory, VolatileStore() as oracle:
        fill(memory, n_graphs)
        fill(oracle, n_graphs)
        memory._index.rebuild()
        for trial in range(trials):
            if rng.random() < 0.5:
                memory.close()
            done = damage(folder, rng)
            expected = answers(oracle)
            assert share_found(answers(memory), expected) >= least_share, done
            memory._index.rebuild()
            assert share_found(answers(memory), expected) >= least_share, done
            nodes = rng.sample(WORDS, 2)
            for store in (memory, oracle):
                store.save_graph(f"trial {trial}", Dag.of(nodes=nodes))


def test_a_damaged_or_deleted_index_changes_no_answer(tmp_path: Path) -> None:
    survives_damage(tmp_path, trials=10, n_graphs=60, seed=random.randrange(10**6), least_share=1)


@pytest.mark.timeout(300)
def test_a_damaged_or_deleted_index_changes_no_answer_thirty_times(tmp_path: Path) -> None:
    survives_damage(tmp_path, trials=30, n_graphs=800, seed=13, least_share=0.97)


def test_one_owner_writes_the_index_and_others_are_right_without_it(tmp_path: Path) -> None:
    with open_indexed(tmp_path) as owner, open_indexed(tmp_path) as other, VolatileStore() as oracle:
        fill(owner, 50)
        fill(oracle, 50)
        assert answers(owner) == answers(oracle)
        assert other._index.rebuild() is None
        assert answers(other) == answers(oracle)
        other.save_graph("new", Dag.of(nodes=["pepper"]))
        assert [hit.name for hit in owner.search("pepper")] == ["new"]
        owner.close()
        assert other._index.rebuild() is not None, "whoever comes next may own it"
        assert answers(other) == answers(oracle)


def test_a_search_follows_a_batch_at_a_time_and_is_right_before_it_is_level(tmp_path: Path) -> None:
    database = Database(tmp_path)
    index = SemanticIndex(database, brute_force_max=0, batch=40)
    with SqliteStore(database, index) as memory:
        fill(memory, 90)
        first = [hit.name for hit in memory.search("number85")]
        assert index.nearest("local", ["graph"], embedding.embed("rain"), 5) is None, "not level yet"
        assert index.nearest("local", ["graph"], embedding.embed("rain"), 5) is not None
        assert [hit.name for hit in memory.search("number85")] == first
        assert first[0] == "study 85"


def test_hidden_and_foreign_items_never_come_out_of_the_index(tmp_path: Path) -> None:
    with open_indexed(tmp_path) as memory:
        theirs = memory.for_tenant("someone else")
        theirs.save_graph("secret", Dag.of(nodes=["pepper"]))
        memory.save_graph("gone", Dag.of(nodes=["pepper"]))
        memory.save_graph("here", Dag.of(nodes=["pepper"]))
        memory.search("pepper")
        memory.delete("gone")
        assert [hit.name for hit in memory.search("pepper")] == ["here"]
        assert [hit.name for hit in theirs.search("pepper")] == ["secret"]
        memory.restore("gone")
        assert {hit.name for hit in memory.search("pepper")} == {"gone", "here"}


def test_a_replaced_memory_gets_an_index_of_its_own(tmp_path: Path) -> None:
    with open_indexed(tmp_path) as memory:
        fill(memory, 30)
        memory.search("rain")
        for path in tmp_path.glob(FILE + "*"):
            path.unlink()
        memory.save_graph("only one", Dag.of(nodes=["rain"]))
        assert [hit.name for hit in memory.search("rain")] == ["only one"]


def test_vectors_of_another_embedding_are_made_anew(tmp_path: Path) -> None:
    with open_indexed(tmp_path) as memory:
        fill(memory, 20)
        before: tuple[Hit, ...] = memory.search("rain")
        memory.close()
        connection = sqlite3.connect(tmp_path / FILE)
        connection.execute("UPDATE items SET embedder = 'older', embedding = zeroblob(2048)")
        connection.commit()
        connection.close()
        after = memory.search("rain")
        assert [h.score for h in after] == [h.score for h in before]
        assert {h.name for h in memory.search("rain", limit=20)} >= {h.name for h in before}


def test_no_socket_is_opened_for_a_search(tmp_path: Path) -> None:
    code = """
import socket, sys
def refuse(*a, **k): raise AssertionError("network")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
sys.path.insert(0, sys.argv[2])
from test_index import *
m = open_indexed(Path(sys.argv[1])); fill(m, 30); assert m.search("rain"); m._index.rebuild(); assert m.search("rain")
m.close(); assert m.search("rain"); m.close()
print("chromadb" in sys.modules, "onnxruntime" in sys.modules)
"""
    command = [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (said.stdout.split(), said.returncode) == (["True", "False"], 0), said.stderr
