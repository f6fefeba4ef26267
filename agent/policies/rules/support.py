"""What a first look at balance and overlap says about the estimate: for whom the data can answer, and by which way."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ....tools.domain.questions import EffectQuestion
from ....tools.domain.results import BalanceReport, result_from_json
from ...policy import Situation
from .approach import EVERYONE
from .ledger import Seen
from .wording import number

MIN_ESS_SHARE = 0.1
"""An arm whose weights leave under a tenth of its rows supports no average (the rule of `data_balance`)."""
MAX_WEIGHTED_SMD = 0.25
"""Differences left after weighting above which regression on top does not repair them (Rubin 2001)."""
ROWS_PER_COVARIATE = 20
"""Rows of the smaller arm a covariate needs before cross-fitted models of it are worth their noise."""
STRONG_SMD = 0.25
STRONG_P = 0.001

Arms = Literal["ATE", "ATT"]


class Support(NamedTuple):
    """What the look decides; nothing when it finds nothing amiss."""

    waiting: bool = False
    """Whether the look has still to be taken."""
    estimand: Literal["ATT"] | None = None
    estimator: str | None = None
    """Tool to put first."""
    reasons: tuple[str, ...] = ()


def weigh_support(question: EffectQuestion, situation: Situation, seen: Seen, covariates: tuple[str, ...]) -> Support:
    """Decide before the first estimate whom the two arms can be compared for.

    When weights cannot make the arms alike over everyone but can over the treated, and the words did not ask for
    everyone, the effect on the treated is asked. When they cannot for whom it is asked, bias-corrected matching goes first: it
    compares neighbours and does not lean on weights. With few rows a covariate nothing is cross-fitted first.
    """
    ate = balance_of(seen, question.treatment, covariates, "ATE")
    if ate is None:
        return Support(waiting=not seen.ran("data_balance"))
    asked: Arms = "ATT" if question.estimand == "ATT" else "ATE"
    att = balance_of(seen, question.treatment, covariates, "ATT")
    trouble = _trouble(ate if asked == "ATE" else att or ate)
    open_to_choice = question.estimand == "ATE" and not EVERYONE.search(situation.words)
    if trouble and open_to_choice and att is not None and _trouble(att) is None:
        reason = (
            f"over everyone the arms are not comparable ({trouble}), over those with {question.treatment} they are: the effect is that "
            "on the treated (ATT)"
        )
        thin = _thin(ate, covariates, "weighting, whose balance was seen, goes first")
        return Support(estimand="ATT", estimator=thin and "estimate_ipw", reasons=(reason, *filter(None, (thin,))))
    if thin := _thin(ate, covariates, "regression adjustment goes first"):
        return Support(estimator="estimate_regression", reasons=(thin,))
    if trouble and question.estimand in ("ATE", "ATT", "ATC"):
        return Support(
            estimator="estimate_matching",
            reasons=(f"weighting does not make the arms alike ({trouble}): neighbours are compared",),
        )
    return Support()


def unbalanced(seen: Seen, treatment: str, covariates: tuple[str, ...]) -> str | None:
    """Why arms called randomised are too different for chance; None when they are not, or nobody looked."""
    report = balance_of(seen, treatment, covariates, "ATE")
    if report is None or report.joint_p_value is None or report.joint_p_value >= STRONG_P:
        return None
    worst = max(report.covariates, key=lambda c: abs(c.smd), default=None)
    if worst is None or abs(worst.smd) < STRONG_SMD:
        return None
    return (
        f"the arms differ before treatment by more than chance gives (joint test p = {report.joint_p_value:.2g}, {worst.covariate} by "
        f"{number(worst.smd)} standard deviations): what was measured before is adjusted for"
    )


def balance_of(seen: Seen, treatment: str, covariates: tuple[str, ...], estimand: Arms) -> BalanceReport | None:
    """The balance of these very covariates under weights for this estimand, if it was measured."""
    for e in seen.of("data_balance"):
        same = set(e.args.get("covariates", ())) == set(covariates) and e.args.get("treatment") == treatment
        if same and e.args.get("estimand", "ATE") == estimand:
            report = result_from_json(e.result or {})
            return report if isinstance(report, BalanceReport) else None
    return None


def _trouble(report: BalanceReport) -> str | None:
    """Why the weighted arms cannot be compared."""
    if report.ess_treated is None or report.ess_control is None:
        return "the covariates separate them"
    worst = max((abs(c.smd_weighted) for c in report.covariates if c.smd_weighted is not None), default=0.0)
    if worst > MAX_WEIGHTED_SMD:
        return f"after weighting a covariate still differs by {number(worst)} standard deviations"
    share = min(report.ess_treated / report.n_treated, report.ess_control / report.n_control)
    return f"the weights leave {number(100 * share)} % of an arm" if share < MIN_ESS_SHARE else None


def _thin(report: BalanceReport, covariates: tuple[str, ...], instead: str) -> str | None:
    smaller = min(report.n_treated, report.n_control)
    if smaller >= ROWS_PER_COVARIATE * max(len(covariates), 1):
        return None
    return f"the smaller arm has {smaller} rows for {len(covariates)} covariates, too few to cross-fit: regression adjustment goes first"
