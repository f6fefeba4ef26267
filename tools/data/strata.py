"""Compare the arms overall and within the levels of other columns, and say whether the difference turns round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import find_column, levels_of
from ..design import Design, prepare
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.evidence import Check
from ..domain.model import Scalar
from ..domain.questions import Condition, Contrast
from ..domain.results import ArmMeans, StrataReport, Stratum
from ..linear import interval
from ..spec import Args, Tool

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ..spec import Env

MAX_LEVELS = 6
"""A numeric column with more values than this is cut into thirds; a text column with more is refused."""
MIN_ROWS = 5
"""Rows of each arm that a level needs to be compared."""


class StrataArgs(Args):
    """Arguments of `data_strata`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column with the arms."""
    outcome: str
    """Column that is compared: a number, or text with two levels."""
    columns: tuple[str, ...] = Field(min_length=1)
    """Columns within whose levels the arms are compared too, one column at a time."""
    contrast: Contrast | None = None
    """The two arms; None is the first level after the control."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""


def run(args: StrataArgs, env: Env) -> StrataReport:
    """Mean outcome of both arms with Welch's 95 % interval of the difference.

    A reversal is a column of which every level that can be compared shows a difference of the sign opposite to the
    overall one. It is a statement about associations: whether the overall or the stratified one is closer to an effect
    depends on whether the column is a common cause, which the numbers cannot say.

    Raises:
        BadArguments: a continuous treatment, or a text column with many values.
        AssumptionViolated: an arm is nearly empty.
    """
    design = prepare(
        env.table(args.dataset), env.card(args.dataset), treatment=args.treatment, outcome=args.outcome,
        contrast=args.contrast, population=args.population, extra=args.columns,
    )  # fmt: skip
    if not design.arms:
        raise BadArguments(
            f"Treatment {args.treatment!r} is continuous, and arms are compared. Name a contrast of two values, or use a column that "
            f"cuts it into two groups."
        )
    pair = design.pair(design.contrasts[0])
    overall = _arms(pair, None)
    if overall is None:
        raise AssumptionViolated(
            f"An arm of {args.treatment!r} has fewer than {MIN_ROWS} rows. Compare other levels, or widen the population."
        )
    strata = tuple(s for column in args.columns for s in _strata(pair, column))
    reversals = tuple(c for c in args.columns if _turns_round(overall, [s.arms for s in strata if s.column == c]))
    return StrataReport(
        treatment=args.treatment, outcome=args.outcome, contrast=design.contrasts[0], overall=overall, strata=strata,
        reversals=reversals, checks=(_check(args, reversals),), warnings=pair.warnings,
    )  # fmt: skip


def _strata(pair: Design, column: str) -> list[Stratum]:
    values = find_column(pair.frame, column, "columns")
    found: list[Stratum] = []
    for level, rows in _levels(values, column):
        arms = _arms(pair, rows)
        if arms is not None:
            found.append(Stratum(column=column, level=level, arms=arms))
    return found


def _levels(values: pd.Series, column: str) -> list[tuple[Scalar, npt.NDArray[np.bool_]]]:
    """Each level with its rows; the thirds of a column with many values."""
    import numpy as np
    import pandas as pd

    levels, codes = levels_of(values)
    if len(levels) <= MAX_LEVELS:
        return [(level, codes == i) for i, level in enumerate(levels)]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        raise BadArguments(
            f"Column {column!r} has {len(levels)} values; at most {MAX_LEVELS} levels of text are compared. Leave it out."
        )
    numbers = values.to_numpy(dtype=np.float64)
    low, high = np.quantile(numbers, (1 / 3, 2 / 3))
    return [
        (f"up to {low:.4g}", numbers <= low),
        (f"over {low:.4g} up to {high:.4g}", (numbers > low) & (numbers <= high)),
        (f"over {high:.4g}", numbers > high),
    ]


def _arms(pair: Design, rows: npt.NDArray[np.bool_] | None) -> ArmMeans | None:
    """Both means and Welch's interval (Welch 1947); None when an arm has too few rows."""
    import numpy as np

    inside = np.ones(pair.n_samples, dtype=np.bool_) if rows is None else rows
    one, zero = (pair.y[inside & (pair.arm == a)] for a in (1, 0))
    if min(len(one), len(zero)) < MIN_ROWS:
        return None
    parts = [float(np.var(y, ddof=1)) / len(y) for y in (one, zero)]
    difference, error = float(one.mean() - zero.mean()), sum(parts) ** 0.5
    shares = [p**2 / (len(y) - 1) for p, y in zip(parts, (one, zero), strict=True)]
    dof = sum(parts) ** 2 / sum(shares) if sum(shares) else None
    low, high, _ = interval(difference, error, dof)
    return ArmMeans(
        n_treated=len(one), n_control=len(zero), mean_treated=float(one.mean()), mean_control=float(zero.mean()),
        difference=difference, ci_low=low, ci_high=high,
    )  # fmt: skip


def _turns_round(overall: ArmMeans, inside: list[ArmMeans]) -> bool:
    return len(inside) > 1 and all(arms.difference * overall.difference < 0 for arms in inside)


def _check(args: StrataArgs, reversals: tuple[str, ...]) -> Check:
    tried = ", ".join(args.columns)
    return Check(
        name="reversal within levels",
        status="fail" if reversals else "pass",
        meaning=(
            f"Within every level of {', '.join(reversals)} the arms differ the other way round than overall (Simpson's paradox)."
            if reversals
            else f"The difference keeps its sign within at least one level of each of: {tried}."
        ),
        does_not_show="Which of the two is nearer to the effect: that depends on what causes the column, not on the numbers.",
    )


TOOL = Tool(
    "data_strata",
    StrataArgs,
    run,
    assumes=(),
    example=StrataArgs(dataset="confounder", treatment="t", outcome="y", columns=("z",)),
    reference="Simpson 1951; Welch 1947; Pearl 2014 (Understanding Simpson's paradox)",
)
