"""Read a treatment column: arms or a dose, which arm is the control, and which contrasts are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import coding
from .coding import show
from .domain.errors import AssumptionViolated, BadArguments
from .domain.model import Scalar
from .domain.questions import Contrast

if TYPE_CHECKING:
    import pandas as pd

    from .coding import Floats, Ints
    from .domain.results import DatasetCard

MAX_NUMERIC_ARMS = 5
"""A numeric treatment with at most this many distinct values is read as arms, with more as a dose."""
MAX_ARMS = 20


MIN_ARM_ROWS = 10
"""A value of a dose with at least this many rows can serve as an arm when a contrast names it."""


@dataclass(frozen=True)
class CodedTreatment:
    """A treatment as arms (control first) or as a dose, with its contrasts, the primary one first."""

    arms: tuple[Scalar, ...]
    arm: Ints
    dose: Floats | None
    contrasts: tuple[Contrast, ...]
    warnings: tuple[str, ...] = ()


def is_nominal(name: str, card: DatasetCard | None) -> bool:
    """Whether the card says that a column holds labels, also when they are numbers."""
    known = card.column(name) if card else None
    return known is not None and known.type == "nominal"


def code_treatment(
    column: pd.Series, name: str, contrast: Contrast | None, *, nominal: bool = False, amount: bool = False
) -> CodedTreatment:
    """Arms or dose, by rule.

    Text, truth values, nominal codes and numbers with at most `MAX_NUMERIC_ARMS` distinct values are arms; other
    numbers are a dose. The control is the level named by `contrast`, else chosen by `coding.control_level`. A dose
    without a contrast is moved from its first to its third quartile.

    Args:
        column: No missing values.
        name: For messages.
        contrast: What the question names, or None.
        nominal: The card says that the numbers are labels.
        amount: Numbers of three or more values are a dose, for estimators that take the treatment in one column.

    Raises:
        BadArguments: the contrast names no level, or one level twice.
        AssumptionViolated: constant, a date, too many text levels, or a contrast outside the range of the dose.
    """
    import numpy as np

    kind = coding.kind_of(column)
    if kind == "datetime":
        raise AssumptionViolated(
            f"Treatment {show(name)} holds dates; add a column that says who was treated, or a number of days, and use that."
        )
    if kind == "number" and not nominal:
        dose = coding.measured(column, name)
        if len(np.unique(dose)) > (2 if amount else MAX_NUMERIC_ARMS):
            return _code_dose(name, dose, contrast)
    return _code_arms(column, name, contrast)


def _code_arms(column: pd.Series, name: str, contrast: Contrast | None) -> CodedTreatment:
    import numpy as np

    levels, codes = coding.levels_of(column)
    n_levels = len(levels)
    if n_levels < 2:
        raise AssumptionViolated(
            f"Treatment {show(name)} has the same value ({', '.join(map(show, levels))}) in all {len(codes)} rows used, so nothing "
            f"is compared. Choose another treatment, or widen the population."
        )
    if n_levels > MAX_ARMS:
        raise AssumptionViolated(
            f"Treatment {show(name)} has {n_levels} text levels, over the limit of {MAX_ARMS}. Group them in a new column."
        )
    control, note = _control(name, levels, contrast)
    order = [control, *(i for i in range(n_levels) if i != control)]
    arms = tuple(levels[i] for i in order)
    arm = np.argsort(np.array(order))[codes]
    if contrast is not None:
        treated = _position(name, contrast.treated, arms)
        return CodedTreatment(arms, arm, None, (Contrast(control=levels[control], treated=arms[treated]),))
    notes = (note,) if note else ()
    if n_levels > 2:
        notes += (
            f"Treatment {show(name)} has {n_levels} levels; each is compared with {show(levels[control])}, "
            f"and the first comparison is shown as the main one.",
        )
    return CodedTreatment(arms, arm, None, tuple(Contrast(control=levels[control], treated=a) for a in arms[1:]), notes)


def _code_dose(name: str, dose: Floats, contrast: Contrast | None) -> CodedTreatment:
    import numpy as np

    chosen, notes = _dose_contrast(name, dose, contrast)
    arms: tuple[Scalar, ...] = ()
    arm = np.full(len(dose), -1, dtype=np.int64)
    at_control, at_treated = dose == float(chosen.control), dose == float(chosen.treated)
    if contrast is not None and min(at_control.sum(), at_treated.sum()) >= MIN_ARM_ROWS:
        arms = (chosen.control, chosen.treated)
        arm[at_control], arm[at_treated] = 0, 1
    return CodedTreatment(arms, arm, dose, (chosen,), notes)


def _dose_contrast(name: str, dose: Floats, contrast: Contrast | None) -> tuple[Contrast, tuple[str, ...]]:
    import numpy as np

    low, high = float(dose.min()), float(dose.max())
    if contrast is None:
        start, end, rule = _usual_change(dose)
        chosen = Contrast(control=coding.scalar(float(f"{start:.6g}")), treated=coding.scalar(float(f"{end:.6g}")))
        return chosen, (
            f"Treatment {show(name)} is continuous and no contrast was named; the effect is of moving it {rule}, "
            f"{chosen.control} to {chosen.treated}.",
        )
    try:
        start, end = float(contrast.control), float(contrast.treated)
    except ValueError:
        raise BadArguments(
            f"Treatment {show(name)} is a number from {low:.6g} to {high:.6g}; the contrast {show(contrast.control)} to "
            f"{show(contrast.treated)} must be two numbers."
        ) from None
    if start == end:
        raise BadArguments(f"The contrast compares {show(start)} with itself; name two different values.")
    notes: tuple[str, ...] = ()
    if start == 0 and not low <= 0 <= high and abs(end) <= high - low:
        step, median = end, float(np.median(dose))
        start = float(f"{min(max(median, low, low - step), high, high - step):.6g}")
        end = start + step
        notes = (
            f"{show(name)} is never 0, so the contrast 0 to {step:g} is a step of {step:g}, taken from {start:g}.",
        )
    if not (low <= min(start, end) and max(start, end) <= high):
        raise AssumptionViolated(
            f"The contrast {start:g} to {end:g} leaves the observed range of {show(name)}, {low:.6g} to {high:.6g}; the effect there "
            f"would be extrapolation. Choose two values inside the range, such as its quartiles {np.quantile(dose, 0.25):.6g} and "
            f"{np.quantile(dose, 0.75):.6g}."
        )
    return Contrast(control=coding.scalar(start), treated=coding.scalar(end)), notes


def _usual_change(dose: Floats) -> tuple[float, float, str]:
    """One unit from the median where the bulk of the data spans a unit, as a slope is read; else between quartiles."""
    import numpy as np

    p5, q1, median, q3, p95 = (float(q) for q in np.quantile(dose, [0.05, 0.25, 0.5, 0.75, 0.95]))
    start = float(round(median))
    if p95 - p5 >= 1 and float(dose.min()) <= start <= float(dose.max()) - 1:
        return start, start + 1, "by one unit at its median"
    if q1 < q3:
        return q1, q3, "from its first to its third quartile, because its values span less than one unit"
    return (
        float(dose.min()),
        float(dose.max()),
        "from its smallest to its largest value, because its quartiles coincide",
    )


def _control(name: str, levels: tuple[Scalar, ...], contrast: Contrast | None) -> tuple[int, str | None]:
    if contrast is None:
        return coding.control_level(levels)
    control = _position(name, contrast.control, levels)
    if control == _position(name, contrast.treated, levels):
        raise BadArguments(f"The contrast compares {show(contrast.control)} with itself; name two different levels.")
    return control, None


def _position(name: str, value: Scalar, levels: tuple[Scalar, ...]) -> int:
    position = coding.match_level(value, levels)
    if position is None:
        raise BadArguments(
            f"Treatment {show(name)} has no level {show(value)} in the rows used; its levels are {', '.join(map(show, levels[:10]))}."
        )
    return position
