"""Cause or effect of two columns: permutations are the oracle of the test, simulated pairs that of the direction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from whence.tools.discover._additive import hsic, smooth, standardise
from whence.tools.discover.pairwise import PairwiseArgs, run
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.workspace import Workspace, WorkspaceEnv


def ask(folder: Path, **columns: object):
    frame = pd.DataFrame(columns)
    workspace = Workspace(folder=folder)
    env = WorkspaceEnv(workspace, seed=0)
    cards = tuple(ColumnCard(name=c, type="continuous") for c in frame)
    workspace.tables["d"] = DatasetCard(
        name="d", source="d.csv", sha256="0" * 64, n_rows=len(frame), n_columns=2, columns=cards,
        stored=env.store_table("d", frame),
    )  # fmt: skip
    return run(PairwiseArgs(dataset="d", source="a", target="b"), env)


def test_the_p_value_is_that_of_permutations():
    rng = np.random.default_rng(1)
    for strength in (0.0, 0.25, 0.5):
        x = rng.normal(size=80)
        y = standardise(strength * (x**2 - 1) + rng.normal(size=80))
        statistic, p_value = hsic(x, y)
        shuffled = [hsic(x, rng.permutation(y))[0] for _ in range(120)]
        assert p_value == pytest.approx(np.mean([s >= statistic for s in shuffled]), abs=0.1)


def test_the_test_keeps_its_level():
    rng = np.random.default_rng(2)
    p_values = [hsic(rng.normal(size=80), rng.exponential(size=80))[1] for _ in range(200)]
    assert 0.01 <= np.mean(np.array(p_values) < 0.05) <= 0.1


def test_a_smooth_function_is_found_without_following_the_noise():
    rng = np.random.default_rng(3)
    x = standardise(rng.uniform(-2, 2, size=300))
    noise = 0.3 * rng.normal(size=300)
    residuals, explained = smooth(x, np.sin(2 * x) + noise)
    assert np.corrcoef(residuals, noise)[0, 1] > 0.95
    truth = np.var(np.sin(2 * x)) / np.var(np.sin(2 * x) + noise)
    assert explained == pytest.approx(truth, abs=0.05)


def test_bent_effects_with_added_noise_are_told_both_ways_round(tmp_path: Path):
    rng, right = np.random.default_rng(4), []
    for i in range(20):
        cause = rng.normal(size=250)
        effect = cause + 0.5 * cause**3 + rng.normal(size=250)
        a, b = (cause, effect) if i % 2 else (effect, cause)
        right.append(ask(tmp_path, a=a, b=b).leans == ("->" if i % 2 else "<-"))
    assert np.mean(right) >= 0.9


def test_linear_effects_with_gaussian_noise_are_not_decided(tmp_path: Path):
    rng, decided = np.random.default_rng(5), []
    for _ in range(20):
        a = rng.normal(size=200)
        found = ask(tmp_path, a=a, b=a + rng.normal(size=200))
        decided.append(found.decided)
    assert np.mean(decided) <= 0.25
    assert "data do not decide" in found.summary() or found.decided


def test_noise_that_grows_with_the_cause_fits_neither_way(tmp_path: Path):
    rng = np.random.default_rng(6)
    a = rng.normal(size=600)
    found = ask(tmp_path, a=a, b=np.exp(a) * rng.normal(size=600))
    assert not found.decided
    assert found.checks[0].status == "fail"


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"a": [1.0] * 50, "b": range(50)}, AssumptionViolated, "'a' takes 1 values"),
        ({"a": range(10), "b": range(10)}, AssumptionViolated, "Only 10 rows"),
        ({"a": list("xy") * 20, "b": range(40)}, AssumptionViolated, "'a' holds no numbers"),
    ],
)
def test_what_has_no_direction_to_tell_is_refused(tmp_path: Path, columns, error, message):
    with pytest.raises(error, match=message):
        ask(tmp_path, **columns)


def test_one_column_twice_is_refused(env):
    with pytest.raises(BadArguments, match="give two columns"):
        run(PairwiseArgs(dataset="confounder", source="z", target="z"), env)
