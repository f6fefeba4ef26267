"""Propensity scores by logistic regression, the weights they give, and how well the arms overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .coding import show
from .domain.errors import AssumptionViolated
from .domain.evidence import Check

if TYPE_CHECKING:
    from .coding import Floats, Ints

Target = Literal["ATE", "ATT", "ATC"]
MAX_STEPS = 60
MAX_LOG_ODDS = 35.0
WEAK_SHARE = 0.1
"""Overlap fails when the weights leave an arm an effective sample size under this share of its rows."""
RARE = 50
"""A row is out of an arm's reach when rows like it are this many times rarer in the arm than among all rows."""
OUT_OF_REACH = 0.1
"""Overlap fails when more than this share of the rows asked about is out of an arm's reach."""
OUTSIDE = (0.1, 0.9)
"""Crump et al. 2009: scores beyond these bounds carry most of the variance."""


@dataclass(frozen=True)
class LogisticFit:
    """A fitted logistic regression of 0/1 on columns: `log odds = x @ coef` with `x` standardised, intercept first."""

    coef: Floats
    centre: Floats
    scale: Floats
    log_odds: Floats
    x: Floats

    @property
    def scores(self) -> Floats:
        """Fitted probability of each row."""
        return _expit(self.log_odds)

    def predict(self, columns: Floats) -> Floats:
        """Probability of each row of new columns, in the order of the fit."""
        import numpy as np

        return _expit(
            np.clip(self.coef[0] + ((columns - self.centre) / self.scale) @ self.coef[1:], -MAX_LOG_ODDS, MAX_LOG_ODDS)
        )


def fit_logistic(columns: Floats, t: Ints | Floats, ridge: float = 0.0) -> LogisticFit:
    """Logistic regression by Newton's method with step halving.

    Args:
        columns: n_samples x p without an intercept.
        t: 0 or 1 for each row.
        ridge: Penalty `ridge / 2 * |coef|²` on the standardised columns, none on the intercept.
    """
    import numpy as np

    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    x = np.column_stack([np.ones(len(columns)), (columns - centre) / scale])
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 0.0
    coef = np.zeros(x.shape[1])
    share = float(np.clip(np.mean(t), 1e-6, 1 - 1e-6))
    coef[0] = np.log(share / (1 - share))
    loss = _loss(x, t, coef, penalty)
    for _ in range(MAX_STEPS):
        e = _expit(np.clip(x @ coef, -MAX_LOG_ODDS, MAX_LOG_ODDS))
        gradient = x.T @ (t - e) - penalty * coef
        curvature = (x * (e * (1 - e))[:, None]).T @ x + np.diag(penalty)
        curvature[np.diag_indices_from(curvature)] += 1e-10 * max(float(np.trace(curvature)), 1e-10)
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while (tried := _loss(x, t, coef + size * step, penalty)) > loss + 1e-12 and size > 1e-4:
            size /= 2
        coef = coef + size * step
        done = abs(loss - tried) < 1e-10 * (abs(tried) + 0.1)
        loss = tried
        if done:
            break
    return LogisticFit(coef, centre, scale, np.clip(x @ coef, -MAX_LOG_ODDS, MAX_LOG_ODDS), x)


def propensity(columns: Floats, t: Ints, labels: tuple[str, ...], treatment: str) -> LogisticFit:
    """Probability of treatment given the covariates.

    Raises:
        AssumptionViolated: the covariates separate the arms completely, so no row has a counterpart.
    """
    fit = fit_logistic(columns, t)
    if columns.shape[1] and float(fit.log_odds[t == 1].min()) > float(fit.log_odds[t == 0].max()):
        strongest = sorted(zip(-abs(fit.coef[1:]), labels, strict=True))[:3]
        raise AssumptionViolated(
            f"The covariates tell the arms of {treatment!r} apart without error ({', '.join(show(name) for _, name in strongest)} "
            f"most of all), so no treated row has a comparable control. Leave out a covariate that restates the treatment, or "
            f"restrict the population to where both arms occur."
        )
    return fit


def weights_of(log_odds: Floats, t: Ints, target: Target) -> tuple[Floats, Floats]:
    """Inverse-probability weights that make both arms look like the target, and their derivative in the log odds."""
    import numpy as np

    odds = np.exp(log_odds)
    treated = t == 1
    if target == "ATE":
        return np.where(treated, 1 + 1 / odds, 1 + odds), np.where(treated, -1 / odds, odds)
    if target == "ATT":
        return np.where(treated, 1.0, odds), np.where(treated, 0.0, odds)
    return np.where(treated, 1 / odds, 1.0), np.where(treated, -1 / odds, 0.0)


def effective_size(weights: Floats) -> float:
    """Kish's effective sample size, (sum w)² / sum w²."""
    total = float(weights.sum())
    return total**2 / float(weights @ weights) if total else 0.0


