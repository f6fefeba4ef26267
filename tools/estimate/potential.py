"""Estimate the mean outcome had everyone, the treated or the untreated been given each arm: counterfactual means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..domain.questions import Condition, Contrast
from ..domain.results import EffectPart, EffectParts
from ..propensity import propensity
from ..spec import Args, Cost, Tool
from ._common import EffectArgs, error_words, pair_note, premises, read_design, refuse_determined, refuse_small
from ._nuisance import cross_fit, judge_models
from ._parts import arm_mean, error_of, part_of

if TYPE_CHECKING:
    from ..coding import Floats
    from ..design import Design
    from ..spec import Env
    from ._nuisance import Nuisances

ASSUMES = ("no hidden confounding", "positivity", "either nuisance model right", "consistency", "no interference")
GROUPS = ("everyone", "treated", "control")


class PotentialArgs(Args):
    """Arguments of `estimate_potential`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column with the arms."""
    outcome: str
    """Column asked about: a number, or text with two levels (yes counts as 1)."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates to adjust for; nominal ones become one-hot columns."""
    contrast: Contrast | None = None
    """The two arms; None is the first level after the control."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""
    n_folds: int = Field(default=5, ge=2, le=20)
    """Folds of cross-fitting; rows are assigned by the seed, clusters as a whole."""


def run(args: PotentialArgs, env: Env) -> EffectParts:
    """Doubly robust counterfactual means and what was observed, for everyone, the treated and the controls.

    Returns:
        For each group (`level` is `everyone`, `treated` or `control`): `mean_if_treated`, `mean_if_control`, `observed_mean`
        and `effect`, the first minus the second.

    Raises:
        BadArguments: the treatment is continuous.
        AssumptionViolated: too few rows, or covariates that determine the treatment or separate the arms.
    """
    import numpy as np

    given = EffectArgs(**args.model_dump(exclude={"n_folds"}))
    design = read_design(given, env)
    pair = design.pair(design.contrasts[0])
    refuse_small(pair, 2 + pair.covariates.shape[1], least_per_arm=4)
    refuse_determined(pair, pair.arm[:, None].astype(np.float64))
    plain = propensity(pair.covariates, pair.arm, pair.labels, pair.treatment)
    models = cross_fit(pair, args.n_folds, env.seed)
    check, numbers = judge_models(pair, models, plain, "ATE")
    return EffectParts(
        method="potential_outcomes", treatment=args.treatment, outcome=args.outcome, contrast=design.contrasts[0],
        adjustment_set=args.adjustment_set, parts=tuple(p for group in GROUPS for p in _means(pair, models, group)),
        n_used=pair.n_samples, n_dropped=design.n_dropped, se_method=error_words(pair, "influence function", "normal"),
        diagnostics={k: float(v) for k, v in numbers.items()},
        assumptions=premises(
            ASSUMES, design, args.adjustment_set, {"positivity": "tested_failed" if check.status == "fail" else "tested_passed"}
        ),
        checks=(check,), warnings=tuple(dict.fromkeys((*design.warnings, *pair.warnings, *pair_note(design)))),
    )  # fmt: skip


def _means(pair: Design, models: Nuisances, group: str) -> list[EffectPart]:
    import numpy as np

    target = {
        "everyone": np.ones(pair.n_samples),
        "treated": (pair.arm == 1).astype(np.float64),
        "control": (pair.arm == 0).astype(np.float64),
    }[group]
    n_rows = int(target.sum())
    one, zero = (_mean(pair, models, arm, target) for arm in (1, 0))
    observed = float(target @ pair.y / n_rows)
    spread = error_of(pair, target * (pair.y - observed) / n_rows)
    rows = {"mean_if_treated": one, "mean_if_control": zero, "effect": (one[0] - zero[0], one[1] - zero[1])}
    parts = [part_of(n, v, error_of(pair, c), level=group, n_used=n_rows) for n, (v, c) in rows.items()]
    return [*parts, part_of("observed_mean", observed, spread, level=group, n_used=n_rows)]


def _mean(pair: Design, models: Nuisances, arm: int, target: Floats) -> tuple[float, Floats]:
    """A group's own arm was observed, so its mean needs no model."""
    if not target.all() and bool((target == (pair.arm == arm)).all()):
        value = float(target @ pair.y / target.sum())
        return value, target * (pair.y - value) / target.sum()
    return arm_mean(pair, models, arm, target)


def _cost(n: int, p: int) -> Cost:
    return Cost(
        seconds=1.5 + 3e-5 * n * (1 + p / 10), megabytes=250 + 1e-4 * n * p, advice="Use a random subset of the rows."
    )


TOOL = Tool(
    "estimate_potential",
    PotentialArgs,
    run,
    assumes=ASSUMES,
    example=PotentialArgs(dataset="confounder", treatment="t", outcome="y", adjustment_set=("z",)),
    reference="Robins, Rotnitzky & Zhao 1994; Hernán and Robins 2020, chapter 13 (standardisation)",
    cost=_cost,
)
