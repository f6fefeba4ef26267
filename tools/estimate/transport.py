"""Carry an effect from one population to another in which other people live, by what differs between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import code_covariates, find_column, missing, show
from ..design import Design, complete_rows, prepare, select
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.evidence import Check
from ..domain.model import Scalar
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectPart, EffectParts
from ..linear import fit_ols, independent_columns, variance_of
from ..propensity import effective_size, fit_logistic
from ..spec import Args, Tool
from ._common import premises, refuse_determined, refuse_small
from ._parts import CLIP, part_of

if TYPE_CHECKING:
    import pandas as pd

    from ..coding import Floats
    from ..spec import Env

ASSUMES = (
    "no hidden confounding", "positivity", "shift variables complete", "linear outcome model", "consistency", "no interference",
)  # fmt: skip
WEAK_SHARE = 0.1
"""Overlap fails when the weighted source rows are worth less than this share of their number."""
OUTSIDE_SHARE = 0.05
"""Overlap fails when more than this share of the target lies beyond all source rows."""
MIN_TARGET = 5


class TransportArgs(Args):
    """Arguments of `estimate_transport`."""

    dataset: str
    """Name of a loaded table with the rows of both populations."""
    treatment: str
    """Column whose effect is asked."""
    outcome: str
    """Column the effect is on; it may be empty in the target population."""
    by: str
    """Column that tells the populations apart."""
    source: Scalar
    """Value of `by` in the population where treatment and outcome are known."""
    target: Scalar
    """Value of `by` in the population that is asked about."""
    shift: tuple[str, ...] = Field(min_length=1)
    """Columns that change the effect and whose distribution differs; they must be known in both populations."""
    adjustment_set: tuple[str, ...] = ()
    """Further covariates that confound treatment and outcome; they must be known in both populations too."""
    contrast: Contrast | None = None
    """Values of the treatment to compare; None is the first level against the control."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows of both populations must meet; empty for all rows."""


@dataclass(frozen=True)
class Weighted:
    """Source rows, their weights towards the target, and the fitted outcome in both arms."""

    pair: Design
    covariates: Floats
    """Of the target, n_target x p."""
    to_target: Floats
    """How much likelier a like row is in the target than in the source, one for each source row."""
    treated: Floats
    """Chance of treatment in the source, one for each source row."""
    score: Floats
    """Chance of being in the target, first of the source rows, then of the target rows."""


def run(args: TransportArgs, env: Env) -> EffectParts:
    """Doubly robust transport: outcome models of the source, averaged over the target, corrected by weighted residuals.

    Right when the outcome models are linear in the covariates, or when the models of treatment and of membership are
    logistic in them (Dahabreh et al. 2020, estimator with both).

    Returns:
        `source_effect`, `transported_effect`, `shift_difference` (the second minus the first), and, when treatment and
        outcome are known in the target, `target_effect` and `unexplained_difference` (target minus transported).

    Raises:
        BadArguments: the populations are the same or unknown, or the treatment is continuous.
        AssumptionViolated: a covariate is unknown in the target, or too few rows.
    """
    frame = select(env.table(args.dataset), args.population)
    covariates = tuple(dict.fromkeys((*args.shift, *(c for c in args.adjustment_set if c != args.by))))
    source, target = (_rows(frame, args, level) for level in (args.source, args.target))
    if str(args.source) == str(args.target):
        raise BadArguments(f"Source and target are both {show(args.source)}; name two values of {args.by!r}.")
    there, lost, notes = _target_rows(target, covariates, args)
    fitted = _fit(args, env, source, there, covariates)
    value, rows = _carried(fitted)
    within, inside_rows = _effect(fitted.pair, fitted.pair.covariates, fitted.treated)
    error = (float(rows[0] @ rows[0]) + float(rows[1] @ rows[1])) ** 0.5
    change = rows[0] - inside_rows
    parts = [
        part_of(
            "source_effect", within, variance_of(inside_rows, None, 2) ** 0.5, args.source, n_used=fitted.pair.n_samples
        ),
        part_of("transported_effect", value, error, args.target, n_used=len(there)),
        part_of("shift_difference", value - within, (float(change @ change) + float(rows[1] @ rows[1])) ** 0.5),
        *_in_target(args, env, target, covariates, value, error),
    ]
    check, numbers = _overlap(fitted, args)
    status = "tested_failed" if check.status == "fail" else "tested_passed"
    return EffectParts(
        method="transport", treatment=args.treatment, outcome=args.outcome, by=args.by,
        contrast=Contrast(control=fitted.pair.arms[0], treated=fitted.pair.arms[1]), adjustment_set=covariates,
        parts=tuple(parts), n_used=fitted.pair.n_samples + len(there), n_dropped=lost, se_method="influence function, normal interval",
        diagnostics=numbers, checks=(check,), warnings=(*notes, *fitted.pair.warnings),
        assumptions=premises(ASSUMES, fitted.pair, covariates, {"positivity": status}, through=args.shift),
    )  # fmt: skip


