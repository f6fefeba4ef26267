"""Turn columns into numbers by stated rules: outcomes, covariates, levels of a treatment.

Column names and cells are data: nothing here builds a formula or evaluates text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from .domain.errors import AssumptionViolated, BadArguments
from .domain.model import Scalar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from .domain.results import DatasetCard

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

Kind = Literal["number", "bool", "text", "datetime"]

CONTROL_WORDS = frozenset({
    "0", "no", "n", "false", "f", "control", "controls", "ctrl", "placebo", "none", "untreated", "off", "absent", "never",
    "baseline", "unexposed", "usual", "standard", "usual care", "standard care", "standard of care", "not treated", "no treatment",
})  # fmt: skip
CONTROL_PREFIXES = ("no ", "not ", "non-", "without ")
TREATED_WORDS = frozenset({
    "1", "yes", "y", "true", "t", "treated", "treatment", "treat", "on", "active", "drug", "exposed", "intervention", "present", "ever",
})  # fmt: skip
MAX_LEVELS = 50
"""A text covariate with more levels than this is taken for an identifier or free text."""


@dataclass(frozen=True)
class CodedOutcome:
    """An outcome as numbers, and what its mean is."""

    values: Floats
    event: Scalar | None
    """The level coded 1 when the outcome has two levels: its mean is then a probability."""
    warnings: tuple[str, ...] = ()


def show(value: object) -> str:
    """A cell or a name for a message: quoted, at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…" + text[0]


def find_column(frame: pd.DataFrame, name: str, role: str) -> pd.Series:
    """One column by its exact name.

    Raises:
        BadArguments: there is none, or several, of that name; the message lists the nearest names.
    """
    names = [str(c) for c in frame.columns]
    if names.count(name) == 1:
        return cast("pd.Series", frame.iloc[:, names.index(name)])
    if name in names:
        raise BadArguments(f"The table has {names.count(name)} columns named {show(name)}; rename all but one.")
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=3, cutoff=0.5) or names[:8]
    raise BadArguments(
        f"The table has no column {show(name)} to use as {role}. Did you mean {', '.join(map(show, near))}?"
    )


def kind_of(column: pd.Series) -> Kind:
    """Whether a column holds numbers, truth values, text or dates."""
    from pandas.api import types

    if types.is_bool_dtype(column):
        return "bool"
    if types.is_numeric_dtype(column):
        return "number"
    if types.is_datetime64_any_dtype(column) or types.is_timedelta64_dtype(column):
        return "datetime"
    if column.dtype == object:
        inferred = types.infer_dtype(column, skipna=True)
        if inferred == "boolean":
            return "bool"
        if inferred in ("integer", "floating", "mixed-integer-float", "decimal"):
            return "number"
        if inferred in ("datetime", "datetime64", "date", "timedelta"):
            return "datetime"
    return "text"


def numbers(column: pd.Series) -> Floats:
    """The values as floats; missing and infinite ones are NaN. Only for numbers and truth values."""
    import numpy as np

    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def measured(column: pd.Series, name: str) -> Floats:
    """The values as floats, when sums of their squares can be computed.

    Raises:
        AssumptionViolated: a value is so large, or all are so small, that arithmetic would overflow or vanish.
    """
    import numpy as np

    values = numbers(column)
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    if largest > 1e100 or 0 < largest < 1e-100:
        raise AssumptionViolated(
            f"Column {show(name)} holds values of size {largest:.1g}, beyond what can be computed with. Check the column for errors, "
            f"or rescale it (take logs, or another unit)."
        )
    return values


def missing(column: pd.Series) -> npt.NDArray[np.bool_]:
    """Which cells hold no usable value: missing, or infinite."""
    import numpy as np

    if kind_of(column) in ("number", "bool"):
        return np.isnan(numbers(column))
    return column.isna().to_numpy(dtype=np.bool_)


def scalar(value: object) -> Scalar:
    """A cell as a plain Python value; a whole float becomes an int, so that 1.0 reads as 1."""
    import numpy as np

    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return int(value) if float(value).is_integer() and abs(float(value)) < 1e15 else float(value)
    return str(value)


def levels_of(column: pd.Series) -> tuple[tuple[Scalar, ...], Ints]:
    """The distinct values in order, and for each row the position of its value.

    Args:
        column: No missing values.
    """
    import numpy as np

    kind = kind_of(column)
    if kind in ("number", "bool"):
        distinct, codes = np.unique(numbers(column), return_inverse=True)
        levels = tuple(bool(v) if kind == "bool" else scalar(v) for v in distinct)
    else:
        text = column.astype(str).to_numpy(dtype=object)
        distinct, codes = np.unique(text, return_inverse=True)
        levels = tuple(str(v) for v in distinct)
    return levels, codes.astype(np.int64)


def match_level(value: Scalar, levels: tuple[Scalar, ...]) -> int | None:
    """Position of the level that a person means by `value`: `1`, `1.0`, `"1"` and `True` are the same."""
    for test in (_same_exactly, _same_number, _same_text):
        found = [i for i, level in enumerate(levels) if test(value, level)]
        if len(found) == 1:
            return found[0]
    return None


