"""Mark an answer part by part as textbook data questions are; where nothing can be answered, saying so is right."""

from __future__ import annotations

import json
from collections.abc import Iterable
from statistics import mean, median

from ...tools.domain.model import Model
from ..harness.spec import Item
from ..textbook.marks import CAP, CLOSE, Marks, mark


class Figures(Model):
    """Shares in [0, 1] over the questions that can be answered, but for `refused`."""

    n: int
    treatment: float
    outcome: float
    method: float
    close: float
    """Effects within 10 % of the truth."""
    median_error: float
    all_right: float
    """Variables, method and effect all right."""
    no_answer: int
    refused: float
    """Of the questions that cannot be answered, those without an estimate."""

    def table(self) -> str:
        """The figures as lines of text."""
        shares = {
            "treatment read right": self.treatment, "outcome read right": self.outcome, "method": self.method,
            f"effect within {CLOSE:.0%}": self.close, "all of these": self.all_right, "median relative error": self.median_error,
            "refused what cannot be answered": self.refused,
        }  # fmt: skip
        lines = [f"{name:40} {value:7.1%}" for name, value in shares.items()]
        return "\n".join(
            [f"{'questions with an answer':40} {self.n:7}", f"{'left unanswered':40} {self.no_answer:7}", *lines]
        )


def is_answerable(item: Item) -> bool:
    """Whether the table can answer the question."""
    return item.target != "{}"


def parts_right(item: Item, answer: str | None) -> Marks:
    """The marks of one answer; a method is right when it is any of those named."""
    target = json.loads(item.target)
    methods = str(target.pop("method")).split(" or ")
    marks = [mark(json.dumps({**target, "method": method}), answer) for method in methods]
    return max(marks, key=lambda m: bool(m.method))


def score(item: Item, answer: str) -> float:
    """The credit of an answer: the share of its parts that is right, none for an estimate where there can be none."""
    if not is_answerable(item):
        return float("effect" not in json.loads(answer))
    return parts_right(item, answer).credit


def figures(answered: Iterable[tuple[Item, str | None]]) -> Figures:
    """Count what was right."""
    pairs = list(answered)
    asked = [(i, a) for i, a in pairs if is_answerable(i)]
    others = [a for i, a in pairs if not is_answerable(i)]
    marks = [parts_right(i, a) for i, a in asked]
    errors = [CAP if m.error is None else m.error for m in marks]
    return Figures(
        n=len(marks),
        no_answer=sum(a is None or "effect" not in json.loads(a) for _, a in asked),
        treatment=_share(m.treatment for m in marks),
        outcome=_share(m.outcome for m in marks),
        method=_share(m.method for m in marks),
        close=_share(e <= CLOSE for e in errors),
        median_error=median(errors) if errors else 0.0,
        all_right=_share(m.credit == 1 for m in marks),
        refused=_share(a is None or "effect" not in json.loads(a) for a in others),
    )


def _share(found: Iterable[bool | None]) -> float:
    known = list(found)
    return mean(bool(f) for f in known) if known else 1.0
