"""Transported effects against the truth, a plain g-formula, and the bounds of their overlap check."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.examples import DESIGN_EFFECTS, design_tables

ARGS: dict[str, Any] = {"treatment": "t", "outcome": "y", "by": "w", "source": 0, "target": 1, "shift": ("z",)}


def test_a_linear_effect_is_carried_to_people_with_other_ages(run_on: Any) -> None:
    frame = design_tables(4000, seed=2)["two_sites"]
    found = run_on(frame, "estimate_transport", **ARGS)
    carried = found.part("transported_effect", 1)
    assert carried.value == pytest.approx(DESIGN_EFFECTS["two_sites"], abs=4 * carried.std_error)
    assert found.part("source_effect", 0).value == pytest.approx(0.5, abs=0.2)
    own = found.part("target_effect", 1)
    assert own.value == pytest.approx(carried.value, abs=4 * found.part("unexplained_difference").std_error)
    assert found.checks[0].status == "pass"


def test_it_is_near_the_plain_standardisation_and_its_error_near_a_bootstrap(run_on: Any) -> None:
    frame = design_tables(1500, seed=3)["two_sites"]
    carried = run_on(frame, "estimate_transport", **ARGS).part("transported_effect", 1)

    def plain(rows: pd.DataFrame) -> float:
        here, there = rows[rows["w"] == 0], rows[rows["w"] == 1]
        fit = sm.OLS(here["y"], sm.add_constant(np.column_stack([here["t"], here["z"], here["t"] * here["z"]]))).fit()
        return float(fit.params.iloc[1] + fit.params.iloc[3] * there["z"].mean())

    rng = np.random.default_rng(0)
    drawn = [plain(frame.iloc[rng.integers(0, len(frame), len(frame))]) for _ in range(200)]
    assert carried.value == pytest.approx(plain(frame), abs=2 * carried.std_error)
    assert (
        float(np.std(drawn)) * 0.8 < carried.std_error < float(np.std(drawn)) * 2
    )  # weights cost precision, never a lot here


def test_a_target_without_outcomes_is_enough(run_on: Any) -> None:
    frame = design_tables(3000, seed=4)["two_sites"].astype({"t": float})
    frame.loc[frame["w"] == 1, ["t", "y"]] = np.nan
    found = run_on(frame, "estimate_transport", **ARGS)
    assert found.part("transported_effect", 1).value == pytest.approx(1.5, abs=0.4)
    assert found.part("target_effect", 1) is None


def test_a_confounder_is_adjusted_for_beside_the_shift(run_on: Any) -> None:
    rng = np.random.default_rng(5)
    n = 4000
    w, c = rng.integers(0, 2, n), rng.normal(size=n)
    z = (rng.random(n) < np.where(w == 1, 0.7, 0.3)).astype(int)
    t = (rng.random(n) < 1 / (1 + np.exp(-c))).astype(int)
    frame = pd.DataFrame({"w": w, "c": c, "z": z, "t": t, "y": (1 + 2 * z) * t + 3 * c + rng.normal(size=n)})
    found = run_on(frame, "estimate_transport", adjustment_set=("c",), **ARGS)
    assert found.part("source_effect", 0).value == pytest.approx(1.6, abs=0.3)
    assert found.part("transported_effect", 1).value == pytest.approx(2.4, abs=0.3)


def test_a_target_far_from_the_source_fails_the_overlap_check(run_on: Any) -> None:
    frame = design_tables(1000, seed=6)["two_sites"]
    frame.loc[frame["w"] == 1, "z"] += 8
    found = run_on(frame, "estimate_transport", **ARGS)
    assert found.checks[0].status == "fail"
    assert "extrapolation" in found.checks[0].meaning


def test_what_cannot_be_carried_is_refused_with_the_reason(run_on: Any) -> None:
    frame = design_tables(500, seed=7)["two_sites"]
    with pytest.raises(BadArguments, match="both 0"):
        run_on(frame, "estimate_transport", **ARGS | {"target": 0})
    frame.loc[frame["w"] == 1, "z"] = np.nan
    with pytest.raises(AssumptionViolated, match="unknown in every row where w is 1"):
        run_on(frame, "estimate_transport", **ARGS)
