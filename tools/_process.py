"""The parent's side of a worker process: start it, call it, watch it, end it.

Whoever waits for a call watches it: every tick looks at the clock, at the memory of the process and at whether
the call was cancelled. So there is no thread to forget, and `kill` takes no lock: a signal handler may call it.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ._execute import Outcome
from ._mirror import Sent
from ._wire import HEADER, BrokenWire, length_of, send
from ._worker import Request, Setup
from .workspace import Workspace

MAX_WORKERS = 2
TICK_MS = 20
START_LIMIT_S = 120.0
"""For a fresh process to import what it needs on a busy machine."""


class Stopped(Exception):
    """The process was ended on purpose, for `time`, `memory` or `cancel`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Died(Exception):
    """The process ended by itself."""

    def __init__(self, status: int, last_words: str) -> None:
        super().__init__(f"the worker ended with status {status}: {last_words}")
        self.status = status
        """Minus the number of the signal, or the exit code."""


class Worker:
    """A worker process that is started when needed, and again after it was ended."""

    def __init__(self, memory_limit_mb: int, tools: tuple[Path, ...] = ()) -> None:
        self.warm = False
        """Whether a started process imports the heavy libraries while it has nothing to do."""
        self.owner: object | None = None
        """Who uses it now; None when it is free."""
        self._memory_limit_mb = memory_limit_mb
        self._tools = tools
        self._process: _Process | None = None
        self._sent = Sent()

    @property
    def pid(self) -> int | None:
        """Process id, or None when no process runs."""
        return self._process.pid if self._process and self._process.alive() else None

    def start(self) -> None:
        """Start the process if none runs; returns before it is ready."""
        if self.pid is None:
            self.close()
            self._sent = Sent()
            setup = Setup(memory_limit_mb=self._memory_limit_mb, tools=tuple(map(str, self._tools)), warm=self.warm)
            self._process = _Process(setup)

    def call(
        self,
        tool: str,
        args: dict[str, Any],
        workspace: Workspace,
        seed: int,
        *,
        time_limit_s: float,
        cancelled: Callable[[], bool],
    ) -> Outcome:
        """Run one call and wait for its outcome.

        Raises:
            Stopped: it ran out of time or memory, or `cancelled` came true; the process is gone.
            Died: the process ended by itself; it was given a second try if it died before the call reached it.
        """
        try:
            self._hand_over(tool, args, workspace, seed, cancelled)
            assert self._process is not None
            watch = self._watch(self._process, time.monotonic() + time_limit_s, cancelled)
            return Outcome.model_validate_json(self._process.receive(watch))
        except BaseException:  # a KeyboardInterrupt too: no call goes on when nobody waits for it
            self.close()
            raise

    def _hand_over(
        self, tool: str, args: dict[str, Any], workspace: Workspace, seed: int, cancelled: Callable[[], bool]
    ) -> None:
        """Give the call to a process that says it has begun; one that died while idle is replaced once."""
        for last_try in (False, True):
            self.start()
            assert self._process is not None
            watch = self._watch(self._process, time.monotonic() + START_LIMIT_S, cancelled)
            request = Request.model_construct(
                tool=tool, args=args, seed=seed, cwd=_here(workspace), delta=self._sent.delta(workspace)
            )
            try:
                self._process.ready(watch)
                self._process.send(request.model_dump_json().encode())
                self._process.receive(watch)
                return
            except Died:
                if last_try:
                    raise

    def _watch(self, process: _Process, deadline: float, cancelled: Callable[[], bool]) -> Callable[[], None]:
        def watch() -> None:
            if cancelled():
                why = "cancel"
            elif time.monotonic() > deadline:
                why = "time"
            elif (_resident_mb(process.pid) or 0) > self._memory_limit_mb:
                why = "memory"
            else:
                return
            process.kill()
            raise Stopped(why)

        return watch

    def kill(self) -> None:
        """End the process now. Takes no lock and waits for nothing."""
        if process := self._process:
            process.kill()

    def close(self) -> None:
        """End the process and wait until it is gone."""
        process, self._process = self._process, None
        if process:
            process.end()


