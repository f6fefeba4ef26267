"""Adjust for covariates by least squares, with effects that may differ between rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.errors import AssumptionViolated
from ..domain.evidence import Check
from ..domain.results import EffectEstimate
from ..linear import LinearFit, fit_ols, independent_columns, variance_of
from ..propensity import judge_overlap
from ..spec import Tool
from ._common import (
    AverageKind,
    EffectArgs,
    Estimate,
    assemble,
    error_words,
    premises,
    read_design,
    refuse_determined,
    refuse_dose_estimand,
    refuse_small,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..coding import Floats
    from ..design import Design
    from ..domain.estimands import AssumptionStatus
    from ..spec import Env

ASSUMES = ("no hidden confounding", "positivity", "linear outcome model", "consistency", "no interference")
ROWS_PER_COLUMN = 5
"""Interactions are the default when the smallest arm has this many rows for each of its columns."""
WEAK_SHARE = 0.1
"""An arm whose effective sample size is under this share of its rows stands for the target by extrapolation."""


class RegressionArgs(EffectArgs):
    """Arguments of `estimate_regression`."""

    interactions: bool | None = None
    """True: the effect may differ with the covariates and is averaged over the population asked for (Lin 2013). False: one
    common effect; if effects differ, the coefficient is an average weighted by the variance of treatment. None: True for a
    treatment with arms whose smallest arm has at least 5 rows per column and can support it, else False, and said so."""


def run(args: RegressionArgs, env: Env) -> EffectEstimate:
    """Total effect of the treatment on the mean outcome, adjusted for covariates by least squares.

    Several arms are fitted in one model on all rows. A continuous treatment enters linearly; its contrast is slope times
    change. `t_value` and `dof` in the diagnostics are classical, of the model without interactions: what partial R² and
    robustness values are defined on.

    Raises:
        BadArguments: ATT or ATC of a continuous treatment, or arguments that do not fit the table.
        AssumptionViolated: too few rows, covariates that determine the treatment, or, with `interactions=True`, an arm in
            which a covariate never varies.
    """
    return adjust(read_design(args, env), args)


def adjust(design: Design, args: RegressionArgs) -> EffectEstimate:
    """The same on a design that is already there; `estimate_range` calls it once a parent set."""
    refuse_dose_estimand(design, args.estimand)
    columns = treatment_columns(design)
    n_columns = 1 + columns.shape[1] + design.covariates.shape[1]
    refuse_small(design, n_columns)
    refuse_determined(design, columns)
    interacted, notes = _decide_interactions(args, design, columns)
    additive = fit_additive(design, columns)
    fit = _fit_interacted(design, columns) if interacted else additive
    estimates = [_estimate(design, columns, fit, j, args.estimand, interacted) for j in range(len(design.contrasts))]
    diagnostics = _diagnostics(design, additive, fit) | {"interactions": float(interacted)}
    checks: tuple[Check, ...] = ()
    tested: dict[str, AssumptionStatus] = {}
    if design.dose is None and design.covariates.shape[1]:
        pair = design.pair(design.contrasts[0])
        check, *_ = judge_overlap(pair.covariates, pair.arm, pair.labels, pair.treatment, args.estimand)
        checks += (check,)
        tested["positivity"] = "tested_failed" if check.status == "fail" else "tested_passed"
    if interacted and design.dose is None:
        check, sizes = _extrapolation(design, args.estimand)
        checks, diagnostics = (*checks, check), diagnostics | sizes
    names = ASSUMES
    if design.dose is not None:
        checks += (_linearity(design),)
        names = (*ASSUMES, "linear dose response")
        tested["linear dose response"] = "tested_failed" if checks[-1].status == "fail" else "tested_passed"
    return assemble(
        design,
        estimates,
        estimator="regression_adjustment",
        estimand=args.estimand,
        adjustment_set=args.adjustment_set,
        se_method=error_words(design, "HC2", "t"),
        diagnostics=diagnostics,
        assumptions=premises(names, design, args.adjustment_set, tested),
        checks=checks,
        warnings=notes,
    )


def treatment_columns(design: Design) -> Floats:
    """The treatment as regression columns: the dose, or an indicator for every arm but the control."""
    import numpy as np

    if design.dose is not None:
        return design.dose[:, None]
    return (design.arm[:, None] == np.arange(1, len(design.arms))[None, :]).astype(np.float64)


def fit_additive(design: Design, columns: Floats) -> LinearFit:
    """Outcome on intercept, treatment, covariates."""
    import numpy as np

    return fit_ols(np.column_stack([np.ones(design.n_samples), columns, design.covariates]), design.y)


def _column_of(design: Design, position: int) -> int:
    """Which treatment column a contrast moves."""
    if design.dose is not None:
        return 0
    return design.arms.index(design.contrasts[position].treated) - 1


def _decide_interactions(args: RegressionArgs, design: Design, columns: Floats) -> tuple[bool, tuple[str, ...]]:
    """By the rule stated at `RegressionArgs.interactions`; from treatment and covariates alone, never the outcome."""
    import numpy as np

    if not design.covariates.shape[1]:
        return False, ()
    effect_words = (
        "one common effect is assumed (no interactions); if effects differ between rows, the number is an average weighted by "
        "the variance of treatment given the covariates"
    )
    if args.interactions is False or (args.interactions is None and design.dose is not None):
        wanted = args.estimand if args.estimand != "ATE" else ""
        return False, (f"For the {wanted}, {effect_words}.",) if wanted else ()
    problem = ""
    for position, level in enumerate(design.arms if design.dose is None else ()):
        part = design.covariates[design.arm == position]
        keep = independent_columns(part)
        if not keep.all():
            fixed = ", ".join(repr(label) for label, k in zip(design.labels, keep, strict=True) if not k)
            problem = f"where {design.treatment!r} is {level!r}, {fixed} cannot be told from the other columns"
        elif args.interactions is None and len(part) < ROWS_PER_COLUMN * (1 + part.shape[1]):
            problem = f"{design.treatment!r} = {level!r} has {len(part)} rows for {1 + part.shape[1]} columns, under {ROWS_PER_COLUMN} each"
    if (
        design.dose is not None
        and not independent_columns(
            np.column_stack(
                [columns, design.covariates, columns * (design.covariates - design.covariates.mean(axis=0))]
            )
        ).all()
    ):
        problem = "the products of treatment and covariates cannot be told from the other columns"
    if not problem:
        return True, ()
    if args.interactions:
        raise AssumptionViolated(
            f"Effects that differ with the covariates cannot be fitted: {problem}. Use interactions=False (one common effect), "
            f"adjust for fewer covariates, or restrict the population."
        )
    return False, (f"Because {problem}, {effect_words}.",)


def _fit_interacted(design: Design, columns: Floats) -> LinearFit:
    """Outcome on intercept, treatment, centred covariates and all their products (Lin 2013, eq. 4)."""
    import numpy as np

    centred = design.covariates - design.covariates.mean(axis=0)
    products = [columns[:, [k]] * centred for k in range(columns.shape[1])]
    return fit_ols(np.column_stack([np.ones(design.n_samples), columns, centred, *products]), design.y)


def _estimate(
    design: Design, columns: Floats, fit: LinearFit, position: int, estimand: AverageKind, interacted: bool
) -> Estimate:
    """One contrast. The effect is linear in the coefficients; with interactions the covariates' mean is also estimated."""
    import numpy as np

    contrast = design.contrasts[position]
    k = _column_of(design, position)
    step = 1.0 if design.dose is None else float(contrast.treated) - float(contrast.control)
    combination = np.zeros(fit.x.shape[1])
    combination[1 + k] = step
    means = np.zeros(design.n_samples)
    if interacted:
        n_treatments, p = columns.shape[1], design.covariates.shape[1]
        centred = design.covariates - design.covariates.mean(axis=0)
        target = _target_rows(design, k, estimand)
        centre = centred[target].mean(axis=0)
        start = 1 + n_treatments + p + k * p
        combination[start : start + p] = step * centre
        slopes = step * fit.coef[start : start + p]
        means = np.where(target, (centred - centre) @ slopes, 0.0) / target.sum()
    value = float(combination @ fit.coef)
    scores = fit.scores(combination, hc2=design.clusters is None) + means
    error = variance_of(scores, design.clusters, fit.x.shape[1]) ** 0.5
    dof = fit.robust_dof(design.clusters)
    if design.dose is not None:
        return Estimate(contrast, value, error, dof)
    return Estimate(contrast, value, error, dof, int((design.arm == k + 1).sum()), int((design.arm == 0).sum()))


