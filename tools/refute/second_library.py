"""Estimate the same contrast again with another library, DoWhy, and compare the two numbers."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any, cast

from ..design import Design, prepare
from ..domain.errors import BackendFailed
from ..domain.evidence import Check
from ..domain.questions import Condition
from ..domain.results import EffectEstimate, Refutation
from ..spec import Args, Cost, Env, Tool
from ._rerun import Original, RefuteArgs, load, not_for

if TYPE_CHECKING:
    import pandas as pd

NAME = "second_library"
LINEAR = "backdoor.linear_regression"
WEIGHTING = "backdoor.propensity_score_weighting"
METHODS: dict[str, tuple[str, float]] = {
    "estimate_difference": (LINEAR, 1e-6),
    "estimate_regression": (LINEAR, 1e-6),
    "estimate_ipw": (WEIGHTING, 0.3),
    "estimate_aipw": (WEIGHTING, 2.0),
    "estimate_matching": (WEIGHTING, 2.0),
}
"""DoWhy's method for each estimator, and by how many standard errors the two may differ: none where the formula is the same,
a little where DoWhy shrinks the propensity model, two where the methods differ."""
DOES_NOT_SHOW = (
    "Whether the assumptions hold: both libraries take the same columns and would share every bias. "
    "Only the arithmetic is checked."
)


class SecondLibraryArgs(Args):
    """Arguments of `refute_second_library`."""

    estimate: str
    """Evidence id of the estimate, such as `E3`."""


def run(args: SecondLibraryArgs, env: Env) -> Refutation:
    """Null: the same method on the same rows gives the same number in both libraries.

    A regression is compared in its form with one common effect, which both libraries have.

    Raises:
        BadArguments: the evidence is not an estimate.
        BackendFailed: DoWhy failed.
    """
    original = load(RefuteArgs(estimate=args.estimate), env)
    if original.tool not in METHODS:
        return not_for(NAME, original, f"There is no counterpart of {original.tool} to compare with.")
    design = _design(original, env)
    if design.dose is None and len(design.arms) > 2:
        return not_for(
            NAME, original, "DoWhy would read three or more arms as amounts, so there is nothing to compare with."
        )
    method, allowed = METHODS[original.tool]
    ours = original.result
    if original.tool == "estimate_regression":
        ours = cast("EffectEstimate", env.rerun(args.estimate, {}, interactions=False))
    theirs = _with_dowhy(design, method, ours)
    error = ours.std_error or abs(ours.value) or 1.0
    apart = abs(theirs - ours.value) / error
    agrees = apart <= max(allowed, 1e-6)
    check = Check(
        name=NAME,
        status="pass" if agrees else "fail",
        statistic=apart,
        meaning=(
            f"DoWhy's {method.split('.')[1].replace('_', ' ')} gives {theirs:.6g}, Whence {ours.value:.6g}: {apart:.2g} standard "
            f"errors apart"
            + (", as expected." if agrees else f", more than the {allowed:g} expected; one of the two is wrong.")
        ),
        does_not_show=DOES_NOT_SHOW,
    )
    return Refutation(
        refuter=NAME,
        estimate_id=args.estimate,
        original=ours.value,
        refuted_mean=theirs,
        refuted_std=None,
        n_runs=1,
        checks=(check,),
    )


def _design(original: Original, env: Env) -> Design:
    result = original.result
    return prepare(
        original.frame,
        env.card(original.dataset),
        treatment=result.treatment,
        outcome=result.outcome,
        adjustment_set=result.adjustment_set,
        contrast=result.contrast,
        cluster=original.cluster,
        population=tuple(Condition.model_validate(c) for c in original.evidence.args.get("population", ())),
    )


def _with_dowhy(design: Design, method: str, ours: EffectEstimate) -> float:
    """One call of DoWhy on complete, numeric, renamed columns: names of the user's would clash with those it adds."""
    import pandas as pd

    dose = design.dose
    columns = {"v0": design.arm if dose is None else dose, "v1": design.y}
    columns |= {f"v{j + 2}": design.covariates[:, j] for j in range(design.covariates.shape[1])}
    frame = pd.DataFrame(columns)
    start, end = (0, 1) if dose is None else (float(ours.contrast.control), float(ours.contrast.treated))
    try:
        with _silenced():
            return _call(frame, method, ours.estimand.lower(), start, end)
    except Exception as error:
        raise BackendFailed(
            f"DoWhy failed on the same columns: {type(error).__name__}: {str(error)[:160]}. The estimate itself is not affected."
        ) from error


def _call(frame: pd.DataFrame, method: str, target: str, start: float, end: float) -> float:
    from dowhy import CausalModel

    model: Any = CausalModel(data=frame, treatment="v0", outcome="v1", common_causes=list(frame.columns[2:]))
    estimand = model.identify_effect(proceed_when_unidentifiable=True)
    estimate = model.estimate_effect(
        estimand,
        method_name=method,
        control_value=start,
        treatment_value=end,
        target_units=target,
        test_significance=False,
        confidence_intervals=False,
    )
    return float(estimate.value)


@contextmanager
def _silenced() -> Generator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _cost(n: int, p: int) -> Cost:
    """Mostly the import of DoWhy."""
    return Cost(seconds=6 + 2e-6 * n * (p + 5), megabytes=450 + 3e-4 * n * p, advice="Leave this comparison out.")


TOOL = Tool(
    "refute_second_library",
    SecondLibraryArgs,
    run,
    example=SecondLibraryArgs(estimate="E1"),
    reference="Sharma and Kiciman 2020, DoWhy: an end-to-end library for causal inference",
    cost=_cost,
)
