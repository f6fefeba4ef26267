"""Least squares with robust standard errors, on plain arrays.

numpy alone: an estimate takes milliseconds and starts no statistics library. The tests hold it to statsmodels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .coding import Floats, Ints

EXACT = 64 * 2.0**-52
"""Residuals under this share of the terms they are what is left of are rounding: 64 units in the last place."""
ROUNDING = 1e-9
"""Share of an amount, such as an estimate or the outcome's spread, that is rounding where an exact fit leaves nothing else."""
RANK_TOLERANCE = 1e-9
"""A standardised column whose residual on the others has less than this share of its variance is redundant."""


@dataclass(frozen=True)
class LinearFit:
    """A least-squares fit: `y = x @ coef + residuals`, with `inverse = (x'x)^-1`."""

    x: Floats
    coef: Floats
    residuals: Floats
    leverage: Floats
    inverse: Floats

    @property
    def dof(self) -> int:
        """Residual degrees of freedom."""
        return self.x.shape[0] - self.x.shape[1]

    @property
    def exact(self) -> bool:
        """Whether the columns give the outcome exactly, so that the residuals are nothing but rounding."""
        import numpy as np

        terms = np.abs(self.x) @ np.abs(self.coef) + np.abs(self.residuals)
        return float(np.linalg.norm(self.residuals)) <= EXACT * float(np.linalg.norm(terms))

    def scores(self, combination: Floats, hc2: bool = True) -> Floats:
        """What each row contributes to the error of `combination @ coef`.

        With `hc2`, the sum of squares is the HC2 variance (MacKinnon & White 1985). A row that its own column fits
        exactly (leverage 1) contributes nothing.
        """
        import numpy as np

        residuals = self.residuals
        if hc2:
            free = 1 - self.leverage
            residuals = np.where(free > 1e-10, residuals / np.sqrt(np.maximum(free, 1e-10)), 0.0)
        return (self.x @ (self.inverse @ combination)) * residuals

    def robust_error(self, combination: Floats, clusters: Ints | None) -> float:
        """Standard error of `combination @ coef`: HC2, or CR1 with clusters."""
        return variance_of(self.scores(combination, hc2=clusters is None), clusters, self.x.shape[1]) ** 0.5

    def robust_dof(self, clusters: Ints | None) -> float:
        """Degrees of freedom that go with `robust_error`: rows minus columns, or clusters minus one."""
        return float(self.dof if clusters is None else clusters.max())

    def test_last(self, clusters: Ints | None) -> tuple[float, float]:
        """Robust t statistic and p-value of the hypothesis that the last column adds nothing.

        Where the fit is exact, a coefficient that moves the outcome by rounding only counts as zero.
        """
        import numpy as np

        value, last = float(self.coef[-1]), np.eye(self.x.shape[1])[-1]
        moved = abs(value) * float(self.x[:, -1].std())
        if self.exact and moved <= ROUNDING * float((self.x @ self.coef).std()):
            return 0.0, 1.0
        error = self.robust_error(last, clusters)
        return value / error if error else 0.0, interval(value, error, self.robust_dof(clusters))[2]

    def classical_error(self, combination: Floats) -> float:
        """Standard error under equal variances; what partial R² and robustness values are defined on."""
        sigma2 = float(self.residuals @ self.residuals) / max(self.dof, 1)
        return float((sigma2 * combination @ self.inverse @ combination) ** 0.5)


def fit_ols(x: Floats, y: Floats) -> LinearFit:
    """Least squares by QR; `x` holds its own intercept and has full column rank (see `independent_columns`)."""
    import numpy as np

    q, r = np.linalg.qr(x)
    root = np.linalg.inv(r)
    coef = root @ (q.T @ y)
    return LinearFit(x, coef, y - x @ coef, np.einsum("ij,ij->i", q, q), root @ root.T)


def variance_of(scores: Floats, clusters: Ints | None, n_columns: int) -> float:
    """Variance of an estimate from the rows' contributions to its error.

    With clusters: CR1, the scores summed within clusters, times G/(G-1) (n-1)/(n-k) (Stata's and statsmodels' factor).
    """
    import numpy as np

    if clusters is None:
        return float(scores @ scores)
    sums = np.bincount(clusters, weights=scores)
    n_clusters, n_samples = len(sums), len(scores)
    factor = n_clusters / (n_clusters - 1) * (n_samples - 1) / max(n_samples - n_columns, 1)
    return float(factor * sums @ sums)


def independent_columns(x: Floats) -> npt.NDArray[np.bool_]:
    """Which columns to keep so that, with an intercept, none is a linear combination of earlier ones."""
    import numpy as np

    keep = np.zeros(x.shape[1], dtype=np.bool_)
    centred = x - x.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=0))
    floor = 1e-12 * np.maximum(np.abs(x).max(axis=0, initial=0.0), 1e-300) * len(x) ** 0.5
    basis: list[Floats] = []
    for j in range(x.shape[1]):
        if scale[j] <= floor[j] or len(basis) >= len(x) - 1:
            continue
        v = centred[:, j] / scale[j]
        for _ in range(2):  # twice is enough (Kahan); a single pass loses orthogonality
            if basis:
                b = np.column_stack(basis)
                v = v - b @ (b.T @ v)
        left = float(v @ v)
        if left > RANK_TOLERANCE:
            keep[j] = True
            basis.append(v / left**0.5)
    return keep


def explained_by(x: Floats, column: Floats, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Labels of the columns of `x` that make up `column` when it is their linear combination."""
    import numpy as np

    if not x.shape[1]:
        return ()
    centred = x - x.mean(axis=0)
    scale = np.maximum(centred.std(axis=0), 1e-300)
    target = column - column.mean()
    coef = np.linalg.lstsq(centred / scale, target / max(float(target.std()), 1e-300), rcond=None)[0]
    return tuple(label for label, c in zip(labels, coef, strict=True) if abs(c) > 1e-6)


def interval(value: float, error: float, dof: float | None) -> tuple[float, float, float]:
    """95 % interval and two-sided p-value: t with `dof` degrees of freedom, normal when None."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    quantile = float(ndtri(0.975) if dof is None else stdtrit(dof, 0.975))
    if error == 0:
        return value, value, 0.0 if value else 1.0
    z = abs(value) / error
    p_value = 2 * float(ndtr(-z) if dof is None else stdtr(dof, -z))
    return value - quantile * error, value + quantile * error, p_value
