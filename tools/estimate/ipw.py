"""Weigh rows by the inverse of their probability of treatment, so that both arms resemble the target population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import show
from ..domain.errors import AssumptionViolated
from ..domain.evidence import Check
from ..domain.questions import Contrast
from ..domain.results import EffectEstimate
from ..linear import variance_of
from ..propensity import LogisticFit, overlap, propensity, standardised_differences, weights_of
from ..spec import Tool
from ._common import (
    AverageKind,
    EffectArgs,
    Estimate,
    assemble,
    error_words,
    pair_note,
    premises,
    read_design,
    refuse_small,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..coding import Floats
    from ..design import Design
    from ..spec import Env

ASSUMES = ("no hidden confounding", "positivity", "correct propensity model", "consistency", "no interference")


class IpwArgs(EffectArgs):
    """Arguments of `estimate_ipw`."""

    trim: float | None = Field(default=None, gt=0, lt=0.5)
    """Leave out rows with a propensity score under `trim` or over `1 - trim` and fit again. This changes the population the
    effect is about, and the answer says so. None: nothing is left out."""


@dataclass(frozen=True)
class Weighted:
    """One contrast, weighted: its rows, scores, weights and numbers."""

    pair: Design
    fit: LogisticFit
    weights: Floats
    estimate: Estimate
    n_trimmed: int


def run(args: IpwArgs, env: Env) -> EffectEstimate:
    """Difference of weighted means (Hájek: weights are normalised within each arm, so stabilising them changes nothing).

    The standard error comes from the stacked estimating equations of the propensity model and both means, so it accounts
    for the scores being estimated.

    Raises:
        BadArguments: the treatment is continuous, or the arguments do not fit the table.
        AssumptionViolated: too few rows, or covariates that separate the arms.
    """
    design = read_design(args, env)
    found = [_weigh(design.pair(c), args.estimand, args.trim) for c in design.contrasts]
    first = found[0]
    scores = first.fit.scores
    check, numbers = overlap(scores, first.pair.arm, first.weights, args.estimand, design.treatment)
    balance, worst = _balance(first)
    notes = pair_note(design) + first.pair.warnings
    if args.trim is not None:
        notes += (
            f"{first.n_trimmed} rows with a propensity score outside [{args.trim}, {1 - args.trim:g}] were left out as asked: "
            f"the effect is that of the remaining {first.pair.n_samples} rows, not of everyone.",
        )
    return assemble(
        design,
        [f.estimate for f in found],
        estimator="ipw",
        estimand=args.estimand,
        adjustment_set=args.adjustment_set,
        se_method=error_words(design, "stacked estimating equations", "normal"),
        diagnostics=numbers
        | {
            "n_trimmed": first.n_trimmed,
            "max_abs_smd_weighted": worst,
            "propensity_min": scores.min(),
            "propensity_max": scores.max(),
        },
        assumptions=premises(
            ASSUMES,
            design,
            args.adjustment_set,
            {"positivity": "tested_failed" if check.status == "fail" else "tested_passed"},
        ),
        checks=(check, balance),
        warnings=notes,
        n_used=first.pair.n_samples,
    )


def _weigh(pair: Design, estimand: AverageKind, trim: float | None) -> Weighted:
    refuse_small(pair, 2 + pair.covariates.shape[1])
    fit = propensity(pair.covariates, pair.arm, pair.labels, pair.treatment)
    n_before = pair.n_samples
    if trim is not None:
        pair = _trimmed(pair, (fit.scores >= trim) & (fit.scores <= 1 - trim), trim)
        fit = propensity(pair.covariates, pair.arm, pair.labels, pair.treatment)
    weights, slopes = weights_of(fit.log_odds, pair.arm, estimand)
    value, scores = _difference(pair, fit, weights, slopes)
    error = variance_of(scores, pair.clusters, 2) ** 0.5
    n_treated = int(pair.arm.sum())
    estimate = Estimate(_contrast(pair), value, error, None, n_treated=n_treated, n_control=pair.n_samples - n_treated)
    return Weighted(pair, fit, weights, estimate, n_before - pair.n_samples)


def _difference(pair: Design, fit: LogisticFit, weights: Floats, slopes: Floats) -> tuple[float, Floats]:
    """The weighted difference and each row's contribution to its error (Lunceford & Davidian 2004, eq. 19, in general form).

    Unknowns: coefficients b of the propensity model, means m1 and m0. Solving the stacked equations, a row contributes
    w (y - m) / sum(w) of its arm, with sign, plus the score of b carried through the derivative of the weights.
    """
    import numpy as np

    t = pair.arm.astype(np.float64)
    total = np.where(pair.arm == 1, (weights * t).sum(), (weights * (1 - t)).sum())
    means = [float(np.average(pair.y[pair.arm == a], weights=weights[pair.arm == a])) for a in (0, 1)]
    sign = 2 * t - 1
    residual = sign * (pair.y - np.where(pair.arm == 1, means[1], means[0])) / total
    e = fit.scores
    curvature = (fit.x * (e * (1 - e))[:, None]).T @ fit.x
    carried = np.linalg.pinv(curvature, hermitian=True) @ (fit.x.T @ (slopes * residual))
    return means[1] - means[0], weights * residual + (fit.x @ carried) * (t - e)


def _trimmed(pair: Design, keep: npt.NDArray[np.bool_], trim: float) -> Design:
    from ..design import full_rank

    for arm in (0, 1):
        if (keep & (pair.arm == arm)).sum() < 2:
            raise AssumptionViolated(
                f"Trimming at {trim} leaves fewer than two rows with {pair.treatment!r} = {show(pair.arms[arm])}. Use a smaller trim."
            )
    return full_rank(pair.take(keep))


def _contrast(pair: Design) -> Contrast:
    return Contrast(control=pair.arms[0], treated=pair.arms[1])


def _balance(found: Weighted) -> tuple[Check, float]:
    """Whether the weights made the covariates alike."""
    x = found.pair.covariates
    if not x.shape[1]:
        return Check(
            name="balance after weighting",
            status="not_run",
            meaning="There are no covariates to balance: every row has the same propensity score.",
            does_not_show="Whether the arms are comparable.",
        ), 0.0
    gaps = abs(standardised_differences(x, found.pair.arm, found.weights))
    j = int(gaps.argmax())
    worst = float(gaps[j])
    return Check(
        name="balance after weighting",
        status="fail" if worst > 0.1 else "pass",
        statistic=worst,
        meaning=f"After weighting the largest standardised difference is {worst:.2f} ({found.pair.labels[j]}); 0.1 is a rule of thumb.",
        does_not_show="Balance of covariates that were not measured, or of products and squares of those that were.",
    ), worst


TOOL = Tool(
    "estimate_ipw",
    IpwArgs,
    run,
    assumes=ASSUMES,
    example=IpwArgs(dataset="confounder", treatment="t", outcome="y", adjustment_set=("z",)),
    reference="Hájek 1971; Lunceford & Davidian 2004; Crump et al. 2009 (trimming)",
)
