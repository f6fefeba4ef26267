"""What the parts of the audit share: a table with its cards, ready for vectorised checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..domain.evidence import Check
from ..domain.results import ColumnCard, ColumnType, Finding

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

USABLE: tuple[ColumnType, ...] = ("binary", "nominal", "count", "continuous")
"""Types of columns that an analysis can use as they are."""


@dataclass
class Audited:
    """A table under audit, and what has been found so far."""

    frame: pd.DataFrame
    cards: tuple[ColumnCard, ...]
    findings: list[Finding] = field(default_factory=list[Finding])
    checks: list[Check] = field(default_factory=list[Check])

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return len(self.frame)

    def of_type(self, *types: ColumnType) -> list[str]:
        """Names of the columns of these types, in order."""
        return [c.name for c in self.cards if c.type in types]

    def type_of(self, name: str) -> ColumnType:
        """Type of a column."""
        return next(c.type for c in self.cards if c.name == name)

    @cached_property
    def numeric(self) -> list[str]:
        """Names of usable columns of numbers or truth values."""
        import pandas as pd

        return [n for n in self.of_type(*USABLE) if pd.api.types.is_numeric_dtype(self.frame[n])]

    def numbers(self, name: str) -> np.ndarray:
        """A numeric column as float64, NaN where missing."""
        import numpy as np

        return self.frame[name].to_numpy(dtype=np.float64, na_value=np.nan)

    @cached_property
    def _codes(self) -> dict[str, tuple[np.ndarray, int]]:
        return {}

    def codes(self, name: str) -> tuple[np.ndarray, int]:
        """The levels of a column as 0, 1, … with -1 for missing, and how many levels there are."""
        import pandas as pd

        if name not in self._codes:
            codes, levels = pd.factorize(self.frame[name])
            self._codes[name] = (codes, len(levels))
        return self._codes[name]

    def find(
        self,
        code: str,
        severity: str,
        columns: Iterable[str],
        message: str,
        action: str,
    ) -> None:
        """Add a finding."""
        made = {"code": code, "severity": severity, "columns": tuple(columns), "message": message, "action": action}
        self.findings.append(Finding.model_validate(made))


def quoted(names: Sequence[str], limit: int = 8) -> str:
    """Names in quotes for a message, the first ones only when there are many."""
    shown = ", ".join(repr(n[:60]) for n in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