def control_level(levels: tuple[Scalar, ...]) -> tuple[int, str | None]:
    """Which level is the control, by rule, and a warning when the rule had to guess.

    False; 0; else the only level that is a control word (no, control, placebo, …) or begins with "no "; of two levels,
    the one that is not a treated word (yes, treated, …); else the smallest number, or the first in alphabetical order.
    The rule looks at the levels alone, so a subsample never swaps the arms.
    """
    if any(isinstance(level, str) for level in levels):
        words = [str(level).strip().casefold() for level in levels]
        controls = [i for i, w in enumerate(words) if w in CONTROL_WORDS or w.startswith(CONTROL_PREFIXES)]
        if len(controls) == 1:
            return controls[0], None
        treated = [i for i, w in enumerate(words) if w in TREATED_WORDS]
        if len(levels) == 2 and len(treated) == 1:
            return 1 - treated[0], None
    elif 0 in levels:
        return levels.index(0), None
    order = "first in alphabetical order" if isinstance(levels[0], str) else "the smallest value"
    return 0, (
        f"Level {show(levels[0])} was taken as the control because it is {order}; "
        f"name another with contrast. Levels: {', '.join(map(show, levels[:10]))}."
    )


def code_outcome(column: pd.Series, name: str) -> CodedOutcome:
    """The outcome as numbers; text with two levels becomes 0/1 (yes = 1).

    Raises:
        AssumptionViolated: it is constant, a date, or has more than two text levels.
    """
    import numpy as np

    kind = kind_of(column)
    if kind == "datetime":
        raise AssumptionViolated(
            f"Outcome {show(name)} holds dates; add a column with a number, such as days since a start, and use that."
        )
    if kind == "text":
        levels, codes = levels_of(column)
        if len(levels) > 2:
            raise AssumptionViolated(
                f"Outcome {show(name)} has {len(levels)} text levels ({', '.join(map(show, levels[:5]))}, …); a mean needs a "
                f"number or two levels. Add a column that is 1 for the level of interest and 0 otherwise, and use that."
            )
        _refuse_constant(len(levels), name, "Outcome")
        zero, guess = control_level(levels)
        note = f"Of outcome {show(name)}, {show(levels[1 - zero])} was counted as 1 and {show(levels[zero])} as 0."
        return CodedOutcome((codes != zero).astype(np.float64), levels[1 - zero], (note,) if guess else ())
    values = measured(column, name)
    distinct = np.unique(values)
    _refuse_constant(len(distinct), name, "Outcome")
    two_apart_by_one = len(distinct) == 2 and distinct[1] - distinct[0] == 1
    event = scalar(distinct[1]) if two_apart_by_one else None
    return CodedOutcome(values, bool(event) if kind == "bool" else event)


def code_covariates(
    frame: pd.DataFrame, names: tuple[str, ...], card: DatasetCard | None, *, every_level: bool = False
) -> tuple[Floats, tuple[str, ...]]:
    """Covariates as a matrix: numbers as they are, nominal columns one-hot without their first level.

    Args:
        frame: Complete rows.
        names: Columns to code, in this order.
        card: Says which numeric columns are nominal codes; None when nothing is known.
        every_level: Give every level of a nominal column with three or more its own column, for tables and plots.

    Returns:
        n_samples x p matrix without an intercept, and a label for every column, such as `race = 'black'`.

    Raises:
        AssumptionViolated: a date, or text with more than `MAX_LEVELS` levels.
    """
    import numpy as np

    blocks: list[Floats] = []
    labels: list[str] = []
    for name in names:
        column = find_column(frame, name, "a covariate")
        kind = kind_of(column)
        if kind == "datetime":
            raise AssumptionViolated(
                f"Covariate {show(name)} holds dates; add a column with a number, such as the year, and use that instead."
            )
        if kind == "text" or _nominal_code(name, card):
            levels, codes = levels_of(column)
            if len(levels) > MAX_LEVELS:
                raise AssumptionViolated(
                    f"Covariate {show(name)} has {len(levels)} levels in {len(codes)} rows, over the limit of {MAX_LEVELS}; it may "
                    f"be an identifier or free text. Group its levels in a new column, or leave it out."
                )
            first = 0 if every_level and len(levels) > 2 else 1
            blocks.append((codes[:, None] == np.arange(first, max(len(levels), 2))[None, :]).astype(np.float64))
            labels += [f"{name} = {show(level)}" for level in levels[first:]] or [name]
        else:
            blocks.append(measured(column, name)[:, None])
            labels.append(name)
    return np.hstack(blocks) if blocks else np.zeros((len(frame), 0)), tuple(labels)


def _nominal_code(name: str, card: DatasetCard | None) -> bool:
    known = card.column(name) if card else None
    return known is not None and known.type == "nominal"


def _refuse_constant(n_levels: int, name: str, role: str) -> None:
    if n_levels < 2:
        raise AssumptionViolated(
            f"{role} {show(name)} has the same value in every row used, so nothing can be learned about it. "
            f"Choose another column, or widen the population."
        )


def _same_exactly(value: Scalar, level: Scalar) -> bool:
    return type(value) is type(level) and value == level


def _same_number(value: Scalar, level: Scalar) -> bool:
    try:
        return float(value) == float(level)
    except ValueError:
        return False


def _same_text(value: Scalar, level: Scalar) -> bool:
    return str(value).strip().casefold() == str(level).strip().casefold()
