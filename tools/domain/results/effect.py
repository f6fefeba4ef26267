"""Results about effects: estimates, ranges, refutations, sensitivity."""

from __future__ import annotations

from typing import Literal

from ..model import Model
from ..questions import Contrast, EstimandKind
from .base import Result


class ContrastEstimate(Model):
    """One contrast of a treatment: value, error, interval."""

    contrast: Contrast
    value: float
    std_error: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None = None
    n_treated: int | None = None
    n_control: int | None = None


class EffectEstimate(Result):
    """An estimate with its interval; the primary contrast's numbers are also at the top."""

    kind: Literal["estimate"] = "estimate"
    estimator: str
    """`difference_in_means`, `regression_adjustment`, `ipw`, `aipw`, `matching`, `2sls`, …"""
    estimand: EstimandKind
    treatment: str
    outcome: str
    adjustment_set: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    contrast: Contrast
    value: float
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float = 0.95
    p_value: float | None = None
    unit: str = ""
    """What one unit of `value` is, e.g. `units of 're78' per change of 'treat' from 0 to 1`."""
    n_used: int
    n_dropped: int = 0
    se_method: str = ""
    """`HC2`, `cluster(state)`, `influence function`, `Abadie-Imbens`, `bootstrap(200)`, …"""
    contrasts: tuple[ContrastEstimate, ...] = ()
    diagnostics: dict[str, float] = {}
    """Numbers a reader may want, e.g. `first_stage_f`, `ess_control`, `r_squared`, `outcome_mean_control`."""

    def summary(self) -> str:
        interval = "" if self.ci_low is None or self.ci_high is None else f" [{self.ci_low:.4g}, {self.ci_high:.4g}]"
        adjusted = f", adjusted for {', '.join(self.adjustment_set)}" if self.adjustment_set else ""
        return (
            f"{self.estimand} of {self.treatment} ({self.contrast.control} -> {self.contrast.treated}) on {self.outcome} "
            f"by {self.estimator}{adjusted}: {self.value:.4g}{interval}, n = {self.n_used}"
        )


class EffectRange(Result):
    """Effects over the members of an equivalence class: a set of numbers, not an interval."""

    kind: Literal["effect_range"] = "effect_range"
    treatment: str
    outcome: str
    contrast: Contrast
    members: tuple[EffectEstimate, ...]
    """One estimate per distinct possible parent set of the treatment; zero effect when the outcome is a parent."""
    low: float
    high: float
    unit: str = ""

    def summary(self) -> str:
        return f"Over {len(self.members)} possible adjustment sets the effect lies between {self.low:.4g} and {self.high:.4g}."


class Refutation(Result):
    """An estimator run again on data altered so that the answer is known."""

    kind: Literal["refutation"] = "refutation"
    refuter: str
    estimate_id: str
    """Evidence id of the estimate that was put to the test."""
    original: float
    refuted_mean: float | None
    refuted_std: float | None
    n_runs: int
    n_failed: int = 0

    def summary(self) -> str:
        check = self.checks[0] if self.checks else None
        return f"{self.refuter}: {check.status if check else 'not run'}. {check.meaning if check else ''}"


class Benchmark(Model):
    """How strong an observed covariate is, as a yardstick for a hidden one."""

    covariate: str
    partial_r2_treatment: float
    partial_r2_outcome: float
    adjusted_estimate: float
    """The estimate if a hidden confounder were as strong as this covariate (Cinelli & Hazlett 2020)."""


class Sensitivity(Result):
    """How strong hidden confounding would have to be to explain the estimate away."""

    kind: Literal["sensitivity"] = "sensitivity"
    estimate_id: str
    e_value: float | None = None
    """On the risk-ratio scale, VanderWeele & Ding 2017; approximate for continuous outcomes."""
    e_value_ci: float | None = None
    """Of the interval's end nearest the null; 1 when the interval contains the null."""
    robustness_value: float | None = None
    """Share of residual variance of treatment and outcome a confounder must explain to bring the estimate to 0."""
    robustness_value_ci: float | None = None
    """The same to make the interval include 0."""
    partial_r2: float | None = None
    benchmarks: tuple[Benchmark, ...] = ()

    def summary(self) -> str:
        parts: list[str] = []
        if self.e_value is not None:
            parts.append(f"E-value {self.e_value:.2f} (interval's end: {self.e_value_ci or 1:.2f})")
        if self.robustness_value is not None:
            parts.append(
                f"robustness value {100 * self.robustness_value:.1f} % (interval: {100 * (self.robustness_value_ci or 0):.1f} %)"
            )
        return "Sensitivity to hidden confounding: " + ("; ".join(parts) or "not computable")
