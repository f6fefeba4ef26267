"""Columns as independence tests need them: complete rows, each variable a number or a category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..coding import MAX_LEVELS, find_column, kind_of, levels_of, missing, numbers, show
from ..domain.errors import AssumptionViolated, BadArguments

if TYPE_CHECKING:
    import pandas as pd

    from ..coding import Floats, Ints
    from ..domain.results import DatasetCard


@dataclass(frozen=True)
class Variable:
    """One variable on the rows that are used."""

    name: str
    values: Floats
    """n_samples numbers; unused for a category."""
    codes: Ints | None
    """For each row the position of its level; None for a number."""
    n_levels: int = 0

    @property
    def category(self) -> bool:
        """Whether its values are labels; two distinct numbers count as labels too."""
        return self.codes is not None

    def indicators(self) -> Floats:
        """The values as columns: itself, or one 0/1 column for every level but the first."""
        import numpy as np

        if self.codes is None:
            return self.values[:, None]
        return (self.codes[:, None] == np.arange(1, self.n_levels)[None, :]).astype(np.float64)


def read_variables(
    frame: pd.DataFrame, card: DatasetCard, source: str, target: str, given: tuple[str, ...]
) -> tuple[tuple[Variable, ...], int]:
    """Take the rows in which no named column is missing.

    Returns:
        Source, target and the given variables, and how many rows were left out.

    Raises:
        BadArguments: a name is not a column, or is used twice.
        AssumptionViolated: no row is left, source or target is constant, a column holds dates or too many levels.
    """
    import numpy as np

    names = (source, target, *given)
    if twice := [n for n in dict.fromkeys(names) if names.count(n) > 1]:
        raise BadArguments(f"{show(twice[0])} is used twice; source, target and given must be different columns.")
    roles = ("source", "target", *["a variable in given"] * len(given))
    columns = [find_column(frame, name, role) for name, role in zip(names, roles, strict=True)]
    complete = ~np.logical_or.reduce([missing(c) for c in columns])
    if int(complete.sum()) < 4:
        raise AssumptionViolated(
            f"Only {int(complete.sum())} rows have a value in each of {', '.join(map(show, names))}; a test needs at least 4. "
            f"Leave out the column with the most missing values."
        )
    variables = tuple(_variable(c.iloc[complete], n, card) for n, c in zip(names, columns, strict=True))
    for variable in variables[:2]:
        if len(np.unique(variable.values if variable.codes is None else variable.codes)) < 2:
            raise AssumptionViolated(
                f"Column {show(variable.name)} is constant in the {int(complete.sum())} rows used; an independence test needs "
                f"it to vary. Choose another column."
            )
    return variables, int((~complete).sum())


def _variable(column: pd.Series, name: str, card: DatasetCard) -> Variable:
    import numpy as np

    kind, known = kind_of(column), card.column(name)
    if kind == "datetime":
        raise AssumptionViolated(
            f"Column {show(name)} holds dates; add a column with a number, such as days since a start, and use that."
        )
    if kind == "number" and not (known is not None and known.type == "nominal"):
        values = numbers(column)
        if len(np.unique(values[:1000])) > 2 or len(np.unique(values)) != 2:
            return Variable(name, values, None)
    levels, codes = levels_of(column)
    if len(levels) > MAX_LEVELS:
        raise AssumptionViolated(
            f"Column {show(name)} has {len(levels)} levels in {len(codes)} rows, over the limit of {MAX_LEVELS}; it may be an "
            f"identifier or free text. Group its levels in a new column, or leave it out."
        )
    return Variable(name, codes.astype(np.float64), codes, len(levels))
