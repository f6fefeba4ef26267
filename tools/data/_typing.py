"""Make the card of a table: the type of every column, its levels, and the hash of the content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..domain.errors import BadArguments
from ..domain.results import ColumnCard, ColumnType, DatasetCard
from ._files import refuse_large
from ._frames import typed_frame
from ._hash import content_hash
from ._raw import unique_names

if TYPE_CHECKING:
    import pandas as pd

    from ..domain.model import Scalar
    from ..spec import Env

MAX_LEVELS = 20
"""Most levels that a card lists."""
MAX_COUNTS = 100
"""Most distinct values of a column of type `count`; beyond it whole numbers are `continuous`."""
_ID_NAMES = re.compile(
    r"(^|_)(id|ids|uid|uuid|guid|idx|index|identifier|rownames?|row_?(id|nr|no|number|num)|serial(_?(no|nr|number))?|ssn)(_|$)"
)


def name_words(name: str) -> list[str]:
    """The words of a column name in lower case: `siteCode2` is `['site', 'code', '2']`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)", "_", name)
    return [w for w in re.split(r"[^a-z0-9]+", spaced.lower()) if w]


def column_type(values: pd.Series, name: str, n_distinct: int | None = None) -> ColumnType:
    """The role a column can play, from its values; its name only tells whether it may be an identifier.

    Args:
        values: bool, int64, float64, datetime64 or string.
        name: Column name.
        n_distinct: Number of distinct values that are not missing, when it is known already.
    """
    import numpy as np
    import pandas as pd

    present = values.dropna()
    n_distinct = int(present.nunique()) if n_distinct is None else n_distinct
    if n_distinct <= 1:
        return "constant" if n_distinct else "empty"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "datetime"
    if n_distinct == 2:
        return "binary" if len(str(present.iloc[0])) <= 200 else "text"
    named_id = _ID_NAMES.search("_".join(name_words(name))) is not None
    if not pd.api.types.is_numeric_dtype(values):
        return _text_type(present, n_distinct, named_id)
    numbers = present.to_numpy(dtype=np.float64)
    if not bool((numbers == np.floor(numbers)).all()):
        return "continuous"
    low, high = float(numbers.min()), float(numbers.max())
    one_each = n_distinct == len(numbers)
    in_sequence = one_each and high - low == n_distinct - 1 and low in (0.0, 1.0) and bool((np.diff(numbers) > 0).all())
    if n_distinct > MAX_LEVELS and (named_id or in_sequence):
        return "id"
    return "count" if low >= 0 and n_distinct <= MAX_COUNTS else "continuous"


def _text_type(present: pd.Series, n_distinct: int, named_id: bool) -> ColumnType:
    lengths = present.str.len()
    if int(lengths.max()) > 200 or float(lengths.mean()) > 64:
        return "text"
    if n_distinct <= 10 or (n_distinct <= MAX_LEVELS and n_distinct < len(present)):
        return "nominal"
    if n_distinct == len(present) or (named_id and n_distinct > MAX_LEVELS):
        has_spaces = float(present.str.contains(" ", regex=False).mean())
        return "text" if has_spaces > 0.5 and float(lengths.mean()) > 24 else "id"
    return "nominal" if n_distinct <= 0.1 * len(present) else "text"


def column_card(values: pd.Series, name: str) -> ColumnCard:
    """The card of one column."""
    n_missing = int(values.isna().sum())
    distinct = values.dropna().unique()
    kind = column_type(values, name, len(distinct))
    levels: tuple[Scalar, ...] = ()
    if kind in ("binary", "nominal", "count", "constant") and len(distinct) <= MAX_LEVELS:
        levels = tuple(level(v) for v in sorted(distinct.tolist()) if not isinstance(v, str) or len(v) <= 200)
    return ColumnCard(name=name, type=kind, n_missing=n_missing, n_distinct=len(distinct), levels=levels)


def level(value: Any) -> Scalar:
    """A level as JSON can hold it; whole floats become integers."""
    if isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return str(value)


def make_card(
    frame: pd.DataFrame, name: str, source: str, alterations: list[str], warnings: list[str], env: Env
) -> DatasetCard:
    """Store a typed table and describe it.

    Args:
        frame: Columns of bool, int64, float64, datetime64 or string, with unique names.
        name: What later calls say to mean this table.
        source: File name as given, or where the table came from.
        alterations: What was changed on the way, in words.
        warnings: What may have been read wrongly.
        env: Where the table is stored.
    """
    clean = " ".join(name.split())
    if not clean or len(clean) > 200 or not clean.isprintable():
        raise BadArguments(f"A table cannot be called {name[:80]!r}; use a name of 1 to 200 printable characters.")
    cards = tuple(column_card(frame.iloc[:, i], str(name)) for i, name in enumerate(frame.columns))
    return DatasetCard(
        name=clean,
        source=source,
        sha256=content_hash(frame),
        n_rows=len(frame),
        n_columns=len(cards),
        columns=cards,
        alterations=tuple(alterations),
        warnings=tuple(warnings),
        stored=env.store_table(clean, frame),
    )


def card_from_frame(frame: pd.DataFrame, name: str, env: Env) -> DatasetCard:
    """Take a table from memory: the same typing, hash and bounds as a loaded file.

    Args:
        frame: Any pandas table; it is not altered.
        name: What later calls say to mean this table.
        env: Where the table is stored.

    Raises:
        BadArguments: no rows, fewer than two columns, or cells that are not single values.
        TooLarge: too many columns or cells.
    """
    import pandas as pd

    refuse_large(name, len(frame), len(frame.columns))
    if len(frame) == 0 or len(frame.columns) < 2:
        raise BadArguments(
            f"Table {name[:80]!r} has {len(frame)} rows and {len(frame.columns)} columns; give at least one row and "
            "two columns, a cause and an effect."
        )
    notes: list[str] = []
    labels = [" ".join(map(str, c)) if isinstance(c, tuple) else c for c in frame.columns]
    names = unique_names(labels, notes)
    if not isinstance(frame.index, pd.RangeIndex):
        notes.append("The index of the table was left out; use reset_index() to keep it as a column.")
    typed = typed_frame(frame, names, notes)
    return make_card(typed, name, "a table in memory", notes, [], env)
