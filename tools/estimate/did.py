"""Compare changes over time between treated and untreated: difference in differences, two periods or a panel."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from .. import coding
from ..coding import show
from ..design import prepare
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectEstimate
from ..linear import fit_ols, independent_columns
from ..spec import Args, Tool
from ._common import Estimate, assemble, error_words, premises
from ._group_time import average, group_time_effects, outcomes_by_unit, p_value_of_none
from ._panel import make_panel, two_way
from ._periods import periods_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..coding import Floats, Ints
    from ..design import Design
    from ..spec import Env
    from ._panel import Panel

ALPHA = 0.05
_NO_PROOF = "Even several alike periods before would not prove that they would have gone on alike."


class DidArgs(Args):
    """Arguments of `estimate_did`."""

    dataset: str
    """Name of a loaded table, one row a unit and period."""
    treatment: str
    """Two periods: the group that is treated in the later one. A panel with `unit`: whether the unit is treated in this period."""
    outcome: str
    """Column the effect is on."""
    time: str
    """Column of the period: before and after, or with `unit` any number of periods; numbers, dates, or text that says its order."""
    unit: str | None = None
    """Column of the unit that is observed repeatedly; standard errors are clustered on it unless `cluster` says otherwise."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates to adjust for."""
    contrast: Contrast | None = None
    """The two groups to compare; None is the first level after the control."""
    cluster: str | None = None
    """Column whose groups share errors, usually the unit; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet."""


def run(args: DidArgs, env: Env) -> EffectEstimate:
    """Effect on the treated: their change of the mean outcome minus the change of those not treated.

    Two periods: the difference of four means. A panel: unit and period fixed effects when all treated units start
    together; when they start at different times that regression weighs some effects negatively (Goodman-Bacon 2021), so
    the group-time effects of Callaway & Sant'Anna (2021) are averaged instead, and the answer says so.

    Raises:
        AssumptionViolated: no period before, an empty cell, a treatment that is switched off, or a continuous one.
    """
    design = prepare(
        env.table(args.dataset),
        env.card(args.dataset),
        treatment=args.treatment,
        outcome=args.outcome,
        adjustment_set=args.adjustment_set,
        contrast=args.contrast,
        cluster=args.cluster or args.unit,
        population=args.population,
        extra=(args.time,) if args.unit is None else (args.time, args.unit),
    )
    contrast = design.contrasts[0]
    pair = design.pair(contrast)
    if args.unit is not None and _starts_within(pair, args.time, args.unit):
        return _over_panel(make_panel(pair, args.time, args.unit), contrast, args)
    after, change, told = _periods(pair, args)
    group = pair.arm.astype(float)
    alone = _alone(pair, pair.arm == 1)
    estimate, r_squared, t_value, dof = _fit(pair, group, after, contrast)
    trends = Check(
        name="parallel trends",
        status="not_run",
        meaning="Whether both groups moved alike before treatment cannot be tested with one period before it.",
        does_not_show=_NO_PROOF,
    )
    diagnostics = {"r_squared": r_squared, "t_value": t_value, "dof": dof} | _cells(pair, group, after)
    return _assembled(
        pair, estimate, "difference_in_differences", "HC2", diagnostics, trends, args, change, (*told, *alone)
    )


def _assembled(
    pair: Design,
    estimate: Estimate,
    estimator: str,
    plain: str,
    diagnostics: dict[str, float],
    trends: Check,
    args: DidArgs,
    change: str = "",
    warnings: tuple[str, ...] = (),
) -> EffectEstimate:
    assumed = (
        f"Untreated, the mean of {args.outcome} would have changed alike{change} with and without {args.treatment}."
    )
    return assemble(
        pair,
        [estimate],
        estimator=estimator,
        estimand="ATT",
        adjustment_set=args.adjustment_set,
        se_method=error_words(pair, plain, "t" if estimate.dof else "normal"),
        diagnostics=diagnostics,
        assumptions=(
            Assumption(name="parallel trends", meaning=assumed, status="untestable"),
            *premises(("consistency", "no interference"), pair, args.adjustment_set),
        ),
        checks=(trends,),
        warnings=warnings,
    )


def _starts_within(pair: Design, time: str, unit: str) -> bool:
    """Whether treatment starts within units over time, rather than telling two groups of units or of their members apart."""
    import numpy as np

    _, codes = coding.levels_of(coding.find_column(pair.frame, unit, "unit"))
    periods, period = coding.levels_of(coding.find_column(pair.frame, time, "time"))

    def mixed(cells: Ints) -> bool:
        treated, rows = np.bincount(cells, weights=pair.arm), np.bincount(cells)
        return bool(((treated > 0) & (treated < rows)).any())

    return mixed(codes) and not mixed(codes * len(periods) + period)


