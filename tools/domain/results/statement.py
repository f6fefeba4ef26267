"""Results about what a stated graph says: a statement that holds or not, and sets judged by a criterion."""

from __future__ import annotations

from typing import Literal

from ..model import Model
from .base import Result


class StatementVerdict(Result):
    """Whether a statement about two variables follows from a graph that is taken as given."""

    kind: Literal["statement"] = "statement"
    statement: str
    """The statement in words."""
    denial: str = ""
    """What is the case where it does not hold."""
    holds: bool
    reason: str
    """The path or formula that shows it, or why there is none."""
    path: str | None = None
    """A path that makes the statement true, or keeps an independence from being so."""
    formula: str | None = None
    """Of an effect that is identifiable."""

    def summary(self) -> str:
        denial = self.denial or f"{self.statement} does not hold"
        return f"{self.statement if self.holds else denial}. {self.reason}"[:1900]


class SetJudgement(Model):
    """One proposed set."""

    variables: tuple[str, ...]
    holds: bool
    reason: str


Criterion = Literal["backdoor", "frontdoor", "instrument"]


class SetsVerdict(Result):
    """Proposed sets judged by a criterion, and the one to take."""

    kind: Literal["sets"] = "sets"
    criterion: Criterion
    treatment: str
    outcome: str
    judged: tuple[SetJudgement, ...]
    best: tuple[int, ...]
    """Places of the sets to take, from 1: one when the question has one answer, none when no set qualifies."""
    reason: str

    def summary(self) -> str:
        sets = [
            f"{i}. {{{', '.join(j.variables)}}} {'qualifies' if j.holds else 'does not: ' + j.reason}"
            for i, j in enumerate(self.judged, start=1)
        ]
        return f"{self.criterion} for {self.treatment} on {self.outcome}: {self.reason} {'; '.join(sets)}."[:1900]
