"""Combine models of treatment and outcome (doubly robust), each cross-fitted on rows it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from ..domain.questions import Contrast
from ..domain.results import EffectEstimate
from ..linear import variance_of
from ..propensity import LogisticFit, propensity, weights_of
from ..spec import Cost, Tool
from ._common import (
    AverageKind,
    EffectArgs,
    Estimate,
    assemble,
    error_words,
    pair_note,
    premises,
    read_design,
    refuse_determined,
    refuse_small,
)
from ._nuisance import Nuisances, cross_fit, judge_models

if TYPE_CHECKING:
    from ..coding import Floats
    from ..design import Design
    from ..spec import Env

ASSUMES = ("no hidden confounding", "positivity", "either nuisance model right", "consistency", "no interference")


class AipwArgs(EffectArgs):
    """Arguments of `estimate_aipw`."""

    n_folds: int = Field(default=5, ge=2, le=20)
    """Folds of cross-fitting; rows are assigned by the seed, clusters as a whole."""
    clip: float = Field(default=0.01, gt=0, lt=0.5)
    """A propensity score that a weight divides by is kept at least this large; how many were raised is said."""


@dataclass(frozen=True)
class Doubly:
    """One contrast: its rows, models and numbers."""

    pair: Design
    models: Nuisances
    plain: LogisticFit
    """Unpenalised propensity scores, for judging overlap only."""
    n_clipped: int
    estimate: Estimate


def run(args: AipwArgs, env: Env) -> EffectEstimate:
    """Augmented inverse-probability-weighted difference, with weights normalised within arms.

    Returns:
        Consistent when the model of treatment or that of the outcome is; the interval comes from the influence function.

    Raises:
        BadArguments: the treatment is continuous, or the arguments do not fit the table.
        AssumptionViolated: too few rows, or covariates that determine the treatment or separate the arms.
    """
    design = read_design(args, env)
    found = [_fit(design.pair(c), args, env.seed) for c in design.contrasts]
    first = found[0]
    check, numbers = judge_models(first.pair, first.models, first.plain, args.estimand)
    notes = first.pair.warnings + pair_note(design)
    if first.n_clipped:
        notes += (
            f"{first.n_clipped} propensity scores were moved to the bound {args.clip}, so no weight exceeds {1 / args.clip:g}.",
        )
    words = {"linear": "a linear model (logistic for 0/1)", "boosting": "gradient boosting"}
    notes += (
        f"By cross-validated loss, treatment was predicted by {words[first.models.propensity_learner]} and the outcome by "
        f"{words[first.models.outcome_learner]}.",
    )
    return assemble(
        design,
        [f.estimate for f in found],
        estimator="aipw",
        estimand=args.estimand,
        adjustment_set=args.adjustment_set,
        se_method=error_words(design, "influence function", "normal"),
        diagnostics=numbers
        | {
            "n_folds": args.n_folds,
            "n_clipped": first.n_clipped,
            "boosted_propensity": first.models.propensity_learner == "boosting",
            "boosted_outcome": first.models.outcome_learner == "boosting",
        },
        assumptions=premises(
            ASSUMES,
            design,
            args.adjustment_set,
            {"positivity": "tested_failed" if check.status == "fail" else "tested_passed"},
        ),
        checks=(check,),
        warnings=notes,
    )


def _fit(pair: Design, args: AipwArgs, seed: int) -> Doubly:
    import numpy as np

    refuse_small(pair, 2 + pair.covariates.shape[1], least_per_arm=4)
    refuse_determined(pair, pair.arm[:, None].astype(np.float64))
    plain = propensity(pair.covariates, pair.arm, pair.labels, pair.treatment)
    models = cross_fit(pair, args.n_folds, seed)
    scores = np.clip(models.propensity, 1e-9, 1 - 1e-9)
    low = (scores < args.clip) & (pair.arm == 1) & (args.estimand != "ATT")
    high = (scores > 1 - args.clip) & (pair.arm == 0) & (args.estimand != "ATC")
    scores = np.where(low, args.clip, np.where(high, 1 - args.clip, scores))
    n_clipped = int(low.sum() + high.sum())
    weights, _ = weights_of(np.log(scores / (1 - scores)), pair.arm, args.estimand)
    value, contributions = doubly_robust(pair, models.outcome_control, models.outcome_treated, weights, args.estimand)
    error = variance_of(contributions, pair.clusters, 2) ** 0.5
    n_treated = int(pair.arm.sum())
    contrast = Contrast(control=pair.arms[0], treated=pair.arms[1])
    estimate = Estimate(contrast, value, error, None, n_treated, pair.n_samples - n_treated)
    return Doubly(pair, models, plain, n_clipped, estimate)


def doubly_robust(
    pair: Design, outcome_control: Floats, outcome_treated: Floats, weights: Floats, estimand: AverageKind
) -> tuple[float, Floats]:
    """The estimate and each row's contribution to its error (Robins, Rotnitzky & Zhao 1994, normalised weights).

    For arm a: the mean of its predictions over the target rows, plus the weighted mean of its residuals.
    """
    import numpy as np

    everyone = np.ones(pair.n_samples)
    target = {"ATE": everyone, "ATT": (pair.arm == 1).astype(np.float64), "ATC": (pair.arm == 0).astype(np.float64)}[
        estimand
    ]
    means: list[float] = []
    contributions = np.zeros(pair.n_samples)
    for arm, predicted, sign in ((0, outcome_control, -1.0), (1, outcome_treated, 1.0)):
        w = np.where(pair.arm == arm, weights, 0.0)
        residual = pair.y - predicted
        plain = float(target @ predicted / target.sum())
        correction = float(w @ residual / w.sum())
        means.append(plain + correction)
        contributions += sign * (target * (predicted - plain) / target.sum() + w * (residual - correction) / w.sum())
    return means[1] - means[0], contributions


def _cost(n: int, p: int) -> Cost:
    return Cost(
        seconds=1.5 + 3e-5 * n * (1 + p / 10),
        megabytes=250 + 1e-4 * n * p,
        advice="Use estimate_regression or estimate_ipw, or a random subset of the rows.",
    )


TOOL = Tool(
    "estimate_aipw",
    AipwArgs,
    run,
    assumes=ASSUMES,
    example=AipwArgs(dataset="confounder", treatment="t", outcome="y", adjustment_set=("z",)),
    reference="Robins, Rotnitzky & Zhao 1994; Chernozhukov et al. 2018 (cross-fitting)",
    cost=_cost,
)
