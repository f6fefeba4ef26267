"""Run a benchmark: stream the items, answer, write each answer down at once, and score; a stopped run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from .pool import solve_all
from .record import Policy, Record, RunFolder, RunInfo, new_id, new_run
from .registry import get_benchmark
from .source import Selection, items_of
from .spec import Benchmark, Item
from .tally import Tally

Listener = Callable[[Tally], None]


@dataclass(frozen=True)
class Limits:
    """What a run may use."""

    workers: int | None = None
    """Processes for the rules, threads for a model; None decides by how long it takes."""
    item_seconds: float = 300.0
    """Seconds for one item, then it counts as failed."""
    tokens: int | None = None
    """Tokens of prompts and replies in all sittings together; None for no limit."""
    calls: int | None = None
    """Calls of the model in all sittings together; None for no limit."""
    use_cache: bool = True
    """Whether an answer that this model has given to this very prompt before is taken again."""


@dataclass
class Run:
    """One run, new or resumed."""

    folder: RunFolder
    benchmark: Benchmark
    info: RunInfo
    tally: Tally
    limits: Limits = field(default_factory=Limits)

    def answer_all(self, on_answer: Listener) -> None:
        """Answer what is not answered yet.

        Raises:
            UsageError: the items are not those that the run began with, or there are none.
            LimitReached: the budget is spent; what was answered is saved.
        """
        items = items_of(self.benchmark, self.info.selection)
        before, started = self.info.seconds, time.monotonic()
        with self.folder:
            try:
                for known in self.folder.records():
                    self._check_same(known, next(items, None))
                    self.tally.add(known)
                with closing(self._answers(items)) as answers:  # an interruption ends the workers as well
                    for record in answers:
                        self.folder.append(record)
                        self.tally.add(record)
                        on_answer(self.tally)
                self.info = self.info.model_copy(update={"finished": True})
            finally:
                spent = before + time.monotonic() - started
                self.info = self.info.model_copy(update={"seconds": spent})
                self.folder.save(self.info)
        if not len(self.tally):
            raise UsageError(
                f"There are no items of {self.benchmark.name} in {self.info.selection.data or 'the sample'!r}."
            )

    def _answers(self, items: Iterator[Item]) -> Generator[Record]:
        if self.info.policy == "rules":
            assert self.benchmark.solve
            limits = self.limits
            for item, response, seconds in solve_all(
                self.info.benchmark, self.benchmark.solve, items, limits.workers, limits.item_seconds
            ):
                yield Record(item=item, response=response, seconds=seconds)
            return
        from .models import ask_all

        yield from ask_all(self, items)

    def _check_same(self, known: Record, item: Item | None) -> None:
        if item is None or (item.id, item.prompt) != (known.item.id, known.item.prompt):
            raise UsageError(
                f"The items have changed since the run {self.info.id!r} began: {known.item.id[:80]!r} is no longer in its "
                "place. Restore the data, or begin a new run."
            )


def begin(home: Path, benchmark: str, policy: Policy, selection: Selection, limits: Limits) -> Run:
    """Begin a run; nothing is asked yet.

    Args:
        home: Where Whence keeps what it remembers.
        benchmark: Name, or path of a `task.py`.
        policy: Who answers; for all but the rules the model that is configured.
        selection: Which items.
        limits: What may be used.

    Raises:
        UsageError: there is no such benchmark or its items cannot be had, or the rules cannot answer it.
    """
    from ... import __version__

    found = get_benchmark(benchmark)
    if policy == "rules" and found.solve is None:
        raise UsageError(f"The rules cannot answer {found.name}; only a model can. Use --policy direct, cot or llm.")
    if not list(islice(items_of(found, selection.model_copy(update={"limit": None})), 1)):
        raise UsageError(f"There are no items of {found.name} in {selection.data or 'the sample'!r}.")
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    info = RunInfo(
        id=new_id(benchmark), benchmark=benchmark, policy=policy, selection=selection, started=started,
        version=__version__, **_model(policy),
    )  # fmt: skip
    return Run(new_run(home, info), found, info, Tally(found), limits)


def _model(policy: Policy) -> dict[str, Any]:
    """The name and the prices of the model that is configured; nothing for the rules."""
    if policy == "rules":
        return {}
    from ...agent.policies.llm.config import load_config

    config = load_config()
    prices = {"prompt_price": config.prompt_price, "completion_price": config.completion_price}
    return {"model": config.model, **prices}


def resume(folder: RunFolder, limits: Limits) -> Run:
    """Go on with a stopped run; what is answered is not asked again."""
    info = folder.info
    benchmark = get_benchmark(info.benchmark)
    return Run(folder, benchmark, info, Tally(benchmark), limits)


def tally_of(folder: RunFolder) -> Tally:
    """Count the answers of a recorded run."""
    tally = Tally(get_benchmark(folder.info.benchmark))
    for record in folder.records():
        tally.add(record)
    return tally