def _target_rows(design: Design, k: int, estimand: AverageKind) -> npt.NDArray[np.bool_]:
    """The rows whose covariates the effect is averaged over."""
    import numpy as np

    if estimand == "ATE":
        return np.ones(design.n_samples, dtype=np.bool_)
    return design.arm == (k + 1 if estimand == "ATT" else 0)


def _diagnostics(design: Design, additive: LinearFit, fit: LinearFit) -> dict[str, float]:
    import numpy as np

    unit = np.zeros(additive.x.shape[1])
    k = 1 + _column_of(design, 0)
    unit[k] = 1.0
    error = additive.classical_error(unit)
    total = float(((design.y - design.y.mean()) ** 2).sum())
    found = {
        "t_value": float(additive.coef[k]) / error if error else 0.0,
        "dof": float(additive.dof),
        "coefficient": float(additive.coef[k]),
        "r_squared": 1 - float(fit.residuals @ fit.residuals) / total,
    }
    return found if design.dose is None else found | {"slope_per_unit": float(fit.coef[1])}


def _extrapolation(design: Design, estimand: AverageKind) -> tuple[Check, dict[str, float]]:
    """How many rows of each arm of the primary contrast really stand for the target.

    Regression weighs the rows of an arm by w_i = 1/n + (x̄ - x̄_a)' S_a^-1 (x_i - x̄_a) / n; the effective sample size
    (sum w)² / sum w² is n / (1 + d²) with d the Mahalanobis distance from the arm's mean to the target's
    (Chattopadhyay & Zubizarreta 2023).
    """
    import numpy as np

    k = _column_of(design, 0)
    x = design.covariates
    goal = x[_target_rows(design, k, estimand)].mean(axis=0)
    names, sizes, worst = ("ess_control", "ess_treated"), dict[str, float](), 1.0
    for name, position in zip(names, (0, k + 1), strict=True):
        part = x[design.arm == position]
        spread = np.atleast_2d(np.cov(part, rowvar=False, bias=True))
        gap = goal - part.mean(axis=0)
        share = 1 / (1 + max(float(gap @ np.linalg.solve(spread, gap)), 0.0))
        sizes[name] = len(part) * share
        worst = min(worst, share)
    fail = worst < WEAK_SHARE
    return Check(
        name="extrapolation",
        status="fail" if fail else "pass",
        statistic=worst,
        meaning=(
            f"The regression leans on {sizes['ess_treated']:.0f} effective treated and {sizes['ess_control']:.0f} effective control "
            f"rows; the weaker arm keeps {100 * worst:.0f} % of its rows (rule of thumb: under {100 * WEAK_SHARE:.0f} % fails)"
            + (", so the estimate is mostly extrapolation." if fail else ".")
        ),
        does_not_show="Whether the arms overlap in every corner of the covariates, or whether the outcome is linear in them.",
    ), sizes


