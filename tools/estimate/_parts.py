"""What the tools share that take an effect apart: named parts with intervals, and the doubly robust mean of one arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.errors import AssumptionViolated
from ..domain.model import Scalar
from ..domain.results import EffectPart
from ..linear import interval, variance_of

if TYPE_CHECKING:
    from ..coding import Floats
    from ..design import Design
    from ._nuisance import Nuisances

CLIP = 0.01
"""A propensity score that a weight divides by is kept at least this large."""


def part_of(
    name: str,
    value: float,
    error: float,
    level: Scalar | None = None,
    through: tuple[str, ...] = (),
    n_used: int | None = None,
) -> EffectPart:
    """A number with its normal 95 % interval and p-value.

    Raises:
        AssumptionViolated: the number or its error is not finite.
    """
    import math

    if not (math.isfinite(value) and math.isfinite(error)):
        raise AssumptionViolated(
            f"{name.replace('_', ' ')!r} ({value:g}) or its standard error ({error:g}) is not a finite number; a column has values "
            f"too extreme to compute with. Rescale the columns, or restrict the population."
        )
    low, high, p_value = interval(value, error, None)
    return EffectPart(
        name=name, value=value, std_error=error, ci_low=low, ci_high=high, p_value=p_value, level=level, through=through,
        n_used=n_used,
    )  # fmt: skip


def arm_mean(pair: Design, models: Nuisances, arm: int, target: Floats) -> tuple[float, Floats]:
    """Mean outcome had the target rows been in one arm, and each row's contribution to its error.

    The mean of the arm's predictions over the target rows plus the weighted mean of its residuals (Robins, Rotnitzky &
    Zhao 1994, weights normalised); a row of the arm weighs by how likely its like is in the target over in the arm.

    Args:
        pair: Two arms, coded 0 and 1.
        models: Out-of-fold predictions for the same rows.
        arm: 0 or 1.
        target: 1 for the rows whose mean is asked: all, the treated or the controls.
    """
    import numpy as np

    predicted = models.outcome_treated if arm else models.outcome_control
    score = np.clip(models.propensity, CLIP, 1 - CLIP)
    inside = score if arm else 1 - score
    if target.all():
        density = np.ones(pair.n_samples)
    else:  # the treated or the controls: the chance that a like row is one of them
        density = score if bool(target[pair.arm == 1].all()) else 1 - score
    weights = np.where(pair.arm == arm, density / inside, 0.0)
    residual = pair.y - predicted
    plain = float(target @ predicted / target.sum())
    correction = float(weights @ residual / weights.sum())
    rows = target * (predicted - plain) / target.sum() + weights * (residual - correction) / weights.sum()
    return plain + correction, rows


def error_of(pair: Design, contributions: Floats) -> float:
    """Standard error from the rows' contributions, clustered when the design is."""
    return variance_of(contributions, pair.clusters, 2) ** 0.5
