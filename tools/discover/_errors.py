"""Checks on the errors of a linear model: DirectLiNGAM reads directions from their shape alone."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from ..domain.evidence import Check

if TYPE_CHECKING:
    from ..coding import Floats

ALPHA = 0.001


def normality(values: Floats) -> float:
    """P-value of Gaussian shape: skewness and kurtosis together (D'Agostino and Pearson 1973)."""
    from scipy.stats import normaltest

    return float(normaltest(values)[1])


def gaussian_check(residuals: Floats, names: tuple[str, ...]) -> Check:
    """Whether at most one error looks Gaussian: two would leave the direction between them open."""
    p_values = [normality(residuals[:, j]) for j in range(len(names))]
    plain = [n for n, p in zip(names, p_values, strict=True) if p > ALPHA]
    fail = len(plain) > 1
    return Check(
        name="non-Gaussian errors",
        status="fail" if fail else "pass",
        statistic=float(len(plain)),
        meaning=(
            f"The errors of {', '.join(plain[:5])} cannot be told from Gaussian ones, so directions among these variables are not "
            f"supported by the data."
            if fail
            else "At most one error looks Gaussian, so directions can be told if effects are linear."
        ),
        does_not_show="That effects are linear, or that no hidden common cause exists; both can make errors look non-Gaussian.",
    )


def dependence_check(residuals: Floats, names: tuple[str, ...]) -> Check:
    """Whether errors are related in a way a line misses, which a wrong direction or a hidden common cause brings about."""
    pairs = list(combinations(range(len(names)), 2))
    p_values = [dependence(residuals[:, i], residuals[:, j]) for i, j in pairs]
    worst = min(range(len(pairs)), key=lambda k: p_values[k])
    corrected = min(1.0, p_values[worst] * len(pairs))
    first, second = (names[j] for j in pairs[worst])
    fail = corrected < ALPHA
    return Check(
        name="independent errors",
        status="fail" if fail else "pass",
        p_value=corrected,
        meaning=(
            f"The errors of {first} and {second} depend on each other (Bonferroni p = {corrected:.2g}): a direction is wrong, an "
            f"effect is not linear, or a hidden common cause exists."
            if fail
            else f"No dependence between errors was found (smallest Bonferroni p = {corrected:.2g})."
        ),
        does_not_show="Independence of other forms than the ones tested: ranks, sizes and bounded transforms of the errors.",
    )


def dependence(u: Floats, v: Floats) -> float:
    """P-value of independence of two errors: the smallest of ten correlations of their transforms, times ten."""
    import numpy as np
    from scipy.stats import rankdata

    def transforms(values: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        z = (values - values.mean()) / values.std()
        bounded = np.tanh(z)
        return z, bounded, np.abs(bounded), rankdata(z), rankdata(np.abs(z))

    a, b = transforms(u), transforms(v)
    chosen = [(1, 0), (0, 1), (1, 1), (2, 0), (0, 2), (2, 2), (2, 1), (1, 2), (3, 3), (4, 4)]
    return min(1.0, len(chosen) * min(_correlation_p(a[i], b[j]) for i, j in chosen))


def _correlation_p(x: Floats, y: Floats) -> float:
    import numpy as np
    from scipy.special import stdtr

    r = float(np.corrcoef(x, y)[0, 1])
    dof = len(x) - 2
    t = abs(r) * (dof / max(1 - r * r, 1e-300)) ** 0.5
    return 2 * float(stdtr(dof, -t))
