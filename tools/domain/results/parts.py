"""Results that take an effect apart: by groups, by paths, by whom it would have reached."""

from __future__ import annotations

from typing import Literal

from ..model import Model, Scalar
from ..questions import Contrast
from .base import Result


class EffectPart(Model):
    """One named number of a breakdown, with its interval."""

    name: str
    """What it is, in the words of the tool: `effect`, `difference`, `direct`, `transported_effect`, …"""
    value: float
    std_error: float | None = None
    """None for a bound, which is given without an error."""
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    level: Scalar | None = None
    """The group it is about; None when it is about all."""
    through: tuple[str, ...] = ()
    """The mediators on its path, in order."""
    n_used: int | None = None
    """Rows behind it when these are not all rows."""

    def words(self) -> str:
        """Name, group or path, value and interval."""
        where = "" if self.level is None else f" [{self.level}]"
        path = f" through {' then '.join(self.through)}" if self.through else ""
        spread = "" if self.ci_low is None or self.ci_high is None else f" [{self.ci_low:.4g}, {self.ci_high:.4g}]"
        return f"{self.name.replace('_', ' ')}{path}{where}: {self.value:.4g}{spread}"


class EffectParts(Result):
    """The numbers into which a question takes an effect apart."""

    kind: Literal["effect_parts"] = "effect_parts"
    method: Literal["groups", "transport", "paths", "potential_outcomes", "necessity"]
    treatment: str
    outcome: str
    contrast: Contrast
    by: str | None = None
    """Column of the groups or populations."""
    adjustment_set: tuple[str, ...] = ()
    parts: tuple[EffectPart, ...]
    ci_level: float = 0.95
    n_used: int
    n_dropped: int = 0
    se_method: str = ""
    diagnostics: dict[str, float] = {}

    def part(self, name: str, level: Scalar | None = None, through: tuple[str, ...] = ()) -> EffectPart | None:
        """The part of that name, group and path; levels are compared as text."""
        said = None if level is None else str(level).casefold()
        return next(
            (p for p in self.parts
             if p.name == name and p.through == through and (None if p.level is None else str(p.level).casefold()) == said),
            None,
        )  # fmt: skip

    def summary(self) -> str:
        by = f" by {self.by}" if self.by else ""
        listed = "; ".join(p.words() for p in self.parts[:12])
        more = f"; and {len(self.parts) - 12} more" if len(self.parts) > 12 else ""
        return f"{self.method.replace('_', ' ')} of {self.treatment} on {self.outcome}{by}: {listed}{more}"[:1900]
