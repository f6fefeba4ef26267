"""Estimate the jump at a cut-off by local linear regression (sharp regression discontinuity)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pydantic import Field

from ..design import prepare
from ..domain.errors import AssumptionViolated
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast
from ..domain.results import ContrastEstimate, EffectEstimate
from ..linear import interval
from ..spec import Args, Tool

if TYPE_CHECKING:
    from ..coding import Floats
    from ..spec import Env

MIN_ROWS_PER_SIDE = 5
SHARP_SHARE = 0.95


class DiscontinuityArgs(Args):
    """Arguments of `estimate_discontinuity`."""

    dataset: str
    """Name of a loaded table."""
    outcome: str
    """Column the effect is on."""
    running_variable: str
    """Numeric column with the cut-off."""
    cutoff: float
    """Where treatment changes; rows at or above it are on the treated side."""
    treatment: str | None = None
    """Column of the treatment when there is one; it must follow the side of the cut-off."""
    bandwidth: float | None = Field(default=None, gt=0)
    """Distance from the cut-off within which rows count, in units of the running variable; None is the rule of thumb."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet."""


def run(args: DiscontinuityArgs, env: Env) -> EffectEstimate:
    """Jump of the mean outcome at the cut-off: a line on each side, weights falling to zero at the bandwidth.

    The value is that of the lines. The interval and the p-value are robust and bias-corrected: they are those of
    parabolas within the same bandwidth, which count what the lines miss when the curve bends near the cut-off, and so
    need not be centred on the value. Half and double the bandwidth are in the diagnostics.

    Raises:
        AssumptionViolated: the cut-off is outside the data, a side is nearly empty, or treatment does not follow it.
    """
    design = prepare(
        env.table(args.dataset), env.card(args.dataset), treatment=args.running_variable, outcome=args.outcome,
        population=args.population, extra=() if args.treatment is None else (args.treatment,),
    )  # fmt: skip
    if design.dose is None:
        raise AssumptionViolated(
            f"The running variable {args.running_variable!r} takes few values or is text; "
            "a cut-off needs a number that varies finely."
        )
    distance, y = design.dose - args.cutoff, design.y
    _refuse(args, distance)
    bandwidth = args.bandwidth or rule_of_thumb(distance, y)
    value, line_error, n_left, n_right = jump(distance, y, bandwidth)
    corrected, error, *_ = jump(distance, y, bandwidth, degree=2)
    dof = float(n_left + n_right - 6)
    low, high, p_value = interval(corrected, error, dof)
    contrast = Contrast(control=f"below {args.cutoff:g}", treated=f"at or above {args.cutoff:g}")
    name = args.treatment or args.running_variable
    others = _other_bandwidths(distance, y, bandwidth)
    return EffectEstimate(
        estimator="local_linear_discontinuity", estimand="LATE", treatment=name, outcome=args.outcome, contrast=contrast,
        value=value, std_error=error, ci_low=low, ci_high=high, p_value=p_value,
        unit=f"units of {args.outcome!r} at {args.running_variable!r} = {args.cutoff:g}",
        n_used=n_left + n_right, n_dropped=design.n_dropped, se_method="HC1, robust bias-corrected t interval",
        contrasts=(
            ContrastEstimate(
                contrast=contrast, value=value, std_error=error, ci_low=low, ci_high=high, p_value=p_value,
                n_treated=n_right, n_control=n_left,
            ),
        ),
        diagnostics={
            "bandwidth": bandwidth, "dof": dof, "estimate_bias_corrected": corrected, "std_error_of_lines": line_error, **others,
        },
        assumptions=_premises(args), checks=(_density(args),),
        warnings=() if args.treatment is None else _sharpness(args, distance, design.frame[args.treatment].to_numpy()),
    )  # fmt: skip


def _other_bandwidths(distance: Floats, y: Floats, bandwidth: float) -> dict[str, float]:
    """The jump at half and double the bandwidth, where there are rows enough."""
    found: dict[str, float] = {}
    for label, factor in (("half", 0.5), ("double", 2.0)):
        with suppress(AssumptionViolated):
            found[f"estimate_{label}_bandwidth"] = jump(distance, y, bandwidth * factor)[0]
    return found


def _refuse(args: DiscontinuityArgs, distance: Floats) -> None:
    n_left, n_right = int((distance < 0).sum()), int((distance >= 0).sum())
    if min(n_left, n_right) < MIN_ROWS_PER_SIDE:
        raise AssumptionViolated(
            f"{n_left} rows lie below and {n_right} at or above {args.running_variable!r} = {args.cutoff:g}; each side needs at least "
            f"{MIN_ROWS_PER_SIDE}. Check the cut-off against the range of the column."
        )


