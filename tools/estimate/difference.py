"""Compare the mean outcome of two arms, as in an experiment: no adjustment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.errors import BadArguments
from ..domain.results import EffectEstimate
from ..linear import fit_ols
from ..spec import Tool
from ._common import EffectArgs, Estimate, assemble, error_words, premises, read_design, refuse_small

if TYPE_CHECKING:
    from ..design import Design
    from ..domain.questions import Contrast
    from ..spec import Env

ASSUMES = ("random assignment", "consistency", "no interference")


class DifferenceArgs(EffectArgs):
    """Arguments of `estimate_difference`."""


def run(args: DifferenceArgs, env: Env) -> EffectEstimate:
    """Difference in means of two arms with Welch's interval, or cluster-robust errors.

    Returns:
        The mean of the treated minus the mean of the controls: an effect when assignment was random, else an
        association. ATE, ATT and ATC coincide under random assignment.

    Raises:
        BadArguments: covariates were given, or the treatment is continuous.
        AssumptionViolated: an arm has fewer than two rows, a column is constant, or no row is left.
    """
    if args.adjustment_set:
        raise BadArguments(
            f"estimate_difference adjusts for nothing, and adjustment_set is {args.adjustment_set!r}. Leave it empty, or use "
            f"estimate_regression."
        )
    design = read_design(args, env)
    estimates = [_compare(design.pair(c), c) for c in design.contrasts]
    pair = design.pair(design.contrasts[0])
    t_value, dof = classical_t(pair)
    return assemble(
        design,
        estimates,
        estimator="difference_in_means",
        estimand=args.estimand,
        adjustment_set=(),
        se_method=error_words(design, "Welch (HC2)", "t"),
        diagnostics={"t_value": t_value, "dof": dof, "r_squared": t_value**2 / (t_value**2 + dof)},
        assumptions=premises(ASSUMES, design, ()),
    )


def classical_t(pair: Design) -> tuple[float, float]:
    """t-statistic of the difference under equal variances, and its degrees of freedom; for partial R²."""
    import numpy as np

    fit = fit_ols(np.column_stack([np.ones(pair.n_samples), pair.arm.astype(np.float64)]), pair.y)
    error = fit.classical_error(np.array([0.0, 1.0]))
    return (float(fit.coef[1]) / error if error else 0.0), float(fit.dof)


def _compare(pair: Design, contrast: Contrast) -> Estimate:
    """Difference in means; HC2 of the two-column regression is Welch's variance."""
    import numpy as np

    refuse_small(pair, 2)
    fit = fit_ols(np.column_stack([np.ones(pair.n_samples), pair.arm.astype(np.float64)]), pair.y)
    error = fit.robust_error(np.array([0.0, 1.0]), pair.clusters)
    sizes = np.bincount(pair.arm, minlength=2)
    if pair.clusters is None:
        parts = np.array([np.var(pair.y[pair.arm == a], ddof=1) / sizes[a] for a in (0, 1)])
        spread = float((parts**2 / (sizes - 1)).sum())
        dof = float(parts.sum() ** 2 / spread) if spread else float(pair.n_samples - 2)
    else:
        dof = fit.robust_dof(pair.clusters)
    return Estimate(contrast, float(fit.coef[1]), error, dof, int(sizes[1]), int(sizes[0]))


TOOL = Tool(
    "estimate_difference",
    DifferenceArgs,
    run,
    assumes=ASSUMES,
    example=DifferenceArgs(dataset="randomised", treatment="t", outcome="y"),
    reference="Welch 1947; Imbens & Rubin 2015, ch. 6; MacKinnon & White 1985 (HC2)",
)