def _over_panel(panel: Panel, contrast: Contrast, args: DidArgs) -> EffectEstimate:
    """Two-way fixed effects when treatment starts in one period, else the average of group-time effects."""
    pair = panel.design
    if args.cluster not in (None, args.unit):
        raise BadArguments(
            f"In a panel errors are clustered on the unit {args.unit!r}; leave cluster={args.cluster!r} out."
        )
    n_treated = int(pair.arm.sum())
    regression, error, dof = two_way(panel)
    diagnostics = {
        "n_units": len(panel.adoption),
        "n_never_treated": panel.n_never,
        "n_starts": len(panel.cohorts),
        "dof": dof,
    }
    if len(panel.cohorts) == 1:
        estimate = Estimate(contrast, regression, error, dof, n_treated, pair.n_samples - n_treated)
        alone = _alone(pair, (panel.adoption < len(panel.periods))[panel.unit])
        return _assembled(
            pair, estimate, "two_way_fixed_effects", "CR1", diagnostics, _earlier(panel), args, warnings=alone
        )
    if args.adjustment_set:
        raise AssumptionViolated(
            f"Units start {args.treatment!r} in {len(panel.cohorts)} different periods; for that the effects by group and period are "
            f"averaged, which is done without covariates only. Leave adjustment_set out, or restrict the population to one start."
        )
    effects = tuple(e for e in group_time_effects(panel, outcomes_by_unit(panel)) if e.time >= e.group)
    if not effects:
        raise AssumptionViolated(
            "No group has two units and two others to compare with; more units are needed for group-time effects."
        )
    value, error = average(effects, panel)
    diagnostics |= {"two_way_fixed_effects": regression, "n_group_time_effects": len(effects)}
    estimate = Estimate(contrast, value, error, None, n_treated, pair.n_samples - n_treated)
    staggered = (
        f"Units start {args.treatment!r} in {len(panel.cohorts)} different periods: a regression with unit and period effects "
        f"({regression:.4g} here) would compare late starters with early ones and weigh some effects negatively (Goodman-Bacon "
        f"2021), so effects by group and period are averaged (Callaway & Sant'Anna 2021)."
    )
    return _assembled(
        pair, estimate, "group_time_average", "influence", diagnostics, _earlier(panel), args, warnings=(staggered,)
    )


def _alone(pair: Design, treated: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    """A warning where a group is one cluster, whose own shocks add nothing to a clustered error (Donald & Lang 2007).

    Raises:
        AssumptionViolated: each group is one cluster, so that the error would be zero.
    """
    import numpy as np

    if pair.clusters is None:
        return ()
    of_treated, of_others = np.unique(pair.clusters[treated]), np.unique(pair.clusters[~treated])
    sizes = {"treated": len(of_treated), "others": len(of_others)}
    if min(sizes.values()) > 1 or len(np.intersect1d(of_treated, of_others)):
        return ()
    if max(sizes.values()) == 1:
        raise AssumptionViolated(
            f"The treated are one cluster of {pair.cluster!r} and the others are one too; how clusters vary cannot be told from that. "
            f"Use more clusters, or leave cluster out for an error that counts chance among the rows only."
        )
    name = min(sizes, key=sizes.__getitem__)
    return (
        f"The {name} are a single cluster of {pair.cluster!r}: what happened to it alone cannot be told from the effect, and the interval "
        f"does not count it.",
    )


def _earlier(panel: Panel) -> Check:
    """Whether treated and others moved alike before treatment, from placebo effects in earlier periods."""
    with suppress(AssumptionViolated):
        before = tuple(e for e in group_time_effects(panel, outcomes_by_unit(panel)) if e.time < e.group - 1)
        if before:
            largest, p_value = max((e.value for e in before), key=abs), p_value_of_none(before, panel)
            return Check(
                name="parallel trends",
                status="pass" if p_value >= ALPHA else "fail",
                p_value=p_value,
                meaning=f"Before treatment the groups differed by up to {largest:.4g} from moving alike (joint test of all "
                f"{len(before)} earlier changes, p = {p_value:.3g}).",
                does_not_show=_NO_PROOF,
            )
    return Check(
        name="parallel trends",
        status="not_run",
        meaning="Whether the groups moved alike before treatment needs two earlier periods in which every unit has one row.",
        does_not_show=_NO_PROOF,
    )


def _periods(pair: Design, args: DidArgs) -> tuple[Floats, str, tuple[str, ...]]:
    """1 for rows after, 0 for rows before; which was taken for which, in words; and a warning where words or names told."""
    time = args.time
    column = coding.find_column(pair.frame, time, "time")
    levels, _ = coding.levels_of(column)
    if len(levels) != 2:
        raise AssumptionViolated(
            f"Column {time!r} has {len(levels)} values; before and after are two. Restrict the population to two periods, add a column "
            f"that is 0 before and 1 after, or name the unit and a treatment that is 1 from the period on in which the unit starts."
        )
    (first, last), codes = periods_of(column, time)
    told = (f"Of {time!r}, {show(first)} was read as before and {show(last)} as after.",)
    by_words = coding.kind_of(column) == "text" or (first, last) != levels
    return codes.astype(float), f" from {first} to {last}", told if by_words else ()


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
    error, dof = fit.robust_error(pick, pair.clusters), fit.robust_dof(pair.clusters)
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
    reference="Card & Krueger 1994; Goodman-Bacon 2021; Callaway & Sant'Anna 2021",
)
