"""Estimate through mediators that carry the whole effect (the front door), despite hidden confounding of treatment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import code_covariates, show
from ..design import Design, prepare
from ..domain.errors import AssumptionViolated
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectEstimate
from ..linear import fit_ols, independent_columns, variance_of
from ..spec import Args, Tool
from ._common import Estimate, assemble, error_words, premises, refuse_small

if TYPE_CHECKING:
    from ..coding import Floats
    from ..spec import Env

ASSUMES = (
    "full mediation", "mediator not confounded with treatment", "mediator not confounded with outcome", "consistency",
    "no interference",
)  # fmt: skip


class FrontdoorArgs(Args):
    """Arguments of `estimate_frontdoor`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column whose effect is asked."""
    outcome: str
    """Column the effect is on: a number, or text with two levels (yes counts as 1)."""
    mediators: tuple[str, ...] = Field(min_length=1)
    """Columns that carry the whole effect; numbers enter linearly, nominal ones level by level."""
    contrast: Contrast | None = None
    """Values of the treatment to compare; None is every level against the control, or the quartiles of a dose."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""


def run(args: FrontdoorArgs, env: Env) -> EffectEstimate:
    """The front-door formula, sum_m (P(m|t1) - P(m|t0)) sum_t P(t) E[y|m, t].

    With arms, the outcome is regressed on the mediators within each arm: with a nominal or 0/1 mediator this is the
    formula itself, cell by cell; a numeric mediator enters linearly, with a slope for each arm. With a dose it is the product
    of the two linear stages.

    Raises:
        AssumptionViolated: too few rows, or a mediator that does not vary within an arm or restates the treatment.
    """
    card = env.card(args.dataset)
    design = prepare(
        env.table(args.dataset),
        card,
        treatment=args.treatment,
        outcome=args.outcome,
        contrast=args.contrast,
        cluster=args.cluster,
        population=args.population,
        extra=args.mediators,
    )
    m, labels = code_covariates(design.frame, args.mediators, card)
    refuse_small(design, 2 + m.shape[1])
    if design.dose is None:
        estimates = [_by_arms(design, m, labels, c) for c in design.contrasts]
    else:
        estimates = [_by_dose(design, m, labels)]
    return assemble(
        design,
        estimates,
        estimator="frontdoor",
        estimand="ATE",
        adjustment_set=(),
        se_method=error_words(design, "influence function", "normal"),
        diagnostics={"n_mediator_columns": m.shape[1]},
        assumptions=premises(ASSUMES, design, (), through=args.mediators),
    )


def _by_arms(design: Design, m: Floats, labels: tuple[str, ...], contrast: Contrast) -> Estimate:
    import numpy as np

    control, treated = design.arms.index(contrast.control), design.arms.index(contrast.treated)
    rows = [design.arm == a for a in range(len(design.arms))]
    shares = [float(r.mean()) for r in rows]
    shift = m[rows[treated]].mean(axis=0) - m[rows[control]].mean(axis=0)
    contributions, slopes = np.zeros(design.n_samples), np.zeros((len(rows), m.shape[1]))
    for a, (r, share) in enumerate(zip(rows, shares, strict=True)):
        _refuse_fixed(m[r], labels, f"where {design.treatment!r} is {design.arms[a]!r}")
        fit = fit_ols(np.column_stack([np.ones(int(r.sum())), m[r]]), design.y[r])
        slopes[a] = fit.coef[1:]
        contributions[r] += share * fit.scores(np.concatenate([[0.0], shift]), hc2=design.clusters is None)
    mean_slope = np.array(shares) @ slopes
    value = float(shift @ mean_slope)
    for r, sign in ((rows[treated], 1.0), (rows[control], -1.0)):
        contributions[r] += sign * ((m[r] - m[r].mean(axis=0)) @ mean_slope) / r.sum()
    contributions += ((slopes @ shift)[design.arm] - value) / design.n_samples
    error = variance_of(contributions, design.clusters, 2 + m.shape[1]) ** 0.5
    return Estimate(contrast, value, error, None, int(rows[treated].sum()), int(rows[control].sum()))


def _by_dose(design: Design, m: Floats, labels: tuple[str, ...]) -> Estimate:
    import numpy as np

    assert design.dose is not None
    contrast = design.contrasts[0]
    step = float(contrast.treated) - float(contrast.control)
    ones = np.ones(design.n_samples)
    _refuse_fixed(np.column_stack([design.dose, m]), (design.treatment, *labels), "in the rows used")
    hc2 = design.clusters is None
    stages = [fit_ols(np.column_stack([ones, design.dose]), column) for column in m.T]
    shift = np.array([float(s.coef[1]) for s in stages])
    second = fit_ols(np.column_stack([ones, m, design.dose]), design.y)
    slopes = second.coef[1:-1]
    contributions = second.scores(np.concatenate([[0.0], shift, [0.0]]), hc2=hc2)
    for stage, slope in zip(stages, slopes, strict=True):
        contributions = contributions + slope * stage.scores(np.array([0.0, 1.0]), hc2=hc2)
    error = variance_of(contributions, design.clusters, second.x.shape[1]) ** 0.5
    return Estimate(contrast, step * float(shift @ slopes), abs(step) * error, None)


def _refuse_fixed(columns: Floats, labels: tuple[str, ...], where: str) -> None:
    keep = independent_columns(columns)
    if not keep.all():
        fixed = ", ".join(show(label) for label, k in zip(labels, keep, strict=True) if not k)
        raise AssumptionViolated(
            f"Mediator {fixed} is constant or determined by the other columns {where}, so its own effect on the outcome cannot be "
            f"seen there. Group its levels, leave it out, or widen the population."
        )


TOOL = Tool(
    "estimate_frontdoor",
    FrontdoorArgs,
    run,
    assumes=ASSUMES,
    example=FrontdoorArgs(dataset="front_door", treatment="t", outcome="y", mediators=("m",)),
    reference="Pearl 2009, theorem 3.3.4",
)
