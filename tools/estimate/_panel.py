"""Units observed over several periods: when each was first treated, and two-way fixed effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import coding
from ..design import Design
from ..domain.errors import AssumptionViolated
from ..linear import fit_ols, independent_columns, variance_of
from ._periods import periods_of

if TYPE_CHECKING:
    from ..coding import Floats, Ints
    from ..domain.model import Scalar


@dataclass(frozen=True)
class Panel:
    """Rows of units and periods; `unit`, `period` and `design.arm` have one entry per row."""

    design: Design
    unit: Ints
    period: Ints
    """Position among `periods`."""
    periods: tuple[Scalar, ...]
    """In order of time."""
    adoption: Ints
    """Per unit, the position of its first treated period; `len(periods)` for a unit that is never treated."""

    @property
    def cohorts(self) -> tuple[int, ...]:
        """The periods, by position, in which units are first treated."""
        return tuple(int(g) for g in sorted({*self.adoption.tolist()} - {len(self.periods)}))

    @property
    def n_never(self) -> int:
        """Units that are never treated."""
        return int((self.adoption == len(self.periods)).sum())


def make_panel(pair: Design, time: str, unit: str) -> Panel:
    """Order the periods and find out when each unit was first treated.

    Units treated in their first period have no time before and are left out, with a warning.

    Raises:
        AssumptionViolated: periods without an order, treatment that is switched off again, or nothing to compare.
    """
    import numpy as np

    column = coding.find_column(pair.frame, time, "time")
    periods, period = periods_of(column, time)
    _, codes = coding.levels_of(coding.find_column(pair.frame, unit, "unit"))
    adoption = np.full(int(codes.max()) + 1, len(periods))
    treated = pair.arm == 1
    np.minimum.at(adoption, codes[treated], period[treated])
    on = period >= adoption[codes]
    if n_off := len(np.unique(codes[on & ~treated])):
        raise AssumptionViolated(
            f"In {n_off} of {len(adoption)} units {pair.treatment!r} is switched off again after it began; difference in differences "
            f"compares units before and after treatment starts for good. Restrict the population to periods before it ends."
        )
    first = np.full(len(adoption), len(periods))
    np.minimum.at(first, codes, period)
    always = (adoption <= first) & (adoption < len(periods))
    if not always.any():
        return _comparable(Panel(pair, codes, period, periods, adoption))
    note = (
        f"{int(always.sum())} units are treated in their first period already; without a time before they are left out."
    )
    kept = ~always[codes]
    if not kept.any():
        raise AssumptionViolated(
            _NOTHING.format(t=pair.treatment, why="every unit is treated from its first period on")
        )
    part = pair.take(kept)
    part = replace(part, warnings=(*part.warnings, note))
    return _comparable(
        Panel(part, np.unique(codes[kept], return_inverse=True)[1], period[kept], periods, adoption[~always])
    )


_NOTHING = "Nothing can be compared over time: {why} by {t!r}. Units before treatment and units without it are needed."


def _comparable(panel: Panel) -> Panel:
    """Refuse a panel in which nobody starts, or in which nobody is left untreated to compare with."""
    t = panel.design.treatment
    if not panel.cohorts:
        raise AssumptionViolated(_NOTHING.format(t=t, why="no unit has periods both before and after it is treated"))
    if not panel.n_never and len(panel.cohorts) == 1:
        raise AssumptionViolated(_NOTHING.format(t=t, why="all units are first treated in the same period"))
    return panel


def two_way(panel: Panel) -> tuple[float, float, float]:
    """Coefficient of treatment with unit and period fixed effects; its error clustered on units; degrees of freedom.

    The unit effects are swept out by demeaning within units (Frisch & Waugh 1933; Lovell 1963) and, being nested in the
    clusters, do not count as columns in the small-sample factor.

    Raises:
        AssumptionViolated: nothing of treatment is left once the fixed effects and covariates are held.
    """
    import numpy as np

    dummies = np.eye(len(panel.periods))[:, 1:][panel.period]
    x = np.column_stack([dummies, panel.design.covariates, panel.design.arm.astype(float)])
    counts = np.bincount(panel.unit)

    def within(column: Floats) -> Floats:
        return column - (np.bincount(panel.unit, weights=column) / counts)[panel.unit]

    x = np.column_stack([within(column) for column in x.T])
    keep = independent_columns(x)
    if not keep[-1]:
        raise AssumptionViolated(
            f"Nothing of {panel.design.treatment!r} varies once units, periods and covariates are held fixed. Adjust for fewer covariates."
        )
    fit = fit_ols(x[:, keep], within(panel.design.y))
    pick = np.zeros(fit.x.shape[1])
    pick[-1] = 1.0
    error = variance_of(fit.scores(pick, hc2=False), panel.unit, fit.x.shape[1] + 1) ** 0.5
    return float(fit.coef[-1]), error, float(len(counts) - 1)
