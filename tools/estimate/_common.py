"""What every estimator shares: its arguments, the premises in words, and how numbers become an `EffectEstimate`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..coding import show
from ..design import Design, prepare
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.estimands import Assumption, AssumptionStatus
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast, EstimandKind
from ..domain.results import ContrastEstimate, EffectEstimate
from ..linear import ROUNDING, explained_by, fit_ols, interval
from ..spec import Args

if TYPE_CHECKING:
    from ..coding import Floats
    from ..spec import Env

AverageKind = Literal["ATE", "ATT", "ATC"]


class EffectArgs(Args):
    """The arguments of every estimator that adjusts for covariates."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column whose effect is asked."""
    outcome: str
    """Column the effect is on: a number, or text with two levels (yes counts as 1)."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates to adjust for; nominal ones become one-hot columns."""
    contrast: Contrast | None = None
    """Values of the treatment to compare; None is every level against the control, or the quartiles of a dose."""
    estimand: AverageKind = "ATE"
    """Average over everyone (ATE), over the treated (ATT) or over the controls (ATC)."""
    cluster: str | None = None
    """Column whose groups share assignment or errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""


@dataclass(frozen=True)
class Estimate:
    """One contrast's numbers, before they are put into words. `dof` None means a normal interval."""

    contrast: Contrast
    value: float
    error: float
    dof: float | None
    n_treated: int | None = None
    n_control: int | None = None


MEANINGS: dict[str, str] = {
    "no hidden confounding": "No unmeasured cause is shared by {t} and {y}{given}.",
    "positivity": "Rows of every kind{over} could have had either value of {t}.",
    "consistency": "{t} means the same thing for everyone who has the same value of it.",
    "no interference": "The value of {t} in one row does not change {y} in another.",
    "random assignment": "{t} was assigned independently of what {y} would have been.",
    "linear outcome model": "{y} is linear in the covariates{given}, as coded.",
    "linear dose response": "Each unit of {t} changes {y} by the same amount.",
    "correct propensity model": "The log odds of {t} are linear in the covariates{given}, as coded.",
    "either nuisance model right": "The model of {t} or the model of {y}{given} approaches the truth; one is enough.",
    "instrument relevance": "{z} moves {t}{given}.",
    "instrument independence": "{z} shares no unmeasured cause with {y}{given}.",
    "exclusion restriction": "{z} reaches {y} only through {t}.",
    "monotonicity": "{z} moves nobody's {t} the opposite way.",
    "full mediation": "{t} changes {y} only through {z}.",
    "mediator not confounded with treatment": "No unmeasured cause is shared by {t} and {z}{given}.",
    "mediator not confounded with outcome": "No unmeasured cause is shared by {z} and {y} once {t} is known{given}.",
    "no confounder moved by treatment": "Nothing that {t} changes confounds {z} and {y}.",
    "linear mediator models": "The means of {z} and of {y} are linear in what causes them, as coded.",
    "graph is right": "The graph holds every direct cause of {t} that also bears on {y}.",
    "never prevents": "{t} prevents {y} in nobody (monotonicity); the bounds do without it.",
    "shift variables complete": "Whatever changes the effect of {t} and differs between the populations is among {z}.",
    "order of mediators": "The mediators come about in the order {z}; none moves an earlier one.",
    "no interaction": "{t} and the mediators {z} act on {y} one beside the other, not through each other's level.",
    "smooth outcome": "{y} varies smoothly with the covariates{given}, so near neighbours are comparable.",
}  # fmt: skip
UNTESTABLE = (
    "no hidden confounding", "consistency", "no interference", "random assignment", "smooth outcome", "instrument independence",
    "exclusion restriction", "monotonicity", "full mediation", "mediator not confounded with treatment",
    "mediator not confounded with outcome", "no confounder moved by treatment", "graph is right",
    "never prevents", "shift variables complete", "order of mediators",
)  # fmt: skip


def read_design(args: EffectArgs, env: Env) -> Design:
    """The rows and columns that the arguments of an estimator name."""
    return prepare(
        env.table(args.dataset),
        env.card(args.dataset),
        treatment=args.treatment,
        outcome=args.outcome,
        adjustment_set=args.adjustment_set,
        contrast=args.contrast,
        cluster=args.cluster,
        population=args.population,
    )


def premises(
    names: tuple[str, ...],
    design: Design,
    adjustment_set: tuple[str, ...],
    tested: dict[str, AssumptionStatus] | None = None,
    through: tuple[str, ...] = (),
) -> tuple[Assumption, ...]:
    """The assumptions of a tool in the words of this question, with what was tested; `through` names instruments or mediators."""
    given = f" given {', '.join(adjustment_set)}" if adjustment_set else ""
    over = f" ({', '.join(adjustment_set)})" if adjustment_set else ""
    found: list[Assumption] = []
    for name in names:
        status: AssumptionStatus = "untestable" if name in UNTESTABLE else "not_tested"
        meaning = MEANINGS[name].format(
            t=design.treatment, y=design.outcome, given=given, over=over, z=", ".join(through)
        )
        found.append(Assumption(name=name, meaning=meaning, status=(tested or {}).get(name, status)))
    return tuple(found)


