"""A run is written as it goes, is the same with any number of workers, and goes on where it was stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from whence.evals.harness.record import RunFolder, all_runs, find_run
from whence.evals.harness.registry import get_benchmark
from whence.evals.harness.run import Limits, begin, resume, tally_of
from whence.evals.harness.scores import score
from whence.evals.harness.source import Selection, count_of, draw, items_of
from whence.tools.domain.errors import UsageError


def finished(home: Path, toy: str, workers: int | None = 1, **selection):
    home.mkdir(exist_ok=True)
    run = begin(home, toy, "rules", Selection(**selection), Limits(workers=workers, item_seconds=5))
    run.answer_all(lambda tally: None)
    return run


def answers(folder: RunFolder) -> list:
    return [(r.item.id, r.response) for r in folder.records()]


def test_what_breaks_or_refuses_is_counted_and_ends_nothing(home, toy):
    run = finished(home, toy)
    assert len(run.tally) == 40
    assert run.tally.failed == 1  # 26 breaks; 27 is refused by a tool, 25 abstains
    assert score(run.tally).overall.abstained == 3
    assert "ZeroDivisionError" in run.folder.find("n26").response.because
    assert run.folder.info.finished


@pytest.mark.slow
def test_an_item_that_takes_too_long_is_given_up(home, toy):
    run = begin(home / "a", toy, "rules", Selection(), Limits(item_seconds=0.01))
    run.answer_all(lambda tally: None)
    assert "over 0.01 s" in run.folder.find("n28").response.because
    assert run.tally.failed == 2


@pytest.mark.slow
def test_workers_change_nothing_but_the_time(home, toy):
    alone, two = finished(home, toy, 1, generate=200), finished(home, toy, 2, generate=200)
    assert answers(alone.folder) == answers(two.folder)


@pytest.mark.parametrize("torn", [0, 3, 200])
def test_a_run_whose_last_line_is_torn_goes_on_from_there(home, toy, torn):
    run = finished(home, toy, generate=30)
    whole = answers(run.folder)
    file = run.folder.path / "results.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:17]) + lines[17][:torn])
    again = resume(find_run(home, "last"), Limits(workers=1))
    heard: list[int] = []
    again.answer_all(lambda tally: heard.append(len(tally)))
    assert heard == list(range(18, 31))
    assert answers(again.folder) == whole
    assert score(again.tally) == score(run.tally) == score(tally_of(run.folder))


@pytest.mark.parametrize("torn", [b"", b"{", b'{"a": 1}'])
def test_a_run_that_died_in_its_first_line_begins_anew(home, toy, torn):
    run = finished(home, toy, generate=5)
    (run.folder.path / "results.jsonl").write_bytes(torn)
    again = resume(run.folder, Limits(workers=1))
    again.answer_all(lambda tally: None)
    assert len(again.tally) == 5


def test_a_damaged_line_is_not_passed_over(home, toy):
    run = finished(home, toy, generate=5)
    file = run.folder.path / "results.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b"{}\n" + lines[2])
    with pytest.raises(UsageError, match="Line 2 of"):
        resume(run.folder, Limits()).answer_all(lambda tally: None)


def test_data_that_changed_meanwhile_are_noticed(home, toy, tmp_path):
    data = tmp_path / "d.jsonl"
    data.write_text("".join(json.dumps({"number": n, "even": "no"}) + "\n" for n in (1, 2, 3)))
    run = finished(home, toy, data=str(data))
    data.write_text("".join(json.dumps({"number": n, "even": "no"}) + "\n" for n in (1, 4, 3)))
    with pytest.raises(UsageError, match="items have changed"):
        resume(run.folder, Limits()).answer_all(lambda tally: None)


def test_an_empty_file_is_no_run(home, toy, tmp_path):
    (tmp_path / "d.jsonl").write_text("")
    with pytest.raises(UsageError, match="There are no items"):
        finished(home, toy, data=str(tmp_path / "d.jsonl"))
    assert all_runs(home) == []


@pytest.mark.parametrize(("sign", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
@pytest.mark.slow
def test_a_stopped_process_resumes(home, toy, sign, status):
    command = [
        sys.executable,
        "-m",
        "whence",
        "eval",
        toy,
        "--generate",
        "60000",
        "--workers",
        "2",
        "--json",
        "--quiet",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    results = None
    until = time.monotonic() + 30
    while time.monotonic() < until and (results is None or results.stat().st_size < 10_000):
        results = next(home.glob("evals/*/results.jsonl"), None)
        time.sleep(0.02)
    os.killpg(process.pid, sign) if sign == signal.SIGINT else process.send_signal(sign)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (status, ""), err
    done = sum(1 for _ in RunFolder(results.parent).records())
    assert 0 < done < 60_000
    if sign == signal.SIGINT:
        assert f"whence eval --resume {results.parent.name}" in err
    again = resume(find_run(home, "last"), Limits(workers=1))
    again.info = again.info.model_copy(update={"selection": Selection(generate=done + 50)})
    again.answer_all(lambda tally: None)
    assert len(again.tally) == done + 50
    assert len({id for id, _ in answers(again.folder)}) == done + 50


MEMORY = """
import resource, sys
from pathlib import Path
from whence.evals.harness.run import Limits, begin
from whence.evals.harness.source import Selection
def peak(n):
    run = begin(Path(sys.argv[1]), sys.argv[2], "rules", Selection(generate=n), Limits(workers=1))
    run.answer_all(lambda tally: None)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
few = peak(2000)
print(peak(20000) - few)
"""


@pytest.mark.slow
def test_ten_times_the_items_take_no_more_memory(home, toy):
    home.mkdir()
    done = subprocess.run([sys.executable, "-c", MEMORY, str(home), toy], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 6  # megabytes; 18,000 items as text are 9


def test_a_sample_is_drawn_evenly_and_keeps_the_order():
    benchmark = get_benchmark(str(Path(__file__).with_name("toy_task.py")))
    counts = [0] * 40
    for seed in range(400):
        drawn = [int(item.id[1:]) for item in draw(benchmark.load(None), 10, seed)]
        assert drawn == sorted(set(drawn))
        assert len(drawn) == 10
        for n in drawn:
            counts[n] += 1
    # each is drawn with probability 1/4: 100 times, standard deviation 8.7
    assert 60 < min(counts) <= max(counts) < 140


def test_a_selection_is_the_same_every_time(toy):
    benchmark = get_benchmark(toy)
    chosen = Selection(limit=7, seed=3, perturb=("reword",))
    first, second = list(items_of(benchmark, chosen)), list(items_of(benchmark, chosen))
    assert first == second
    assert all("divisible by two" in item.prompt for item in first)
    assert count_of(benchmark, chosen) == 7
    assert count_of(benchmark, Selection(generate=5, limit=9)) == 5
    assert count_of(benchmark, Selection()) == 40


def test_items_are_not_read_ahead(toy):
    benchmark = get_benchmark(toy)
    endless = items_of(benchmark, Selection(generate=10**12))
    assert len(list(islice(endless, 3))) == 3