def _linearity(design: Design) -> Check:
    """Wald test that the square of the dose adds nothing."""
    import numpy as np

    assert design.dose is not None
    z = (design.dose - design.dose.mean()) / design.dose.std()
    x = np.column_stack([np.ones(design.n_samples), z, design.covariates, z**2])
    if not independent_columns(x[:, 1:]).all() or design.n_samples < x.shape[1] + 2:
        return Check(
            name="linear dose response",
            status="not_run",
            meaning="Whether the effect is the same all along the dose could not be tested: its square is not a separate column.",
            does_not_show="Anything about the shape of the effect.",
        )
    fit = fit_ols(x, design.y)
    statistic, p_value = fit.test_last(design.clusters)
    bent = p_value < 0.05
    return Check(
        name="linear dose response",
        status="fail" if bent else "pass",
        statistic=statistic,
        p_value=p_value,
        meaning=(
            "The effect changes along the dose (a squared term is needed); the slope is an average over the observed doses."
            if bent
            else "A squared term adds nothing that these data can see."
        ),
        does_not_show="That the effect is linear: bends of other shapes, or small ones, pass this test.",
    )


TOOL = Tool(
    "estimate_regression",
    RegressionArgs,
    run,
    assumes=ASSUMES,
    example=RegressionArgs(dataset="confounder", treatment="t", outcome="y", adjustment_set=("z",)),
    reference="Lin 2013, eq. 4; MacKinnon & White 1985 (HC2); Chattopadhyay & Zubizarreta 2023",
)
