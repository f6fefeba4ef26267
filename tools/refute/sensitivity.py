"""Say how strong hidden confounding would have to be to explain an estimate away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from ..design import Design, prepare
from ..domain.evidence import Check
from ..domain.questions import Condition
from ..domain.results import Benchmark, EffectEstimate, Sensitivity
from ..estimate.regression import fit_additive, treatment_columns
from ..linear import ROUNDING
from ..spec import Args, Env, Tool
from ._evalue import e_value, e_value_of_interval, ratio_of_difference, ratio_of_risks
from ._omitted import partial_r2, robustness_value, strength_of
from ._rerun import Original, RefuteArgs, load

if TYPE_CHECKING:
    from ..linear import LinearFit

LINEAR = ("estimate_regression", "estimate_difference")
ADJUSTED = (*LINEAR, "estimate_ipw", "estimate_aipw", "estimate_matching")


class SensitivityArgs(Args):
    """Arguments of `refute_sensitivity`."""

    estimate: str
    """Evidence id of the estimate, such as `E3`."""
    alpha: float = Field(default=0.05, gt=0, lt=1)
    """Level of the interval that the robustness value for the interval is about."""


@dataclass(frozen=True)
class _Linear:
    """The linear regression of outcome on treatment and covariates that robustness values are about."""

    design: Design
    fit: LinearFit
    column: int
    """Position of the treatment's column in the fit."""
    step: float
    """Change of the treatment in the contrast."""
    error: float

    @property
    def coefficient(self) -> float:
        """Effect of one unit of the treatment."""
        return float(self.fit.coef[self.column])

    @property
    def t_value(self) -> float:
        """Classical t-value of the coefficient; infinite where the columns give the outcome exactly."""
        if not self.fit.exact:
            return self.coefficient / self.error if self.error else 0.0
        moved = abs(self.coefficient) * float(self.fit.x[:, self.column].std())
        return math.copysign(math.inf, self.coefficient) if moved > ROUNDING * float(self.design.y.std()) else 0.0


def run(args: SensitivityArgs, env: Env) -> Sensitivity:
    """E-value on the risk-ratio scale, robustness values on the linear one, and observed covariates as yardsticks.

    The robustness value and the benchmarks belong to the linear regression with the same adjustment set; for other
    estimators they are those of that regression, and the warnings say so.

    Raises:
        BadArguments: the evidence is not an estimate.
        AssumptionViolated: the regression cannot be fitted on the rows of the estimate.
    """
    original = load(RefuteArgs(estimate=args.estimate), env)
    if original.tool not in ADJUSTED:
        return _not_defined(args, original)
    linear = _refit(original, env)
    result = original.result
    dof = float(linear.fit.dof)
    ratio, low, high, how = _risk_ratios(result, linear.design)
    benchmarks = _benchmarks(linear, result.adjustment_set)
    return Sensitivity(
        estimate_id=args.estimate,
        e_value=e_value(ratio),
        e_value_ci=None if low is None or high is None else e_value_of_interval(min(low, high), max(low, high)),
        robustness_value=robustness_value(linear.t_value, dof),
        robustness_value_ci=robustness_value(linear.t_value, dof, args.alpha),
        partial_r2=partial_r2(linear.t_value, dof),
        benchmarks=benchmarks,
        checks=(_compare(linear, benchmarks),),
        warnings=(how, *_notes(original, linear)),
    )


def _refit(original: Original, env: Env) -> _Linear:
    """The additive regression on the rows of the estimate, for its primary contrast."""
    import numpy as np

    args, result = original.evidence.args, original.result
    design = prepare(
        original.frame,
        env.card(original.dataset),
        treatment=result.treatment,
        outcome=result.outcome,
        adjustment_set=result.adjustment_set,
        contrast=result.contrast,
        cluster=original.cluster,
        population=tuple(Condition.model_validate(c) for c in args.get("population", ())),
    )
    fit = fit_additive(design, treatment_columns(design))
    step, column = 1.0, 1
    if design.dose is None:
        column = design.arms.index(design.contrasts[0].treated)
    else:
        step = float(result.contrast.treated) - float(result.contrast.control)
    unit = np.zeros(fit.x.shape[1])
    unit[column] = 1.0
    return _Linear(design, fit, column, step, fit.classical_error(unit))


def _risk_ratios(result: EffectEstimate, design: Design) -> tuple[float, float | None, float | None, str]:
    """The estimate and the ends of its interval as risk ratios, and how they were made."""
    import numpy as np

    if design.event is None:
        sd = float(np.std(design.y, ddof=1))
        value, low, high = (
            None if v is None else ratio_of_difference(v, sd) for v in (result.value, result.ci_low, result.ci_high)
        )
        how = (
            "The E-value is approximate: the difference in means was turned into a risk ratio by exp(0.91 x difference / standard "
            "deviation of the outcome)."
        )
        return value or 1.0, low, high, how
    treated = control = None
    share = 0.5
    if design.dose is None:
        arm = design.arms.index(design.contrasts[0].treated)
        share = float((design.arm == arm).sum() / np.isin(design.arm, (0, arm)).sum())
        if result.estimand == "ATT":
            treated = float(design.y[design.arm == arm].mean())
        elif result.estimand == "ATC":
            control = float(design.y[design.arm == 0].mean())
    middle = float(design.y.mean())
    value, low, high = (
        None if v is None else ratio_of_risks(v, control, treated, middle, share)
        for v in (result.value, result.ci_low, result.ci_high)
    )
    how = "The E-value is approximate: the risk difference was turned into a risk ratio at the observed overall risk."
    return value or 1.0, low, high, how