def overlap(scores: Floats, t: Ints, weights: Floats, target: Target, treatment: str) -> tuple[Check, dict[str, float]]:
    """Whether both arms reach the rows asked about, in words, with the numbers behind it.

    Two rules of thumb. The weights must leave an arm 10 % of its rows; but where hardly any row of an arm is among those
    of the other, all weights are near one, so besides at most 10 % of the rows may be where an arm is 50 times rarer.

    Args:
        scores: Probability of treatment of each row. A penalised model's never come near 0 or 1: judge by another one too.
        t: 0 or 1 for each row.
        weights: Inverse-probability weights that aim at `target`.
        target: Whom the effect is averaged over.
        treatment: Its name.
    """
    import numpy as np

    treated = t == 1
    lost = _out_of_reach(scores, t, target)
    sizes = {"ess_treated": effective_size(weights[treated]), "ess_control": effective_size(weights[~treated])}
    n = {"ess_treated": int(treated.sum()), "ess_control": int((~treated).sum())}
    worst = min(sizes, key=lambda arm: sizes[arm] / n[arm])
    share = sizes[worst] / n[worst]
    outside = float(np.mean((scores < OUTSIDE[0]) | (scores > OUTSIDE[1])))
    meaning = (
        f"After weighting, {n['ess_treated']} treated rows count as {sizes['ess_treated']:.0f} and {n['ess_control']} control rows as "
        f"{sizes['ess_control']:.0f}; {100 * outside:.0f} % of rows have a propensity score outside [{OUTSIDE[0]}, {OUTSIDE[1]}]. "
    )
    return Check(
        name="overlap",
        status="fail" if share < WEAK_SHARE or lost > OUT_OF_REACH else "pass",
        statistic=share,
        meaning=meaning + _verdict("treated" if worst == "ess_treated" else "control", share, lost),
        does_not_show=f"Overlap in covariates that are not in the model of {treatment}, or that the model is right.",
    ), sizes | {"share_outside": outside, "share_out_of_reach": lost, "max_weight": float(weights.max())}


def _out_of_reach(scores: Floats, t: Ints, target: Target) -> float:
    """Share of the target's rows where an arm they are compared with is `RARE` times rarer than among all rows."""
    import numpy as np

    share = float(np.mean(t))
    no_treated, no_control = scores * RARE < share, (1 - scores) * RARE < 1 - share
    if target == "ATE":
        return float(np.mean(no_treated | no_control))
    return float(np.mean(no_control[t == 1] if target == "ATT" else no_treated[t == 0]))


def _verdict(arm: str, share: float, lost: float) -> str:
    """The end of the overlap check's sentence; `arm` is the weaker one, which keeps `share` of its rows."""
    if lost > OUT_OF_REACH:
        return (
            f"Poor overlap: {100 * lost:.0f} % of the rows asked about lie where an arm is at least {RARE} times rarer than it is overall "
            f"(over {100 * OUT_OF_REACH:.0f} % fails, a rule of thumb), so little or nothing there is comparable."
        )
    if share < WEAK_SHARE:
        return f"Poor overlap: the data hold few {arm} rows that resemble the population asked for, and a few of them carry the estimate."
    return f"The {arm} arm, the weaker, keeps {100 * share:.0f} % of its rows (under {100 * WEAK_SHARE:.0f} % fails, a rule of thumb)."


def judge_overlap(
    columns: Floats, t: Ints, labels: tuple[str, ...], treatment: str, target: Target
) -> tuple[Check, dict[str, float], LogisticFit | None]:
    """Overlap by an unpenalised logistic regression; failed, with no numbers and no fit, where the covariates separate the arms."""
    try:
        fit = propensity(columns, t, labels, treatment)
    except AssumptionViolated as separated:
        failed = Check(
            name="overlap",
            status="fail",
            meaning=f"No overlap at all. {separated}",
            does_not_show="Which rows would be comparable if fewer covariates were held fixed.",
        )
        return failed, {}, None
    weights, _ = weights_of(fit.log_odds, t, target)
    return *overlap(fit.scores, t, weights, target, treatment), fit


def standardised_differences(x: Floats, t: Ints, weights: Floats | None = None) -> Floats:
    """(mean of treated - mean of controls) / pooled standard deviation, a value for each column.

    Weights move the means only: the denominator is sqrt((s1² + s0²) / 2) of the unweighted arms, or the standard
    deviation of all rows where a column is constant in both arms.
    """
    import numpy as np

    w = np.ones(len(t)) if weights is None else weights
    treated = t == 1
    gap = np.average(x[treated], axis=0, weights=w[treated]) - np.average(x[~treated], axis=0, weights=w[~treated])
    pooled = np.sqrt((x[treated].var(axis=0, ddof=1) + x[~treated].var(axis=0, ddof=1)) / 2)
    scale = np.where(pooled > 1e-12 * np.maximum(np.abs(x).max(axis=0, initial=0.0), 1e-300), pooled, x.std(axis=0))
    return np.where(scale > 0, gap / np.where(scale > 0, scale, 1.0), 0.0)


def _expit(log_odds: Floats) -> Floats:
    import numpy as np

    return 1 / (1 + np.exp(-log_odds))


def _loss(x: Floats, t: Ints | Floats, coef: Floats, penalty: Floats) -> float:
    """Negative log likelihood plus penalty."""
    import numpy as np

    log_odds = np.clip(x @ coef, -MAX_LOG_ODDS, MAX_LOG_ODDS)
    return float(np.logaddexp(0, log_odds).sum() - t @ log_odds + 0.5 * (penalty * coef) @ coef)
