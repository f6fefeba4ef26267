"""Arms within levels, against the published kidney-stone counts and scipy's Welch interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from whence.tools.data.strata import StrataArgs, run
from whence.tools.domain.errors import BadArguments
from whence.tools.domain.results import ColumnCard, DatasetCard, StrataReport
from whence.tools.workspace import Workspace, WorkspaceEnv

KIDNEY = {("small", 1): (81, 87), ("large", 1): (192, 263), ("small", 0): (234, 270), ("large", 0): (55, 80)}
"""Successes and patients by stone size and treatment (1: open surgery), Charig et al. 1986."""


def strata(frame: pd.DataFrame, *columns: str) -> StrataReport:
    cards = tuple(ColumnCard(name=c, type="continuous") for c in frame)
    card = DatasetCard(
        name="d", source="d.csv", sha256="0" * 64, n_rows=len(frame), n_columns=len(cards), columns=cards
    )
    env = WorkspaceEnv(Workspace(folder=Path("unused"), tables={"d": card}), 0, {"d": frame})
    return run(StrataArgs(dataset="d", treatment="t", outcome="y", columns=columns), env)


def kidney_stones() -> pd.DataFrame:
    rows = [
        {"size": size, "t": t, "y": int(i < success)} for (size, t), (success, n) in KIDNEY.items() for i in range(n)
    ]
    return pd.DataFrame(rows)


def test_the_kidney_stone_rates_turn_round_within_stone_size() -> None:
    found = strata(kidney_stones(), "size")
    assert found.overall.mean_treated == pytest.approx(273 / 350)
    assert found.overall.mean_control == pytest.approx(289 / 350)
    inside = {s.level: s.arms for s in found.strata}
    assert inside["small"].mean_treated == pytest.approx(81 / 87)
    assert inside["large"].mean_control == pytest.approx(55 / 80)
    assert found.reversals == ("size",)
    assert found.checks[0].status == "fail"


def test_the_interval_is_that_of_welch() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"t": np.arange(60) % 2, "y": rng.normal(size=60), "g": np.arange(60) // 2 % 2})
    found = strata(frame, "g")
    welch = stats.ttest_ind(frame.y[frame.t == 1], frame.y[frame.t == 0], equal_var=False).confidence_interval()
    assert (found.overall.ci_low, found.overall.ci_high) == pytest.approx((welch.low, welch.high))


def test_a_column_of_many_numbers_is_cut_into_thirds_and_many_words_are_refused() -> None:
    frame = pd.DataFrame(
        {"t": np.arange(90) % 2, "y": np.arange(90.0), "age": np.arange(90.0), "name": [f"p{i}" for i in range(90)]}
    )
    assert [s.arms.n_treated + s.arms.n_control for s in strata(frame, "age").strata] == [30, 30, 30]
    with pytest.raises(BadArguments, match="90 values"):
        strata(frame, "name")


def test_a_level_without_both_arms_is_left_out() -> None:
    frame = kidney_stones().assign(site=lambda f: np.where(f.t == 1, "a", "b"))
    found = strata(frame, "site")
    assert found.strata == ()
    assert found.reversals == ()
