"""Choose the columns that a discovery algorithm can use, and code them as numbers.

Labels never become amounts: a nominal column is a set of indicators, or codes that only a contingency-table test reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import coding
from ..coding import MAX_LEVELS, show
from ..domain.errors import AssumptionViolated, BadArguments
from ..linear import RANK_TOLERANCE, explained_by, independent_columns

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ..coding import Floats, Ints
    from ..domain.results import ColumnCard, DatasetCard
    from ..spec import Env

MIN_ROWS = 20
MAX_LOSS = 0.5
"""Share of rows that may be lost to missing values before the rest stops standing for the whole."""
RARE_ROWS = 10
"""Levels with fewer rows share one indicator: alone they cannot be tested."""
NEAR_COPY = 0.995


@dataclass(frozen=True)
class Columns:
    """Complete rows of the chosen columns."""

    names: tuple[str, ...]
    values: Floats
    """n_samples x p: numbers as they are; labels as codes 0, 1, …"""
    n_levels: tuple[int, ...]
    """Levels of a column of labels; 0 for numbers."""
    n_dropped: int = 0
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def n_samples(self) -> int:
        """Rows used."""
        return len(self.values)

    @property
    def mixed(self) -> bool:
        """Whether there are both labels and numbers."""
        return any(self.n_levels) and not all(self.n_levels)

    def block(self, j: int) -> Floats:
        """A column as numbers of mean 0: standardised, or one indicator a level but the most frequent."""
        import numpy as np

        values = self.values[:, j]
        if not self.n_levels[j]:
            return ((values - values.mean()) / max(float(values.std()), 1e-300))[:, None]
        counts = np.bincount(values.astype(np.int64), minlength=self.n_levels[j])
        base = int(counts.argmax())
        common = [k for k in range(len(counts)) if k != base and counts[k] >= RARE_ROWS]
        rare = [k for k in range(len(counts)) if k != base and counts[k] < RARE_ROWS]
        found = [(values == k).astype(np.float64) for k in common]
        if rare and counts[rare].sum() > 0:
            found.append(np.isin(values, rare).astype(np.float64))
        indicators = np.column_stack(found)
        return indicators - indicators.mean(axis=0)

    def take(self, rows: Ints) -> Columns:
        """The same columns on other rows, as for a bootstrap resample."""
        return replace(self, values=self.values[rows])


def read_columns(env: Env, dataset: str, variables: tuple[str, ...]) -> Columns:
    """Choose, clean and code the columns.

    Args:
        env: Where the table lives.
        dataset: Name of the table.
        variables: Columns to use; () for all that can be used, the others being named in `notes`.

    Raises:
        BadArguments: a column does not exist, is named twice, or fewer than two are named.
        AssumptionViolated: a named column cannot be used, too many rows have holes, or columns restate each other.
    """
    frame, card = env.table(dataset), env.card(dataset)
    if len(set(variables)) != len(variables):
        twice = sorted({v for v in variables if variables.count(v) > 1})
        raise BadArguments(
            f"Columns {', '.join(map(show, twice))} are named more than once in variables; name each once."
        )
    chosen, notes = _choose(frame, card, variables)
    frame, n_dropped, lost = _complete(frame, chosen)
    columns = _code(frame, chosen, card)
    warnings = lost + _near_copies(columns) + _redundant(columns)
    return replace(columns, n_dropped=n_dropped, notes=notes, warnings=warnings)


def _choose(
    frame: pd.DataFrame, card: DatasetCard, variables: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names to use, and notes on those passed over."""
    asked = variables or tuple(str(c) for c in frame.columns)
    chosen: list[str] = []
    passed: list[str] = []
    for name in asked:
        reason = _unusable(coding.find_column(frame, name, "a variable"), card.column(name))
        if reason and variables:
            raise AssumptionViolated(
                f"Column {show(name)} cannot be a variable of the graph: it {reason}. Leave it out of variables, or derive a "
                f"column that holds a number or at most {MAX_LEVELS} levels."
            )
        passed += [f"{show(name)} was left out: it {reason}"] if reason else []
        chosen += [] if reason else [name]
    if len(chosen) < 2:
        why = f" ({'; '.join(passed[:5])})" if passed else ""
        message = (
            f"A graph needs at least two usable columns; there are {len(chosen)}{why}. Name more columns in variables."
        )
        raise BadArguments(message) if variables else AssumptionViolated(message)
    return tuple(chosen), tuple(passed)


def _unusable(column: pd.Series, known: ColumnCard | None) -> str | None:
    """Why a column cannot be a node, in words that follow "it"; None when it can."""
    kind = coding.kind_of(column)
    declared = known.type if known else None
    n_distinct = int(column.nunique(dropna=True))
    if declared == "id":
        return "identifies rows"
    if kind == "datetime" or declared == "datetime":
        return "holds dates; order in time belongs in the knowledge, not among the variables"
    if n_distinct == 0:
        return "is empty"
    if n_distinct == 1:
        return "is constant"
    if declared == "text":
        return "is free text"
    if (kind == "text" or declared == "nominal") and n_distinct > MAX_LEVELS:
        return f"has {n_distinct} levels, over the limit of {MAX_LEVELS}; group them in a new column"
    return None


