"""Answer items by the rule policy in worker processes: in order, a bounded number under way, at constant memory."""

from __future__ import annotations

import json
import math
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import connection, get_context, parent_process

from ...tools.domain.errors import Cancelled, LimitReached, TimedOut, ToolError, UsageError
from .spec import Item, Response, Solve

CHUNK = 16
"""Items that travel together; fewer leave a worker idle less often, more cost less on the way."""
ENOUGH_ALONE_S = 3.0
"""Seconds for which one process works alone: starting workers would take as long."""
MOST_WORKERS = 8
"""Each holds the libraries in memory."""
Answered = tuple[Item, Response, float]


def solve_one(solve: Solve, item: Item, limit_s: float) -> Answered:
    """Answer one item and time it; a tool that refuses is an abstention with its reason."""
    started = time.perf_counter()
    try:
        with _time_limit(limit_s):
            response = solve(item)
    except ToolError as error:
        response = Response(answer=None, because=f"{type(error).__name__}: {error}", failed=isinstance(error, TimedOut))
    except (UsageError, LimitReached, Cancelled):
        raise
    except Exception as error:  # the solver is what is measured: that it breaks on one item is a result, and counted
        response = Response(answer=None, because=f"broke: {type(error).__name__}: {error}"[:2000], failed=True)
    return item, response, time.perf_counter() - started


@contextmanager
def _time_limit(seconds: float) -> Generator[None]:
    """Raise `TimedOut` in the main thread after so many seconds; elsewhere there are no signals, and no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise TimedOut(f"The item took over {seconds:g} s.")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def solve_all(
    benchmark: str, solve: Solve, items: Iterator[Item], n_workers: int | None, limit_s: float
) -> Iterator[Answered]:
    """Answer items in their order.

    Args:
        benchmark: Name by which a worker finds the same benchmark.
        solve: Its rule policy.
        items: Read no further ahead than the workers need.
        n_workers: Processes; None uses this one, and all processors once that has taken a while.
        limit_s: Seconds that one item may take.
    """
    n_processors = min(MOST_WORKERS, os.cpu_count() or 1)
    alone_s = ENOUGH_ALONE_S if n_workers is None else 0.0
    if (n_workers or n_processors) == 1:
        alone_s = math.inf
    until = time.monotonic() + alone_s
    for item in items:
        if time.monotonic() >= until:
            yield from _pooled(benchmark, chain((item,), items), n_workers or n_processors, limit_s)
            return
        yield solve_one(solve, item, limit_s)


def _pooled(benchmark: str, items: Iterator[Item], n_workers: int, limit_s: float) -> Iterator[Answered]:
    pool = ProcessPoolExecutor(n_workers, get_context("spawn"), initializer=_begin, initargs=(benchmark, limit_s))
    under_way: deque[tuple[list[Item], Future[str]]] = deque()
    try:
        while chunk := list(islice(items, CHUNK)):
            under_way.append((chunk, pool.submit(_solve_chunk, [item.model_dump_json() for item in chunk])))
            if len(under_way) > 2 * n_workers:
                yield from _taken(*under_way.popleft())
        while under_way:
            yield from _taken(*under_way.popleft())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _taken(chunk: list[Item], future: Future[str]) -> Iterator[Answered]:
    for item, (response, seconds) in zip(chunk, json.loads(future.result()), strict=True):
        yield item, Response.model_validate(response), seconds


def _begin(benchmark: str, limit_s: float) -> None:
    """Prepare a worker: Ctrl-C is the parent's to handle, and without its parent a worker has no purpose."""
    from .registry import get_benchmark

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    solve = get_benchmark(benchmark).solve
    assert solve
    _prepared.append((solve, limit_s))


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


_prepared: list[tuple[Solve, float]] = []
"""In a worker: what answers, and for how long."""


def _solve_chunk(items: list[str]) -> str:
    solve, limit_s = _prepared[0]
    answered = [solve_one(solve, Item.model_validate_json(item), limit_s) for item in items]
    return json.dumps([(response.model_dump(mode="json"), seconds) for _, response, seconds in answered])
