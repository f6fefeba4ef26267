"""Compare each row with its nearest neighbours in the other arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.evidence import Check
from ..domain.questions import Contrast
from ..domain.results import EffectEstimate
from ..linear import fit_ols, independent_columns
from ..propensity import LogisticFit, effective_size, overlap, propensity, standardised_differences, weights_of
from ..spec import Cost, Tool
from ._common import (
    AverageKind,
    EffectArgs,
    Estimate,
    assemble,
    pair_note,
    premises,
    read_design,
    refuse_determined,
    refuse_small,
)
from ._neighbours import Matches, gather, match

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..coding import Floats
    from ..design import Design
    from ..spec import Env

ASSUMES = ("no hidden confounding", "positivity", "smooth outcome", "consistency", "no interference")
N_VARIANCE = 2
"""Neighbours in the same arm that the outcome's variance at a row is estimated from."""


class MatchingArgs(EffectArgs):
    """Arguments of `estimate_matching`."""

    metric: Literal["mahalanobis", "propensity"] = "mahalanobis"
    """Distance: Mahalanobis on the covariates, or the difference of log odds of the propensity score."""
    n_matches: int = Field(default=1, ge=1, le=50)
    """Rows of the other arm each row is compared with; ties are all used."""
    bias_adjustment: bool = True
    """Correct each comparison for the covariates' remaining difference by a linear regression among the matches."""


@dataclass(frozen=True)
class Matched:
    """One contrast, matched. `used` and `used_squared` are K and K' of Abadie, Drukker, Herr & Imbens (2004)."""

    pair: Design
    used: Floats
    used_squared: Floats
    distance: float
    estimate: Estimate
    propensity: LogisticFit


def run(args: MatchingArgs, env: Env) -> EffectEstimate:
    """Nearest-neighbour matching with replacement.

    Returns:
        The average difference between a row and its matches, with Abadie and Imbens' standard error. With the propensity
        metric that error takes the scores as known, which is conservative for the ATE.

    Raises:
        BadArguments: no covariates, a cluster (there is no cluster-robust error for matching), or a continuous treatment.
        AssumptionViolated: an arm with fewer rows than matches wanted, or covariates that determine the treatment or
            separate the arms.
    """
    if not args.adjustment_set:
        raise BadArguments(
            "Matching needs covariates to match on; name them in adjustment_set, or use estimate_difference."
        )
    if args.cluster is not None:
        raise BadArguments(
            f"There is no cluster-robust standard error for matching (cluster is {args.cluster!r}). Use estimate_regression, "
            f"estimate_ipw or estimate_aipw, which have one."
        )
    design = read_design(args, env)
    found = [_match(design.pair(c), args) for c in design.contrasts]
    first = found[0]
    weights = _target(first.pair, args.estimand) + first.used
    treated = first.pair.arm == 1
    balance, worst = _balance(first.pair, weights)
    fit = first.propensity
    towards, _ = weights_of(fit.log_odds, first.pair.arm, args.estimand)
    check, numbers = overlap(fit.scores, first.pair.arm, towards, args.estimand, design.treatment)
    return assemble(
        design,
        [f.estimate for f in found],
        estimator="matching",
        estimand=args.estimand,
        adjustment_set=args.adjustment_set,
        se_method="Abadie-Imbens, normal interval",
        diagnostics={
            "n_matches": args.n_matches,
            "ess_treated": effective_size(weights[treated]),
            "ess_control": effective_size(weights[~treated]),
            "n_used_as_match": int((first.used > 0).sum()),
            "max_times_used": float(first.used.max()),
            "mean_distance": first.distance,
            "share_out_of_reach": numbers["share_out_of_reach"],
            "max_abs_smd_weighted": worst,
        },
        assumptions=premises(
            ASSUMES,
            design,
            args.adjustment_set,
            {"positivity": "tested_failed" if check.status == "fail" else "tested_passed"},
        ),
        checks=(check, balance),
        warnings=first.pair.warnings + pair_note(design),
    )


def _target(pair: Design, estimand: AverageKind) -> Floats:
    """1 for rows whose effect is averaged."""
    import numpy as np

    if estimand == "ATE":
        return np.ones(pair.n_samples)
    return (pair.arm == (1 if estimand == "ATT" else 0)).astype(np.float64)


