"""Additive-noise models of two variables: smooth regression, and the independence of its noise (HSIC).

numpy and scipy alone; time and memory grow as the square of the rows, of which some hundred are enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.results import AdditiveFit

if TYPE_CHECKING:
    from ..coding import Floats

BUMPS = 20
WIDTHS = (0.15, 0.4, 1.0)
"""Widths of the bumps, in standard deviations of the cause."""
RIDGES = (1e-3, 1e-1, 1.0, 10.0)


def fit_additive_noise(cause: Floats, effect: Floats) -> AdditiveFit:
    """Fit effect = f(cause) + noise and test whether the noise is independent of the cause.

    Args:
        cause: n values.
        effect: n values.
    """
    x, y = standardise(cause), standardise(effect)
    residuals, explained = smooth(x, y)
    dependence, p_value = hsic(x, standardise(residuals))
    return AdditiveFit(dependence=dependence, p_value=p_value, r_squared=explained)


def standardise(values: Floats) -> Floats:
    """Mean 0, variance 1; a constant stays 0."""
    centred = values - values.mean()
    return centred / max(float(centred.std()), 1e-12)


def smooth(x: Floats, y: Floats) -> tuple[Floats, float]:
    """Residuals of ridge regression on a line and Gaussian bumps; width and ridge by generalised cross-validation.

    Returns:
        In-sample residuals, and the share of variance explained when each row is left out.
    """
    import numpy as np

    n = len(x)
    centres = np.unique(np.quantile(x, np.linspace(0, 1, BUMPS)))
    best: tuple[float, Floats, float] | None = None
    for width in WIDTHS:
        bumps = np.exp(-0.5 * ((x[:, None] - centres[None, :]) / width) ** 2)
        basis, sizes, _ = np.linalg.svd(np.column_stack([np.ones(n), x, bumps]), full_matrices=False)
        turned = basis.T @ y
        for ridge in RIDGES:
            kept = sizes**2 / (sizes**2 + ridge)
            residuals = y - basis @ (kept * turned)
            loss = float((residuals**2).mean()) / (1 - float(kept.sum()) / n) ** 2
            if best is None or loss < best[0]:
                left_out = residuals / np.maximum(1 - (basis**2) @ kept, 1e-6)
                best = (loss, residuals, 1 - float((left_out**2).mean()) / max(float(y.var()), 1e-300))
    assert best is not None
    return best[1], best[2]


def hsic(x: Floats, y: Floats) -> tuple[float, float]:
    """The Hilbert-Schmidt independence criterion with Gaussian kernels of median width.

    Returns:
        The normalised statistic (centred kernel alignment), and the p-value of the gamma approximation (Gretton et al.
        2008, equations 4 to 9).
    """
    import numpy as np
    from scipy.stats import gamma

    n = len(x)
    k, m = _gram(x), _gram(y)
    centred_k, centred_m = _centre(k), _centre(m)
    statistic = float((centred_k * centred_m).sum()) / n
    norm = float((centred_k**2).sum() * (centred_m**2).sum()) ** 0.5
    off = ~np.eye(n, dtype=np.bool_)
    mean_k, mean_m = float(k[off].mean()), float(m[off].mean())
    mean = (1 + mean_k * mean_m - mean_k - mean_m) / n
    squares = (centred_k * centred_m / 6) ** 2
    variance = 72 * (n - 4) * (n - 5) / (n * (n - 1) * (n - 2) * (n - 3)) * float(squares[off].mean())
    if norm <= 0 or variance <= 0 or mean <= 0:
        return 0.0, 1.0
    shape, scale = mean**2 / variance, variance * n / mean
    return float((centred_k * centred_m).sum()) / norm, float(gamma.sf(statistic, a=shape, scale=scale))


def _gram(x: Floats) -> Floats:
    import numpy as np

    distance = (x[:, None] - x[None, :]) ** 2
    positive = distance[distance > 0]
    width = float(np.median(positive)) if positive.size else 1.0
    return np.asarray(np.exp(-distance / width), dtype=np.float64)


def _centre(gram: Floats) -> Floats:
    return gram - gram.mean(axis=0)[None, :] - gram.mean(axis=1)[:, None] + gram.mean()
