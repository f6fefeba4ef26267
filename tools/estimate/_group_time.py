"""Group-time average effects without covariates (Callaway & Sant'Anna 2021)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..domain.errors import AssumptionViolated
from ..linear import ROUNDING

if TYPE_CHECKING:
    from ..coding import Floats
    from ._panel import Panel

MIN_UNITS = 2
"""Units of a group, and of those it is compared with, that an average change needs."""


class GroupTime(NamedTuple):
    """The average effect in period `time` on the units first treated in period `group`, both by position."""

    group: int
    time: int
    value: float
    influence: Floats
    """Per unit; its mean is zero, and the variance of `value` is its sum of squares over n squared."""


def outcomes_by_unit(panel: Panel) -> Floats:
    """The outcome as units x periods.

    Raises:
        AssumptionViolated: a unit lacks a period or has several rows in one.
    """
    import numpy as np

    n_units, n_periods = len(panel.adoption), len(panel.periods)
    counts = np.bincount(panel.unit * n_periods + panel.period, minlength=n_units * n_periods)
    if (bad := int((counts.reshape(n_units, n_periods) != 1).any(axis=1).sum())) > 0:
        raise AssumptionViolated(
            f"{bad} of {n_units} units do not have exactly one row in each of the {n_periods} periods; group-time effects compare "
            f"each unit with itself. Restrict the population to units and periods that are complete."
        )
    table = np.empty((n_units, n_periods))
    table[panel.unit, panel.period] = panel.design.y
    return table


def group_time_effects(panel: Panel, outcomes: Floats) -> tuple[GroupTime, ...]:
    """Change since the last period before treatment, against units never treated, or not yet where all are in the end.

    Eq. 2.8 (never treated) and 2.9 (not yet treated) of the paper without covariates: the sample means of its section 4. For
    periods before treatment these are placebo effects over the long difference, zero under parallel trends.
    """
    never = panel.adoption == len(panel.periods)
    use_never = int(never.sum()) >= MIN_UNITS
    found: list[GroupTime] = []
    for group in panel.cohorts:
        treated = panel.adoption == group
        for time in range(len(panel.periods)):
            others = never if use_never else panel.adoption > max(time, group)
            if time == group - 1 or min(int(treated.sum()), int(others.sum())) < MIN_UNITS:
                continue
            change = outcomes[:, time] - outcomes[:, group - 1]
            n = len(change)
            one, zero = change[treated].mean(), change[others].mean()
            influence = treated * (change - one) * n / treated.sum() - others * (change - zero) * n / others.sum()
            found.append(GroupTime(group, time, float(one - zero), influence))
    return tuple(found)


def average(effects: tuple[GroupTime, ...], panel: Panel) -> tuple[float, float]:
    """The average over groups and periods, weighted by the size of the groups (eq. 3.10, "simple"), and its error.

    The weights are estimated too, which adds to the influence of a unit: the derivative of each weight by the group's share.
    """
    import numpy as np

    n = len(panel.adoption)
    shares = np.array([(panel.adoption == e.group).mean() for e in effects])
    values, total = np.array([e.value for e in effects]), shares.sum()
    weights = shares / total
    member = np.column_stack([panel.adoption == e.group for e in effects]) - shares
    of_weights = member / total - np.outer(member.sum(axis=1), weights) / total
    influence = np.column_stack([e.influence for e in effects]) @ weights + of_weights @ values
    return float(weights @ values), float((influence @ influence) ** 0.5 / n)


def p_value_of_none(effects: tuple[GroupTime, ...], panel: Panel) -> float:
    """p-value of the joint hypothesis that every one of these effects is zero; opposite ones do not cancel.

    Hotelling's T squared with a variance of its own for each group of units, and degrees of freedom after Krishnamoorthy & Yu (2004,
    modified Nel & van der Merwe): chi-squared would reject far too often, units being few. Where they are too few for any joint
    variance, it is the smallest p-value of a single effect times their number (Bonferroni).
    """
    import numpy as np
    from scipy.special import fdtrc

    k = len(effects)
    values = np.array([e.value for e in effects])
    influence = np.column_stack([e.influence for e in effects]) / len(panel.adoption)
    parts: list[tuple[int, Floats]] = []
    for group in np.unique(panel.adoption):
        rows = influence[panel.adoption == group]
        if len(rows) > 1 and rows.any():
            parts.append((len(rows) - 1, rows.T @ rows * len(rows) / (len(rows) - 1)))
    least = ROUNDING * float(np.abs(panel.design.y).max())  # where nothing is left to chance, rounding is
    total = sum((variance for _, variance in parts), least**2 * np.eye(k))
    relative = [(free, np.linalg.solve(total, variance)) for free, variance in parts]
    spent = sum((float(np.trace(r @ r)) + float(np.trace(r)) ** 2) / free for free, r in relative)
    dof = (k + k * k) / spent if spent else float(len(panel.adoption))
    if k > 1 and dof <= 2 * k:
        return min(1.0, k * min(p_value_of_none((e,), panel) for e in effects))
    statistic = float(values @ np.linalg.solve(total, values)) / k * (dof - k + 1) / dof
    return float(fdtrc(k, dof - k + 1, statistic))