class _Process:
    """One process and its pipes."""

    def __init__(self, setup: Setup) -> None:
        log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `_end`
        self._log = log
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-m", "whence.tools._worker"],  # -P: files of the working directory are not modules
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
            env=_environment(),
            start_new_session=True,  # the terminal's Ctrl-C goes to the parent alone; children die with the worker
        )
        self.end = weakref.finalize(self, _end, self._popen, log)
        assert self._popen.stdin
        assert self._popen.stdout
        self.pid = self._popen.pid
        self._inbox, self._outbox = self._popen.stdout.fileno(), self._popen.stdin.fileno()
        self._poller = select.poll()
        self._poller.register(self._inbox, select.POLLIN | select.POLLHUP)
        self._buffer = bytearray()
        self._ready = False
        with suppress(BrokenWire):  # the first `receive` reports it
            send(self._outbox, setup.model_dump_json().encode())

    def alive(self) -> bool:
        """Whether the process runs."""
        return _reaped(self._popen) is None

    def kill(self) -> None:
        """Send the signal that cannot be caught to the process and its children."""
        if self._popen.returncode is None:
            _kill_group(self.pid)

    def ready(self, watch: Callable[[], None]) -> None:
        """Wait until the process has started up."""
        if not self._ready:
            self.receive(watch)
            self._ready = True

    def send(self, message: bytes) -> None:
        """Write one message.

        Raises:
            Died: the process is gone.
        """
        try:
            send(self._outbox, message)
        except BrokenWire as error:
            raise self._death() from error

    def receive(self, watch: Callable[[], None]) -> bytes:
        """Wait for one message, calling `watch` at every tick.

        Raises:
            Died: the process is gone.
        """
        length = length_of(self._take(HEADER.size, watch))
        return self._take(length, watch)

    def _take(self, n_bytes: int, watch: Callable[[], None]) -> bytes:
        while len(self._buffer) < n_bytes:
            if not self._poller.poll(TICK_MS):
                watch()
            elif chunk := os.read(self._inbox, 2**20):
                self._buffer += chunk
            else:
                watch()  # a process that was cancelled did not die by itself
                raise self._death()
        taken = bytes(self._buffer[:n_bytes])
        del self._buffer[:n_bytes]
        return taken

    def _death(self) -> Died:
        until = time.monotonic() + 1
        while (status := _reaped(self._popen)) is None and time.monotonic() < until:
            time.sleep(TICK_MS / 1000)
        if status is None:  # it closed its pipes and goes on
            self.kill()
            status = _reaped(self._popen, wait=True)
        self._log.seek(0)
        return Died(status or 0, self._log.read()[-4000:].decode(errors="replace").strip("\0 \n"))


def _here(workspace: Workspace) -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:  # somebody removed the folder we are in
        return str(workspace.folder)


def _end(popen: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    _kill_group(popen.pid)
    _reaped(popen, wait=True)
    for pipe in (popen.stdin, popen.stdout, log):
        if pipe:
            pipe.close()


def _reaped(popen: subprocess.Popen[bytes], *, wait: bool = False) -> int | None:
    """Exit status of a process; None while it runs.

    Not `Popen.poll` and `Popen.wait`: a Ctrl-C between the two lines that take their lock leaves it taken for ever, and
    the next to wait for that process hangs.
    """
    if popen.returncode is None:
        try:
            pid, status = os.waitpid(popen.pid, 0 if wait else os.WNOHANG)
        except ChildProcessError:  # reaped by a call that was interrupted before it could note the status
            popen.returncode = -signal.SIGKILL
        else:
            if pid:
                popen.returncode = os.waitstatus_to_exitcode(status)
    return popen.returncode


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it is gone already
        os.killpg(pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    """The worker's environment: a fixed share of the cores for native threads, nothing that talks to a terminal."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = str(max(1, cores // MAX_WORKERS))  # also when one worker runs: the same numbers from either
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")  # fmt: skip
    fixed = {
        "PYTHONHASHSEED": "0",  # the order of sets in libraries is part of "same seed, same result"
        "PYTHONWARNINGS": "ignore",
        "MPLBACKEND": "Agg",
        "TQDM_DISABLE": "1",
    }
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONINSPECT"}
    return dict.fromkeys(threads, share) | inherited | fixed


def _resident_mb(pid: int) -> float | None:
    """Memory the process holds, in MiB; None where the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except FileNotFoundError:
        pass
    except (OSError, IndexError):
        return None
    try:
        import psutil
    except ImportError:
        return None
    with suppress(psutil.Error):
        return psutil.Process(pid).memory_info().rss / 2**20
    return None
