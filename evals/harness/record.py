"""The record of a run on disk: what was asked of whom, and one line for each answer, as it comes.

`WHENCE_HOME/evals/RUN/` holds `run.json` and `results.jsonl`. Answers are written in the order of the items, so the
number of whole lines says where a stopped run goes on, and the file is the same whatever the number of workers.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

from pydantic import ValidationError

from ...tools.domain.errors import UsageError
from ...tools.domain.model import Model
from .source import Selection
from .spec import Item, Response

Policy = Literal["rules", "llm", "direct", "cot"]


class RunInfo(Model):
    """What a run asks of whom."""

    id: str
    benchmark: str
    """Name, or path of its `task.py`."""
    policy: Policy
    model: str = ""
    """Name of the model, as the endpoint calls it; empty for the rules."""
    prompt_price: float | None = None
    """Of a million prompt tokens, in the currency of the configuration; None when it names no price."""
    completion_price: float | None = None
    """Of a million tokens that the model writes."""
    selection: Selection
    started: str
    version: str
    """Of Whence."""
    seconds: float = 0.0
    """Wall time of answering, over all its sittings."""
    finished: bool = False

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """What so many tokens cost; None without prices."""
        if self.prompt_price is None or self.completion_price is None:
            return None
        return (prompt_tokens * self.prompt_price + completion_tokens * self.completion_price) / 1e6


class Record(Model):
    """One line: an item, what was said, and how long that took."""

    item: Item
    response: Response
    seconds: float = 0.0
    """Of answering this item."""
    cached: bool = False
    """Whether the answer was known from an earlier run, and nothing was asked or spent."""


class RunFolder:
    """One run on disk; use it in a `with` block to write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._results = path / "results.jsonl"
        self._out = None

    @property
    def info(self) -> RunInfo:
        """What the run asks of whom, as last saved.

        Raises:
            UsageError: it cannot be read.
        """
        try:
            return RunInfo.model_validate_json((self.path / "run.json").read_bytes())
        except (OSError, ValidationError) as error:
            raise UsageError(
                f"The record {str(self.path)!r} of a run cannot be read ({type(error).__name__}). `whence eval runs` lists the runs."
            ) from error

    def save(self, info: RunInfo) -> None:
        """Write what the run asks, whole or not at all."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self.path / ".run.json"
        temporary.write_text(info.model_dump_json(indent=2) + "\n", encoding="utf-8")
        os.replace(temporary, self.path / "run.json")

    def __enter__(self) -> RunFolder:
        self._cut_torn_line()
        self._out = self._results.open("ab")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._out:
            self._out.close()
            self._out = None

    def append(self, record: Record) -> None:
        """Write one answer; it survives the end of this process. An answer that was paid for reaches the disk first."""
        assert self._out, "open the folder with `with` to write"
        self._out.write(record.model_dump_json().encode("utf-8", "backslashreplace") + b"\n")
        self._out.flush()
        if record.response.model_calls and not record.cached:
            os.fsync(self._out.fileno())

    def records(self) -> Iterator[Record]:
        """All whole lines in order; what a crash left half written is not one."""
        if not self._results.exists():
            return
        with self._results.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    return
                yield self._parsed(line, number)

    def _parsed(self, line: bytes, number: int) -> Record:
        try:
            return Record.model_validate_json(line)
        except ValidationError as error:
            raise UsageError(
                f"Line {number} of {str(self._results)!r} is damaged. Delete the lines from there on and resume the run."
            ) from error

    def find(self, item_id: str) -> Record:
        """The answer to one item.

        Raises:
            UsageError: the run did not ask it.
        """
        wanted = json.dumps(item_id, ensure_ascii=False).encode()
        if self._results.exists():
            with self._results.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    if wanted in line and line.endswith(b"\n") and (r := self._parsed(line, number)).item.id == item_id:
                        return r
        raise UsageError(f"The run {self.path.name!r} has no item {item_id[:80]!r}.")

    def _cut_torn_line(self) -> None:
        if not self._results.exists():
            return
        with self._results.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            while end > 0:
                start = max(0, end - 65536)
                file.seek(start)
                at = file.read(end - start).rfind(b"\n")
                if at >= 0:
                    end = start + at + 1
                    break
                end = start
            file.truncate(end)


def new_run(home: Path, info: RunInfo) -> RunFolder:
    """Make the folder of a new run."""
    folder = RunFolder(home / "evals" / info.id)
    folder.save(info)
    return folder


def new_id(benchmark: str) -> str:
    """An id that sorts by time and says what was run."""
    stem = benchmark.removesuffix("/task.py").removesuffix(".py").rsplit("/", 1)[-1]
    plain = "".join(ch if ch.isascii() and ch.isalnum() else "-" for ch in stem)[:40]
    now = datetime.now(UTC)
    return f"{now:%Y%m%d-%H%M%S}{now.microsecond // 1000:03}-{plain}-{secrets.token_hex(2)}"


def find_run(home: Path, id: str) -> RunFolder:
    """Look up a run by its id, the beginning of it, or `last`.

    Raises:
        UsageError: there is none, or several begin so.
    """
    names = [folder.path.name for folder in all_runs(home)]
    found = (
        names[:1] if id == "last" else [n for n in names if n == id] or [n for n in names if id and n.startswith(id)]
    )
    if len(found) != 1:
        what = "no evaluation" if not found else "more than one evaluation"
        raise UsageError(f"There is {what} whose id begins with {id[:60]!r}. `whence eval runs` lists them.")
    return RunFolder(home / "evals" / found[0])


def all_runs(home: Path) -> list[RunFolder]:
    """Every recorded run, newest first."""
    return [RunFolder(file.parent) for file in sorted((home / "evals").glob("*/run.json"), reverse=True)]
