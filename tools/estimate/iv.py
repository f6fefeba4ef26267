"""Use an instrument: two-stage least squares, with intervals that hold when the instrument is weak."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..coding import code_covariates, show
from ..design import Design, prepare
from ..domain.errors import AssumptionViolated, BackendFailed, BadArguments
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast
from ..domain.results import EffectEstimate
from ..linear import explained_by, fit_ols, independent_columns
from ..spec import Args, Cost, Tool
from ._common import Estimate, assemble, error_words, premises, refuse_determined, refuse_small
from ._weak import INFINITY, ReducedForm, anderson_rubin_set, in_words, leaves_nothing, reduced_form

if TYPE_CHECKING:
    from ..coding import Floats
    from ..domain.estimands import AssumptionStatus
    from ..spec import Env

ASSUMES = (
    "instrument relevance", "instrument independence", "exclusion restriction", "monotonicity", "consistency", "no interference",
)  # fmt: skip
WEAK_F = 10.0
SAFE_F = 104.7
"""With one instrument, the usual 5 % t-test has its size only above this first-stage F (Lee, McCrary, Moreira & Porter 2022)."""


class IvArgs(Args):
    """Arguments of `estimate_iv`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column whose effect is asked: two levels, or an amount, of which each unit is taken to do the same."""
    outcome: str
    """Column the effect is on: a number, or text with two levels (yes counts as 1)."""
    instruments: tuple[str, ...] = Field(min_length=1)
    """Columns that move the treatment and reach the outcome only through it."""
    adjustment_set: tuple[str, ...] = ()
    """Covariates held fixed in both stages."""
    contrast: Contrast | None = None
    """Values of the treatment to compare; None is the treated level against the control, or the quartiles of a dose."""
    cluster: str | None = None
    """Column whose groups share errors; standard errors are clustered on it."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""


def run(args: IvArgs, env: Env) -> EffectEstimate:
    """Two-stage least squares.

    Returns:
        The effect among those whose treatment the instrument moves (LATE), not among everyone. `ar_ci_low` and
        `ar_ci_high` in the diagnostics bound the Anderson-Rubin set.

    Raises:
        BadArguments: a treatment of three or more labels (text, or numbers that the card calls nominal), or arguments that
            do not fit the table.
        AssumptionViolated: too few rows, or instruments that are constant or restate the covariates.
        BackendFailed: linearmodels raised.
    """
    import numpy as np

    card = env.card(args.dataset)
    design = prepare(
        env.table(args.dataset),
        card,
        treatment=args.treatment,
        outcome=args.outcome,
        adjustment_set=args.adjustment_set,
        contrast=args.contrast,
        cluster=args.cluster,
        population=args.population,
        extra=args.instruments,
        amount=True,
    )
    d, contrast, step = _treatment(design)
    z, labels = code_covariates(design.frame, args.instruments, card)
    refuse_small(design, 2 + design.covariates.shape[1] + z.shape[1])
    refuse_determined(design, d[:, None])
    _refuse_redundant(design, z, labels)
    x = np.column_stack([np.ones(design.n_samples), design.covariates])
    fit, value, error = _two_stage(design, d, z, x)
    form = reduced_form(design.y, d, z, x, design.clusters)
    pieces = _robust_set(design, form, d, x, (value, error), step)
    strength = _strength(form, args.instruments)
    others = (_robust_interval(pieces), _endogeneity(design, form, d, z, x), _overidentification(fit, design, z))
    status: AssumptionStatus = "tested_failed" if strength.status == "fail" else "tested_passed"
    counts = (None, None) if design.dose is not None else (int((design.arm == 1).sum()), int((design.arm == 0).sum()))
    dof = form.dof + (z.shape[1] - 1 if design.clusters is None else 0)
    estimate = Estimate(contrast, step * value, abs(step) * error, dof, *counts)
    return assemble(
        design,
        [estimate],
        estimator="2sls",
        estimand="LATE",
        adjustment_set=args.adjustment_set,
        instruments=args.instruments,
        se_method=error_words(design, "robust (HC1)", "t"),
        diagnostics=_diagnostics(design, form, pieces, d, x, step),
        assumptions=premises(ASSUMES, design, args.adjustment_set, {"instrument relevance": status}, args.instruments),
        checks=(strength, *others),
        warnings=_notes(strength, pieces),
    )


