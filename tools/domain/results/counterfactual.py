"""Results about counterfactual probabilities: whether they follow from data, and by which formula."""

from __future__ import annotations

from typing import Literal

from .base import Result


class CounterfactualIdentification(Result):
    """Whether a probability over several worlds follows from observation, from experiments, or from neither."""

    kind: Literal["counterfactual_identification"] = "counterfactual_identification"
    query: str
    """What was asked, such as `P(y[x=1]=1 | x=0)`."""
    status: Literal["identified", "identified_from_experiments", "not_identifiable", "impossible_condition"]
    """`identified_from_experiments`: not from observation alone."""
    formula: str | None = None
    """Over observed distributions when identified, else over the experiments that are needed."""
    reason: str

    def summary(self) -> str:
        words = self.status.replace("_", " ")
        return f"{self.query}: {words}. {self.formula + '. ' if self.formula else ''}{self.reason}"[:1900]
