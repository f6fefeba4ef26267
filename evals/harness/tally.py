"""What scores need of each answer, kept as columns of numbers: about forty bytes an item, whatever its text."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from .answers import credit
from .record import Record
from .spec import Benchmark, Item, Response

NONE = -1
"""Code of an abstention, and of what is not there."""


@dataclass
class Codes:
    """Numbers for texts, in the order they came."""

    names: dict[str, int] = field(default_factory=dict[str, int])

    def of(self, text: str) -> int:
        """The number of a text."""
        return self.names.setdefault(text, len(self.names))


@dataclass
class Marks:
    """The credit and the class of each answer of one solver."""

    credit: array[float] = field(default_factory=lambda: array("d"))
    corrected: array[float] = field(default_factory=lambda: array("d"))
    """Credit against the corrected answer."""
    answer: array[int] = field(default_factory=lambda: array("i"))
    """Code of the answer, `NONE` for an abstention."""


@dataclass
class Tally:
    """The answers to a benchmark, one at a time."""

    benchmark: Benchmark
    marks: Marks = field(default_factory=Marks)
    shortcuts: dict[str, Marks] = field(default_factory=dict[str, Marks])
    labels: Codes = field(default_factory=Codes)
    target: array[int] = field(default_factory=lambda: array("i"))
    right: array[int] = field(default_factory=lambda: array("i"))
    """Code of the corrected answer; `NONE` where the published one is wrong or undecidable and no other is known."""
    is_label_error: array[int] = field(default_factory=lambda: array("b"))
    is_closed: array[int] = field(default_factory=lambda: array("b"))
    """Whether the answer is one of a few, so that it has a class."""
    clusters: dict[int, int] = field(default_factory=dict[int, int])
    cluster: array[int] = field(default_factory=lambda: array("i"))
    groups: dict[str, Codes] = field(default_factory=dict[str, Codes])
    group: dict[str, array[int]] = field(default_factory=dict[str, "array[int]"])
    unreadable: int = 0
    failed: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model_calls: int = 0
    solver_seconds: float = 0.0

    def __len__(self) -> int:
        return len(self.target)

    def add(self, record: Record) -> None:
        """Count one answer."""
        item, response = record.item, record.response
        for name, codes in self.group.items():
            codes.append(self.groups[name].of(item.groups[name]) if name in item.groups else NONE)
        for name in [n for n in item.groups if n not in self.group]:
            self.groups[name] = Codes()
            self.group[name] = array("i", [NONE] * len(self) + [self.groups[name].of(item.groups[name])])
        # a hash stands for the name: millions of clusters would not fit otherwise
        key = hash(item.cluster) if item.cluster else -len(self) - 2**62
        self.cluster.append(self.clusters.setdefault(key, len(self.clusters)))
        self.is_closed.append(_is_closed(item))
        self.is_label_error.append(bool(item.label_error) or item.corrected is not None)
        self.target.append(self._class(item, item.target))
        self.right.append(NONE if _is_undecided(item) else self._class(item, item.corrected or item.target))
        self._mark(self.marks, item, response.answer)
        for name, solve in self.benchmark.shortcuts.items():
            self._mark(self.shortcuts.setdefault(name, Marks()), item, solve(item).answer)
        self._spend(record, response)

    def _class(self, item: Item, answer: str) -> int:
        """Code of one of a few answers; numbers and free text have no class, and all the code 0."""
        return self.labels.of(answer.strip().lower()) if _is_closed(item) else 0

    def _mark(self, marks: Marks, item: Item, answer: str | None) -> None:
        marks.answer.append(NONE if answer is None else self._class(item, answer))
        marks.credit.append(credit(self.benchmark, item, answer))
        same = item.corrected is None
        marks.corrected.append(marks.credit[-1] if same else credit(self.benchmark, item, answer, item.corrected))

    def _spend(self, record: Record, response: Response) -> None:
        self.unreadable += response.unreadable
        self.failed += response.failed
        self.cached += record.cached
        self.solver_seconds += record.seconds
        if not record.cached:
            self.prompt_tokens += response.prompt_tokens
            self.completion_tokens += response.completion_tokens
            self.model_calls += response.model_calls


def _is_undecided(item: Item) -> bool:
    return bool(item.label_error) and item.corrected is None


def _is_closed(item: Item) -> bool:
    return item.answer_kind in ("yes_no", "choice", "label")
