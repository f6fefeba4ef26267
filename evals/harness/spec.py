"""What a benchmark is: where its items come from, how one is answered, and when an answer is right.

A benchmark is one folder `evals/NAME` whose `task.py` defines `BENCHMARK`; the folders are the registry. Everything
else (running, resuming, scores with standard errors, tables, pages, Inspect) is shared and knows no benchmark by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ...tools.domain.model import Model

AnswerKind = Literal["yes_no", "choice", "number", "label", "text"]


class Item(Model):
    """One question and its published answer."""

    id: str
    """Unique in its benchmark and the same in every run."""
    prompt: str
    """All that a solver may read, as text."""
    target: str
    """The published answer, normalised as `answer_kind` says: `yes`, `2`, `0.4512`, `entailment`."""
    answer_kind: AnswerKind
    choices: tuple[str, ...] = ()
    """The allowed answers of `choice` and `label`."""
    tolerance: float = 0.0
    """How far a number may be from the target, absolute."""
    groups: dict[str, str] = {}
    """By what scores are broken down: rung, query type, sense, graph, number of variables."""
    cluster: str = ""
    """Items that share a story, graph or table; standard errors are clustered by it. Empty: each its own."""
    label_error: str = ""
    """Why the published answer is known to be wrong or undecidable, for all items of a documented class."""
    corrected: str | None = None
    """The right answer where it is known to differ from the published one."""
    data: dict[str, Any] = {}
    """What else a solver needs, JSON: paths of tables, a codebook. Never the target or anything that gives it away."""


class Response(Model):
    """What a solver said about one item."""

    answer: str | None
    """Normalised as the item's `answer_kind`; None abstains."""
    because: str = ""
    """The derivation, or why there is no answer, in words."""
    raw: str = ""
    """What a model wrote, whole."""
    unreadable: bool = False
    """Whether something was said that is no answer in the form asked for; `answer` is then None."""
    failed: bool = False
    """Whether the solver itself broke or took too long; `answer` is then None and `because` says how."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model_calls: int = 0


class Published(Model):
    """A result that others published, to stand beside ours."""

    system: str
    score: float
    """In per cent."""
    measure: Literal["accuracy", "f1", "error"]
    source: str


Solve = Callable[[Item], Response]


@dataclass(frozen=True)
class Benchmark:
    """One benchmark, whole."""

    name: str
    """The folder's name, as `whence eval NAME` takes it."""
    title: str
    licence: str
    source: str
    """Where the official files are from, and which revision."""
    load: Callable[[Path | None], Iterator[Item]]
    """Read items of any file or folder in a published format, one at a time; None: the bundled sample."""
    solve: Solve | None
    """Answer by the rule policy's own reading and tools; None where only a model can."""
    instructions: str
    """What a model is told before the prompt, about the form of the answer."""
    positive: str | None = None
    """The class whose F1 is reported; None: macro F1."""
    generate: Callable[[int, int], Iterator[Item]] | None = None
    """(number, seed) -> new items with exact answers, streamed; None where nothing can be generated."""
    perturb: Mapping[str, Callable[[Item, int], Item]] = field(default_factory=dict[str, Callable[[Item, int], Item]])
    """Named rewritings (item, seed) -> item that keep the answer: synonyms, passive, renaming, …"""
    shortcuts: Mapping[str, Solve] = field(default_factory=dict[str, Solve])
    """Baselines that never read the premise."""
    published: tuple[Published, ...] = ()
    score: Callable[[Item, str], float] | None = None
    """Credit in [0, 1] of an answer against the target; None: equality, or tolerance for numbers."""
