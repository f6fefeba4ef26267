"""Compare the covariates of two arms, before and after weighting, and say whether the arms overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..coding import code_covariates
from ..design import Design, prepare
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.evidence import Check
from ..domain.questions import Condition, Contrast
from ..domain.results import BalanceReport, CovariateBalance
from ..linear import fit_ols
from ..propensity import judge_overlap, standardised_differences, weights_of
from ..spec import Args, Tool

if TYPE_CHECKING:
    from ..coding import Floats
    from ..spec import Env

LARGE_SMD = 0.1
N_BINS = 20
MIN_ARM_ROWS = 20
"""With fewer rows in an arm, a joint test that rejects nothing says nothing."""


class BalanceArgs(Args):
    """Arguments of `data_balance`."""

    dataset: str
    """Name of a loaded table."""
    treatment: str
    """Column whose arms are compared."""
    covariates: tuple[str, ...]
    """Columns to compare, measured before treatment; of a nominal one, every level."""
    contrast: Contrast | None = None
    """The two arms; None is the first level after the control."""
    population: tuple[Condition, ...] = ()
    """Conditions that rows must meet; empty for all rows."""
    estimand: Literal["ATE", "ATT", "ATC"] = "ATE"
    """Whom the weights make both arms resemble: everyone, the treated, or the controls."""


def run(args: BalanceArgs, env: Env) -> BalanceReport:
    """Standardised mean differences, a joint test that no covariate predicts treatment, and propensity scores.

    The weighted differences use weights for the population of `estimand`.

    Raises:
        BadArguments: no covariates, or a continuous treatment.
        AssumptionViolated: constant treatment, an arm under two rows, dates, or no complete row.
    """
    if not args.covariates:
        raise BadArguments("Balance needs covariates to compare; name at least one column in covariates.")
    card = env.card(args.dataset)
    design = prepare(
        env.table(args.dataset),
        card,
        treatment=args.treatment,
        outcome=None,
        adjustment_set=args.covariates,
        contrast=args.contrast,
        population=args.population,
    )
    if not design.arms:
        raise BadArguments(
            f"Treatment {args.treatment!r} is continuous and balance compares two arms. Add a column that cuts it into two groups, or "
            f"name a contrast of two values that at least 10 rows have each."
        )
    pair = design.pair(design.contrasts[0])
    n_treated = int(pair.arm.sum())
    n_control = pair.n_samples - n_treated
    if min(n_treated, n_control) < 2:
        raise AssumptionViolated(
            f"{n_treated} treated and {n_control} control rows of {args.treatment!r} are too few to compare; each arm needs two. "
            f"Compare other levels, or widen the population."
        )
    shown, labels = code_covariates(pair.frame, args.covariates, card, every_level=True)
    report, weights, check = _propensity_part(pair, args.estimand)
    before = standardised_differences(shown, pair.arm)
    after = None if weights is None else standardised_differences(shown, pair.arm, weights)
    joint, p_value = _joint(pair, n_treated, n_control)
    treated = pair.arm == 1
    return BalanceReport(
        treatment=args.treatment,
        contrast=design.contrasts[0],
        n_treated=n_treated,
        n_control=n_control,
        covariates=tuple(
            CovariateBalance(
                covariate=label,
                mean_treated=float(shown[treated, j].mean()),
                mean_control=float(shown[~treated, j].mean()),
                smd=float(before[j]),
                smd_weighted=None if after is None else float(after[j]),
            )
            for j, label in enumerate(labels)
        ),
        joint_p_value=p_value,
        **report,
        checks=(_balance(before, labels), joint, check),
        warnings=pair.warnings,
    )


def _propensity_part(
    pair: Design, estimand: Literal["ATE", "ATT", "ATC"]
) -> tuple[dict[str, Any], Floats | None, Check]:
    """Histogram, effective sample sizes and weights; none when the covariates separate the arms."""
    import numpy as np

    check, numbers, fit = judge_overlap(pair.covariates, pair.arm, pair.labels, pair.treatment, estimand)
    if fit is None:
        return {}, None, check
    weights, _ = weights_of(fit.log_odds, pair.arm, estimand)
    edges = np.linspace(0, 1, N_BINS + 1)
    counts = [np.histogram(fit.scores[pair.arm == a], bins=edges)[0] for a in (0, 1)]
    return (
        {
            "propensity_bins": tuple(float(round(e, 6)) for e in edges),
            "treated_counts": tuple(int(c) for c in counts[1]),
            "control_counts": tuple(int(c) for c in counts[0]),
            "share_outside": numbers["share_outside"],
            "ess_treated": numbers["ess_treated"],
            "ess_control": numbers["ess_control"],
            "max_weight": numbers["max_weight"],
        },
        weights,
        check,
    )


def _balance(smd: Floats, labels: tuple[str, ...]) -> Check:
    import numpy as np

    large = np.abs(smd) > LARGE_SMD
    worst = int(np.abs(smd).argmax())
    named = ", ".join(f"{labels[j]} {smd[j]:+.2f}" for j in np.argsort(-np.abs(smd))[:3])
    return Check(
        name="balance",
        status="fail" if large.any() else "pass",
        statistic=float(abs(smd[worst])),
        meaning=(
            f"{int(large.sum())} of {len(smd)} covariates or levels differ by more than {LARGE_SMD} standard deviations between the "
            f"arms (a rule of thumb, not a test); the largest: {named}."
        ),
        does_not_show="Balance of what was not measured, or of products and squares of these covariates.",
    )


def _joint(pair: Design, n_treated: int, n_control: int) -> tuple[Check, float | None]:
    """Whether the covariates together predict treatment: Hotelling's T², the F test of treatment regressed on them.

    n - 1 times the R² of that regression is the omnibus statistic d² of Hansen & Bowers (2008) for complete
    randomisation; the F reference keeps its size when covariates are many for the rows, where chi-square does not.
    """
    from scipy.special import fdtrc

    p, n_samples = pair.covariates.shape[1], pair.n_samples
    silent = "It says nothing about covariates that were not measured, and with many rows it rejects differences too small to matter."
    if not p or n_samples < p + 3:
        return Check(
            name="joint balance",
            status="not_run",
            meaning=f"{n_samples} rows are too few to test {p} covariate columns together, or none of them varies.",
            does_not_show=silent,
        ), None
    r2 = _r_squared(pair)
    statistic = (r2 / p) / max((1 - r2) / (n_samples - p - 1), 1e-300)
    p_value = float(fdtrc(p, n_samples - p - 1, statistic))
    differs = p_value < 0.05
    weak = min(n_treated, n_control) < MIN_ARM_ROWS
    return Check(
        name="joint balance",
        status="fail" if differs else "uninformative" if weak else "pass",
        statistic=statistic,
        p_value=p_value,
        meaning=(
            f"Together the covariates predict {pair.treatment!r} (p = {p_value:.2g}): the arms differ by more than chance would give "
            f"under random assignment."
            if differs
            else f"The covariates do not predict {pair.treatment!r} (p = {p_value:.2g}), as under random assignment."
            + (
                f" With {min(n_treated, n_control)} rows in an arm this could hardly have come out otherwise."
                if weak
                else ""
            )
        ),
        does_not_show=silent,
    ), p_value


def _r_squared(pair: Design) -> float:
    import numpy as np

    t = pair.arm.astype(np.float64)
    centred = pair.covariates - pair.covariates.mean(axis=0)
    left = fit_ols(np.column_stack([np.ones(len(t)), centred / centred.std(axis=0)]), t).residuals
    return 1 - float(left @ left) / float(((t - t.mean()) ** 2).sum())


TOOL = Tool(
    "data_balance",
    BalanceArgs,
    run,
    assumes=("covariates measured before treatment",),
    example=BalanceArgs(dataset="confounder", treatment="t", covariates=("z",)),
    reference="Austin 2009 (SMD); Hotelling 1931; Hansen & Bowers 2008, eq. 5; Kish 1965 (effective sample size)",
)
