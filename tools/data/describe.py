"""Describe every column of a table: counts, mean, spread, range and most frequent values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.results import ColumnCard, ColumnSummary, DatasetProfile
from ..spec import Args, Env, Tool
from ._typing import level

if TYPE_CHECKING:
    import pandas as pd

N_TOP = 5


class DescribeArgs(Args):
    """The table to describe."""

    dataset: str
    """Name of a loaded table."""


def run(args: DescribeArgs, env: Env) -> DatasetProfile:
    """Summarise each column over its cells that are not missing.

    Returns:
        Sample statistics (standard deviation with n - 1); not estimates of anything causal.
    """
    import pandas as pd

    card, frame = env.card(args.dataset), env.table(args.dataset)
    columns = tuple(_summary(pd.Series(frame[c.name]), c) for c in card.columns if c.name in frame.columns)
    return DatasetProfile(name=card.name, n_rows=len(frame), columns=columns)


def _summary(values: pd.Series, card: ColumnCard) -> ColumnSummary:
    import numpy as np
    import pandas as pd

    present = values.dropna()
    found = ColumnSummary(
        name=card.name, type=card.type, n=len(present), n_missing=len(values) - len(present), n_distinct=card.n_distinct
    )
    if card.type in ("binary", "nominal", "count", "constant"):
        counts = present.value_counts().iloc[:N_TOP]
        top = tuple((level(v), int(k)) for v, k in zip(counts.index.tolist(), counts.tolist(), strict=True))
        found = found.model_copy(update={"top": top})
    if len(present) == 0 or card.type == "id" or not pd.api.types.is_numeric_dtype(values):
        return found
    numbers = present.to_numpy(dtype=np.float64)
    return found.model_copy(
        update={
            "mean": float(numbers.mean()),
            "std": float(numbers.std(ddof=1)) if len(numbers) > 1 else None,
            "minimum": float(numbers.min()),
            "median": float(np.median(numbers)),
            "maximum": float(numbers.max()),
        }
    )


TOOL = Tool(
    "data_describe",
    DescribeArgs,
    run,
    example=DescribeArgs(dataset="confounder"),
    reference="sample moments and quantiles",
)
