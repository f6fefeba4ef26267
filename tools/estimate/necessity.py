"""Bound how often a cause was necessary or sufficient (PN, PS, PNS), and give the value if it never prevents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from ..domain.errors import BadArguments
from ..domain.evidence import Check
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

ASSUMES = (
    "no hidden confounding",
    "positivity",
    "either nuisance model right",
    "never prevents",
    "consistency",
    "no interference",
)
SURE = 1.645
"""Standard errors, one-sided at 5 %, by which the data must contradict that the treatment never prevents the outcome."""


class NecessityArgs(Args):
    """Arguments of `estimate_necessity`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column of the cause; two values are compared."""
    outcome: str
    """Column of the event: 0/1, or text with two levels (yes counts as 1)."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates to adjust for; nominal ones become one-hot columns."""
    contrast: Contrast | None = None
    """The two values; None is the first level after the control."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""
    n_folds: int = Field(default=5, ge=2, le=20)
    """Folds of cross-fitting; rows are assigned by the seed, clusters as a whole."""


@dataclass(frozen=True)
class Number:
    """A quantity and each row's contribution to its error."""

    value: float
    rows: Floats

    def minus(self, other: Number) -> Number:
        """The difference of two."""
        return Number(self.value - other.value, self.rows - other.rows)

    def over(self, other: Number) -> Number:
        """The ratio of two, by the delta method."""
        ratio = self.value / other.value
        return Number(ratio, (self.rows - ratio * other.rows) / other.value)


def run(args: NecessityArgs, env: Env) -> EffectParts:
    """Probability of necessity, of sufficiency, and of both, of one treatment for one yes/no outcome.

    PN: among those treated who had the outcome, how many would not have had it untreated. PS: among those untreated without
    it, how many would have had it treated. PNS: among all, how many have it if and only if treated.

    Returns:
        `pn`, `ps` and `pns`: the values if the treatment prevents the outcome in nobody (monotonicity), with intervals; with
        `_low` and `_high` the bounds that hold without that (Tian & Pearl 2000); `p_if_treated`, `p_if_control` adjusted.

    Raises:
        BadArguments: the outcome has other than two values, or the treatment is continuous.
        AssumptionViolated: too few rows, or covariates that determine the treatment or separate the arms.
    """
    import numpy as np

    given = EffectArgs(**args.model_dump(exclude={"n_folds"}))
    design = read_design(given, env)
    pair = design.pair(design.contrasts[0])
    if not np.isin(pair.y, (0.0, 1.0)).all():
        raise BadArguments(
            f"Outcome {args.outcome!r} has values other than two, and necessity is about an event that happened or not. Cut it "
            f"with data_derive (a threshold), or ask for estimate_potential."
        )
    refuse_small(pair, 2 + pair.covariates.shape[1], least_per_arm=4)
    refuse_determined(pair, pair.arm[:, None].astype(np.float64))
    plain = propensity(pair.covariates, pair.arm, pair.labels, pair.treatment)
    models = cross_fit(pair, args.n_folds, env.seed)
    reach, _ = judge_models(pair, models, plain, "ATE")
    everyone = np.ones(pair.n_samples)
    one, zero = (Number(*arm_mean(pair, models, arm, everyone)) for arm in (1, 0))
    check = _never_prevents(pair, one, zero)
    return EffectParts(
        method="necessity", treatment=args.treatment, outcome=args.outcome, contrast=design.contrasts[0],
        adjustment_set=args.adjustment_set, parts=(*_points(pair, one, zero), *_bounds(pair, one.value, zero.value)),
        n_used=pair.n_samples, n_dropped=design.n_dropped, se_method=error_words(pair, "influence function", "normal"),
        assumptions=premises(
            ASSUMES, design, args.adjustment_set,
            {
                "never prevents": "tested_failed" if check.status == "fail" else "untestable",
                "positivity": "tested_failed" if reach.status == "fail" else "tested_passed",
            },
        ),
        checks=(check, reach), warnings=tuple(dict.fromkeys((*design.warnings, *pair.warnings, *pair_note(design)))),
    )  # fmt: skip


def _share(rows: Floats) -> Number:
    value = float(rows.mean())
    return Number(value, (rows - value) / len(rows))


def _points(pair: Design, one: Number, zero: Number) -> list[EffectPart]:
    """Values under monotonicity (Tian & Pearl 2000, theorem 3), moved into [0, 1] when chance puts them outside."""
    event = _share(pair.y)
    both, neither = _share(pair.y * pair.arm), _share((1 - pair.y) * (1 - pair.arm))
    found = {"pns": one.minus(zero), "p_if_treated": one, "p_if_control": zero}
    if both.value > 0:
        found["pn"] = event.minus(zero).over(both)
    if neither.value > 0:
        found["ps"] = one.minus(event).over(neither)
    parts = [part_of(name, n.value, error_of(pair, n.rows)) for name, n in found.items()]
    return [p.model_copy(update={k: _inside(getattr(p, k)) for k in ("value", "ci_low", "ci_high")}) for p in parts]


def _bounds(pair: Design, one: float, zero: float) -> list[EffectPart]:
    """Bounds without monotonicity from the adjusted and the observed probabilities (Tian & Pearl 2000, equations 18-20)."""
    event = float(pair.y.mean())
    treated, untreated = pair.arm == 1, pair.arm == 0
    both, neither = float((pair.y * treated).mean()), float(((1 - pair.y) * untreated).mean())
    only_t, only_y = float(((1 - pair.y) * treated).mean()), float((pair.y * untreated).mean())
    spans = {
        "pns": (
            max(one - zero, event - zero, one - event),
            min(one, 1 - zero, both + neither, one - zero + only_t + only_y),
        )
    }
    if both > 0:
        spans["pn"] = ((event - zero) / both, (1 - zero - neither) / both)
    if neither > 0:
        spans["ps"] = ((one - event) / neither, (one - both) / neither)
    return [
        EffectPart(name=f"{name}_{end}", value=_inside(v))
        for name, span in spans.items()
        for end, v in zip(("low", "high"), span, strict=True)
    ]


def _inside(value: float) -> float:
    return min(1.0, max(0.0, value))


def _never_prevents(pair: Design, one: Number, zero: Number) -> Check:
    """Monotonicity implies P(y if treated) >= P(y) >= P(y if untreated), which data can contradict."""
    event = _share(pair.y)
    gaps = [n.value / max(error_of(pair, n.rows), 1e-12) for n in (one.minus(event), event.minus(zero))]
    broken = min(gaps) < -SURE
    return Check(
        name="never prevents",
        status="fail" if broken else "uninformative",
        statistic=min(gaps),
        meaning=(
            f"The data contradict that {pair.treatment} prevents {pair.outcome} in nobody: use the bounds, not the single values."
            if broken
            else f"The data do not contradict that {pair.treatment} prevents {pair.outcome} in nobody."
        ),
        does_not_show="That it prevents it in nobody: gains of some can hide losses of others.",
    )


def _cost(n: int, p: int) -> Cost:
    return Cost(
        seconds=1.5 + 3e-5 * n * (1 + p / 10), megabytes=250 + 1e-4 * n * p, advice="Use a random subset of the rows."
    )


TOOL = Tool(
    "estimate_necessity",
    NecessityArgs,
    run,
    assumes=ASSUMES,
    example=NecessityArgs(dataset="two_periods", treatment="w", outcome="t"),
    reference="Tian & Pearl 2000; Pearl 2009, chapter 9",
    cost=_cost,
)
