"""Findings about numeric columns that are (nearly) linear combinations of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.evidence import Check
from ._audit import Audited, quoted

if TYPE_CHECKING:
    import numpy as np

MAX_NUMERIC = 800
"""Most numeric columns that are regressed on one another."""
PAIR_R = 0.999
R_SQUARED = 0.99
VIF = 10.0
OUTLIER = 6.0
"""Rows with a value this many standard deviations out must not be what makes columns look alike."""


def audit_linear(audited: Audited, skip: set[str]) -> set[frozenset[str]]:
    """Report pairs with |r| > .999, columns that others explain (R² > .99), and strong collinearity.

    Args:
        audited: The table; findings and checks are added to it.
        skip: Columns that repeat another one and are reported already.

    Returns:
        The pairs that were reported.
    """
    import numpy as np

    names = [n for n in audited.numeric if n not in skip]
    if len(names) < 2:
        return set()
    if len(names) > MAX_NUMERIC:
        audited.checks.append(
            _not_run(f"There are {len(names)} numeric columns; only the first {MAX_NUMERIC} were compared.")
        )
        names = names[:MAX_NUMERIC]
    matrix = np.column_stack([audited.numbers(n) for n in names])
    pairs = _alike(matrix, names)
    known: set[frozenset[str]] = set()
    dropped: set[int] = set()
    for i, j, r in pairs:
        known.add(frozenset((names[i], names[j])))
        if i not in dropped and j not in dropped:
            dropped.add(j)
            audited.find(
                "near_deterministic", "warning", [names[i], names[j]],
                f"Columns {names[i][:60]!r} and {names[j][:60]!r} are almost the same up to scale (correlation {r:.5f}).",
                f"Keep one of them; leave out {names[j][:60]!r}.",
            )  # fmt: skip
    keep = [k for k in range(len(names)) if k not in dropped]
    _combinations(audited, matrix[:, keep], [names[k] for k in keep])
    return known


def _not_run(why: str) -> Check:
    return Check(
        name="near-determinism", status="not_run", meaning=why,
        does_not_show="Whether the columns that were left out are combinations of others.",
    )  # fmt: skip


def _alike(matrix: np.ndarray, names: list[str]) -> list[tuple[int, int, float]]:
    """Pairs of columns with |r| > .999 over their common rows, also without outlying rows."""
    import numpy as np

    seen = ~np.isnan(matrix)
    mean = np.nanmean(matrix, axis=0)
    scale = np.nanstd(matrix, axis=0)
    scale[scale == 0] = 1.0
    z = np.where(seen, (matrix - mean) / scale, 0.0)
    if seen.all():
        n, r = np.full((len(names), len(names)), len(z)), z.T @ z / len(z)
    else:
        mask = seen.astype(np.float64)
        n, sums, squares = mask.T @ mask, z.T @ mask, (z**2).T @ mask
        with np.errstate(invalid="ignore", divide="ignore"):
            cov = z.T @ z - sums * sums.T / n
            var = squares - sums**2 / n
            r = cov / np.sqrt(var * var.T)
    found: list[tuple[int, int, float]] = []
    for i, j in zip(*np.nonzero(np.triu(np.nan_to_num(np.abs(r)) > PAIR_R, 1) & (n >= 10)), strict=True):
        rows = seen[:, i] & seen[:, j] & (np.abs(z[:, i]) < OUTLIER) & (np.abs(z[:, j]) < OUTLIER)
        if _r_squared(matrix[rows][:, [i]], matrix[rows, j]) > PAIR_R**2:
            found.append((int(i), int(j), float(r[i, j])))
    return found


def _r_squared(columns: np.ndarray, target: np.ndarray) -> float:
    import numpy as np

    if len(target) < columns.shape[1] + 5 or target.std() == 0:
        return 0.0
    centred = columns - columns.mean(axis=0)
    scale = centred.std(axis=0)
    centred = centred[:, scale > 0] / scale[scale > 0]
    residual = target - target.mean()
    fitted = centred @ np.linalg.lstsq(centred, residual, rcond=None)[0]
    return float(1 - ((residual - fitted) ** 2).sum() / (residual**2).sum())


def _combinations(audited: Audited, matrix: np.ndarray, names: list[str]) -> None:
    """Sweep the columns in order; report each one that the earlier ones explain."""
    import numpy as np

    chosen, rows = _complete(matrix)
    matrix, names = matrix[rows][:, chosen], [names[k] for k in chosen]
    spread = matrix.std(axis=0) if len(matrix) else np.zeros(0)
    varies = np.flatnonzero(spread > 0)
    if len(varies) < 2 or len(matrix) < max(30, 5 * len(varies)):
        if len(names) > 2:
            audited.checks.append(
                _not_run(f"Only {len(matrix)} complete rows for {len(names)} columns; five a column are needed.")
            )
        return
    matrix, names = matrix[:, varies], [names[k] for k in varies]
    z = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    swept = z.T @ z / len(z)
    kept: list[int] = []
    for j in range(len(names)):
        if kept and swept[j, j] < 1 - R_SQUARED and _explained(audited, z, names, j, kept, swept):
            continue
        if swept[j, j] < 1e-10:
            continue
        kept.append(j)
        _sweep(swept, j)
    # After the sweep the negative diagonal is that of the inverse correlation matrix: the variance inflation.
    inflation = {names[k]: -float(swept[k, k]) for k in kept if -swept[k, k] > VIF}
    if inflation:
        listed = ", ".join(f"{n[:60]!r} {v:.0f}" for n, v in list(inflation.items())[:8])
        audited.find(
            "collinear", "note", inflation,
            f"{len(inflation)} columns are nearly combinations of others (variance inflation above {VIF:.0f}: {listed}).",
            "Their separate coefficients are imprecise; as covariates together they do no harm.",
        )  # fmt: skip


def _complete(matrix: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Columns and rows without missing values: the emptiest columns go first until enough rows are complete."""
    import numpy as np

    gaps = np.isnan(matrix)
    chosen = list(np.argsort(gaps.mean(axis=0), kind="stable"))
    while chosen:
        rows: np.ndarray = np.logical_not(gaps[:, chosen].any(axis=1))
        enough = rows.sum() >= max(30, 5 * len(chosen)) and rows.mean() >= 0.3
        if enough or not gaps[:, chosen[-1]].any():
            return sorted(int(k) for k in chosen), rows
        chosen.pop()
    return [], np.zeros(len(matrix), dtype=bool)