def _treatment(design: Design) -> tuple[Floats, Contrast, float]:
    """The treatment as one column, the contrast, and its size in units of that column."""
    import numpy as np

    contrast = design.contrasts[0]
    if design.dose is not None:
        return design.dose, contrast, float(contrast.treated) - float(contrast.control)
    if len(design.arms) == 2:
        return (design.arm == 1).astype(np.float64), contrast, 1.0
    raise BadArguments(
        f"Treatment {design.treatment!r} has {len(design.arms)} levels that are labels, not amounts, and an instrument moves one "
        f"treatment column. Add a column that is 1 for the level of interest and 0 for every other, and use that."
    )


def _robust_set(
    design: Design, form: ReducedForm, d: Floats, x: Floats, found: tuple[float, float], step: float
) -> list[tuple[float, float]]:
    """The Anderson-Rubin set around the 2SLS estimate and its error, for a contrast of `step` units."""
    exact = leaves_nothing(design.y, d, x, found[0])
    pieces = [(found[0], found[0])] if exact else anderson_rubin_set(form, *found)
    return sorted((min(low * step, high * step), max(low * step, high * step)) for low, high in pieces)


def _refuse_redundant(design: Design, z: Floats, labels: tuple[str, ...]) -> None:
    import numpy as np

    keep = independent_columns(np.column_stack([design.covariates, z]))[design.covariates.shape[1] :]
    for j in (~keep).nonzero()[0]:
        others = np.column_stack([design.covariates, z[:, keep]])
        named = (*design.labels, *(label for label, k in zip(labels, keep, strict=True) if k))
        parts = explained_by(others, z[:, j], named)[:4]
        why = f"is a linear combination of {', '.join(map(show, parts))}" if parts else "is constant in the rows used"
        raise AssumptionViolated(
            f"Instrument {show(labels[j])} {why}, so it moves nothing by itself. Leave it out, or leave out the covariate that restates it."
        )


def _standardised(columns: Floats) -> Floats:
    import numpy as np

    return (columns - columns.mean(axis=0)) / np.maximum(columns.std(axis=0), 1e-300)


def _two_stage(design: Design, d: Floats, z: Floats, x: Floats) -> tuple[Any, float, float]:
    """The library call: linearmodels' IV2SLS on plain arrays, standardised for conditioning only.

    Returns:
        The fit, and the treatment's coefficient and standard error in the units of the table.
    """
    from linearmodels.iv import IV2SLS

    exogenous, scale = x.copy(), float(d.std())
    exogenous[:, 1:] = _standardised(x[:, 1:])
    options: dict[str, Any] = {"cov_type": "robust", "debiased": True}
    if design.clusters is not None:
        options = {"cov_type": "clustered", "clusters": design.clusters, "debiased": True}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = IV2SLS(
                dependent=design.y, exog=exogenous, endog=(d - d.mean()) / scale, instruments=_standardised(z)
            ).fit(**options)
    except Exception as error:
        raise BackendFailed(
            f"Two-stage least squares failed: {str(error)[:200]}. Check that the instruments and covariates are not nearly collinear."
        ) from error
    return fit, float(fit.params.iloc[-1]) / scale, float(fit.std_errors.iloc[-1]) / scale


def _strength(form: ReducedForm, instruments: tuple[str, ...]) -> Check:
    named = ", ".join(instruments)
    does_not_show = (
        "Whether the instrument is valid: that it is as good as random, and reaches the outcome only through treatment."
    )
    if form.determined:
        return Check(
            name="instrument strength",
            status="pass",
            meaning=f"Given the covariates, {named} determines the treatment exactly, so it could not be stronger.",
            does_not_show=does_not_show,
        )
    k = len(form.on_treatment)
    f = form.effective_f
    name = "effective F (Montiel Olea & Pflueger)" if k > 1 else "robust first-stage F"
    verdict = (
        f"weak (under {WEAK_F:g}): the usual estimate is biased and its interval wrong; read the Anderson-Rubin set instead"
        if f < WEAK_F
        else f"not weak by the rule of thumb ({WEAK_F:g}), but under {SAFE_F}, where the usual 5 % interval is exact with one "
        f"instrument; prefer the Anderson-Rubin set"
        if f < SAFE_F
        else f"strong (over {SAFE_F})"
    )
    return Check(
        name="instrument strength",
        status="fail" if f < WEAK_F else "pass",
        statistic=f,
        meaning=f"The {name} of {named} is {f:.2f}: {verdict}.",
        does_not_show=does_not_show,
    )


