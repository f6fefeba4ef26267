"""Compare the change over time of two groups: difference in differences, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import coding
from ..design import prepare
from ..domain.errors import AssumptionViolated
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectEstimate
from ..linear import fit_ols, independent_columns, variance_of
from ..spec import Args, Tool
from ._common import Estimate, assemble, error_words, premises

if TYPE_CHECKING:
    from ..coding import Floats
    from ..design import Design
    from ..spec import Env


class DidArgs(Args):
    """Arguments of `estimate_did`."""

    dataset: str
    """Name of a loaded table, one row a unit and period."""
    treatment: str
    """Column of the group: the one that is treated in the later period, and the one that never is."""
    outcome: str
    """Column the effect is on."""
    time: str
    """Column with two values: before and after."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates to adjust for."""
    contrast: Contrast | None = None
    """The two groups to compare; None is the first level after the control."""
    cluster: str | None = None
    """Column whose groups share errors, usually the unit; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet."""


def run(args: DidArgs, env: Env) -> EffectEstimate:
    """Effect on the treated group: its change of the mean outcome minus the change of the comparison group.

    Two periods only: with staggered adoption this regression weighs some effects negatively (Goodman-Bacon 2021), so
    more than two periods are refused.

    Raises:
        AssumptionViolated: not two periods, an empty cell, or a continuous treatment.
    """
    design = prepare(
        env.table(args.dataset),
        env.card(args.dataset),
        treatment=args.treatment,
        outcome=args.outcome,
        adjustment_set=args.adjustment_set,
        contrast=args.contrast,
        cluster=args.cluster,
        population=args.population,
        extra=(args.time,),
    )
    contrast = design.contrasts[0]
    pair = design.pair(contrast)
    after = _periods(pair, args.time)
    group = pair.arm.astype(float)
    estimate, r_squared, t_value, dof = _fit(pair, group, after, contrast)
    trends = Check(
        name="parallel trends",
        status="not_run",
        meaning="Whether both groups moved alike before treatment cannot be tested with one period before it.",
        does_not_show="Even several alike periods before would not prove that they would have gone on alike.",
    )
    return assemble(
        pair,
        [estimate],
        estimator="difference_in_differences",
        estimand="ATT",
        adjustment_set=args.adjustment_set,
        se_method=error_words(pair, "HC2", "t"),
        diagnostics={"r_squared": r_squared, "t_value": t_value, "dof": dof} | _cells(pair, group, after),
        assumptions=(
            Assumption(
                name="parallel trends",
                meaning=f"Untreated, the mean of {args.outcome} would have changed alike in both groups of {args.treatment}.",
                status="untestable",
            ),
            *premises(("consistency", "no interference"), pair, args.adjustment_set),
        ),
        checks=(trends,),
    )


def _periods(pair: Design, time: str) -> Floats:
    """1 for rows after, 0 for rows before."""
    levels, codes = coding.levels_of(coding.find_column(pair.frame, time, "time"))
    if len(levels) != 2:
        raise AssumptionViolated(
            f"Column {time!r} has {len(levels)} values; before and after are two. Restrict the population to two periods, or add a "
            f"column that is 0 before and 1 after."
        )
    before, _ = coding.control_level(levels)
    return (codes != before).astype(float)


def _fit(pair: Design, group: Floats, after: Floats, contrast: Contrast) -> tuple[Estimate, float, float, float]:
    """Outcome on group, period, their product and covariates; the product is the effect."""
    import numpy as np

    sizes = {(g, p): int(((group == g) & (after == p)).sum()) for g in (0, 1) for p in (0, 1)}
    if empty := [cell for cell, n in sizes.items() if n < 2]:
        g, p = empty[0]
        raise AssumptionViolated(
            f"The {'treated' if g else 'comparison'} group has fewer than 2 rows {'after' if p else 'before'}; "
            "every group needs rows in both periods."
        )
    base = np.column_stack([np.ones(len(group)), group, after, group * after])
    covariates = pair.covariates[:, independent_columns(np.column_stack([base[:, 1:], pair.covariates]))[3:]]
    fit = fit_ols(np.column_stack([base, covariates]), pair.y)
    pick = np.zeros(fit.x.shape[1])
    pick[3] = 1.0
    error = variance_of(fit.scores(pick, hc2=pair.clusters is None), pair.clusters, fit.x.shape[1]) ** 0.5
    dof = float(fit.dof if pair.clusters is None else pair.clusters.max())
    classical = fit.classical_error(pick)
    spread = float(((pair.y - pair.y.mean()) ** 2).sum())
    r_squared = 1 - float(fit.residuals @ fit.residuals) / spread if spread else 0.0
    found = Estimate(contrast, float(fit.coef[3]), error, dof, int(group.sum()), int((1 - group).sum()))
    return found, r_squared, float(fit.coef[3]) / classical if classical else 0.0, float(fit.dof)


def _cells(pair: Design, group: Floats, after: Floats) -> dict[str, float]:
    names = {(1, 0): "treated_before", (1, 1): "treated_after", (0, 0): "control_before", (0, 1): "control_after"}
    return {f"mean_{name}": float(pair.y[(group == g) & (after == p)].mean()) for (g, p), name in names.items()}


TOOL = Tool(
    "estimate_did",
    DidArgs,
    run,
    assumes=("parallel trends", "no anticipation", "consistency", "no interference"),
    example=DidArgs(dataset="two_periods", treatment="t", outcome="y", time="w"),
    reference="Card & Krueger 1994; Goodman-Bacon 2021 on why two periods",
)
