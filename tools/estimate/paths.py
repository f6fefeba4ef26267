"""Split a total effect among the paths through mediators that come one after the other."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import code_covariates
from ..design import Design, prepare
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectParts
from ..linear import fit_ols, independent_columns, variance_of
from ..spec import Args, Tool
from ._common import error_words, pair_note, premises, refuse_small
from ._parts import part_of

if TYPE_CHECKING:
    from ..coding import Floats
    from ..linear import LinearFit
    from ..spec import Env

ASSUMES = (
    "no hidden confounding", "mediator not confounded with treatment", "mediator not confounded with outcome", "order of mediators",
    "no interaction", "linear mediator models", "consistency", "no interference",
)  # fmt: skip
ALPHA = 0.05


class PathsArgs(Args):
    """Arguments of `estimate_paths`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column whose effect is asked."""
    outcome: str
    """Column the effect is on: a number, or text with two levels (yes counts as 1)."""
    mediators: tuple[str, ...] = Field(min_length=1, max_length=4)
    """Columns on the paths, in the order in which they come about; each a number or has two levels."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates that confound treatment, mediators and outcome; measured before treatment."""
    contrast: Contrast | None = None
    """Values of the treatment to compare; None is the first level against the control, or the quartiles of a dose."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""


def run(args: PathsArgs, env: Env) -> EffectParts:
    """Products of coefficients along every path, in linear models without interactions, errors by the delta method.

    Returns:
        `direct`; one `path` for each way through the mediators, in order; `indirect`, their sum; and `total`.

    Raises:
        BadArguments: a mediator has several columns when coded.
        AssumptionViolated: too few rows, or mediators that the others determine.
    """
    import numpy as np

    card = env.card(args.dataset)
    whole = prepare(
        env.table(args.dataset), card, treatment=args.treatment, outcome=args.outcome, adjustment_set=args.adjustment_set,
        contrast=args.contrast, cluster=args.cluster, population=args.population, extra=args.mediators,
    )  # fmt: skip
    contrast = whole.contrasts[0]
    design = whole if whole.dose is not None else whole.pair(contrast)
    m, _ = code_covariates(design.frame, args.mediators, card)
    if m.shape[1] != len(args.mediators):
        raise BadArguments(
            f"The mediators {args.mediators!r} take {m.shape[1]} columns when coded, and a path goes through one each. Cut a "
            f"mediator with several levels into two (data_derive), or use estimate_mediation, which takes them together."
        )
    refuse_small(design, 2 + 2 * m.shape[1] + design.covariates.shape[1])
    t = design.arm.astype(np.float64) if design.dose is None else design.dose
    step = 1.0 if design.dose is None else float(contrast.treated) - float(contrast.control)
    paths = _paths(design, t, m, step)
    names = [tuple(args.mediators[i] for i in path) for path in paths]
    parts = [
        part_of(
            "path" if name else "direct", value, variance_of(rows, design.clusters, 2 + m.shape[1]) ** 0.5, through=name
        )
        for name, (value, rows) in zip(names, paths.values(), strict=True)
    ]
    for name, chosen in (("indirect", [v for p, v in paths.items() if p]), ("total", list(paths.values()))):
        rows = np.sum([r for _, r in chosen], axis=0)
        parts.append(
            part_of(name, sum(v for v, _ in chosen), variance_of(rows, design.clusters, 2 + m.shape[1]) ** 0.5)
        )
    check = _interaction(design, t, m, args.mediators)
    tested = "tested_failed" if check.status == "fail" else "tested_passed"
    return EffectParts(
        method="paths", treatment=args.treatment, outcome=args.outcome, contrast=contrast, adjustment_set=args.adjustment_set,
        parts=tuple(parts), n_used=design.n_samples, n_dropped=design.n_dropped,
        se_method=error_words(design, "delta method (HC2)", "normal"), checks=(check,),
        assumptions=premises(
            ASSUMES, design, args.adjustment_set, {"no interaction": tested}, through=tuple(args.mediators)
        ),
        warnings=tuple(dict.fromkeys((*design.warnings, *pair_note(whole)))),
    )  # fmt: skip


def _paths(design: Design, t: Floats, m: Floats, step: float) -> dict[tuple[int, ...], tuple[float, Floats]]:
    """Each increasing sequence of mediators with the product of its coefficients, and the rows' contributions to its error.

    Every mediator is regressed on the treatment, the mediators before it and the covariates; so is the outcome.
    """
    import numpy as np

    n_samples, k = m.shape
    ones = np.ones(n_samples)
    c = design.covariates
    fits: list[LinearFit] = []
    for j, target in enumerate((*m.T, design.y)):
        x = np.column_stack([t, m[:, :j], c])
        if not independent_columns(x)[: 1 + j].all():
            raise AssumptionViolated(
                "A mediator is constant or determined by the treatment and the mediators before it, so the paths cannot be told "
                "apart. Leave it out."
            )
        keep = independent_columns(x)
        fits.append(fit_ols(np.column_stack([ones, x[:, keep]]), target))
    hc2 = design.clusters is None
    found: dict[tuple[int, ...], tuple[float, Floats]] = {}
    for path in (p for size in range(k + 1) for p in combinations(range(k), size)):
        nodes = (*path, k)
        links = [(fits[end], 1 if i == 0 else 2 + nodes[i - 1]) for i, end in enumerate(nodes)]
        coefs = [float(fit.coef[column]) for fit, column in links]
        rows = np.zeros(n_samples)
        for i, (fit, column) in enumerate(links):
            pick = np.zeros(fit.x.shape[1])
            pick[column] = float(np.prod([b for j, b in enumerate(coefs) if j != i]))
            rows += fit.scores(pick, hc2=hc2)
        found[path] = (step * float(np.prod(coefs)), step * rows)
    return found


def _interaction(design: Design, t: Floats, m: Floats, mediators: tuple[str, ...]) -> Check:
    """Wald test of the products of treatment and mediators in the outcome's model."""
    import numpy as np
    from scipy.special import chdtrc

    k = m.shape[1]
    x = np.column_stack([t, m, t[:, None] * (m - m.mean(axis=0)), design.covariates])
    keep = independent_columns(x)
    name, hidden = (
        "no interaction of treatment and mediators",
        "Interactions between the mediators, or in the mediators' own models.",
    )
    if not keep[: 1 + 2 * k].all():
        return Check(name=name, status="not_run", meaning="Too few different rows to tell.", does_not_show=hidden)
    fit = fit_ols(np.column_stack([np.ones(len(t)), x[:, keep]]), design.y)
    picks = np.eye(fit.x.shape[1])[2 + k : 2 + 2 * k]
    scores = np.column_stack([fit.scores(p) for p in picks])
    values = fit.coef[2 + k : 2 + 2 * k]
    statistic = float(values @ np.linalg.pinv(scores.T @ scores) @ values)
    p_value = float(chdtrc(k, statistic))
    differs = p_value < ALPHA
    said = "changes" if differs else "does not visibly change"
    return Check(
        name=name, status="fail" if differs else "pass", statistic=statistic, p_value=p_value, does_not_show=hidden,
        meaning=(
            f"{design.treatment} {said} what {' and '.join(mediators)} do to {design.outcome} (p = {p_value:.2g})"
            + ("; how much belongs to which path then depends on the level of the others." if differs else ".")
        ),
    )  # fmt: skip


TOOL = Tool(
    "estimate_paths",
    PathsArgs,
    run,
    assumes=ASSUMES,
    example=PathsArgs(dataset="mediator", treatment="t", outcome="y", mediators=("m",)),
    reference="Wright 1921; Daniel, De Stavola, Cousens & Vansteelandt 2015 (causal mediation with multiple mediators)",
)
