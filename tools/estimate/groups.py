"""Compare an effect between groups of rows, such as periods or sites, and test whether it is the same in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ..coding import find_column, levels_of, missing, show
from ..design import select
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.evidence import Check
from ..domain.model import Scalar
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectEstimate, EffectPart, EffectParts
from ..spec import Args, Cost, Tool
from . import aipw, difference, regression
from ._common import AverageKind, EffectArgs
from ._parts import part_of

if TYPE_CHECKING:
    from ..spec import Env

ASSUMES = ("no hidden confounding", "positivity", "linear outcome model", "consistency", "no interference")
MAX_GROUPS = 12
ALPHA = 0.05


class GroupsArgs(Args):
    """Arguments of `estimate_groups`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column whose effect is asked."""
    outcome: str
    """Column the effect is on: a number, or text with two levels (yes counts as 1)."""
    by: str
    """Column of the groups: a period, a site, a context; at most 12 values."""
    levels: tuple[Scalar, ...] = ()
    """The groups to compare, the first being the one the others are held against; empty for all, in order."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates to adjust for within every group."""
    contrast: Contrast | None = None
    """Values of the treatment to compare; None is the first level against the control, or the quartiles of a dose."""
    estimand: AverageKind = "ATE"
    """Average over everyone (ATE), over the treated (ATT) or over the controls (ATC) of each group."""
    estimator: Literal["regression", "aipw", "difference"] = "regression"
    """How the effect is estimated within each group."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = Field(default=())
    """Conditions that rows must meet; empty for all rows."""


def run(args: GroupsArgs, env: Env) -> EffectParts:
    """One estimate a group, its difference from the first group's, and a test that all are equal.

    The groups share no rows, so their errors are taken as independent; with clusters that lie in several groups the test
    is too sure or too unsure, and a warning says so. A group that cannot be estimated is left out with a warning.

    Returns:
        Parts `effect` and `difference`, one a group; `levels` in the order they were asked for.

    Raises:
        BadArguments: the column has one value or more than 12, or the arguments fit no group.
        AssumptionViolated: fewer than two groups can be estimated.
    """
    levels = _levels(args, env)
    contrast, found, notes, refused = args.contrast, dict[Scalar, EffectEstimate](), list[str](), list[BadArguments]()
    for level in levels:
        inside = (*args.population, Condition(column=args.by, op="==", value=level))
        given = EffectArgs(
            dataset=args.dataset, treatment=args.treatment, outcome=args.outcome, contrast=contrast, estimand=args.estimand,
            cluster=args.cluster, population=inside, adjustment_set=tuple(c for c in args.adjustment_set if c != args.by),
        )  # fmt: skip
        try:
            found[level] = _estimate(args.estimator, given, env)
        except (AssumptionViolated, BadArguments) as error:
            notes.append(f"{args.by} = {show(level)} was left out: {error}")
            refused += [error] if isinstance(error, BadArguments) else []
            continue
        contrast = contrast or found[level].contrast  # the quartiles of a dose are those of the first group, for all
    if len(found) < 2:
        if len(refused) == len(levels):
            raise refused[0]
        why = f" {notes[0]}" if notes else ""
        raise AssumptionViolated(f"Fewer than two groups of {args.by!r} can be estimated, so nothing is compared.{why}")
    if args.cluster is not None:
        notes.append(f"Errors of the groups were taken as independent; clusters of {args.cluster!r} may span groups.")
    first = next(iter(found.values()))
    check, numbers = _same(args, found)
    return EffectParts(
        method="groups", treatment=args.treatment, outcome=args.outcome, contrast=first.contrast, by=args.by,
        adjustment_set=first.adjustment_set, parts=(*_effects(found), *_differences(found)),
        n_used=sum(e.n_used for e in found.values()), n_dropped=sum(e.n_dropped for e in found.values()),
        se_method=first.se_method, diagnostics=numbers, assumptions=first.assumptions, checks=(check,),
        warnings=tuple(dict.fromkeys((*notes, *(w for e in found.values() for w in e.warnings))))[:12],
    )  # fmt: skip


def _levels(args: GroupsArgs, env: Env) -> tuple[Scalar, ...]:
    column = find_column(select(env.table(args.dataset), args.population), args.by, "by")
    known, _ = levels_of(column.loc[~missing(column)])
    if args.levels:
        return args.levels
    if not 2 <= len(known) <= MAX_GROUPS:
        raise BadArguments(
            f"Column {args.by!r} has {len(known)} values; 2 to {MAX_GROUPS} groups are compared. Name the groups with levels=…, or "
            f"cut the column with data_derive."
        )
    return known


def _estimate(estimator: str, given: EffectArgs, env: Env) -> EffectEstimate:
    if estimator == "difference":
        return difference.run(difference.DifferenceArgs(**given.model_dump(exclude={"adjustment_set"})), env)
    if estimator == "aipw":
        return aipw.run(aipw.AipwArgs(**given.model_dump()), env)
    return regression.run(regression.RegressionArgs(**given.model_dump()), env)


def _effects(found: dict[Scalar, EffectEstimate]) -> list[EffectPart]:
    return [
        EffectPart(
            name="effect", value=e.value, std_error=e.std_error, ci_low=e.ci_low, ci_high=e.ci_high, p_value=e.p_value,
            level=level, n_used=e.n_used,
        )
        for level, e in found.items()
    ]  # fmt: skip


def _differences(found: dict[Scalar, EffectEstimate]) -> list[EffectPart]:
    """Every other group's effect minus the first group's."""
    (_, first), *others = found.items()
    return [
        part_of(
            "difference", e.value - first.value, ((e.std_error or 0) ** 2 + (first.std_error or 0) ** 2) ** 0.5, level
        )
        for level, e in others
    ]


def _same(args: GroupsArgs, found: dict[Scalar, EffectEstimate]) -> tuple[Check, dict[str, float]]:
    """Cochran's Q: squared distances from the precision-weighted mean, chi-squared with one degree less than groups."""
    import numpy as np
    from scipy.special import chdtrc

    values = np.array([e.value for e in found.values()])
    precision = 1 / np.maximum(np.array([e.std_error or 0.0 for e in found.values()]) ** 2, 1e-300)
    mean = float(precision @ values / precision.sum())
    q, dof = float(precision @ (values - mean) ** 2), len(values) - 1
    p_value = float(chdtrc(dof, q))
    differ = p_value < ALPHA
    check = Check(
        name="same effect in every group",
        status="fail" if differ else "pass",
        statistic=q,
        p_value=p_value,
        meaning=(
            f"The effect differs between the groups of {args.by} by more than chance would make it (p = {p_value:.2g})."
            if differ
            else f"The groups of {args.by} show no more difference in the effect than chance makes (p = {p_value:.2g})."
        ),
        does_not_show="Why the effects differ, or that they are equal: small groups can hide a difference.",
    )
    return check, {"cochran_q": q, "p_value_same": p_value, "pooled_effect": mean, "n_groups": float(len(values))}


def _cost(n: int, p: int) -> Cost:
    return Cost(
        seconds=1.0 + 4e-5 * n * (1 + p / 10),
        megabytes=250 + 1e-4 * n * p,
        advice="Compare fewer groups, or use fewer rows.",
    )


TOOL = Tool(
    "estimate_groups",
    GroupsArgs,
    run,
    assumes=ASSUMES,
    example=GroupsArgs(dataset="two_periods", treatment="t", outcome="y", by="w"),
    reference="Cochran 1954 (homogeneity); Lin 2013 within each group",
    cost=_cost,
)
