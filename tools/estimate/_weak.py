"""First-stage strength and the Anderson–Rubin set: inference that holds however weak the instruments are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ..domain.errors import AssumptionViolated
from ..linear import ROUNDING, fit_ols

if TYPE_CHECKING:
    from ..coding import Floats, Ints

N_GRID = 4001
INFINITY = float("inf")


@dataclass(frozen=True)
class ReducedForm:
    """Outcome and treatment on the instruments, covariates partialled out, with joint robust covariance.

    `on_outcome` and `on_treatment` have k entries; the `v_*` are k x k.
    """

    on_outcome: Floats
    on_treatment: Floats
    v_outcome: Floats
    v_treatment: Floats
    v_cross: Floats
    dof: float
    """Of the F reference: n minus columns, or clusters minus one."""
    partial_r2: float
    determined: bool
    """Whether the instruments give the treatment exactly, as in a trial that everyone complies with; the F are then infinite."""
    classical_f: float
    effective_f: float

    @property
    def robust_f(self) -> float:
        """Robust F of the excluded instruments in the first stage; infinite where they determine the treatment."""
        import numpy as np

        if self.determined:
            return INFINITY

        k = len(self.on_treatment)
        return float(self.on_treatment @ np.linalg.solve(self.v_treatment, self.on_treatment)) / k


def reduced_form(y: Floats, d: Floats, z: Floats, x: Floats, clusters: Ints | None) -> ReducedForm:
    """Both reduced-form regressions.

    Args:
        y: Outcome, n_samples.
        d: Treatment, n_samples.
        z: Instruments, n_samples x k.
        x: Intercept and covariates, n_samples x p, full column rank together with `z`.
        clusters: Cluster of each row, or None.

    Raises:
        AssumptionViolated: no more clusters than instruments.
    """
    import numpy as np

    n_samples, k = z.shape
    if clusters is not None and int(clusters.max()) < k:
        raise AssumptionViolated(
            f"{int(clusters.max()) + 1} clusters cannot tell how {k} instrument columns vary; there must be more clusters than "
            f"instruments. Use fewer instruments, or cluster on a finer unit."
        )
    left = np.column_stack([fit_ols(x, column).residuals for column in (y, d, *z.T)])
    y, d = left[:, 0], left[:, 1]
    z = np.linalg.qr(left[:, 2:])[0] * n_samples**0.5  # orthonormal: z'z / n = identity
    b_y, b_d = z.T @ y / n_samples, z.T @ d / n_samples
    e_y, e_d = y - z @ b_y, d - z @ b_d
    s_y, s_d = z * e_y[:, None] / n_samples, z * e_d[:, None] / n_samples
    n_columns = k + x.shape[1]
    factor, dof = n_samples / (n_samples - n_columns), float(n_samples - n_columns)
    if clusters is not None:
        n_clusters = int(clusters.max()) + 1
        s_y, s_d = (np.column_stack([np.bincount(clusters, weights=c) for c in s.T]) for s in (s_y, s_d))
        factor, dof = n_clusters / (n_clusters - 1) * (n_samples - 1) / (n_samples - n_columns), float(n_clusters - 1)
    v_d = factor * s_d.T @ s_d
    explained = float(n_samples * b_d @ b_d)
    partial_r2 = explained / float(d @ d)
    determined = partial_r2 > 1 - ROUNDING
    return ReducedForm(
        on_outcome=b_y,
        on_treatment=b_d,
        v_outcome=factor * s_y.T @ s_y,
        v_treatment=v_d,
        v_cross=factor * s_y.T @ s_d,
        dof=dof,
        partial_r2=partial_r2,
        determined=determined,
        classical_f=INFINITY if determined else (explained / k) / (float(e_d @ e_d) / (n_samples - n_columns)),
        effective_f=INFINITY if determined else float(b_d @ b_d) / float(np.trace(v_d)),
    )


def anderson_rubin_set(
    form: ReducedForm, centre: float, scale: float, alpha: float = 0.05
) -> list[tuple[float, float]]:
    """All effects that the Anderson–Rubin test does not reject: intervals in order, ends possibly infinite, or none.

    Args:
        form: The reduced form.
        centre: Where to look most closely (the 2SLS estimate).
        scale: How far around it (its standard error).
        alpha: Level of the test.

    Raises:
        AssumptionViolated: some combination of the instruments has nothing left to chance, so no test can be made.
    """
    import numpy as np
    from scipy.optimize import brentq
    from scipy.special import fdtri

    k = len(form.on_treatment)
    bound = float(fdtri(k, form.dof, 1 - alpha))

    def excess(angles: Floats) -> Floats:
        """AR statistic minus its bound at `centre + scale * tan(angle)`, computed without dividing by cos."""
        a = np.cos(angles)[:, None]
        b = a * centre + np.sin(angles)[:, None] * scale
        gap = a * form.on_outcome - b * form.on_treatment
        a, b = a[:, :, None], b[:, :, None]
        v = a * a * form.v_outcome - a * b * (form.v_cross + form.v_cross.T) + b * b * form.v_treatment
        try:
            scaled = np.linalg.solve(v, gap[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError as error:
            raise AssumptionViolated(
                "The instruments give treatment and outcome exactly in some direction, so nothing is left to judge chance by. "
                "Use one of the instruments, or check whether a column restates another."
            ) from error
        return np.einsum("ij,ij->i", gap, scaled) / k - bound

    def excess_at(angle: float) -> float:
        return float(excess(np.array([angle]))[0])

    angles = np.linspace(-np.pi / 2, np.pi / 2, N_GRID)
    values = excess(angles)
    outside = [bool(v) for v in values > 0]
    edges = [
        cast("float", brentq(excess_at, angles[i], angles[i + 1]))
        for i in range(N_GRID - 1)
        if outside[i] != outside[i + 1]
    ]
    ends = [centre + scale * float(np.tan(e)) for e in edges]
    if not outside[0]:
        ends.insert(0, -INFINITY)
    if not outside[-1]:
        ends.append(INFINITY)
    return list(zip(ends[::2], ends[1::2], strict=True))


def leaves_nothing(y: Floats, d: Floats, x: Floats, value: float) -> bool:
    """Whether the effect and the covariates give the outcome exactly, in which case no other effect fits at all."""
    import numpy as np

    left = fit_ols(x, y - value * d).residuals
    return float(left @ left) <= ROUNDING**2 * float(np.var(y)) * len(y)


def in_words(pieces: list[tuple[float, float]]) -> str:
    """The Anderson–Rubin set as a sentence's end, saying plainly when it is unbounded or empty."""
    if not pieces:
        return "empty: no effect fits all instruments at once, so at least one of them is not valid"
    if pieces == [(-INFINITY, INFINITY)]:
        return "unbounded: every number, so these instruments say nothing about the effect"
    text = " or ".join(
        f"below {high:.4g}"
        if low == -INFINITY
        else f"above {low:.4g}"
        if high == INFINITY
        else f"{low:.4g} to {high:.4g}"
        for low, high in pieces
    )
    unbounded = pieces[0][0] == -INFINITY or pieces[-1][1] == INFINITY
    return f"unbounded: {text}" if unbounded else text
