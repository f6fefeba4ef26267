"""Run tool calls: validate, bound, run in a warm worker process, and put the outcome in the ledger.

A tool that fails is evidence too (`ok=False`): whoever decides reads why, and the run goes on. Time, memory and
cancellation end the worker process, never a thread, because native code cannot be interrupted otherwise; the next
call gets a new process. Every call runs in a worker, the pure graph tools as well: the way there and back takes
about a millisecond, and enumerating graphs can take for ever too.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Lock
from typing import Any, Protocol, Self

from pydantic import ValidationError

from ._calls import predict, refuse_costly, refuse_huge, shorten
from ._execute import CRASH, CallEnv, Outcome, TableCache, execute, finder
from ._process import MAX_WORKERS, Died, Stopped, Worker
from ._provenance import provenance
from .domain import errors
from .domain.errors import BackendFailed, Cancelled, TimedOut, ToolError
from .domain.evidence import Evidence, Provenance
from .domain.model import Model
from .domain.results import Result, result_from_json
from .spec import Cost, Tool
from .workspace import Workspace

SECOND_WORKER_S = 3.0
"""A batch predicted to take longer than this starts the second worker, which costs about as much."""
FREE = Cost(seconds=0)
MAX_MESSAGE = 2000
"""Characters of an error message; wrong arguments can be named a million times over."""


class ToolCrashed(RuntimeError):
    """A tool raised what no tool may raise: a bug of ours; the message holds the worker's traceback."""


class Call(Protocol):
    """What is asked for; `agent.state.ToolCall` is one."""

    @property
    def tool(self) -> str: ...
    @property
    def args(self) -> dict[str, Any]: ...
    @property
    def why(self) -> str: ...
    @property
    def exploratory(self) -> bool: ...


class CallStarted(Model):
    """A call was handed over."""

    tool: str
    args: dict[str, Any]
    why: str = ""
    exploratory: bool = False


@dataclass(frozen=True)
class _Prepared:
    """A call after validation: either ready to run, or already ended by `outcome`."""

    call: CallStarted
    tool: Tool[Any, Any] | None = None
    cost: Cost = FREE
    outcome: Outcome | None = None


@dataclass
class _Batch:
    """Calls that run together; they end when it has ended, or when the runtime was cancelled since its epoch."""

    epoch: int
    ended: bool = False


