"""Results of reasoning with linear structural models, and counterfactuals of one unit."""

from __future__ import annotations

from typing import Literal

from ..model import Model, Scalar
from .base import Result


class PathTerm(Model):
    """One path and what it carries."""

    path: str
    """With its arrows, such as `x -> m -> y`, or `x <- z -> y`."""
    value: float
    """Product of its coefficients and, for a covariance, of the noise (co)variance at its top."""


class CoefficientFormula(Model):
    """A way to get a coefficient or effect from what is observed."""

    strategy: Literal["single_door", "backdoor", "instrument"]
    formula: str
    """In regression coefficients or covariances, e.g. `cov(z, y) / cov(z, x)`."""
    given: tuple[str, ...] = ()
    value: float
    """What the formula gives in the implied covariance; equal to the coefficient."""


class LinearAnswer(Result):
    """A number of a linear structural model, exactly, with the paths or formulas behind it."""

    kind: Literal["linear_answer"] = "linear_answer"
    query: str
    value: float | None
    """None: not identified from the observed variables, or not defined."""
    std: float | None = None
    """Standard deviation of what the facts leave open; 0 when they settle the answer."""
    direct: float | None = None
    indirect: float | None = None
    terms: tuple[PathTerm, ...] = ()
    formulas: tuple[CoefficientFormula, ...] = ()
    covariance: dict[str, dict[str, float]] = {}
    """Implied covariance of all variables, when asked."""
    means: dict[str, float] = {}
    reason: str = ""

    def summary(self) -> str:
        if self.value is None:
            return f"{self.query}: {self.reason}"[:1900]
        spread = f" (standard deviation {self.std:.6g} is left open)" if self.std else ""
        shown = "; ".join(f"{t.path}: {t.value:.6g}" for t in self.terms[:6])
        ways = "; ".join(f.formula for f in self.formulas[:3])
        more = " ".join(filter(None, (f"Paths: {shown}." if shown else "", f"From data: {ways}." if ways else "")))
        return f"{self.query} = {self.value:.6g}{spread}. {more} {self.reason}".strip()[:1900]


class UnitCounterfactual(Result):
    """What the outcome of one row would have been under another value of the treatment."""

    kind: Literal["unit_counterfactual"] = "unit_counterfactual"
    treatment: str
    outcome: str
    row: int
    """Counted from 1."""
    observed: dict[str, Scalar | None]
    """The row's treatment and outcome; None where they are missing."""
    set_to: float
    value: float
    """The outcome had the treatment been set so."""
    ci_low: float
    ci_high: float
    ci_level: float = 0.95
    change: float | None
    """Counterfactual minus observed outcome; None when the outcome was not observed."""
    effect_per_unit: float
    std_error: float
    """Of the effect per unit."""
    std_open: float
    """Standard deviation of what the row's missing values leave open; 0 when treatment and outcome are there."""
    paths: tuple[PathTerm, ...]
    n_used: int
    unit: str = ""

    def summary(self) -> str:
        was = self.observed.get(self.outcome)
        instead = f" instead of {was:.4g}" if isinstance(was, int | float) else ""
        return (
            f"Row {self.row}: had {self.treatment} been {self.set_to:.4g}, {self.outcome} would have been {self.value:.4g}"
            f" [{self.ci_low:.4g}, {self.ci_high:.4g}]{instead} ({self.effect_per_unit:.4g} per unit, n = {self.n_used})."
        )
