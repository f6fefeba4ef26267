"""Have a model answer items: several at once, in order, each answer kept as soon as it is there."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING

from ...agent.policies.llm.client import ChatClient
from ...agent.policies.llm.config import load_config
from ...tools.domain.errors import UsageError
from .cache import AnswerCache
from .record import Record
from .solvers import Endpoint, ModelSolver, Spending
from .spec import Item
from .toolbench import Workshop

if TYPE_CHECKING:
    from .run import Run

THREADS = 4
Task = tuple[Item, "Future[Record]"]


def ask_all(run: Run, items: Iterator[Item]) -> Iterator[Record]:
    """Answer items in their order by the model of the run.

    Raises:
        UsageError: the model is not configured, or is another than the run began with.
        LimitReached: the budget is spent, or the endpoint is down; answers that came are kept.
    """
    endpoint = Endpoint(load_config())
    if endpoint.config.model != run.info.model:
        raise UsageError(
            f"The run {run.info.id!r} began with the model {run.info.model!r}; now {endpoint.config.model!r} is configured. "
            "Set WHENCE_MODEL to the former, or begin a new run."
        )
    tally, limits = run.tally, run.limits
    spent = tally.prompt_tokens + tally.completion_tokens
    spending = Spending(limits.tokens, limits.calls, tokens=spent, calls=tally.model_calls)
    cache = AnswerCache(run.folder.path.parent / "answers.sqlite" if limits.use_cache else None)
    workshop = Workshop() if run.info.policy == "llm" else None
    tasks: SimpleQueue[Task | None] = SimpleQueue()
    n_threads = limits.workers or THREADS
    # daemons: Ctrl-C ends the program without waiting for what the endpoint still has to say
    threads = [
        threading.Thread(target=_work, args=(run, endpoint, spending, workshop, cache, tasks), daemon=True)
        for _ in range(n_threads)
    ]
    under_way: deque[Future[Record]] = deque()
    patience_s = endpoint.config.total_s
    try:
        for thread in threads:
            thread.start()
        for item in items:
            future: Future[Record] = Future()
            under_way.append(future)
            tasks.put((item, future))
            if len(under_way) >= 2 * n_threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except (KeyboardInterrupt, GeneratorExit):
        patience_s = 0.2
        raise
    finally:
        for future in under_way:
            future.cancel()
        for _ in threads:
            tasks.put(None)
        _leave(threads, patience_s, workshop, cache)


def _leave(threads: list[threading.Thread], patience_s: float, workshop: Workshop | None, cache: AnswerCache) -> None:
    """Wait for the answers under way, which are paid for and are kept; not for long when the person wants to leave."""
    until = time.monotonic() + patience_s
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    if workshop:
        workshop.close()
    if not any(thread.is_alive() for thread in threads):
        cache.close()


def _work(
    run: Run,
    endpoint: Endpoint,
    spending: Spending,
    workshop: Workshop | None,
    cache: AnswerCache,
    tasks: SimpleQueue[Task | None],
) -> None:
    """One thread: take items until there are no more."""
    with ChatClient(endpoint.config) as client:
        solver = ModelSolver(run.benchmark, run.info.policy, client, endpoint, spending, workshop)
        while (task := tasks.get()) is not None:
            item, future = task
            if not future.set_running_or_notify_cancel():
                continue
            client.budget.used = 0  # retries are bounded for an item: a run of thousands meets many faults
            try:
                future.set_result(_answered(solver, cache, item))
            except BaseException as error:  # it is raised where the answer is waited for
                future.set_exception(error)


def _answered(solver: ModelSolver, cache: AnswerCache, item: Item) -> Record:
    started = time.perf_counter()
    key = solver.key(item)
    if known := cache.find(key):
        return Record(item=item, response=known, cached=True)
    response = solver.solve(item)
    cache.keep(key, response)
    return Record(item=item, response=response, seconds=time.perf_counter() - started)
