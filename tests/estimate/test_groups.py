"""Effects by group: each equals the estimate on the group's rows alone, and the test of equality keeps its level."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from whence.tools.domain.errors import AssumptionViolated, BadArguments

EFFECTS = {"2019": 2.0, "2020": 1.0, "2021": -0.5}


def panel(n: int = 1500, seed: int = 0, effects: dict[str, float] = EFFECTS) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    period = rng.choice(list(effects), n)
    x = rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-x))).astype(int)
    y = np.array([effects[p] for p in period]) * t + x + rng.normal(size=n)
    return pd.DataFrame({"year": period, "x": x, "t": t, "y": y})


def compare(run_on: Any, frame: pd.DataFrame, **more: Any) -> Any:
    return run_on(
        frame, "estimate_groups", **{"treatment": "t", "outcome": "y", "by": "year", "adjustment_set": ("x",)} | more
    )


def test_each_group_is_least_squares_on_its_own_rows(run_on: Any) -> None:
    frame = panel()
    found = compare(run_on, frame)
    for level, truth in EFFECTS.items():
        own = frame[frame["year"] == level]
        centred = own["x"] - own["x"].mean()
        x = sm.add_constant(np.column_stack([own["t"], centred, own["t"] * centred]))
        part = found.part("effect", level)
        assert part.value == pytest.approx(sm.OLS(own["y"], x).fit().params.iloc[1])
        assert part.value == pytest.approx(truth, abs=4 * part.std_error)


def test_differences_are_against_the_first_group_and_equality_is_rejected(run_on: Any) -> None:
    found = compare(run_on, panel())
    last = found.part("difference", "2021")
    assert last.value == pytest.approx(found.part("effect", "2021").value - found.part("effect", "2019").value)
    assert last.ci_high < 0
    assert found.checks[0].status == "fail"
    values, errors = zip(*((p.value, p.std_error) for p in found.parts if p.name == "effect"), strict=True)
    weights = 1 / np.array(errors) ** 2
    q = float(weights @ (np.array(values) - np.average(values, weights=weights)) ** 2)
    assert found.checks[0].p_value == pytest.approx(stats.chi2.sf(q, 2))


def test_equal_effects_are_called_different_about_once_in_twenty(run_on: Any) -> None:
    same = dict.fromkeys(EFFECTS, 1.0)
    called = [compare(run_on, panel(300, seed, same)).checks[0].status == "fail" for seed in range(100)]
    assert sum(called) <= 13


def test_a_group_without_controls_is_left_out_and_said(run_on: Any) -> None:
    frame = panel()
    frame.loc[frame["year"] == "2020", "t"] = 1
    found = compare(run_on, frame)
    assert found.part("effect", "2020") is None
    assert any("2020" in w and "left out" in w for w in found.warnings)


def test_one_group_or_very_many_are_refused(run_on: Any) -> None:
    with pytest.raises(BadArguments, match="1 values"):
        compare(run_on, panel().assign(year="a"))
    with pytest.raises(BadArguments, match="2 to 12 groups"):
        compare(run_on, panel().assign(year=range(1500)))
    with pytest.raises(AssumptionViolated, match="Fewer than two groups"):
        compare(run_on, panel(), levels=("2019", "1900"))
