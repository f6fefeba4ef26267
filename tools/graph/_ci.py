"""Conditional independence tests on plain arrays, chosen by what the variables are.

Two numbers: partial correlation with Fisher's z. A number and a category: F-test of nested linear regressions.
Two categories given categories: chi-square within strata, by permutation where counts are small. Two categories
given numbers: likelihood ratio of nested logistic regressions. Codes of categories never enter as numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..coding import show
from ..domain.errors import AssumptionViolated, TooLarge
from ..linear import independent_columns
from ._columns import Variable

if TYPE_CHECKING:
    import numpy as np

    from ..coding import Floats, Ints

MIN_EXPECTED = 5.0
"""Expected count under independence that 4 in 5 cells must reach for the chi-square distribution (Cochran 1954)."""
N_PERMUTATIONS = 999
MAX_WORK = 40_000_000
"""Rows times permutations; more permutations than that are not drawn."""
MAX_BATCH = 2_000_000
"""Rows times permutations held in memory at once."""
MIN_ROWS_PER_PARAMETER = 12
"""Rows per coefficient below which a likelihood ratio rejects too often (7 % at 5 % with 8.7 rows each: measured)."""
MAX_PARAMETERS = 300


@dataclass(frozen=True)
class Outcome:
    """What a test found."""

    test: str
    statistic: float
    p_value: float
    dof: int
    n_used: int
    linear: bool
    """Whether it sees dependence only along the terms of a linear or logistic model."""
    detail: str
    """The size of the dependence in words."""


def find_dependence(x: Variable, y: Variable, given: tuple[Variable, ...], rng: np.random.Generator) -> Outcome:
    """Test x independent of y given others.

    Args:
        x: One variable; swapping x and y does not change the conclusion.
        y: The other.
        given: Variables conditioned on, numbers linearly, categories by level.
        rng: Used by the permutation test only.

    Raises:
        AssumptionViolated: too few rows, or a variable is determined by the given ones.
        TooLarge: a logistic model would have over `MAX_PARAMETERS` coefficients.
    """
    if x.category and y.category:
        if all(z.category for z in given):
            return _chi_square(x, y, given, rng)
        return _logistic(x, y, given) if y.n_levels <= x.n_levels else _logistic(y, x, given)
    if x.category or y.category:
        return _linear(y, x, given) if x.category else _linear(x, y, given)
    return _fisher_z(x, y, given)


def detectable(dof: int, n_used: int, alpha: float, power: float = 0.8) -> float:
    """Smallest dependence found with the given power, as a correlation-like effect (Cohen's w).

    Reference: Cohen 1988, ch. 7: noncentrality = n w^2.
    """
    from scipy.special import chdtri, chndtr

    critical = float(chdtri(dof, alpha))
    low, high = 0.0, 10_000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - float(chndtr(critical, dof, middle)) < power else (low, middle)
    return math.sqrt(high / n_used)


def _fisher_z(x: Variable, y: Variable, given: tuple[Variable, ...]) -> Outcome:
    import numpy as np
    from scipy.special import ndtr

    basis = _basis(given, len(x.values))
    n_used, k = basis.shape[0], basis.shape[1] - 1
    if n_used - k - 3 < 1:
        raise AssumptionViolated(_too_few(n_used, k + 4))
    a, b = (_residual(v.values, basis, v.name) for v in (x, y))
    r = float(np.clip(a @ b / math.sqrt(float(a @ a) * float(b @ b)), -1.0, 1.0))
    z = math.sqrt(n_used - k - 3) * math.atanh(r) if abs(r) < 1 else math.copysign(math.inf, r)
    word = "partial correlation" if k else "correlation"
    p_value = 2 * float(ndtr(-abs(z)))
    bounded = math.copysign(min(abs(z), 1e6), z)
    return Outcome(f"Fisher-z test of the {word}", bounded, p_value, 1, n_used, True, f"{word} {r:.3f}")


def _linear(y: Variable, x: Variable, given: tuple[Variable, ...]) -> Outcome:
    """F-test: does the category x add to a linear regression of the number y on the given variables?"""
    import numpy as np
    from scipy.special import fdtrc

    basis = _basis(given, len(y.values))
    n_used = len(y.values)
    left = _residual(y.values, basis, y.name)
    added = x.indicators()
    added = added - basis @ (basis.T @ added)
    q = _orthonormal(added, x.indicators())
    dof, rest = q.shape[1], n_used - basis.shape[1] - q.shape[1]
    if dof == 0:
        raise AssumptionViolated(_determined(x.name))
    if rest < 2:
        raise AssumptionViolated(_too_few(n_used, basis.shape[1] + dof + 2))
    explained = float(((q.T @ left) ** 2).sum())
    unexplained = max(float(left @ left) - explained, 0.0)
    f = explained / dof / (unexplained / rest) if unexplained > 0 else math.inf
    p_value = float(fdtrc(dof, rest, f)) if math.isfinite(f) else 0.0
    share = explained / float(left @ left)
    return Outcome(
        "F-test of nested linear regressions",
        min(f, 1e12),
        p_value,
        dof,
        n_used,
        True,
        f"partial R² {np.float64(share):.3f}",
    )


def _chi_square(x: Variable, y: Variable, given: tuple[Variable, ...], rng: np.random.Generator) -> Outcome:
    """Pearson's chi-square summed over the strata of the given categories."""
    import numpy as np
    from scipy.special import chdtrc

    assert x.codes is not None
    assert y.codes is not None
    strata, n_strata = _strata(given, len(x.codes))
    cells = n_strata * x.n_levels * y.n_levels
    if cells > MAX_WORK:
        raise TooLarge(f"The test would count {cells:,} cells; condition on fewer or coarser variables.")
    row = strata * x.n_levels + x.codes
    shape = (n_strata, x.n_levels, y.n_levels)
    table = np.bincount(row * y.n_levels + y.codes, minlength=cells).reshape(shape).astype(np.float64)
    rows, columns = table.sum(2), table.sum(1)
    totals = rows.sum(1)
    expected = rows[:, :, None] * columns[:, None, :] / np.maximum(totals, 1)[:, None, None]
    n_rows, n_columns = (rows > 0).sum(1), (columns > 0).sum(1)
    informative = (n_rows > 1) & (n_columns > 1)
    dof = int(((n_rows - 1) * (n_columns - 1))[informative].sum())
    n_used = int(totals[informative].sum())
    if dof == 0:
        raise AssumptionViolated(
            f"No stratum of {', '.join(show(z.name) for z in given)} has rows with two values of both {show(x.name)} and "
            f"{show(y.name)}, so the data say nothing about their dependence there. Condition on fewer or coarser variables."
        )
    statistic = _pearson(table, expected)
    within = " within strata" if given else ""
    real = expected[informative]
    real = real[real > 0]
    detail = f"Cramér-like w {math.sqrt(statistic / n_used):.3f} over {int(informative.sum())} stratum/strata"
    if float(np.mean(real >= MIN_EXPECTED)) >= 0.8 and float(real.min()) >= 1:
        p_value = float(chdtrc(dof, statistic))
        return Outcome(f"chi-square test{within}", statistic, p_value, dof, n_used, False, detail)
    p_value, n_drawn = _permuted(statistic, strata, row, y.codes, expected, shape, rng)
    name = f"permutation chi-square test{within} ({n_drawn} permutations)"
    return Outcome(name, statistic, p_value, dof, n_used, False, detail)


def _pearson(table: Floats, expected: Floats) -> float:
    import numpy as np

    return float(((table - expected) ** 2 / np.where(expected > 0, expected, 1.0)).sum())


def _permuted(
    observed: float,
    strata: Ints,
    row: Ints,
    y: Ints,
    expected: Floats,
    shape: tuple[int, ...],
    rng: np.random.Generator,
) -> tuple[float, int]:
    """Share of permutations of y within strata with as large a statistic; exact under conditional independence."""
    import numpy as np

    n_drawn = max(99, min(N_PERMUTATIONS, MAX_WORK // max(len(y), expected.size)))
    order = np.argsort(strata, kind="stable")
    strata, row, y = strata[order], row[order] * shape[2], y[order]
    size, drawn = expected.size, np.zeros(n_drawn)
    flat = expected.ravel()
    weight = np.where(flat > 0, 1 / np.where(flat > 0, flat, 1.0), 0.0)
    batch = max(1, MAX_BATCH // max(len(y), size))
    for start in range(0, n_drawn, batch):
        n_batch = min(batch, n_drawn - start)
        # rows are sorted by stratum, so sorting stratum + U[0, 1) shuffles within strata and nowhere else
        shuffled = y[np.argsort(strata + rng.random((n_batch, len(y))), axis=1)]
        cells = row + shuffled + np.arange(n_batch)[:, None] * size
        tables = np.bincount(cells.ravel(), minlength=n_batch * size).reshape(n_batch, size)
        drawn[start : start + n_batch] = (tables - flat) ** 2 @ weight
    as_large = int((drawn >= observed - 1e-9).sum())
    share = (1 + as_large) / (1 + n_drawn)
    return (share if as_large else min(share, _gamma_tail(observed, drawn))), n_drawn


def _gamma_tail(observed: float, drawn: Floats) -> float:
    """P-value beyond every permutation, from the gamma distribution with their mean and variance.

    Reference: Mielke, Berry 2007, Permutation Methods, who match three moments; two here.
    """
    from scipy.special import gammaincc

    mean, variance = float(drawn.mean()), float(drawn.var(ddof=1))
    if variance <= 0:
        return 1.0
    return float(gammaincc(mean**2 / variance, observed * mean / variance))


def _strata(given: tuple[Variable, ...], n_samples: int) -> tuple[Ints, int]:
    import numpy as np

    codes = np.zeros(n_samples, dtype=np.int64)
    count = 1
    for z in given:
        assert z.codes is not None
        distinct, codes = np.unique(codes * z.n_levels + z.codes, return_inverse=True)
        codes, count = codes.astype(np.int64), len(distinct)
    return codes, count


def _logistic(x: Variable, y: Variable, given: tuple[Variable, ...]) -> Outcome:
    """Likelihood ratio: does x add to a logistic regression of the category y on the given variables?"""
    import numpy as np
    from scipy.special import chdtrc

    assert y.codes is not None
    basis = _basis(given, len(y.codes))
    added = x.indicators() - basis @ (basis.T @ x.indicators())
    q = _orthonormal(added, x.indicators())
    if not q.shape[1]:
        raise AssumptionViolated(_determined(x.name))
    full = np.hstack([basis, q])
    n_used, n_parameters = len(y.codes), (y.n_levels - 1) * full.shape[1]
    if n_parameters > MAX_PARAMETERS:
        raise TooLarge(
            f"The logistic model would have {n_parameters} coefficients; condition on fewer or coarser variables."
        )
    if n_used < MIN_ROWS_PER_PARAMETER * n_parameters:
        raise AssumptionViolated(_too_few(n_used, MIN_ROWS_PER_PARAMETER * n_parameters))
    scale = math.sqrt(n_used)  # orthonormal columns are tiny; coefficients of order one keep Newton steps sane
    statistic = 2 * (
        log_likelihood(full * scale, y.codes, y.n_levels) - log_likelihood(basis * scale, y.codes, y.n_levels)
    )
    statistic = max(statistic, 0.0)
    dof = (y.n_levels - 1) * q.shape[1]
    kind = "logistic" if y.n_levels == 2 else "multinomial logistic"
    return Outcome(
        f"likelihood-ratio test of nested {kind} regressions", statistic, float(chdtrc(dof, statistic)), dof, n_used, True,
        f"likelihood ratio {statistic:.2f} on {dof} degree(s) of freedom",
    )  # fmt: skip


def log_likelihood(x: Floats, codes: Ints, n_levels: int, n_steps: int = 60) -> float:
    """The largest log likelihood of a multinomial logistic regression, by Newton's method with halved steps.

    Where the levels are separated the coefficients grow without bound; the likelihood still converges.

    Args:
        x: Design matrix with an intercept, full rank, n_samples x p.
        codes: The level of each row, 0 to n_levels - 1.
        n_levels: How many levels there are.
        n_steps: Most Newton steps.
    """
    import numpy as np

    n_samples, p = x.shape
    wanted = (codes[:, None] == np.arange(1, n_levels)[None, :]).astype(np.float64)
    coef = np.zeros((p, n_levels - 1))
    value, shares = _value(x, wanted, coef)
    for _ in range(n_steps):
        gradient = (x.T @ (wanted - shares)).T.ravel()
        size = n_levels - 1
        hessian = np.empty((size * p, size * p))
        for k in range(size):
            for j in range(k, size):
                weight = shares[:, k] * ((k == j) - shares[:, j])
                block = x.T @ (weight[:, None] * x)
                hessian[k * p : (k + 1) * p, j * p : (j + 1) * p] = block
                hessian[j * p : (j + 1) * p, k * p : (k + 1) * p] = block.T
        hessian[np.diag_indices_from(hessian)] += 1e-8 * n_samples
        step = np.linalg.solve(hessian, gradient).reshape(size, p).T
        factor = 1.0
        while factor > 1e-6:
            better, new_shares = _value(x, wanted, coef + factor * step)
            if better >= value:
                break
            factor /= 2
        else:
            return value
        coef, gain, value, shares = coef + factor * step, better - value, better, new_shares
        if gain < 1e-9 * max(1.0, abs(value)):
            return value
    return value


def _value(x: Floats, wanted: Floats, coef: Floats) -> tuple[float, Floats]:
    import numpy as np

    scores = x @ coef
    top = np.maximum(scores.max(axis=1), 0.0)
    log_total = top + np.log(np.exp(-top) + np.exp(scores - top[:, None]).sum(axis=1))
    return float((wanted * scores).sum() - log_total.sum()), np.exp(scores - log_total[:, None])


def _basis(given: tuple[Variable, ...], n_samples: int) -> Floats:
    """Orthonormal columns that span the intercept and the given variables."""
    import numpy as np

    intercept = np.full((n_samples, 1), n_samples**-0.5)
    if not given:
        return intercept
    columns = np.hstack([z.indicators() for z in given])
    columns = columns[:, independent_columns(columns)]
    if columns.shape[1] + 1 >= n_samples:
        raise AssumptionViolated(_too_few(n_samples, columns.shape[1] + 5))
    scale = np.maximum(np.abs(columns).max(axis=0), 1e-300)
    columns = columns / scale
    q, _ = np.linalg.qr(np.hstack([intercept, columns - columns.mean(axis=0)]))
    return q


def _residual(values: Floats, basis: Floats, name: str) -> Floats:
    import numpy as np

    scaled = (values - values.mean()) / max(float(np.abs(values).max()), 1e-300)
    left = scaled - basis @ (basis.T @ scaled)
    left = left - basis @ (basis.T @ left)
    if float(left @ left) <= 1e-16 * len(values) or float(left @ left) <= 1e-10 * float(scaled @ scaled):
        raise AssumptionViolated(_determined(name))
    return left


def _orthonormal(added: Floats, before: Floats) -> Floats:
    """Orthonormal columns for what is left of a category after the given variables; fewer when some of it is explained."""
    import numpy as np

    u, s, _ = np.linalg.svd(added, full_matrices=False)
    return u[:, s > 1e-6 * max(float(np.linalg.norm(before)), 1e-300)]


def _determined(name: str) -> str:
    return (
        f"{show(name)} is determined by the given variables, so nothing of it is left to test. "
        f"Condition on fewer variables."
    )  # fmt: skip


def _too_few(n_used: int, needed: int) -> str:
    return f"{n_used} complete rows are too few for this test, which needs {needed}; condition on fewer variables."
