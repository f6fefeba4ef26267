"""The worker process: reads calls from a pipe, runs them, writes outcomes; `python -m whence.tools._worker`.

It ends when its pipe closes. While a call runs in native code nobody reads the pipe, so the kernel is asked to
end the process group when the other end goes away (`O_ASYNC`): a killed parent leaves no orphan.
"""

from __future__ import annotations

import importlib
import os
import random
import select
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ._execute import CallEnv, TableCache, execute, finder
from ._mirror import Delta, apply_delta
from ._wire import BrokenWire, receive, send
from .domain.model import Model
from .workspace import Workspace

WARM_MODULES = (
    "numpy", "pandas", "pyarrow.parquet", "scipy.stats", "scipy.optimize", "statsmodels.regression.linear_model",
    "sklearn.linear_model", "sklearn.model_selection",
)  # fmt: skip
"""Imported while the worker has nothing to do; dowhy and causal-learn wait until a tool asks for them."""
BEGUN = b'{"begun":true}'


class Setup(Model):
    """The first message: how this worker works."""

    memory_limit_mb: int
    tools: tuple[str, ...] = ()
    warm: bool = False


class Request(Model):
    """One call."""

    tool: str
    args: dict[str, Any]
    seed: int
    cwd: str
    """Where relative file names start, which is where the parent is now."""
    delta: Delta


def main() -> None:
    """Serve calls until the pipe closes."""
    inbox, outbox = _claim_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    first = receive(inbox)
    if first is None:
        return
    setup = Setup.model_validate_json(first)
    _limit_memory(setup.memory_limit_mb)
    find = finder(map(Path, setup.tools))
    cache = TableCache(limit_bytes=setup.memory_limit_mb * 2**20 // 4)
    workspace = Workspace(folder=Path())
    waiting = list(WARM_MODULES if setup.warm else ())
    with suppress(BrokenWire):
        send(outbox, BEGUN)
        while True:
            while waiting and not select.select([inbox], [], [], 0)[0]:
                importlib.import_module(waiting.pop(0))
            message = receive(inbox)
            if message is None:
                return
            send(outbox, BEGUN)
            with _end_with_parent(inbox):
                request = Request.model_validate_json(message)
                apply_delta(workspace, request.delta)
                with suppress(OSError):
                    os.chdir(request.cwd)
                _fix_seeds(request.seed)
                env = CallEnv(workspace, request.seed, cache, find)
                outcome = execute(find(request.tool), request.args, env)
            send(outbox, outcome.model_dump_json().encode())
            os.ftruncate(2, 0)
            os.lseek(2, 0, os.SEEK_SET)


def _claim_pipes() -> tuple[int, int]:
    """Move the protocol away from stdin and stdout, which libraries write to."""
    inbox, outbox = os.dup(0), os.dup(1)  # not inherited by children
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    return inbox, outbox


def _limit_memory(megabytes: int) -> None:
    """A backstop behind the parent's watch: one absurd allocation fails at once instead of filling the machine."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        limit = (2 * megabytes + 1024) * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _fix_seeds(seed: int) -> None:
    """Seed the global generators as well: a library that ignores the seed it is given still repeats itself."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % 2**32)


@contextmanager
def _end_with_parent(inbox: int) -> Generator[None]:
    """Have the kernel end this process group when the parent's end of the pipe closes, even in native code."""
    import fcntl

    signal.signal(signal.SIGIO, signal.SIG_DFL)  # which is to end the process
    flags = fcntl.fcntl(inbox, fcntl.F_GETFL)
    fcntl.fcntl(inbox, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(inbox, fcntl.F_SETFL, flags | os.O_ASYNC)
    try:
        if select.select([inbox], [], [], 0)[0]:  # it closed before the watch was set
            sys.exit(1)
        yield
    finally:
        fcntl.fcntl(inbox, fcntl.F_SETFL, flags)


if __name__ == "__main__":
    main()