def _rows(frame: pd.DataFrame, args: TransportArgs, level: Scalar) -> pd.DataFrame:
    return select(frame, (Condition(column=args.by, op="==", value=level),))


def _target_rows(
    target: pd.DataFrame, covariates: tuple[str, ...], args: TransportArgs
) -> tuple[pd.DataFrame, int, tuple[str, ...]]:
    empty = [c for c in covariates if bool(missing(find_column(target, c, "shift")).all())]
    if empty:
        raise AssumptionViolated(
            f"{', '.join(map(repr, empty))} is unknown in every row where {args.by} is {show(args.target)}, so the effect cannot be "
            f"carried over by it. Name shift variables and covariates that both populations have."
        )
    there, lost, notes = complete_rows(target, covariates)
    if len(there) < MIN_TARGET:
        raise AssumptionViolated(
            f"Only {len(there)} complete rows have {args.by} = {show(args.target)}; {MIN_TARGET} are needed."
        )
    return there, lost, notes


def _fit(
    args: TransportArgs, env: Env, source: pd.DataFrame, there: pd.DataFrame, covariates: tuple[str, ...]
) -> Weighted:
    import numpy as np
    import pandas as pd

    card = env.card(args.dataset)
    design = prepare(
        source, card, treatment=args.treatment, outcome=args.outcome, adjustment_set=covariates, contrast=args.contrast
    )
    pair = design.pair(design.contrasts[0])
    # coded together, so that a level which only one population has is a column of both
    both = pd.concat([pair.frame.filter(covariates), there.filter(covariates)], ignore_index=True)
    coded, _ = code_covariates(both, covariates, card)
    coded = coded[:, independent_columns(coded[: pair.n_samples])]
    pair = replace(pair, covariates=coded[: pair.n_samples])
    refuse_small(pair, 2 * (1 + coded.shape[1]), least_per_arm=4)
    refuse_determined(
        replace(pair, labels=tuple(map(str, range(coded.shape[1])))), pair.arm[:, None].astype(np.float64)
    )
    member = np.repeat([0.0, 1.0], [pair.n_samples, len(there)])
    score = np.clip(fit_logistic(coded, member, ridge=1.0).scores, 1e-6, 1 - 1e-6)
    treated = np.clip(fit_logistic(pair.covariates, pair.arm, ridge=1.0).scores, CLIP, 1 - CLIP)
    here = score[: pair.n_samples]
    return Weighted(pair, coded[pair.n_samples :], here / (1 - here), treated, score)


def _carried(fitted: Weighted) -> tuple[float, tuple[Floats, Floats]]:
    """The effect in the target, and what each source and target row contributes to its error."""
    return _average(fitted.pair, fitted.covariates, fitted.treated, fitted.to_target)


def _effect(pair: Design, covariates: Floats, treated: Floats) -> tuple[float, Floats]:
    """The same within one population: its own rows are the target."""
    import numpy as np

    value, (from_source, from_target) = _average(pair, covariates, treated, np.ones(pair.n_samples))
    return value, from_source + from_target


