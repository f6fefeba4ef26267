"""Compute new columns: logarithm, ratio, difference, sum, or whether a column passes a threshold or has a level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import find_column, kind_of, levels_of, match_level, measured
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.questions import Derivation
from ..domain.results import DatasetCard
from ..spec import Args, Tool
from ._typing import make_card

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ..coding import Floats
    from ..spec import Env

WORDS = {"ratio": "over", "difference": "minus", "sum": "plus"}


class DeriveArgs(Args):
    """Arguments of `data_derive`."""

    dataset: str
    """Name of a loaded table, which stays as it is."""
    into: str = Field(min_length=1, max_length=200)
    """Name of the new table."""
    columns: tuple[Derivation, ...] = Field(min_length=1, max_length=20)
    """What to compute; a later column may use an earlier one."""
    leave_out: tuple[str, ...] = ()
    """Columns that the new table does not take over, such as those that the new ones stand for."""


def run(args: DeriveArgs, env: Env) -> DatasetCard:
    """A new table with the new columns last; a missing cell stays missing in what is computed from it.

    Raises:
        BadArguments: a name that is taken, the wrong number of columns, or text where numbers are needed.
        AssumptionViolated: a logarithm of zero or less, a division by zero, or a number too large to hold.
    """
    if args.into == args.dataset:
        raise BadArguments(
            f"into={args.into!r} is the table itself, which stays as it is; give the new table a new name."
        )
    frame = env.table(args.dataset)
    notes: list[str] = []
    for derivation in args.columns:
        if derivation.name in frame.columns:
            raise BadArguments(f"The table already has a column {derivation.name!r}; give the new one another name.")
        frame[derivation.name] = _computed(frame, derivation)
        notes.append(f"{derivation.name!r} is {described(derivation)}.")
    for name in args.leave_out:
        find_column(frame, name, "a column to leave out")
    if args.leave_out:
        frame = frame.drop(columns=list(args.leave_out))
        notes.append(f"Left out: {', '.join(map(repr, args.leave_out))}.")
    card = env.card(args.dataset)
    return make_card(frame, args.into, card.source, [*card.alterations, *notes], [], env)


def described(derivation: Derivation) -> str:
    """What a new column is, in words: `the natural logarithm of 'wage'`."""
    first, *others = map(repr, derivation.of)
    if derivation.how == "log":
        return f"the natural logarithm of {first}"
    if derivation.how == "threshold":
        return f"1 where {first} {derivation.op} {derivation.value:g} and 0 elsewhere"
    if derivation.how == "level":
        return f"1 where {first} is {derivation.level!r} and 0 elsewhere"
    return f"{first} {WORDS[derivation.how]} {', '.join(others)}"


def _computed(frame: pd.DataFrame, derivation: Derivation) -> pd.Series:
    import numpy as np
    import pandas as pd

    _refuse_misfit(derivation)
    if derivation.how == "level":
        return _is_level(frame, derivation)
    parts = [_values(frame, name) for name in derivation.of]
    if derivation.how == "threshold":
        return _indicator(parts[0], derivation, frame.index)
    if derivation.how == "log":
        _refuse(parts[0] <= 0, derivation.of[0], "is zero or less, where there is no logarithm")
        values = np.log(parts[0])
    elif derivation.how == "ratio":
        _refuse(parts[1] == 0, derivation.of[1], "is zero, and nothing can be divided by zero")
        values = parts[0] / parts[1]
    else:
        values = parts[0] + parts[1] if derivation.how == "sum" else parts[0] - parts[1]
    return pd.Series(values, index=frame.index)


def _refuse_misfit(derivation: Derivation) -> None:
    """The columns and the threshold must be those that `how` needs."""
    n_needed = 1 if derivation.how in ("log", "threshold", "level") else 2
    if len(derivation.of) != n_needed:
        raise BadArguments(
            f"Column {derivation.name!r}: {derivation.how!r} is computed from {n_needed} column(s), not {len(derivation.of)}; give of=[…]."
        )
    compared = derivation.op is not None and derivation.value is not None
    if compared != (derivation.how == "threshold") or (derivation.value is None) != (derivation.op is None):
        raise BadArguments(
            f"Column {derivation.name!r}: a threshold needs op and value, such as op='>=' and value=12; nothing else takes them."
        )
    if (derivation.level is None) == (derivation.how == "level"):
        raise BadArguments(
            f"Column {derivation.name!r}: 'level' needs the level that counts as 1; nothing else takes one."
        )


def _is_level(frame: pd.DataFrame, derivation: Derivation) -> pd.Series:
    """1 where a column has the level, 0 where it has another; missing where it is missing."""
    import numpy as np
    import pandas as pd

    name = derivation.of[0]
    column = find_column(frame, name, "a column to compute with")
    levels, codes = levels_of(column.dropna())
    place = match_level(derivation.level, levels) if derivation.level is not None else None
    if place is None:
        raise BadArguments(
            f"Column {name!r} has no level {derivation.level!r}; it has {', '.join(map(repr, levels[:10]))}. Name one of these."
        )
    met = pd.Series(np.nan, index=frame.index, dtype=np.float64)
    met[column.notna()] = (codes == place).astype(np.float64)
    return met if met.isna().any() else met.astype(np.int64)


def _values(frame: pd.DataFrame, name: str) -> Floats:
    column = find_column(frame, name, "a column to compute with")
    if kind_of(column) not in ("number", "bool"):
        raise BadArguments(
            f"Column {name!r} holds {kind_of(column)}, and only numbers are computed with. Choose another column."
        )
    return measured(column, name)


def _refuse(bad: npt.NDArray[np.bool_], name: str, why: str) -> None:
    if n_bad := int(bad.sum()):
        raise AssumptionViolated(
            f"Column {name!r} {why}, in {n_bad} of {len(bad)} rows. Leave these rows out for a stated reason, or take the column as it is."
        )


def _indicator(values: Floats, derivation: Derivation, index: pd.Index) -> pd.Series:
    """1 and 0; missing where the column is."""
    import numpy as np
    import pandas as pd

    bound = 0.0 if derivation.value is None else derivation.value  # a threshold has one, see `_refuse_misfit`
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[derivation.op or ">="]
    met = compare(values, bound)
    if not np.isnan(values).any():
        return pd.Series(met.astype(np.int64), index=index)
    return pd.Series(np.where(np.isnan(values), np.nan, met.astype(np.float64)), index=index)


TOOL = Tool(
    "data_derive",
    DeriveArgs,
    run,
    assumes=(),
    example=DeriveArgs(
        dataset="confounder",
        into="confounder with z_over_0",
        columns=(Derivation(name="z_over_0", how="threshold", of=("z",), op=">", value=0.0),),
    ),
    reference="definitions; no method",
)