def _robust_interval(pieces: list[tuple[float, float]]) -> Check:
    bounded = bool(pieces) and pieces[0][0] > -INFINITY and pieces[-1][1] < INFINITY
    return Check(
        name="Anderson-Rubin set",
        status="fail" if not pieces else "pass" if bounded else "uninformative",
        meaning=f"The 95 % set of effects that holds however weak the instrument is {in_words(pieces)}.",
        does_not_show="Whether the instrument is valid; the set assumes it.",
    )


def _endogeneity(design: Design, form: ReducedForm, d: Floats, z: Floats, x: Floats) -> Check:
    """Wu–Hausman by regression: the first-stage residual added to least squares, tested robustly (Wooldridge 2010, 6.2)."""
    import numpy as np

    if form.determined:
        return Check(
            name="Wu-Hausman",
            status="not_run",
            meaning="The instruments determine the treatment exactly, so nothing can be compared with least squares.",
            does_not_show="Whether treatment is confounded.",
        )
    columns = np.column_stack([x, d, fit_ols(np.column_stack([x, z]), d).residuals])
    fit = fit_ols(columns, design.y)
    statistic, p_value = fit.test_last(design.clusters)
    differs = p_value < 0.05
    return Check(
        name="Wu-Hausman",
        status="pass" if differs else "uninformative",
        statistic=statistic,
        p_value=p_value,
        meaning=(
            "Two-stage and ordinary least squares differ by more than chance: treatment looks confounded, as the design supposes."
            if differs
            else "These data cannot tell the two-stage estimate from ordinary least squares, which is more precise."
        ),
        does_not_show="Which of the two is right; it takes the instrument for valid.",
    )


def _overidentification(fit: Any, design: Design, z: Floats) -> Check:
    name, silent = "overidentification", "That all instruments are valid: they may share the same fault."
    if z.shape[1] < 2 or design.clusters is not None:
        why = "one instrument column" if z.shape[1] < 2 else "clustered rows"
        return Check(
            name=name,
            status="not_run",
            meaning=f"With {why} the exclusion restriction cannot be tested here; it rests on what is known about the instrument.",
            does_not_show=silent,
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test = fit.wooldridge_overid
    rejected = float(test.pval) < 0.05
    return Check(
        name=name,
        status="fail" if rejected else "pass",
        statistic=float(test.stat),
        p_value=float(test.pval),
        meaning=(
            "The instruments give different effects: at least one is not valid, or effects differ between the people they move."
            if rejected
            else "The instruments give effects that agree within chance."
        ),
        does_not_show=silent,
    )


def _diagnostics(
    design: Design, form: ReducedForm, pieces: list[tuple[float, float]], d: Floats, x: Floats, step: float
) -> dict[str, float]:
    import numpy as np

    plain = fit_ols(np.column_stack([x, d]), design.y)
    error = plain.robust_error(np.eye(plain.x.shape[1])[-1], design.clusters)
    found = {
        "first_stage_partial_r2": form.partial_r2,
        "ols_value": step * float(plain.coef[-1]),
        "ols_std_error": abs(step) * error,
        "n_instruments": float(len(form.on_treatment)),
    }
    if not form.determined:
        found |= {
            "first_stage_f": form.robust_f,
            "first_stage_f_classical": form.classical_f,
            "effective_f": form.effective_f,
        }
    if pieces:
        found |= {"ar_ci_low": pieces[0][0], "ar_ci_high": pieces[-1][1]}
    if len(pieces) == 2:
        found |= {"ar_gap_low": pieces[0][1], "ar_gap_high": pieces[1][0]}
    return found if design.dose is None else found | {"dose_step": step}


def _notes(strength: Check, pieces: list[tuple[float, float]]) -> tuple[str, ...]:
    notes = (
        "The effect is that among those whose treatment the instrument moves (LATE), not the average over everyone.",
    )
    if strength.status == "fail":
        notes += (
            f"The instrument is weak. The interval that still holds (Anderson-Rubin, 95 %) is {in_words(pieces)}.",
        )
    return notes


def _cost(n: int, p: int) -> Cost:
    return Cost(seconds=1.5 + 1e-6 * n * p, megabytes=250 + 1e-4 * n * p, advice="Use a random subset of the rows.")


TOOL = Tool(
    "estimate_iv",
    IvArgs,
    run,
    assumes=ASSUMES,
    example=IvArgs(dataset="instrument", treatment="t", outcome="y", instruments=("z",)),
    reference="Imbens & Angrist 1994; Anderson & Rubin 1949; Montiel Olea & Pflueger 2013; Lee et al. 2022",
    cost=_cost,
)
