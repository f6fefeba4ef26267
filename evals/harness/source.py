"""The items of a run, streamed: of the sample, a file or a generator, rewritten and drawn as was asked."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from pydantic import Field

from ...tools.domain.errors import UsageError
from ...tools.domain.model import Model
from .spec import Benchmark, Item


class Selection(Model):
    """Which items a run asks."""

    data: str | None = None
    """File or folder in a published format, as an absolute path; None for the bundled sample."""
    generate: int | None = Field(default=None, ge=1)
    """How many new items to make instead of reading any."""
    perturb: tuple[str, ...] = ()
    """Rewritings, applied in this order."""
    limit: int | None = Field(default=None, ge=1)
    """Ask so many, drawn at random; all when None."""
    seed: int = Field(default=0, ge=0)
    """Of generating, rewriting and drawing."""


def items_of(benchmark: Benchmark, selection: Selection) -> Iterator[Item]:
    """Stream the items; the same selection gives the same items in the same order.

    Raises:
        UsageError: the benchmark cannot do what is asked, or the data cannot be read.
    """
    items = _raw(benchmark, selection)
    if selection.limit is not None:
        items = draw(items, selection.limit, selection.seed)
    rewritings = [_rewriting(benchmark, name) for name in selection.perturb]
    for item in items:
        for rewrite in rewritings:
            item = rewrite(item, selection.seed)
        yield item


def draw(items: Iterator[Item], limit: int, seed: int) -> Iterator[Item]:
    """A simple random sample in the order of the items, holding no more than the sample.

    Files are sorted by kind of question, so the first few would not stand for all.

    Reference: Vitter 1985, algorithm R.
    """
    rng = random.Random(seed)
    kept = list(enumerate(islice(items, limit)))
    for position, item in enumerate(items, start=len(kept)):
        slot = rng.randrange(position + 1)
        if slot < limit:
            kept[slot] = (position, item)
    return (item for _, item in sorted(kept, key=lambda pair: pair[0]))


def count_of(benchmark: Benchmark, selection: Selection) -> int | None:
    """How many items there will be; None when counting them takes over a second."""
    known = selection.generate
    if known is None:
        until = time.monotonic() + 1.0
        known = 0
        for _ in _raw(benchmark, selection):
            known += 1
            if time.monotonic() > until:
                return None
    return min(known, selection.limit or known)


def _raw(benchmark: Benchmark, selection: Selection) -> Iterator[Item]:
    if selection.generate is not None:
        if benchmark.generate is None:
            raise UsageError(f"{benchmark.name} cannot generate items. Leave --generate out.")
        if selection.data is not None:
            raise UsageError("Generated items need no data. Give --generate or --data, not both.")
        return benchmark.generate(selection.generate, selection.seed)
    path = Path(selection.data) if selection.data is not None else None
    if path is not None and not path.exists():
        raise UsageError(f"There is no file or folder {selection.data!r} with items of {benchmark.name}.")
    return benchmark.load(path)


def _rewriting(benchmark: Benchmark, name: str):
    if name not in benchmark.perturb:
        known = ", ".join(get_close_matches(name, benchmark.perturb) or benchmark.perturb) or "none"
        raise UsageError(f"{benchmark.name} has no rewriting {name[:80]!r}; there are: {known}.")
    return benchmark.perturb[name]