def _average(pair: Design, over: Floats, treated: Floats, weight: Floats) -> tuple[float, tuple[Floats, Floats]]:
    import numpy as np

    total, source_rows, target_rows = 0.0, np.zeros(pair.n_samples), np.zeros(len(over))
    for arm, sign, chance in ((0, -1.0, 1 - treated), (1, 1.0, treated)):
        inside = pair.arm == arm
        fit = fit_ols(np.column_stack([np.ones(int(inside.sum())), pair.covariates[inside]]), pair.y[inside])
        there = fit.coef[0] + over @ fit.coef[1:]
        residual = pair.y - fit.coef[0] - pair.covariates @ fit.coef[1:]
        w = np.where(inside, weight / chance, 0.0)
        correction = float(w @ residual / w.sum())
        total += sign * (float(there.mean()) + correction)
        source_rows += sign * w * (residual - correction) / w.sum()
        target_rows += sign * (there - there.mean()) / len(over)
    return total, (source_rows, target_rows)


def _in_target(
    args: TransportArgs, env: Env, target: pd.DataFrame, covariates: tuple[str, ...], carried: float, error: float
) -> list[EffectPart]:
    """The effect as the target's own rows show it, when they hold treatment and outcome."""
    import numpy as np

    known = ~missing(find_column(target, args.outcome, "outcome")) & ~missing(
        find_column(target, args.treatment, "treatment")
    )
    if not known.any():
        return []
    try:
        design = prepare(
            target, env.card(args.dataset), treatment=args.treatment, outcome=args.outcome, adjustment_set=covariates,
            contrast=args.contrast,
        )  # fmt: skip
        pair = design.pair(design.contrasts[0])
        refuse_small(pair, 2 * (1 + pair.covariates.shape[1]), least_per_arm=4)
    except (AssumptionViolated, BadArguments):
        return []  # an outcome that does not vary there tells nothing, and the transported effect needs none
    treated = np.clip(fit_logistic(pair.covariates, pair.arm, ridge=1.0).scores, CLIP, 1 - CLIP)
    value, rows = _effect(pair, pair.covariates, treated)
    own = variance_of(rows, None, 2) ** 0.5
    return [
        part_of("target_effect", value, own, args.target, n_used=pair.n_samples),
        part_of("unexplained_difference", value - carried, (own**2 + error**2) ** 0.5),
    ]


def _overlap(fitted: Weighted, args: TransportArgs) -> tuple[Check, dict[str, float]]:
    """Whether the source has rows like the target's: effective sample size, and target rows beyond every source row."""
    import numpy as np

    n_source = fitted.pair.n_samples
    size = effective_size(fitted.to_target)
    low, high = float(fitted.score[:n_source].min()), float(fitted.score[:n_source].max())
    there = fitted.score[n_source:]
    outside = float(np.mean((there < low) | (there > high)))
    poor = size < WEAK_SHARE * n_source or outside > OUTSIDE_SHARE
    check = Check(
        name="overlap of the populations",
        status="fail" if poor else "pass",
        statistic=size / n_source,
        meaning=(
            f"Weighted to look like {args.by} = {args.target}, {n_source} source rows are worth {size:.0f}; "
            f"{100 * outside:.1f} % of the target rows lie beyond every source row."
            + (" The transported effect rests on extrapolation." if poor else "")
        ),
        does_not_show="Whether something else that changes the effect differs between the populations.",
    )
    return check, {
        "ess_source": size,
        "share_outside": outside,
        "n_source": float(n_source),
        "n_target": float(len(there)),
    }


TOOL = Tool(
    "estimate_transport",
    TransportArgs,
    run,
    assumes=ASSUMES,
    example=TransportArgs(dataset="two_sites", treatment="t", outcome="y", by="w", source=0, target=1, shift=("z",)),
    reference="Dahabreh et al. 2020 (extending inferences); Pearl and Bareinboim 2014 (transportability)",
)
