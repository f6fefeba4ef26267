"""The result of telling cause from effect between two variables."""

from __future__ import annotations

from typing import Literal

from ..model import Model
from .base import Result


class AdditiveFit(Model):
    """How well one direction fits: the effect as a function of the cause, plus noise that does not depend on the cause."""

    dependence: float
    """HSIC of cause and noise, normalised as a squared correlation between 0 and 1; smaller is better."""
    p_value: float
    """Of the noise being independent of the cause."""
    r_squared: float
    """Share of the effect's variance that the fitted function explains, on rows left out."""


class PairwiseDirection(Result):
    """Which of two variables is the cause, by the asymmetry of additive noise."""

    kind: Literal["pairwise_direction"] = "pairwise_direction"
    source: str
    target: str
    leans: Literal["->", "<-"]
    """The direction whose noise depends less on its cause, source first; a guess unless `decided`."""
    decided: bool
    """Whether one direction fits and the other is rejected."""
    forward: AdditiveFit
    """Of source -> target."""
    backward: AdditiveFit
    n_used: int
    n_dropped: int = 0

    def summary(self) -> str:
        cause, effect = (self.source, self.target) if self.leans == "->" else (self.target, self.source)
        sure = "fits, and the reverse is rejected" if self.decided else "fits better, but the data do not decide"
        p = [f"{f.p_value:.3g}" for f in (self.forward, self.backward)]
        return (
            f"{cause} -> {effect} {sure} (additive noise; p = {p[0]} for {self.source} -> {self.target}, "
            f"{p[1]} for the reverse, n = {self.n_used})."
        )