def _explained(audited: Audited, z: np.ndarray, names: list[str], j: int, kept: list[int], swept: np.ndarray) -> bool:
    """Report column j as a combination of those kept, unless a few outlying rows make it look so."""
    import numpy as np

    weights = np.abs(swept[kept, j])
    used = [k for k, w in zip(kept, weights, strict=True) if w > 0.02 * weights.max()]
    rows = (np.abs(z[:, [*used, j]]) < OUTLIER).all(axis=1)
    share = _r_squared(z[rows][:, used], z[rows, j])
    if share <= R_SQUARED:
        return False
    exact = "exactly" if share > 1 - 1e-9 else f"almost (R² = {share:.4f})"
    sources = [names[k] for k in used]
    audited.find(
        "near_deterministic", "warning", [names[j], *sources],
        f"Column {names[j][:60]!r} is {exact} a linear combination of {quoted(sources)}.",
        f"Leave out {names[j][:60]!r} when the others are in the model; their separate effects cannot be told apart.",
    )  # fmt: skip
    return True


def _sweep(swept: np.ndarray, k: int) -> None:
    """Regress all columns on column k in place (the sweep operator of Beaton 1964; Goodnight 1979)."""
    import numpy as np

    pivot = swept[k, k]
    row = swept[k].copy()
    swept -= np.outer(row, row) / pivot
    swept[k] = row / pivot
    swept[:, k] = row / pivot
    swept[k, k] = -1.0 / pivot
