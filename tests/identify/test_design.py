"""What a study design identifies, and that the user reads it under the name of the design."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.domain.results import EffectEstimate, Identification
from whence.tools.identify.design import DesignArgs, KnownDesign, run
from whence.tools.registry import get_tool
from whence.tools.workspace import Workspace, WorkspaceEnv

ENV = WorkspaceEnv(Workspace(folder=Path()), 0, {})
FURTHER: dict[str, dict[str, Any]] = {
    "instrument": {"instruments": ("z",)},
    "regression_discontinuity": {"running_variable": "r", "cutoff": 5.0},
    "difference_in_differences": {"time": "w"},
}
ESTIMATORS = {
    "instrument": "estimate_iv", "regression_discontinuity": "estimate_discontinuity", "difference_in_differences": "estimate_did",
}  # fmt: skip


def identified(design: str, **more: Any) -> Identification:
    return run(
        DesignArgs.model_validate(
            {"design": design, "treatment": "t", "outcome": "y"} | FURTHER.get(design, {}) | more
        ),
        ENV,
    )


@pytest.mark.parametrize("design", get_args(KnownDesign))
def test_a_design_goes_by_its_own_name(design: str) -> None:
    found = identified(design)
    said = {"experiment": "randomised"}.get(design, design)
    assert found.strategy == said
    assert found.summary().startswith(f"identified ({said.replace('_', ' ')}): ")
    assert ("back-door" in found.reason) == (design == "backdoor")


@pytest.mark.parametrize("design", ESTIMATORS)
def test_what_is_identified_is_what_the_estimator_of_the_design_estimates(
    design: str, example_workspace: Workspace
) -> None:
    tool = get_tool(ESTIMATORS[design])
    estimate = tool.run(tool.example, WorkspaceEnv(example_workspace, 0, {}))
    assert isinstance(estimate, EffectEstimate)
    found = identified(design, estimand="ATE")
    assert found.estimand is not None
    assert found.estimand.kind == estimate.estimand
    assert found.estimand.query.startswith(f"{estimate.estimand} of t on y")


def test_a_cut_off_divides_by_the_jump_of_treatment_unless_crossing_is_the_treatment() -> None:
    apart, same = identified("regression_discontinuity"), identified("regression_discontinuity", running_variable="t")
    assert apart.estimand is not None
    assert same.estimand is not None
    assert apart.estimand.formula == "jump of E[y | r] at 5 / that of E[t | r]"
    assert same.estimand.formula == "jump of E[y | t] at 5"
    further = {a.name for a in apart.assumptions} - {a.name for a in same.assumptions}
    assert further == {"exclusion restriction", "monotonicity"}


@pytest.mark.parametrize("design", FURTHER)
def test_a_design_without_its_columns_is_refused_with_what_is_missing(design: str) -> None:
    with pytest.raises(BadArguments, match="needs"):
        run(DesignArgs.model_validate({"design": design, "treatment": "t", "outcome": "y"}), ENV)
