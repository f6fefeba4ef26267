"""Cross-fitted nuisance models: every prediction comes from a model that has not seen its row or cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..domain.errors import AssumptionViolated, BackendFailed
from ..domain.evidence import Check
from ..propensity import LogisticFit, Target, fit_logistic, overlap, weights_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..coding import Floats, Ints
    from ..design import Design

Learner = Literal["linear", "boosting"]
Predict = Callable[["Floats"], "Floats"]
MIN_ROWS_BOOSTING = 500
"""Below this boosting is not tried: its loss is too uncertain to choose by."""
RIDGE = 1.0


@dataclass(frozen=True)
class Nuisances:
    """Out-of-fold predictions for every row, and which learner made them."""

    propensity: Floats
    outcome_control: Floats
    outcome_treated: Floats
    propensity_learner: Learner
    outcome_learner: Learner


def cross_fit(pair: Design, n_folds: int, seed: int) -> Nuisances:
    """Predict propensity and both arms' outcomes out of fold.

    Each learner is cross-validated on the same folds: log loss for the propensity, squared error for the outcome in the
    arm observed. Boosting is used only where its loss is lower by more than one standard error of the paired
    difference, and at least 500 rows are there; otherwise the linear model (logistic or least squares, with a small ridge).

    Raises:
        AssumptionViolated: a fold leaves an arm empty.
    """
    import numpy as np
    import sklearn.ensemble as _loaded  # before the limit, which reaches only loaded libraries
    from threadpoolctl import threadpool_limits

    del _loaded
    folds = assign_folds(pair, n_folds, seed)
    t = pair.arm.astype(np.float64)
    binary = bool(np.isin(pair.y, (0.0, 1.0)).all())
    learners: tuple[Learner, ...] = ("linear",)
    if pair.n_samples >= MIN_ROWS_BOOSTING and pair.covariates.shape[1]:
        learners = ("linear", "boosting")
    everyone = np.ones(pair.n_samples, dtype=np.bool_)
    with threadpool_limits(
        limits=1, user_api="openmp"
    ):  # small trees: more threads than idle cores cost a factor of 30
        scores: dict[Learner, Floats] = {
            k: _out_of_fold(k, pair.covariates, t, everyone, folds, True, seed) for k in learners
        }
        arms: dict[Learner, list[Floats]] = {
            k: [_out_of_fold(k, pair.covariates, pair.y, pair.arm == a, folds, binary, seed) for a in (0, 1)]
            for k in learners
        }
    score_loss: dict[Learner, Floats] = {
        k: -np.log(np.where(pair.arm == 1, s, 1 - s).clip(1e-6, 1)) for k, s in scores.items()
    }
    outcome_loss: dict[Learner, Floats] = {
        k: (pair.y - np.where(pair.arm == 1, m[1], m[0])) ** 2 for k, m in arms.items()
    }
    best, best_outcome = _choose(score_loss), _choose(outcome_loss)
    return Nuisances(scores[best], arms[best_outcome][0], arms[best_outcome][1], best, best_outcome)


def judge_models(pair: Design, models: Nuisances, plain: LogisticFit, target: Target) -> tuple[Check, dict[str, float]]:
    """Overlap by the scores that the weights use and by an unpenalised logistic regression; the one that fails, if one does.

    The ridge and boosting keep scores away from 0 and 1, so by them alone arms that hardly overlap would pass; and only
    boosting sees arms apart in a way that is not linear.
    """
    import numpy as np

    used = np.clip(models.propensity, 1e-6, 1 - 1e-6)
    found = [
        overlap(
            scores, pair.arm, weights_of(np.log(scores / (1 - scores)), pair.arm, target)[0], target, pair.treatment
        )
        for scores in (used, np.clip(plain.scores, 1e-15, 1 - 1e-15))
    ]
    return min(found, key=lambda judged: judged[0].status != "fail")


def assign_folds(pair: Design, n_folds: int, seed: int) -> Ints:
    """Fold of every row: random within each arm, or whole clusters at a time.

    Raises:
        AssumptionViolated: leaving one fold out would leave an arm with fewer than two rows.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    folds = np.zeros(pair.n_samples, dtype=np.int64)
    if pair.clusters is not None:
        n_clusters = int(pair.clusters.max()) + 1
        folds = (rng.permutation(n_clusters) % n_folds)[pair.clusters]
    else:
        for arm in (0, 1):
            rows = np.flatnonzero(pair.arm == arm)
            folds[rng.permutation(rows)] = np.arange(len(rows)) % n_folds
    for fold in range(n_folds):
        left = np.bincount(pair.arm[folds != fold], minlength=2)
        if left.min() < 2:
            raise AssumptionViolated(
                f"Cross-fitting with {n_folds} folds leaves fewer than two rows of one arm of {pair.treatment!r} to learn from. "
                f"Use estimate_regression or estimate_matching, which need no folds."
            )
    return folds


def _choose(losses: dict[Learner, Floats]) -> Learner:
    import numpy as np

    if "boosting" not in losses:
        return "linear"
    gain = losses["linear"] - losses["boosting"]
    return "boosting" if gain.mean() > np.std(gain, ddof=1) / len(gain) ** 0.5 else "linear"


def _out_of_fold(
    learner: Learner, x: Floats, y: Floats, rows: npt.NDArray[np.bool_], folds: Ints, binary: bool, seed: int
) -> Floats:
    """Predictions for all rows, each fold's from a model of `rows` outside it."""
    import numpy as np

    found = np.zeros(len(x))
    for fold in np.unique(folds):
        train, test = rows & (folds != fold), folds == fold
        found[test] = _fit(learner, x[train], y[train], binary, seed)(x[test])
    return found


def _fit(learner: Learner, x: Floats, y: Floats, binary: bool, seed: int) -> Predict:
    if x.shape[1] == 0 or y.min() == y.max():
        return _constant(float(y.mean()))
    if learner == "boosting":
        return _boost(x, y, binary, seed)
    return fit_logistic(x, y, ridge=RIDGE).predict if binary else _ridge(x, y)


def _constant(value: float) -> Predict:
    import numpy as np

    def predict(new: Floats) -> Floats:
        return np.full(len(new), value)

    return predict


def _ridge(x: Floats, y: Floats) -> Predict:
    """Least squares with a penalty on standardised columns that matters only when they are nearly collinear."""
    import numpy as np

    centre, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    z, mean = (x - centre) / scale, float(y.mean())
    coef = np.linalg.solve(z.T @ z + RIDGE * np.eye(x.shape[1]), z.T @ (y - mean))

    def predict(new: Floats) -> Floats:
        return mean + ((new - centre) / scale) @ coef

    return predict


def _boost(x: Floats, y: Floats, binary: bool, seed: int) -> Predict:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    options: dict[str, Any] = {
        "max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 8, "min_samples_leaf": 20, "l2_regularization": 1.0,
        "early_stopping": False, "random_state": seed,
    }  # fmt: skip
    try:
        if binary:
            model = HistGradientBoostingClassifier(**options).fit(x, y)
        else:
            model = HistGradientBoostingRegressor(**options).fit(x, y)
    except Exception as error:
        raise BackendFailed(
            f"Gradient boosting failed on {len(x)} rows: {str(error)[:200]}. Use estimate_regression or estimate_ipw."
        ) from error

    def predict(new: Floats) -> Floats:
        return model.predict_proba(new)[:, 1] if binary else model.predict(new)

    return predict
