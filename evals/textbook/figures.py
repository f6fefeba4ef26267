"""The figures that are published for data questions, from the answers of a run."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import mean, median

from ...tools.domain.model import Model
from ..harness.spec import Item
from .marks import CAP, CLOSE, Marks, mark


class Figures(Model):
    """Shares in [0, 1]; None where no item says what is right."""

    n: int
    abstained: int
    treatment: float | None
    outcome: float | None
    both: float | None
    """Treatment and outcome read right."""
    method: float | None
    close: float | None
    """Effects within 10 % of the published one."""
    median_error: float | None
    mean_error: float | None
    """Relative errors capped at 100 %; an abstention counts as 100 %."""
    significance: float | None

    def table(self) -> str:
        """The figures as lines of text."""
        shares = {
            "treatment read right": self.treatment, "outcome read right": self.outcome, "both read right": self.both,
            "method": self.method, f"effect within {CLOSE:.0%}": self.close, "median relative error": self.median_error,
            f"mean relative error (capped at {CAP:.0%})": self.mean_error, "significance": self.significance,
        }  # fmt: skip
        lines = [f"{name:40} {'-' if value is None else f'{value:7.1%}'}" for name, value in shares.items()]
        return "\n".join([f"{'items':40} {self.n:7}", f"{'abstained':40} {self.abstained:7}", *lines])


def figures(answered: Iterable[tuple[Item, str | None]]) -> Figures:
    """Count what was right over all items that ask for an effect in parts."""
    pairs = [(item, answer) for item, answer in answered if item.data.get("form") == "parts"]
    marks = [mark(item.target, answer, turned=bool(item.label_error)) for item, answer in pairs]
    errors = [m.error for m in marks if m.error is not None]
    return Figures(
        n=len(marks),
        abstained=sum(answer is None for _, answer in pairs),
        treatment=_share([m.treatment for m in marks]),
        outcome=_share([m.outcome for m in marks]),
        both=_share([_both(m) for m in marks]),
        method=_share([m.method for m in marks]),
        close=_share([e <= CLOSE for e in errors]),
        median_error=median(errors) if errors else None,
        mean_error=mean(errors) if errors else None,
        significance=_share([m.significant for m in marks]),
    )


def _both(m: Marks) -> bool | None:
    return None if m.treatment is None or m.outcome is None else m.treatment and m.outcome


def _share(found: list[bool | None]) -> float | None:
    known = [f for f in found if f is not None]
    return mean(known) if known else None
