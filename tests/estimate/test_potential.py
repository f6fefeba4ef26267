"""Counterfactual means against the potential outcomes that made the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import BadArguments


def table(n: int = 3000, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=n), rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-u))).astype(int)
    control = 5 + 2 * u + v + rng.normal(size=n)
    treated = control + 3 + u
    return pd.DataFrame({"u": u, "v": v, "t": t, "y": np.where(t == 1, treated, control)}), treated, control


def test_the_means_in_both_worlds_are_those_of_the_potential_outcomes(run_on: Any) -> None:
    frame, treated, control = table()
    found = run_on(frame, "estimate_potential", treatment="t", outcome="y", adjustment_set=("u", "v"))
    groups = {"everyone": np.ones(len(frame), dtype=bool), "treated": frame["t"] == 1, "control": frame["t"] == 0}
    for group, rows in groups.items():
        for name, outcome in (
            ("mean_if_treated", treated),
            ("mean_if_control", control),
            ("effect", treated - control),
        ):
            part = found.part(name, group)
            assert part.value == pytest.approx(outcome[rows].mean(), abs=4 * part.std_error)


def test_what_was_observed_needs_no_model(run_on: Any) -> None:
    frame, *_ = table(500)
    found = run_on(frame, "estimate_potential", treatment="t", outcome="y", adjustment_set=("u",))
    mean = frame.loc[frame["t"] == 1, "y"].mean()
    assert found.part("mean_if_treated", "treated").value == pytest.approx(mean)
    assert found.part("observed_mean", "treated").value == pytest.approx(mean)


def test_the_interval_covers_as_often_as_it_says(run_on: Any) -> None:
    hits = 0
    for seed in range(40):
        frame, _, control = table(400, seed)
        part = run_on(frame, "estimate_potential", treatment="t", outcome="y", adjustment_set=("u", "v")).part(
            "mean_if_control", "treated"
        )
        hits += part.ci_low <= control[frame["t"] == 1].mean() <= part.ci_high
    assert hits >= 34


def test_a_dose_has_no_arms(run_on: Any) -> None:
    frame, *_ = table(300)
    with pytest.raises(BadArguments, match="continuous"):
        run_on(frame, "estimate_potential", treatment="u", outcome="y")