class Runtime:
    """Runs calls over one workspace and appends the evidence to its ledger.

    Args:
        workspace: Tables, graphs and ledger; calls see it as it is when they start.
        seed: Of every call; the same call with the same seed gives the same result.
        time_limit_s: Wall seconds of one call, counted when its worker has begun.
        memory_limit_mb: Of one worker process, libraries included. The watch samples every 20 ms, so a call may
            overshoot by what it can allocate in that time.
        on_event: Hears of each call that starts and of each piece of evidence, in the thread of the caller.
        isolate: False runs calls in this process, with no limits and no cancellation: for tests of tools.
        tools: Python files with further tools (`TOOL`, or a tuple `TOOLS`), loaded here and in the workers.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        seed: int = 0,
        time_limit_s: float = 120,
        memory_limit_mb: int = 4096,
        on_event: Callable[[CallStarted | Evidence], None] | None = None,
        isolate: bool = True,
        tools: Sequence[Path] = (),
    ) -> None:
        self.workspace = workspace
        self.seed = seed
        self.time_limit_s = time_limit_s
        self.memory_limit_mb = memory_limit_mb
        self._on_event = on_event
        self._isolate = isolate
        self._find = finder(tools)
        self._cache = TableCache(limit_bytes=memory_limit_mb * 2**20 // 4)
        self._workers = tuple(Worker(memory_limit_mb, tuple(tools)) for _ in range(MAX_WORKERS))
        self._free = Condition()
        self._cancelled = 0
        self._closed = False
        self._ledger_lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start the worker and let it import the heavy libraries in the background; returns at once."""
        for worker in self._workers:
            worker.warm = True
        if self._isolate:
            self._workers[0].start()

    def cancel(self) -> None:
        """Stop what runs now; its caller gets `Cancelled`. For another thread or a signal handler: takes no lock."""
        self._cancelled += 1
        for worker in self._workers:
            if worker.owner:
                worker.kill()

    def close(self) -> None:
        """End the workers; a later call would start new ones."""
        self._closed = True
        self._cancelled += 1
        for worker in self._workers:
            worker.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that run."""
        return tuple(pid for worker in self._workers if (pid := worker.pid))

    def run(self, tool: str, args: dict[str, Any], *, why: str = "", exploratory: bool = False) -> Evidence:
        """Run one call and append its evidence to the ledger.

        Returns:
            Evidence; a failed tool gives `ok=False` with the error's class name and message.

        Raises:
            Cancelled: `cancel` was called meanwhile; nothing was appended.
            UsageError, LimitReached: raised by the tool.
            ToolCrashed: the tool has a bug.
        """
        return self.run_many([CallStarted.model_construct(tool=tool, args=args, why=why, exploratory=exploratory)])[0]

    def run_many(
        self, calls: Sequence[Call], on_done: Callable[[Evidence], None] | None = None
    ) -> list[Evidence]:  # fmt: skip
        """Run independent calls: each sees the workspace as it was before the batch.

        Args:
            calls: Run by two workers when the batch is predicted to be long.
            on_done: Called with each piece of evidence in the order of `calls`, once it and all before it are done.

        Returns:
            Evidence in the order of `calls`, and numbered so.

        Raises:
            As `run`; what was done before the call that raised is in the ledger.
        """
        batch = _Batch(self._cancelled)
        before = _frozen(self.workspace)
        prepared = [self._prepare(call, before) for call in calls]
        slow = sum(p.cost.seconds for p in prepared) > SECOND_WORKER_S and len(calls) > 1
        pool = ThreadPoolExecutor(max_workers=MAX_WORKERS) if slow and self._isolate else None
        done: list[Evidence] = []
        try:
            running = [pool.submit(self._attempt, p, before, batch) for p in prepared] if pool else []
            for i, p in enumerate(prepared):
                self._tell(p.call)
                outcome = running[i].result() if pool else self._attempt(p, before, batch)
                done.append(self._record(p, outcome))
                if on_done:
                    on_done(done[-1])
        finally:
            batch.ended = True  # after an error or Ctrl-C the other lane stops within a tick
            if pool:
                pool.shutdown(cancel_futures=True)
        return done

    def _prepare(self, call: Call, workspace: Workspace) -> _Prepared:
        """Validate and bound a call; what is refused here never reaches a worker."""
        shown = CallStarted(
            tool=shorten(call.tool), args=shorten(call.args), why=shorten(call.why), exploratory=call.exploratory
        )
        try:
            tool = self._find(call.tool)
            refuse_huge(tool.name, call.args)
            args = json.loads(tool.parse(call.args).model_dump_json())
            shown = shown.model_copy(update={"args": args})
            cost = predict(tool, args, workspace)
            refuse_costly(tool.name, cost, self.time_limit_s, self.memory_limit_mb)
        except ToolError as error:
            return _Prepared(shown, outcome=Outcome(error=type(error).__name__, message=str(error)[:MAX_MESSAGE]))
        return _Prepared(shown, tool, cost)

    def _attempt(self, p: _Prepared, workspace: Workspace, batch: _Batch) -> Outcome:
        if p.outcome:
            return p.outcome
        assert p.tool
        if not self._isolate:
            return execute(p.tool, p.call.args, CallEnv(workspace, self.seed, self._cache, self._find))
        token = object()  # a worker is given back even when Ctrl-C comes just as it was taken
        try:
            worker = self._take(token)
            return self._call(worker, p, workspace, batch)
        finally:
            self._give_back(token)

    def _take(self, token: object) -> Worker:
        """The first free worker, waiting for one; the first is warm, so it is preferred."""
        with self._free:
            while True:
                for worker in self._workers:
                    if worker.owner is None:
                        worker.owner = token
                        return worker
                self._free.wait()

    def _give_back(self, token: object) -> None:
        with self._free:
            for worker in self._workers:
                if worker.owner is token:
                    worker.owner = None
                    self._free.notify()

    def _call(self, worker: Worker, p: _Prepared, workspace: Workspace, batch: _Batch) -> Outcome:
        try:
            return worker.call(
                p.call.tool,
                p.call.args,
                workspace,
                self.seed,
                time_limit_s=self.time_limit_s,
                cancelled=lambda: batch.ended or batch.epoch != self._cancelled,
            )
        except (Stopped, Died) as end:
            if not self._closed:
                worker.start()  # the next call finds it starting up
            return self._explain(p, end)

    def _explain(self, p: _Prepared, end: Stopped | Died) -> Outcome:
        """Put the end of a worker process into words for whoever decides what to do next."""
        assert p.tool
        name, advice = p.call.tool, p.cost.advice or "Use fewer columns or rows, or raise the limit."
        if isinstance(end, Stopped) and end.why == "cancel":
            raise Cancelled("The run was stopped. What was done before is in the ledger.")
        if isinstance(end, Stopped):
            limit = f"{self.time_limit_s:g} s" if end.why == "time" else f"{self.memory_limit_mb} MB of memory"
            return Outcome(error=TimedOut.__name__, message=f"{name} was stopped at its limit of {limit}. {advice}")
        if end.status == -signal.SIGKILL:
            text = f"{name} was ended by the system, most likely because the machine ran out of memory. {advice}"
            return Outcome(error=TimedOut.__name__, message=text)
        if end.status < 0:
            what = signal.Signals(-end.status).name
            text = f"The library behind {name} crashed its process ({what}). Try another tool, or other columns."
            return Outcome(error=BackendFailed.__name__, message=text)
        return Outcome(error=CRASH, message=str(end))

    def _record(self, p: _Prepared, outcome: Outcome) -> Evidence:
        """Turn an outcome into evidence and append it to the ledger, or raise what is not for the policy."""
        kind = getattr(errors, outcome.error, None) if outcome.error else None
        if outcome.error and kind is None:
            raise ToolCrashed(f"{p.call.tool} has a bug; please report it.\n{outcome.message}")
        if kind and not issubclass(kind, ToolError):
            raise kind(outcome.message)
        result = _typed(p.call.tool, outcome)
        with self._ledger_lock:
            evidence = Evidence(
                id=f"E{len(self.workspace.ledger) + 1}",
                tool=p.call.tool,
                args=p.call.args,
                ok=result is not None,
                result=outcome.result,
                summary=result.summary() if result else outcome.message,
                assumptions=result.assumptions if result else (),
                checks=result.checks if result else (),
                warnings=(*(result.warnings if result else ()), *outcome.warnings),
                error=outcome.error,
                exploratory=p.call.exploratory,
                provenance=provenance(p.tool, outcome, result, self.seed) if p.tool else Provenance(seed=self.seed),
            )
            self.workspace.absorb(evidence, result)
        self._tell(evidence)
        return evidence

    def _tell(self, event: CallStarted | Evidence) -> None:
        if self._on_event:
            self._on_event(event)


def _frozen(workspace: Workspace) -> Workspace:
    """The workspace as it is now; what is added later does not show in it."""
    now = {
        "tables": dict(workspace.tables), "graphs": dict(workspace.graphs), "ledger": list(workspace.ledger)
    }  # fmt: skip
    return workspace.model_copy(update=now)


def _typed(tool: str, outcome: Outcome) -> Result | None:
    if outcome.result is None:
        return None
    try:
        return result_from_json(outcome.result)
    except (KeyError, ValidationError) as error:
        raise ToolCrashed(f"{tool} returned a result that cannot be read back: {error!r:.500}") from error