def _complete(frame: pd.DataFrame, names: tuple[str, ...]) -> tuple[pd.DataFrame, int, tuple[str, ...]]:
    import numpy as np

    holes = {name: coding.missing(coding.find_column(frame, name, "a variable")) for name in names}
    bad = np.any(np.column_stack(list(holes.values())), axis=1)
    n_dropped = int(bad.sum())
    worst = sorted(((int(h.sum()), name) for name, h in holes.items() if h.any()), reverse=True)
    shown = ", ".join(f"{show(name)} ({count})" for count, name in worst[:5])
    if n_dropped > MAX_LOSS * len(frame):
        raise AssumptionViolated(
            f"{n_dropped} of {len(frame)} rows have a missing value among the variables, over the limit of {100 * MAX_LOSS:.0f} %; the "
            f"rest may not stand for the whole. Missing cells: {shown}. Leave those columns out of variables, or fill them in."
        )
    frame = frame.loc[~bad].reset_index(drop=True) if n_dropped else frame.reset_index(drop=True)
    if len(frame) < MIN_ROWS:
        raise AssumptionViolated(
            f"{len(frame)} complete rows are too few to learn a graph from; at least {MIN_ROWS} are needed. Load more rows, or leave "
            f"out the columns with holes{f': {shown}' if shown else ''}."
        )
    note = (
        f"{n_dropped} of {len(frame) + n_dropped} rows ({100 * n_dropped / (len(frame) + n_dropped):.1f} %) were left out for missing "
        f"values in {shown}; the graph is for complete rows."
    )
    return frame, n_dropped, (note,) if n_dropped else ()


def _code(frame: pd.DataFrame, names: tuple[str, ...], card: DatasetCard) -> Columns:
    import numpy as np

    values = np.empty((len(frame), len(names)))
    n_levels: list[int] = []
    for j, name in enumerate(names):
        column = coding.find_column(frame, name, "a variable")
        known = card.column(name)
        nominal = coding.kind_of(column) != "number" or (known is not None and known.type == "nominal")
        plain = None if nominal else coding.numbers(column)
        codes = coding.levels_of(column)[1] if plain is None else np.unique(plain, return_inverse=True)[1]
        count = int(codes.max()) + 1
        if count < 2:
            raise AssumptionViolated(
                f"Column {show(name)} is constant in the {len(frame)} complete rows, so nothing can be learned about it. Leave it "
                f"out of variables, or leave out the columns with missing values."
            )
        as_labels = plain is None or count == 2
        values[:, j] = codes if as_labels else plain
        n_levels.append(count if as_labels else 0)
    return Columns(names=names, values=values, n_levels=tuple(n_levels))


def _redundant(columns: Columns) -> tuple[str, ...]:
    """Stop when a column is an exact function of others: no test can then tell them apart.

    Labels that follow from several others, as "either disease" does, can be tested in tables; that is warned of only.
    """
    import numpy as np

    blocks = [columns.block(j) for j in range(len(columns.names))]
    x = np.hstack(blocks)
    if x.shape[1] >= columns.n_samples - 3:
        raise AssumptionViolated(
            f"{columns.n_samples} complete rows are too few for {len(columns.names)} variables ({x.shape[1]} columns with one for each "
            f"level). Name fewer columns in variables."
        )
    # the smallest eigenvalue is a lower bound on every column's own share of variance
    if float(np.linalg.eigvalsh(np.corrcoef(x.T))[0]) > 10 * RANK_TOLERANCE:
        return ()
    labels = tuple(n for n, b in zip(columns.names, blocks, strict=True) for _ in range(b.shape[1]))
    keep = independent_columns(x)
    if keep.all():
        return ()
    kept = tuple(label for label, k in zip(labels, keep, strict=True) if k)
    j = int((~keep).nonzero()[0][0])
    parts = tuple(dict.fromkeys(p for p in explained_by(x[:, keep], x[:, j], kept) if p != labels[j]))[:4]
    if all(columns.n_levels) and len(parts) > 1:
        return (
            f"Column {show(labels[j])} follows exactly from {', '.join(map(show, parts))}: given these it tells nothing, so "
            "faithfulness fails and edges at it may be missing or turned.",
        )
    raise AssumptionViolated(
        f"Column {show(labels[j])} is an exact linear function of {', '.join(map(show, parts)) or 'other columns'} (less than "
        f"{RANK_TOLERANCE:g} of its variance is its own), so tests cannot tell them apart. Leave one of them out of variables."
    )


def _near_copies(columns: Columns) -> tuple[str, ...]:
    """Warnings on pairs of numbers that are almost the same: each hides the other's edges."""
    import numpy as np

    numeric = [j for j, k in enumerate(columns.n_levels) if not k]
    if len(numeric) < 2:
        return ()
    r: npt.NDArray[np.float64] = np.abs(np.corrcoef(columns.values[:, numeric].T))
    pairs = [(a, b) for a in range(len(numeric)) for b in range(a) if r[a, b] > NEAR_COPY]
    names = [f"{show(columns.names[numeric[b]])} and {show(columns.names[numeric[a]])}" for a, b in pairs[:5]]
    if not names:
        return ()
    return (
        f"Nearly the same numbers (correlation above {NEAR_COPY}): {'; '.join(names)}. Given one, the other tells nothing, so edges "
        f"of both may be missing; leave out one of each pair.",
    )
