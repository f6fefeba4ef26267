"""Local polynomials on both sides of a cut-off: their jump, its error, and the ratio of two jumps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..domain.errors import AssumptionViolated

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..coding import Floats, Ints

    Bools = npt.NDArray[np.bool_]

MIN_ROWS_PER_SIDE = 5


@dataclass(frozen=True)
class Sides:
    """Where every row lies: its distance from the cut-off, whether it counts as above, and the cluster of its error."""

    distance: Floats
    above: Bools
    clusters: Ints | None = None

    def within(self, bandwidth: float) -> Bools:
        """The rows that count at this bandwidth."""
        return (self.distance > -bandwidth) & (self.distance < bandwidth)

    def dof(self, bandwidth: float) -> float:
        """Of the t interval around two parabolas: rows less coefficients, or clusters less one."""
        import numpy as np

        inside = self.within(bandwidth)
        return float(inside.sum() - 6 if self.clusters is None else len(np.unique(self.clusters[inside])) - 1)


class Jump(NamedTuple):
    """The difference of two curves at the cut-off, above less below, and its robust error."""

    value: float
    error: float

    @property
    def f(self) -> float:
        """F of no jump; zero where nothing jumps, infinite where nothing is left to chance."""
        return (self.value / self.error) ** 2 if self.error else float("inf") if self.value else 0.0


class Ratio(NamedTuple):
    """The jump of the outcome over that of the treatment."""

    value: float
    """Of the lines."""
    line_error: float
    corrected: float
    """Less what the lines miss where the curves bend."""
    error: float
    """Of `corrected`."""


def jump(sides: Sides, y: Floats, bandwidth: float, degree: int = 1) -> Jump:
    """Two polynomials with weights that fall to zero at the bandwidth; HC1 errors on each side, or clustered.

    With the bandwidth of the bias as large as that of the estimate, the bias-corrected estimate of degree 1 is the plain one of
    degree 2 (Calonico, Cattaneo & Titiunik 2014, remark 7).

    Raises:
        AssumptionViolated: too few rows within the bandwidth.
    """
    import numpy as np

    value, scores = 0.0, np.zeros(len(y))
    inside = sides.within(bandwidth)
    for sign, side in ((-1, inside & ~sides.above), (1, inside & sides.above)):
        x, z = sides.distance[side] / bandwidth, y[side]
        if len(np.unique(x)) < degree + 2:
            raise AssumptionViolated(
                f"Only {len(x)} rows ({len(np.unique(x))} different values) lie within {bandwidth:.4g} of the cut-off on one side; give a "
                f"larger bandwidth."
            )
        if sides.clusters is not None and (found := len(np.unique(sides.clusters[side]))) < degree + 2:
            # the scores of a side sum to zero, so that a side of one cluster would seem to have no error at all
            raise AssumptionViolated(
                f"Only {found} of the clusters lie within {bandwidth:.4g} of the cut-off on one side, and {degree + 2} are needed to tell "
                f"how they vary; give a larger bandwidth, or cluster on a finer unit."
            )
        weights = 1 - np.abs(x)
        design = np.column_stack([x**k for k in range(degree + 1)])
        bread = np.linalg.inv(design.T @ (design * weights[:, None]))
        coef = bread @ (design.T @ (weights * z))
        value += sign * float(coef[0])
        factor = (len(x) / max(len(x) - degree - 1, 1)) ** 0.5
        scores[side] = sign * factor * (design @ bread[0]) * weights * (z - design @ coef)
    if sides.clusters is None:
        return Jump(value, float(scores @ scores) ** 0.5)
    sums, n_clusters = np.bincount(sides.clusters, weights=scores), sides.dof(bandwidth) + 1
    return Jump(value, float(n_clusters / (n_clusters - 1) * sums @ sums) ** 0.5)


def ratio(sides: Sides, y: Floats, d: Floats, bandwidth: float) -> Ratio:
    """The jump of `y` over that of `d`, robust and bias-corrected, with its error by the delta method.

    Linearised, the ratio errs as the jump of y - ratio * d does, over the jump of d; so its bias is what that jump becomes when
    lines give way to parabolas (Calonico, Cattaneo & Titiunik 2014, section 3.2). A `d` that follows the side gives the plain jump.

    Raises:
        AssumptionViolated: `d` does not jump, or too few rows lie within the bandwidth.
    """
    first = jump(sides, d, bandwidth).value
    if abs(first) < 1e-12 * float(abs(d).max()):
        raise AssumptionViolated("Treatment does not change at the cut-off, so nothing can be said of its effect.")
    value = jump(sides, y, bandwidth).value / first
    left = y - value * d
    lines, bent = jump(sides, left, bandwidth), jump(sides, left, bandwidth, degree=2)
    return Ratio(value, lines.error / abs(first), value + bent.value / first, bent.error / abs(first))


def rule_of_thumb(sides: Sides, y: Floats) -> float:
    """Bandwidth from a quartic fit on each side (Fan & Gijbels 1996, eq. 4.3, triangular kernel), pooled over both."""
    import numpy as np

    noise, bend, n = 0.0, 0.0, len(y)
    distance, both = sides.distance, (~sides.above, sides.above)
    for side in both:
        x, z = distance[side], y[side]
        scale = float(np.abs(x).max()) or 1.0
        degree = min(4, max(1, len(x) // 5))
        coef = np.polynomial.polynomial.polyfit(x / scale, z, degree)
        residuals = z - np.polynomial.polynomial.polyval(x / scale, coef)
        second = np.polynomial.polynomial.polyder(coef, 2) if degree >= 2 else np.zeros(1)
        noise += float(residuals @ residuals)
        bend += float((np.polynomial.polynomial.polyval(x / scale, second) ** 2).sum()) / scale**4
    spread = float(distance.max() - distance.min())
    if bend <= 0:
        return spread
    found = 3.438 * (noise / n * spread / (bend / n) / n) ** 0.2
    nearest = [np.sort(np.abs(distance[side]))[: 2 * MIN_ROWS_PER_SIDE][-1] for side in both]
    return float(np.clip(found, 1.01 * max(nearest), spread))