def _match(pair: Design, args: MatchingArgs) -> Matched:
    import numpy as np

    refuse_small(pair, 2 + pair.covariates.shape[1], least_per_arm=max(args.n_matches, N_VARIANCE + 1))
    if not pair.covariates.shape[1]:
        raise AssumptionViolated(
            "No covariate varies in the rows used, so there is nothing to match on. Use estimate_difference."
        )
    refuse_determined(pair, pair.arm[:, None].astype(np.float64))
    fit = propensity(pair.covariates, pair.arm, pair.labels, pair.treatment)
    positions = _positions(pair, fit if args.metric == "propensity" else None)
    target = _target(pair, args.estimand) == 1
    other, used, used_squared = np.zeros(pair.n_samples), np.zeros(pair.n_samples), np.zeros(pair.n_samples)
    distance = 0.0
    for arm in (0, 1):
        here, there = target & (pair.arm == arm), pair.arm != arm
        if not here.any():
            continue
        pool = gather(positions[there])
        matches = match(positions[here], pool, args.n_matches)
        used[there] = matches.times_used(len(pool.points))[pool.member]
        used_squared[there] = matches.times_used(len(pool.points), power=2)[pool.member]
        fitted = _regress(pair, there, used) if args.bias_adjustment else np.zeros(pair.n_samples)
        left = np.bincount(pool.member, weights=(pair.y - fitted)[there], minlength=len(pool.points)).astype(np.float64)
        other[here] = fitted[here] + matches.mean_of(left)
        distance += float(matches.distance.sum())
    effects = np.where(pair.arm == 1, pair.y - other, other - pair.y)[target]
    value = float(effects.mean())
    error = _error(pair, effects - value, used, used_squared, positions, args.estimand)
    n_treated = int(pair.arm.sum())
    contrast = Contrast(control=pair.arms[0], treated=pair.arms[1])
    estimate = Estimate(contrast, value, error, None, n_treated, pair.n_samples - n_treated)
    return Matched(pair, used, used_squared, distance / int(target.sum()), estimate, fit)


def _positions(pair: Design, fit: LogisticFit | None) -> Floats:
    """Coordinates whose Euclidean distance is the metric (the scores of `fit`, or Mahalanobis), rounded so that equal rows stay equal."""
    import numpy as np

    if fit is not None:
        return np.round(fit.log_odds[:, None], 10)
    z = (pair.covariates - pair.covariates.mean(axis=0)) / pair.covariates.std(axis=0)
    root = np.linalg.cholesky(np.linalg.inv(np.atleast_2d(np.cov(z, rowvar=False))))
    return np.round(z @ root, 10)


def _regress(pair: Design, rows: npt.NDArray[np.bool_], used: Floats) -> Floats:
    """Outcome predicted for all rows by a regression in one arm, each row weighted by how often it is used (Abadie & Imbens 2011)."""
    import numpy as np

    rows = rows & (used > 0)
    x = pair.covariates
    keep = independent_columns(x[rows])
    if rows.sum() < keep.sum() + 2:
        keep[:] = False
    columns = np.column_stack([np.ones(pair.n_samples), x[:, keep] - x[rows][:, keep].mean(axis=0)])
    root = np.sqrt(used[rows])
    return columns @ fit_ols(columns[rows] * root[:, None], pair.y[rows] * root).coef


def _error(
    pair: Design, deviations: Floats, used: Floats, used_squared: Floats, positions: Floats, estimand: AverageKind
) -> float:
    """Abadie & Imbens 2006, in the form with ties of Abadie, Drukker, Herr & Imbens 2004, section 4.2."""
    import numpy as np

    spread = np.zeros(pair.n_samples)
    for arm in (0, 1):
        rows = pair.arm == arm
        pool = gather(positions[rows])
        matches: Matches = match(positions[rows], pool, N_VARIANCE, own=pool.member)
        y = pair.y[rows]
        total = matches.mean_of(np.bincount(pool.member, weights=y, minlength=len(pool.points)).astype(np.float64))
        # A row's own point was summed whole: mean_of divides that sum by the count without the row, so take y out again.
        included = _own_included(matches, pool.member)
        mean = total - np.where(included, y, 0.0) / matches.n_matched
        spread[rows] = matches.n_matched / (matches.n_matched + 1) * (y - mean) ** 2
    twice = 2 * used if estimand == "ATE" else 0.0
    variance = float(deviations @ deviations) + float(((used**2 + twice - used_squared) * spread).sum())
    return variance**0.5 / len(deviations)


def _own_included(matches: Matches, own: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether the sum of a row's own point, the row itself included, entered its matches' total."""
    import numpy as np

    found = np.zeros(len(own), dtype=np.bool_)
    found[matches.target[matches.point == own[matches.target]]] = True
    return found


def _balance(pair: Design, weights: Floats) -> tuple[Check, float]:
    gaps = abs(standardised_differences(pair.covariates, pair.arm, weights))
    j = int(gaps.argmax())
    worst = float(gaps[j])
    return Check(
        name="balance after matching",
        status="fail" if worst > 0.1 else "pass",
        statistic=worst,
        meaning=f"Among the matches the largest standardised difference is {worst:.2f} ({pair.labels[j]}); 0.1 is a rule of thumb.",
        does_not_show="Balance of covariates that were not measured.",
    ), worst


def _cost(n: int, p: int) -> Cost:
    return Cost(
        seconds=0.5 + 6e-5 * n * max(1, p / 5),
        megabytes=200 + 4e-4 * n * p,
        advice="Use estimate_regression or estimate_aipw, or match on the propensity score.",
    )


TOOL = Tool(
    "estimate_matching",
    MatchingArgs,
    run,
    assumes=ASSUMES,
    example=MatchingArgs(dataset="confounder", treatment="t", outcome="y", adjustment_set=("z",)),
    reference="Abadie & Imbens 2006, 2011; Abadie, Drukker, Herr & Imbens 2004",
    cost=_cost,
)
