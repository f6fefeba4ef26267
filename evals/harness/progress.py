"""Show how far a run is and how long it will take, on stderr, once it has taken a while."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from .source import count_of
from .tally import Tally

if TYPE_CHECKING:
    from .run import Run

AFTER_S = 2.0
"""What is done sooner needs no progress."""


class Progress:
    """Listen to a run; one line that rewrites itself on a terminal, a line every half minute elsewhere."""

    def __init__(self, run: Run, *, quiet: bool = False) -> None:
        self._run = run
        self._quiet = quiet
        self._out = sys.stderr
        self._is_terminal = sys.stderr.isatty()
        self._started = time.monotonic()
        self._next = self._started + AFTER_S
        self._first: int | None = None
        self._total: int | None = None
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._is_terminal:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def __call__(self, tally: Tally) -> None:
        """Hear of one more answer."""
        now = time.monotonic()
        if self._first is None:
            self._first = len(tally) - 1
        if self._quiet or now < self._next:
            return
        if not self._shown:
            self._shown = True
            self._total = count_of(self._run.benchmark, self._run.info.selection)
        self._next = now + (0.2 if self._is_terminal else 30.0)
        text = self._text(tally, now - self._started)
        self._out.write(f"\r{text}\x1b[K" if self._is_terminal else f"{text}\n")
        self._out.flush()

    def _text(self, tally: Tally, seconds: float) -> str:
        done, since = len(tally), len(tally) - (self._first or 0)
        right = sum(tally.marks.credit) / done
        of = f" of {self._total:,}" if self._total else ""
        left = ""
        if self._total and since:
            left = f", {_span((self._total - done) * seconds / since)} left"
        tokens = tally.prompt_tokens + tally.completion_tokens
        spent = f", {tokens:,} tokens" if tokens else ""
        return f"{tally.benchmark.name}: {done:,}{of}, {right:.1%} right, {since / seconds:.1f}/s{spent}{left}"


def _span(seconds: float) -> str:
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02} min"
