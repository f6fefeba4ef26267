"""Omitted-variable bias in linear regression: robustness values and benchmarks.

Reference: Cinelli and Hazlett 2020, Making sense of sensitivity, Journal of the Royal Statistical Society B 82.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..linear import fit_ols, independent_columns

if TYPE_CHECKING:
    from ..coding import Floats


def partial_r2(t_value: float, dof: float) -> float:
    """Share of the outcome's residual variance that the treatment explains.

    Example:
        >>> round(partial_r2(4.184, 783), 3)
        0.022
    """
    return 1.0 if math.isinf(t_value) else t_value**2 / (t_value**2 + dof)


def robustness_value(t_value: float, dof: float, alpha: float | None = None) -> float:
    """Share of the residual variance of both treatment and outcome that a hidden cause must explain.

    Args:
        t_value: Of the treatment's coefficient; infinite where nothing is left of the outcome.
        dof: Residual degrees of freedom.
        alpha: None: to bring the estimate to zero; a level: to bring the interval at that level to include zero.

    Example:
        >>> round(robustness_value(4.184, 783), 3), round(robustness_value(4.184, 783, alpha=0.05), 3)
        (0.139, 0.076)
    """
    if math.isinf(t_value):
        return 1.0
    f = abs(t_value) / math.sqrt(dof)
    critical = 0.0 if alpha is None else _t_quantile(1 - alpha / 2, dof - 1) / math.sqrt(dof - 1)
    left = f - critical
    if left <= 0:
        return 0.0
    if critical and f > 1 / critical:
        return (f**2 - critical**2) / (1 + f**2)
    return 0.5 * (math.sqrt(left**4 + 4 * left**2) - left**2)


def _t_quantile(p: float, dof: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(dof, p))


@dataclass(frozen=True)
class Strength:
    """How much an observed covariate explains, and what a hidden one like it would do."""

    r2_treatment: float
    r2_outcome: float
    bias: float | None
    """Absolute bias of the treatment's coefficient; None when a hidden one so strong cannot exist."""


def strength_of(x: Floats, treatment: Floats, y: Floats, columns: list[int], error: float, dof: float) -> Strength:
    """Bounds for a hidden cause as strong as a covariate, with treatment and with outcome (sections 4.4 and 6.2).

    Args:
        x: Intercept and covariates, full rank.
        treatment: One column.
        y: Outcome.
        columns: Positions in `x` of the covariate (several for labels).
        error: Classical standard error of the treatment's coefficient.
        dof: Residual degrees of freedom of the full regression.
    """
    import numpy as np

    others = np.delete(x, columns, axis=1)
    r2_treatment = _gain(others, x, treatment)
    with_treatment = np.column_stack([x, treatment])
    r2_outcome = _gain(np.column_stack([others, treatment]), with_treatment, y)
    if r2_treatment >= 0.5:
        return Strength(r2_treatment, r2_outcome, None)
    # with k_D = k_Y = 1, equations (54) to (57) of the appendix
    r2_dz = r2_treatment / (1 - r2_treatment)
    r2_zx = r2_treatment**2 / (1 - r2_treatment) ** 2
    if r2_dz >= 1 or r2_zx >= 1:
        return Strength(r2_treatment, r2_outcome, None)
    odds = r2_outcome / (1 - r2_outcome) if r2_outcome < 1 else math.inf
    r2_yz = ((1 + math.sqrt(r2_zx)) / math.sqrt(1 - r2_zx)) ** 2 * odds
    bias = error * math.sqrt(min(r2_yz, 1.0) * r2_dz / (1 - r2_dz)) * math.sqrt(dof)
    return Strength(r2_treatment, r2_outcome, bias)


def _gain(small: Floats, large: Floats, target: Floats) -> float:
    """Partial R² of the columns that `large` has and `small` has not."""
    import numpy as np

    def left(columns: Floats) -> float:
        keep = independent_columns(columns[:, 1:])
        kept = np.column_stack([np.ones(len(columns)), columns[:, 1:][:, keep]])
        return float((fit_ols(kept, target).residuals ** 2).sum())

    before = left(small)
    return max(1 - left(large) / before, 0.0) if before > 0 else 0.0
