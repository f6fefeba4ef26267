"""Split a total effect into the part through mediators (NIE) and the rest (NDE)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..coding import code_covariates, show
from ..design import prepare
from ..domain.errors import AssumptionViolated
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectEstimate
from ..linear import fit_ols, independent_columns, interval, variance_of
from ..spec import Args, Tool
from ._common import Estimate, assemble, error_words, pair_note, premises, refuse_small

if TYPE_CHECKING:
    from ..coding import Floats
    from ..design import Design
    from ..spec import Env

ASSUMES = (
    "no hidden confounding", "mediator not confounded with treatment", "mediator not confounded with outcome",
    "no confounder moved by treatment", "linear mediator models", "consistency", "no interference",
)  # fmt: skip
ALPHA = 0.05


class MediationArgs(Args):
    """Arguments of `estimate_mediation`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column whose effect is asked."""
    outcome: str
    """Column the effect is on: a number, or text with two levels (yes counts as 1)."""
    mediators: tuple[str, ...] = Field(min_length=1)
    """Columns the indirect effect runs through, taken together; numbers enter linearly, nominal ones level by level."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates that confound treatment, mediators and outcome; measured before treatment."""
    contrast: Contrast | None = None
    """Values of the treatment to compare; None is the first level against the control, or the quartiles of a dose."""
    estimand: Literal["NDE", "NIE"] = "NIE"
    """Which part is the main number; both, the total, and what of it needs treatment and mediator to change together are in the
    diagnostics."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""


def run(args: MediationArgs, env: Env) -> EffectEstimate:
    """Natural direct and indirect effects by two linear models, the outcome's with treatment-mediator interaction.

    NDE: treatment changes and the mediators stay as they were under the control. NIE: treatment stays at the control and the
    mediators change to what they are under treatment (Pearl 2001). Where both act together, `total` is more than their sum, by
    `mediated_interaction`.

    Raises:
        AssumptionViolated: too few rows, or mediators that the treatment and covariates determine.
    """
    import numpy as np

    card = env.card(args.dataset)
    whole = prepare(
        env.table(args.dataset), card, treatment=args.treatment, outcome=args.outcome, adjustment_set=args.adjustment_set,
        contrast=args.contrast, cluster=args.cluster, population=args.population, extra=args.mediators,
    )  # fmt: skip
    contrast = whole.contrasts[0]
    design = whole if whole.dose is not None else whole.pair(contrast)
    m, labels = code_covariates(design.frame, args.mediators, card)
    refuse_small(design, 2 + 2 * m.shape[1] + design.covariates.shape[1])
    if design.dose is not None:
        t, start, end = design.dose, float(contrast.control), float(contrast.treated)
    else:
        t, start, end = design.arm.astype(np.float64), 0.0, 1.0
    parts = natural_effects(design, t, m, labels, start, end)
    errors = {k: variance_of(c, design.clusters, 2 + 2 * m.shape[1]) ** 0.5 for k, (_, c) in parts.items()}
    value = parts[args.estimand][0]
    total = parts["total"][0]
    diagnostics: dict[str, float] = {}
    for name, (number, _) in parts.items():
        low, high, _ = interval(number, errors[name], None)
        key = name.lower()
        diagnostics |= {key: number, f"{key}_std_error": errors[name], f"{key}_ci_low": low, f"{key}_ci_high": high}
    arms = design.dose is None
    estimate = Estimate(
        contrast, value, errors[args.estimand], None,
        int(design.arm.sum()) if arms else None, int((design.arm == 0).sum()) if arms else None,
    )  # fmt: skip
    interaction, check = _together(design, t, m, labels)
    diagnostics |= interaction
    notes = pair_note(whole) + (_do_not_add_up(design, parts) if interaction["p_value_interaction"] < ALPHA else ())
    if total and 0 <= parts["NIE"][0] / total <= 1:
        diagnostics["share_mediated"] = parts["NIE"][0] / total
    return assemble(
        design,
        [estimate],
        estimator="mediation",
        estimand=args.estimand,
        adjustment_set=args.adjustment_set,
        se_method=error_words(design, "delta method (HC2)", "normal"),
        diagnostics=diagnostics,
        assumptions=premises(ASSUMES, design, args.adjustment_set, through=args.mediators),
        checks=(check,),
        warnings=notes,
    )


def _together(design: Design, t: Floats, m: Floats, labels: tuple[str, ...]) -> tuple[dict[str, float], Check]:
    """Whether treatment and mediators interact: the coefficients of their products, tested together (Wald, HC2).

    With one mediator the diagnostics hold its coefficient (`interaction`), and when that mediator is 0/1 the controlled
    direct effects at both of its values.
    """
    import numpy as np
    from scipy.special import chdtrc

    q, hc2 = m.shape[1], design.clusters is None
    fit = fit_ols(np.column_stack([np.ones(len(t)), t, m, t[:, None] * m, design.covariates]), design.y)
    picks = np.eye(fit.x.shape[1])
    scores = np.column_stack([fit.scores(picks[2 + q + j], hc2=hc2) for j in range(q)])
    if design.clusters is not None:
        scores = np.column_stack([np.bincount(design.clusters, weights=s) for s in scores.T])
    values = fit.coef[2 + q : 2 + 2 * q]
    statistic = float(values @ np.linalg.pinv(scores.T @ scores) @ values)
    p_value = float(chdtrc(q, statistic))
    found: dict[str, float] = {"p_value_interaction": p_value}
    if q == 1:
        wanted = {"interaction": picks[3]}
        if bool(np.isin(m, (0.0, 1.0)).all()):
            wanted |= {"cde_mediator_0": picks[1], "cde_mediator_1": picks[1] + picks[3]}
        for name, pick in wanted.items():
            value, error = float(pick @ fit.coef), fit.robust_error(pick, design.clusters)
            low, high, _ = interval(value, error, None)
            found |= {name: value, f"{name}_std_error": error, f"{name}_ci_low": low, f"{name}_ci_high": high}
    differs = p_value < ALPHA
    said = "changes" if differs else "does not visibly change"
    check = Check(
        name="interaction of treatment and mediator",
        status="uninformative",
        statistic=statistic,
        p_value=p_value,
        meaning=f"{design.treatment} {said} what {', '.join(map(show, labels))} does to {design.outcome} (p = {p_value:.2g}).",
        does_not_show="Anything about hidden causes of the mediator; both parts allow for the interaction either way.",
    )
    return found, check


def _do_not_add_up(design: Design, parts: dict[str, tuple[float, Floats]]) -> tuple[str, ...]:
    nde, nie, both, total = (parts[k][0] for k in ("NDE", "NIE", "mediated_interaction", "total"))
    return (
        f"The direct ({nde:.4g}) and the indirect effect ({nie:.4g}) do not add up to the total ({total:.4g}): {both:.4g} of it needs "
        f"{design.treatment!r} and the mediators to change together.",
    )


def natural_effects(
    design: Design, t: Floats, m: Floats, labels: tuple[str, ...], start: float, end: float
) -> dict[str, tuple[float, Floats]]:
    """NDE, NIE, the mediated interaction and the total, their sum, each with the rows' contributions to its error.

    With m = b0 + b1 t + b2 c and y = h0 + h1 t + h2 m + h3 t m + h4 c, c centred (VanderWeele 2015, section 2.2; the indirect effect
    is the pure one, as Pearl 2001 defines it), and s = end - start: NDE = (h1 + h3 (b0 + b1 start)) s, NIE = (h2 + h3 start) b1 s and
    the mediated interaction h3 b1 s^2.
    """
    import numpy as np

    n_samples, q = m.shape
    c = design.covariates - design.covariates.mean(axis=0)
    ones, step, hc2 = np.ones(n_samples), end - start, design.clusters is None
    columns = np.column_stack([t, m, t[:, None] * m, c])
    _refuse_determined(columns, design, labels)
    outcome = fit_ols(np.column_stack([ones, columns]), design.y)
    stages = [fit_ols(np.column_stack([ones, t, c]), column) for column in m.T]
    b0, b1 = (np.array([float(s.coef[j]) for s in stages]) for j in (0, 1))
    h1, h2, h3 = float(outcome.coef[1]), outcome.coef[2 : 2 + q], outcome.coef[2 + q : 2 + 2 * q]
    at_start, through = b0 + b1 * start, h2 + h3 * start
    pick = np.zeros(outcome.x.shape[1])
    pick[1], pick[2 + q : 2 + 2 * q] = step, step * at_start
    direct = outcome.scores(pick, hc2=hc2)
    pick = np.zeros(outcome.x.shape[1])
    pick[2 : 2 + q], pick[2 + q : 2 + 2 * q] = step * b1, step * start * b1
    indirect = outcome.scores(pick, hc2=hc2)
    pick = np.zeros(outcome.x.shape[1])
    pick[2 + q : 2 + 2 * q] = step**2 * b1
    together = outcome.scores(pick, hc2=hc2)
    for k, stage in enumerate(stages):
        pick = np.zeros(stage.x.shape[1])
        pick[0], pick[1] = 1.0, start
        centre = c @ stage.coef[2:] / n_samples  # the covariates' mean is estimated too
        direct = direct + step * h3[k] * (stage.scores(pick, hc2=hc2) + centre)
        pick[0], pick[1] = 0.0, 1.0
        indirect = indirect + step * through[k] * stage.scores(pick, hc2=hc2)
        together = together + step**2 * h3[k] * stage.scores(pick, hc2=hc2)
    nde, nie, both = step * (h1 + float(h3 @ at_start)), step * float(through @ b1), step**2 * float(h3 @ b1)
    return {
        "NDE": (nde, direct), "NIE": (nie, indirect), "mediated_interaction": (both, together),
        "total": (nde + nie + both, direct + indirect + together),
    }  # fmt: skip


def _refuse_determined(columns: Floats, design: Design, labels: tuple[str, ...]) -> None:
    keep = independent_columns(columns)
    if not keep.all():
        products = tuple(f"{design.treatment} x {label}" for label in labels)
        named = (design.treatment, *labels, *products, *design.labels)
        fixed = ", ".join(show(label) for label, k in zip(named, keep, strict=True) if not k)
        raise AssumptionViolated(
            f"Column {fixed} is constant or determined by the other columns, so direct and indirect effects cannot be told apart. "
            f"Leave out the mediator or covariate that restates another."
        )


TOOL = Tool(
    "estimate_mediation",
    MediationArgs,
    run,
    assumes=ASSUMES,
    example=MediationArgs(dataset="mediator", treatment="t", outcome="y", mediators=("m",)),
    reference="VanderWeele 2015, section 2.2; Pearl 2001",
)