def _benchmarks(linear: _Linear, adjustment_set: tuple[str, ...]) -> tuple[Benchmark, ...]:
    """What the estimate would be if a hidden cause were as strong as each covariate, the most damaging first."""
    import numpy as np

    x = np.delete(linear.fit.x, linear.column, axis=1)
    treatment = linear.fit.x[:, linear.column]
    y = linear.design.y
    start = x.shape[1] - len(linear.design.labels)
    found: list[Benchmark] = []
    for name in adjustment_set:
        columns = [start + k for k, label in enumerate(linear.design.labels) if _belongs(label, name, adjustment_set)]
        if not columns:
            continue
        strength = strength_of(x, treatment, y, columns, linear.error, float(linear.fit.dof))
        bias = abs(linear.coefficient) if strength.bias is None else strength.bias
        adjusted = np.sign(linear.coefficient) * (abs(linear.coefficient) - bias) * linear.step
        found.append(
            Benchmark(
                covariate=name,
                partial_r2_treatment=strength.r2_treatment,
                partial_r2_outcome=strength.r2_outcome,
                adjusted_estimate=float(adjusted),
            )
        )
    value = linear.coefficient * linear.step
    return tuple(sorted(found, key=lambda b: -abs(value - b.adjusted_estimate)))


def _belongs(label: str, name: str, names: tuple[str, ...]) -> bool:
    """Whether a regression column is (a level of) a covariate; its label is `name`, or `name = 'level'`."""
    return label == name or (label.startswith(f"{name} = ") and label not in names)


def _compare(linear: _Linear, benchmarks: tuple[Benchmark, ...]) -> Check:
    """Whether a hidden cause as strong as the strongest measured one would bring the estimate to zero."""
    name = "as strong as the strongest covariate"
    does_not_show = (
        "Whether a hidden common cause exists, or how strong it is; it may be stronger than anything measured."
    )
    value = linear.coefficient * linear.step
    if not benchmarks:
        return Check(
            name=name,
            status="uninformative",
            meaning="Nothing was adjusted for, so there is no measured covariate to compare a hidden one with.",
            does_not_show=does_not_show,
        )
    worst = benchmarks[0]
    gone = worst.adjusted_estimate * value <= 0
    return Check(
        name=name,
        status="fail" if gone else "pass",
        statistic=worst.adjusted_estimate,
        meaning=(
            f"A hidden common cause as strong as {worst.covariate}, the most influential covariate, could move the regression estimate "
            f"from {value:.4g} to {worst.adjusted_estimate:.4g}"
            + (
                ", so it would be enough to explain it away."
                if gone
                else ", so it would not be enough to explain it away."
            )
        ),
        does_not_show=does_not_show,
    )


def _notes(original: Original, linear: _Linear) -> tuple[str, ...]:
    found: list[str] = []
    value = linear.coefficient * linear.step
    if original.tool not in LINEAR:
        found.append(
            f"Robustness values and benchmarks are those of the linear regression with the same adjustment set ({value:.4g}), not of "
            f"{original.tool} ({original.result.value:.4g}), for which they are not defined."
        )
    elif original.result.diagnostics.get("interactions"):
        found.append(
            f"Robustness values and benchmarks are those of the regression with one common effect ({value:.4g}); the estimate lets the "
            f"effect differ between rows ({original.result.value:.4g})."
        )
    if original.cluster is not None:
        found.append(
            "The robustness value for the interval takes rows as independent; with clusters the interval is wider and less is needed."
        )
    return tuple(found)


def _not_defined(args: SensitivityArgs, original: Original) -> Sensitivity:
    """For designs whose bias does not come from a common cause of treatment and outcome that was left out of a regression."""
    return Sensitivity(
        estimate_id=args.estimate,
        checks=(
            Check(
                name="sensitivity to hidden confounding",
                status="not_run",
                meaning=(
                    f"E-values and robustness values are about adjustment for covariates; {original.tool} rests on other assumptions, "
                    f"which they do not measure."
                ),
                does_not_show="How much the estimate would change if its own assumptions failed.",
            ),
        ),
    )


TOOL = Tool(
    "refute_sensitivity",
    SensitivityArgs,
    run,
    example=SensitivityArgs(estimate="E1"),
    reference="VanderWeele and Ding 2017; Cinelli and Hazlett 2020",
)