def assemble(
    design: Design,
    estimates: list[Estimate],
    *,
    estimator: str,
    estimand: EstimandKind,
    adjustment_set: tuple[str, ...],
    se_method: str,
    diagnostics: dict[str, float],
    assumptions: tuple[Assumption, ...],
    checks: tuple[Check, ...] = (),
    warnings: tuple[str, ...] = (),
    instruments: tuple[str, ...] = (),
    n_used: int | None = None,
) -> EffectEstimate:
    """Intervals, p-values, units and row counts around the numbers; the first estimate is the primary one.

    Raises:
        AssumptionViolated: an estimate or its error is not finite.
    """
    spread = float(design.y.std())
    rows = [_contrast_row(e, spread) for e in estimates]
    first = rows[0]
    return EffectEstimate(
        estimator=estimator,
        estimand=estimand,
        treatment=design.treatment,
        outcome=design.outcome,
        adjustment_set=adjustment_set,
        instruments=instruments,
        contrast=first.contrast,
        value=first.value,
        std_error=first.std_error,
        ci_low=first.ci_low,
        ci_high=first.ci_high,
        p_value=first.p_value,
        unit=design.unit(first.contrast),
        n_used=n_used or design.n_samples,
        n_dropped=design.n_dropped,
        se_method=se_method,
        contrasts=tuple(rows),
        diagnostics={k: float(v) for k, v in (_outcome_diagnostics(design, first) | diagnostics).items()},
        assumptions=assumptions,
        checks=checks,
        warnings=tuple(dict.fromkeys(design.warnings + warnings)),
    )


def _contrast_row(e: Estimate, spread: float) -> ContrastEstimate:
    """An estimate with its interval; zero where both it and its error are rounding beside the outcome's `spread`."""
    import math

    if not (math.isfinite(e.value) and math.isfinite(e.error)):
        raise AssumptionViolated(
            f"The estimate ({e.value:g}) or its standard error ({e.error:g}) is not a finite number; the outcome or a covariate has "
            f"values too extreme to compute with. Rescale the columns, or restrict the population."
        )
    nothing = max(abs(e.value), e.error) <= ROUNDING * spread
    value, error = (0.0, 0.0) if nothing else (e.value, e.error)
    low, high, p_value = interval(value, error, e.dof)
    return ContrastEstimate(
        contrast=e.contrast,
        value=value,
        std_error=error,
        ci_low=low,
        ci_high=high,
        p_value=p_value,
        n_treated=e.n_treated,
        n_control=e.n_control,
    )


def _outcome_diagnostics(design: Design, first: ContrastEstimate) -> dict[str, float]:
    import numpy as np

    found = {"outcome_mean": float(design.y.mean()), "outcome_sd": float(np.std(design.y, ddof=1))}
    if first.n_treated is not None and first.n_control is not None:
        found |= {"n_treated": first.n_treated, "n_control": first.n_control}
    if 0 in design.arm:
        found["outcome_mean_control"] = float(design.y[design.arm == 0].mean())
    return found


def pair_note(design: Design) -> tuple[str, ...]:
    """For estimators that look at two arms at a time: the population is then the rows of those arms."""
    if len(design.arms) <= 2:
        return ()
    return (
        f"Each contrast uses only the rows of its two arms of {design.treatment!r}, and its average is over those rows.",
    )


def error_words(design: Design, plain: str, distribution: str) -> str:
    """How the standard error was made: `HC2, t interval` or `cluster(state), t interval`."""
    return f"{plain if design.cluster is None else f'cluster({design.cluster})'}, {distribution} interval"


def refuse_small(design: Design, n_columns: int, least_per_arm: int = 2) -> None:
    """Stop when there are not more rows than columns, or an arm is nearly empty.

    Raises:
        AssumptionViolated: with the counts and the next step.
    """
    if design.n_samples < n_columns + 2:
        raise AssumptionViolated(
            f"{design.n_samples} complete rows are too few for {n_columns} columns (intercept, treatment, covariates). "
            f"Adjust for fewer covariates, or use more rows."
        )
    for position, level in enumerate(design.arms if design.dose is None else ()):
        count = int((design.arm == position).sum())
        if count < least_per_arm:
            raise AssumptionViolated(
                f"Only {count} row(s) have {design.treatment!r} = {show(level)}; at least {least_per_arm} are needed. "
                f"Compare other levels, or widen the population."
            )


def refuse_determined(design: Design, columns: Floats) -> None:
    """Stop when the covariates determine the treatment exactly.

    Args:
        design: With covariates of full rank.
        columns: The treatment as columns, n_samples x k.

    Raises:
        AssumptionViolated: naming the covariates that do so.
    """
    import numpy as np

    if not design.covariates.shape[1]:
        return
    x = np.column_stack([np.ones(design.n_samples), design.covariates])
    for column in columns.T:
        left = fit_ols(x, column).residuals
        if float(left @ left) < 1e-9 * float(((column - column.mean()) ** 2).sum()):
            parts = explained_by(design.covariates, column, design.labels)[:4]
            raise AssumptionViolated(
                f"Treatment {design.treatment!r} is an exact linear function of {', '.join(map(show, parts))}, so nothing is "
                f"left of it once they are held fixed. Leave the covariate that restates the treatment out of adjustment_set."
            )


def refuse_dose_estimand(design: Design, estimand: AverageKind) -> None:
    """Stop when the treated or the controls are asked about, and a dose has neither.

    Raises:
        BadArguments: with what is allowed.
    """
    if design.dose is not None and estimand != "ATE":
        raise BadArguments(
            f"Treatment {design.treatment!r} is continuous, so nobody is 'treated' or 'control'; estimand {estimand!r} needs two "
            f"arms. Use estimand='ATE'."
        )
