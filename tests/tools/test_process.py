"""A worker ends within a second when it is cancelled or its parent dies, and never takes the run along."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from whence.tools.domain.errors import Cancelled
from whence.tools.runtime import CallStarted

pytestmark = pytest.mark.slow  # processes, servers or whole runs

PARENT = """
import sys
from pathlib import Path
from whence.tools.runtime import Runtime
from whence.tools.workspace import Workspace
runtime = Runtime(Workspace(folder=Path(".")), tools=[Path(sys.argv[1])])
runtime.run("data_quick", {})
print(runtime.pids[0], flush=True)
if sys.argv[2] != "idle":
    runtime.run(sys.argv[2], {"amount": 60} if sys.argv[2] == "data_hold_gil" else {})
sys.stdin.read()
"""


def gone(pid: int, within_s: float) -> bool:
    """Whether a process has ended by a deadline; a zombie has."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.005)
    return False


def until(condition: Callable[[], object], within_s: float = 30) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cancel_at_random(make: Callable, n_times: int) -> float:
    """Cancel native code at random moments; the longest time that a worker lived on, in seconds."""
    runtime, moments, longest = make(), random.Random(1), 0.0
    for _ in range(n_times):
        ended: list[BaseException] = []

        def call(ended: list[BaseException] = ended) -> None:
            try:
                runtime.run("data_native", {})
            except Cancelled as error:
                ended.append(error)

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        until(lambda: runtime.pids)
        time.sleep(moments.uniform(0, 0.6))  # from starting up to deep in LAPACK
        pid = runtime.pids[0]
        started = time.monotonic()
        runtime.cancel()
        assert gone(pid, 1.0)
        longest = max(longest, time.monotonic() - started)
        thread.join(5)
        assert [type(e) for e in ended] == [Cancelled]
        assert runtime.run("data_quick", {}).ok
    return longest


def test_a_cancelled_worker_is_gone_within_a_second_and_the_next_call_works(make):
    assert cancel_at_random(make, 5) < 1


def test_fifty_cancellations_at_random_moments(make, record_property):
    record_property("longest_s", cancel_at_random(make, 50))


def test_a_signal_handler_may_cancel(runtime):
    runtime.run("data_quick", {})
    pid = runtime.pids[0]
    before = signal.signal(signal.SIGUSR1, lambda *_: runtime.cancel())
    try:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        with pytest.raises(Cancelled):
            runtime.run("data_native", {})
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert gone(pid, 1.0)
    assert runtime.run("data_quick", {}).ok


def test_an_interrupt_ends_the_worker(runtime):
    runtime.run("data_quick", {})
    pid = runtime.pids[0]
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        runtime.run("data_native", {})
    assert gone(pid, 1.0)
    assert runtime.run("data_quick", {}).ok


def test_an_interrupt_ends_both_workers_of_a_batch(make, tmp_path):
    from whence.tools.domain.results import DatasetCard
    from whence.tools.workspace import Workspace

    workspace = Workspace(folder=tmp_path)
    workspace.tables["made"] = DatasetCard(name="made", source="m", sha256="0", n_rows=1, n_columns=0, columns=())
    runtime = make(workspace=workspace)
    calls = [
        CallStarted(tool="data_slow", args={"amount": 60, "dataset": "made", "text": text}) for text in ("a", "b", "c")
    ]
    pids: list[int] = []

    def interrupt() -> None:
        until(lambda: len(runtime.pids) == 2)
        pids.extend(runtime.pids)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        runtime.run_many(calls)
    assert len(pids) == 2
    assert all(gone(pid, 1.0) for pid in pids)
    assert workspace.ledger == []


def test_interrupts_at_random_moments_lose_no_worker_and_no_number(runtime):
    """Ctrl-C between any two steps of the parent: only `KeyboardInterrupt` comes out, and the next call works."""
    moments = random.Random(3)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for _ in range(60):
            with contextlib.suppress(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, moments.uniform(0.0005, 0.03))
                for _ in range(200):
                    runtime.run("data_quick", {})
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert runtime.run("data_quick", {}).ok
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert [e.id for e in runtime.workspace.ledger] == [f"E{i + 1}" for i in range(len(runtime.workspace.ledger))]


@pytest.mark.parametrize("doing", ["idle", "data_native", "data_hold_gil"])
def test_a_killed_parent_leaves_no_orphan(doing, tmp_path):
    misbehaving = Path(__file__).parent / "misbehaving.py"
    command = [sys.executable, "-c", PARENT, str(misbehaving), doing]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, text=True)
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        if doing == "data_native":
            busy = cpu_seconds(pid) + 0.2
            until(lambda: cpu_seconds(pid) > busy)
        else:
            time.sleep(0.3)
        assert not gone(pid, 0.01)
        parent.kill()
        assert gone(pid, 1.0)


def test_the_terminals_interrupt_does_not_reach_a_worker(runtime):
    runtime.run("data_quick", {})
    pid = runtime.pids[0]
    assert os.getsid(pid) == pid
    threading.Timer(0.1, os.kill, (pid, signal.SIGINT)).start()
    assert runtime.run("data_sleep", {"amount": 0.3}).ok
    assert runtime.pids == (pid,)


def test_a_worker_that_died_while_idle_is_replaced(runtime):
    runtime.run("data_quick", {})
    os.kill(runtime.pids[0], signal.SIGKILL)
    assert runtime.run("data_quick", {}).ok


def test_cancelling_nothing_changes_nothing(runtime):
    runtime.cancel()
    assert runtime.run("data_quick", {}).ok
    pids = runtime.pids
    runtime.cancel()
    assert runtime.run("data_quick", {}).ok
    assert runtime.pids == pids


def test_closing_leaves_no_process_and_no_descriptor(make):
    n_open = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        runtime = make()
        runtime.run("data_quick", {})
        pid = runtime.pids[0]
        runtime.close()
        assert not Path(f"/proc/{pid}").exists()
    assert len(os.listdir("/proc/self/fd")) == n_open


def test_threads_may_call_at_the_same_time(runtime):
    threads = [
        threading.Thread(target=runtime.run, args=("data_sleep", {"amount": 0.01}), daemon=True) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.id for e in runtime.workspace.ledger] == [f"E{i}" for i in range(1, 9)]
    assert all(e.ok for e in runtime.workspace.ledger)


def test_a_warm_worker_serves_calls_while_it_warms_up(runtime):
    runtime.warm()
    pids = runtime.pids
    assert runtime.run("data_quick", {}).ok
    assert runtime.pids == pids
    until(lambda: "sklearn" in Path(f"/proc/{pids[0]}/maps").read_text())
    assert runtime.run("data_quick", {}).ok


def test_an_end_does_not_wait_for_a_lock_that_an_interrupt_left_taken(runtime):
    assert runtime.run("data_quick", {}).ok
    worker = next(w for w in runtime._workers if w.pid)
    pid, process = worker.pid, worker._process
    assert process._popen._waitpid_lock.acquire(timeout=1)  # as Ctrl-C inside `Popen.poll` leaves it
    ended = threading.Thread(target=worker.close, daemon=True)
    ended.start()
    ended.join(5)
    assert not ended.is_alive()
    assert gone(pid, 1.0)
    assert runtime.run("data_quick", {}).ok
