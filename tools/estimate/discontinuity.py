"""Estimate the jump at a cut-off by local linear regression (regression discontinuity, sharp or fuzzy)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

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
    from ..design import Design
    from ..spec import Env

MIN_ROWS_PER_SIDE = 5
SHARP_SHARE = 0.95
WEAK_JUMP_T = 3.2
"""A jump of treatment below this many standard errors (F = 10) is too small to divide by (Staiger & Stock 1997)."""


class DiscontinuityArgs(Args):
    """Arguments of `estimate_discontinuity`."""

    dataset: str
    """Name of a loaded table."""
    outcome: str
    """Column the effect is on."""
    running_variable: str
    """Numeric column with the cut-off."""
    cutoff: float
    """Where treatment changes; rows exactly at it count as above."""
    treatment: str | None = None
    """Two-level column of the treatment when there is one; where it follows the side only in part, its own jump is divided by."""
    treated_side: Literal["above", "below"] = "above"
    """Side that gets the treatment where no column says who did."""
    bandwidth: float | None = Field(default=None, gt=0)
    """Distance from the cut-off within which rows count, in units of the running variable; None is the rule of thumb."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet."""


def run(args: DiscontinuityArgs, env: Env) -> EffectEstimate:
    """Jump of the mean outcome at the cut-off: a line on each side, weights falling to zero at the bandwidth.

    The value is that of the lines. The interval and the p-value are robust and bias-corrected: they are those of
    parabolas within the same bandwidth, which count what the lines miss when the curve bends near the cut-off, and so
    need not be centred on the value. Half and double the bandwidth are in the diagnostics.

    Where crossing makes treatment only likelier (fuzzy), the jump is divided by the jump of treatment: the effect on
    those whom the cut-off moves (Hahn, Todd & van der Klaauw 2001). Its error is that of outcome less effect times treatment.

    Raises:
        AssumptionViolated: the cut-off is outside the data, a side is nearly empty, or treatment does not jump at it.
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
    took = _took(args, design, distance)
    value, line_error, n_left, n_right = effect_at(distance, y, took, bandwidth)
    corrected, error, *_ = effect_at(distance, y, took, bandwidth, degree=2)
    dof = float(n_left + n_right - 6)
    low, high, p_value = interval(corrected, error, dof)
    sides = (f"below {args.cutoff:g}", f"at or above {args.cutoff:g}")
    control, treated = sides if args.treated_side == "above" else sides[::-1]
    contrast = Contrast(control=control, treated=treated)
    name = args.treatment or args.running_variable
    others = _other_bandwidths(distance, y, took, bandwidth)
    fuzzy, first = _fuzziness(args, distance, took, bandwidth)
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
            "bandwidth": bandwidth, "dof": dof, "estimate_bias_corrected": corrected, "std_error_of_lines": line_error,
            "jump_of_treatment": first, **others,
        },
        assumptions=_premises(args), checks=(_density(args),), warnings=fuzzy,
    )  # fmt: skip


def _took(args: DiscontinuityArgs, design: Design, distance: Floats) -> Floats:
    """1 where the treatment was taken: by its own column, or by the side where there is none."""
    import numpy as np

    if args.treatment is None:
        return (distance >= 0 if args.treated_side == "above" else distance < 0).astype(float)
    levels, codes = np.unique(design.frame[args.treatment].to_numpy().astype(str), return_inverse=True)
    if len(levels) != 2:
        raise AssumptionViolated(
            f"Treatment {args.treatment!r} has {len(levels)} values at this cut-off; it must have two. Leave it out for the jump of the "
            "outcome itself."
        )
    return codes.astype(float)


def effect_at(
    distance: Floats, y: Floats, took: Floats, bandwidth: float, degree: int = 1
) -> tuple[float, float, int, int]:
    """The jump of the outcome over the jump of treatment, its error by the delta method, and the rows on each side."""
    first, *_ = jump(distance, took, bandwidth, degree)
    raw, *_ = jump(distance, y, bandwidth, degree)
    if abs(first) < 1e-12:
        raise AssumptionViolated("Treatment does not change at the cut-off, so nothing can be said of its effect.")
    value = raw / first
    _, error, n_left, n_right = jump(distance, y - value * took, bandwidth, degree)
    return value, error / abs(first), n_left, n_right


def _other_bandwidths(distance: Floats, y: Floats, took: Floats, bandwidth: float) -> dict[str, float]:
    """The jump at half and double the bandwidth, where there are rows enough."""
    found: dict[str, float] = {}
    for label, factor in (("half", 0.5), ("double", 2.0)):
        with suppress(AssumptionViolated):
            found[f"estimate_{label}_bandwidth"] = effect_at(distance, y, took, bandwidth * factor)[0]
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


def _fuzziness(
    args: DiscontinuityArgs, distance: Floats, took: Floats, bandwidth: float
) -> tuple[tuple[str, ...], float]:
    """A warning where treatment follows the side only in part, and the jump of treatment at the cut-off.

    Raises:
        AssumptionViolated: treatment jumps too little to divide by.
    """
    import numpy as np

    first, error, *_ = jump(distance, took, bandwidth)
    above = float(np.mean(took == (distance >= 0)))
    if max(above, 1 - above) >= SHARP_SHARE:
        return (), first
    if abs(first) < WEAK_JUMP_T * error:
        raise AssumptionViolated(
            f"{args.treatment!r} jumps by {first:.3g} at {args.running_variable!r} = {args.cutoff:g} (standard error {error:.2g}): too "
            "little to tell its effect. Leave treatment out for the effect of being above the cut-off."
        )
    said = (
        f"{args.treatment!r} follows the cut-off only in part (it jumps by {first:.3g}): the jump of {args.outcome!r} is divided by that, "
        "which gives the effect on those whom the cut-off moves."
    )
    return (said,), first


TOOL = Tool(
    "estimate_discontinuity",
    DiscontinuityArgs,
    run,
    assumes=("continuity at the cut-off", "no manipulation", "local linearity"),
    example=DiscontinuityArgs(dataset="cut_off", outcome="y", running_variable="z", cutoff=0.0),
    reference="Hahn, Todd & van der Klaauw 2001; Calonico, Cattaneo & Titiunik 2014; Fan & Gijbels 1996, eq. 4.3 (bandwidth)",
)