def rule_of_thumb(distance: Floats, y: Floats) -> float:
    """Bandwidth from a quartic fit on each side (Fan & Gijbels 1996, eq. 4.3, triangular kernel), pooled over both."""
    import numpy as np

    noise, bend, n = 0.0, 0.0, len(y)
    for side in (distance < 0, distance >= 0):
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
    nearest = [np.sort(np.abs(distance[side]))[: 2 * MIN_ROWS_PER_SIDE][-1] for side in (distance < 0, distance >= 0)]
    return float(np.clip(found, 1.01 * max(nearest), spread))


def jump(distance: Floats, y: Floats, bandwidth: float, degree: int = 1) -> tuple[float, float, int, int]:
    """Difference of two polynomials at the cut-off, its robust error, and the rows within the bandwidth on each side.

    With the bandwidth of the bias as large as that of the estimate, the bias-corrected estimate of degree 1 is the plain one of
    degree 2 (Calonico, Cattaneo & Titiunik 2014, remark 7).
    """
    import numpy as np

    value, variance, sizes = 0.0, 0.0, []
    for sign, side in ((-1, distance < 0), (1, distance >= 0)):
        inside = side & (np.abs(distance) < bandwidth)
        x, z = distance[inside], y[inside]
        sizes.append(len(x))
        if len(np.unique(x)) < degree + 2:
            raise AssumptionViolated(
                f"Only {len(x)} rows ({len(np.unique(x))} different values) lie within {bandwidth:.4g} of the cut-off on one side; give a "
                f"larger bandwidth."
            )
        weights = 1 - np.abs(x) / bandwidth
        design = np.column_stack([(x / bandwidth) ** k for k in range(degree + 1)])
        bread = np.linalg.inv(design.T @ (design * weights[:, None]))
        coef = bread @ (design.T @ (weights * z))
        scores = design * (weights * (z - design @ coef))[:, None]
        covariance = bread @ (scores.T @ scores) @ bread * len(x) / max(len(x) - degree - 1, 1)
        value += sign * float(coef[0])
        variance += float(covariance[0, 0])
    return value, variance**0.5, sizes[0], sizes[1]


def _density(args: DiscontinuityArgs) -> Check:
    return Check(
        name="no manipulation",
        status="not_run",
        meaning=f"Whether units choose their side of {args.running_variable} = {args.cutoff:g} was not tested.",
        does_not_show="A smooth density would not prove that nobody can choose their side.",
    )


def _premises(args: DiscontinuityArgs) -> tuple[Assumption, ...]:
    r, c, y = args.running_variable, f"{args.cutoff:g}", args.outcome
    return (
        Assumption(name="continuity at the cut-off", meaning=f"Without treatment {y} would not jump at {r} = {c}.", status="untestable"),
        Assumption(name="no manipulation", meaning=f"Nobody can choose their side of {r} = {c} exactly.", status="not_tested"),
        Assumption(name="local linearity", meaning=f"Within the bandwidth {y} is close to a line in {r} on each side."),
    )  # fmt: skip


def _sharpness(args: DiscontinuityArgs, distance: Floats, treated: object) -> tuple[str, ...]:
    """Warn when treatment does not follow the side of the cut-off."""
    import numpy as np

    codes = np.unique(np.asarray(treated).astype(str), return_inverse=True)[1]
    follows = max(float(np.mean(codes == (distance >= 0))), float(np.mean(codes == (distance < 0))))
    if follows >= SHARP_SHARE:
        return ()
    return (
        f"{args.treatment!r} follows the cut-off in only {100 * follows:.0f} % of rows: the jump is the effect of being above it, not of "
        f"{args.treatment!r}. For that use estimate_iv with an indicator of the side as the instrument.",
    )


TOOL = Tool(
    "estimate_discontinuity",
    DiscontinuityArgs,
    run,
    assumes=("continuity at the cut-off", "no manipulation", "local linearity"),
    example=DiscontinuityArgs(dataset="cut_off", outcome="y", running_variable="z", cutoff=0.0),
    reference="Hahn, Todd & van der Klaauw 2001; Calonico, Cattaneo & Titiunik 2014; Fan & Gijbels 1996, eq. 4.3 (bandwidth)",
)
