"""A replay gives every number again, and says what is different when the data are."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from whence.agent.session import Session
from whence.tools.domain.examples import get_example
from whence.tools.replay import changed_versions, compare, repeat, replay

from .conftest import N_SAMPLES, RUNS, Write

pytestmark = pytest.mark.slow  # processes, servers or whole runs

Runs = dict[str, dict[str, Any]]


def record_of(script: Path) -> dict[str, Any]:
    """The record a script holds."""
    calls = [n for n in ast.walk(ast.parse(script.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    (text,) = [n.args[0].value for n in calls if ast.unparse(n.func) == "json.loads"]  # type: ignore[attr-defined]
    return json.loads(text)


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_every_number_of_every_design_is_found_again(run: str, runs: Runs, write: Write) -> None:
    record = record_of(write("py", runs[run]))
    used = [e["tool"] for e in runs[run]["evidence"] if e["ok"]]
    assert [c["tool"] for c in record["calls"]] == used
    agrees, words = repeat(record, runs["folder"]["path"])
    assert agrees, words
    assert f"{len(used)} results computed again, 0 differences" in words


@pytest.mark.slow
def test_a_script_run_alone_agrees_whatever_the_order_of_sets(runs: Runs, write: Write, tmp_path: Path) -> None:
    script = write("py", runs["learned"])
    done = subprocess.run(
        [sys.executable, str(script), runs["folder"]["path"]], cwd=tmp_path, capture_output=True, text=True,
        env={"PYTHONHASHSEED": "77", "PATH": ""}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_cell_is_named_before_the_numbers_it_changes(runs: Runs, write: Write, tmp_path: Path) -> None:
    frame = get_example("confounder").simulate(N_SAMPLES, seed=3)
    frame.loc[7, "y"] += 0.5
    frame.to_csv(tmp_path / "confounder.csv", index=False)
    agrees, words = repeat(record_of(write("py", runs["backdoor"])), tmp_path)
    lines = words.splitlines()
    assert not agrees
    assert "the data in 'confounder.csv' are not those of the record" in lines[2]
    assert any(".value: recorded" in line for line in lines[3:])


def test_a_changed_record_is_found(runs: Runs, write: Write) -> None:
    record = record_of(write("py", runs["experiment"]))
    call = next(c for c in record["calls"] if c["result"]["kind"] == "estimate")
    call["result"]["value"] *= 1 + 1e-8
    (difference,) = compare(record["calls"], replay(record["calls"], runs["folder"]["path"], record["seed"]))
    assert difference.startswith(f"{call['id']}.value: recorded")


def test_a_missing_file_is_named_with_what_it_must_hold(runs: Runs, write: Write, tmp_path: Path) -> None:
    agrees, words = repeat(record_of(write("py", runs["backdoor"])), tmp_path)
    assert not agrees
    for part in ("'confounder.csv' is not in", "200 rows x 3 columns", "SHA-256", "'z'", "name the folder"):
        assert part in words


def test_a_table_without_the_column_is_a_difference_and_no_traceback(runs: Runs, write: Write, tmp_path: Path) -> None:
    get_example("confounder").simulate(N_SAMPLES, seed=3)[["t", "z"]].to_csv(tmp_path / "confounder.csv", index=False)
    agrees, words = repeat(record_of(write("py", runs["backdoor"])), tmp_path)
    assert not agrees
    assert "failed this time" in words


def test_a_record_cannot_reach_outside_the_folder(runs: Runs, write: Write, tmp_path: Path) -> None:
    record = record_of(write("py", runs["backdoor"]))
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    for path in ("../secret.csv", str(tmp_path / "secret.csv")):
        record["calls"][0]["args"]["path"] = path
        agrees, words = repeat(record, tmp_path / "inside")
        assert not agrees
        assert "outside the folders that may be read" in words


@pytest.mark.slow
def test_a_table_from_memory_is_asked_for_by_its_name_and_then_agrees(write: Write, tmp_path: Path) -> None:
    frame = get_example("randomised").simulate(80, seed=3)
    with Session(home=tmp_path / "home") as session:
        session.add_frame(frame, "my table: 7")
        answer = json.loads(session.ask("what is the effect of t on y?").model_dump_json())
    record = record_of(write("py", answer))
    agrees, words = repeat(record, tmp_path)
    assert not agrees
    assert "'my_table_7.parquet' is not in" in words
    assert "to_parquet" in words
    frame.to_parquet(tmp_path / "my_table_7.parquet", index=False)
    agrees, words = repeat(record, tmp_path)
    assert agrees, words


def test_versions_that_differ_are_named() -> None:
    assert changed_versions({"python": "1.4", "no-such-library": "2"})[1] == "no-such-library 2, now not installed"
    assert changed_versions({}) == []
