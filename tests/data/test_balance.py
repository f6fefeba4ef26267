"""Balance against hand computation, calibration under random assignment, and arms that do not overlap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from whence.tools.data.balance import TOOL, BalanceArgs, run
from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.results import BalanceReport, ColumnCard, DatasetCard
from whence.tools.workspace import Workspace, WorkspaceEnv


def _balance(frame: pd.DataFrame, **args: Any) -> BalanceReport:
    columns = tuple(ColumnCard(name=c, type="continuous") for c in frame)
    card = DatasetCard(
        name="d", source="d.csv", sha256="0" * 64, n_rows=len(frame), n_columns=len(columns), columns=columns
    )
    workspace = Workspace(folder=Path("unused"), tables={"d": card})
    return run(BalanceArgs(dataset="d", treatment="t", **args), WorkspaceEnv(workspace, 0, {"d": frame}))


def _table(n: int = 1000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    race = rng.choice(["a", "b", "c"], n)
    t = (rng.random(n) < 1 / (1 + np.exp(-x - (race == "c")))).astype(int)
    return pd.DataFrame({"x": x, "race": race, "t": t})


def test_differences_are_those_of_the_definition():
    frame = _table()
    got = _balance(frame, covariates=("x", "race"))
    one, zero = frame[frame["t"] == 1], frame[frame["t"] == 0]
    smd = (one["x"].mean() - zero["x"].mean()) / np.sqrt((one["x"].var() + zero["x"].var()) / 2)
    assert got.covariates[0].smd == pytest.approx(smd)
    assert [c.covariate for c in got.covariates] == ["x", "race = 'a'", "race = 'b'", "race = 'c'"]
    assert got.covariates[3].mean_treated == pytest.approx((one["race"] == "c").mean())
    assert (got.n_treated, got.n_control) == (len(one), len(zero))


def test_weighting_removes_the_differences_it_can():
    frame = _table()
    got = _balance(frame, covariates=("x", "race"))
    x = np.column_stack([frame["x"], frame["race"] == "b", frame["race"] == "c"]).astype(float)
    e = sm.Logit(frame["t"], sm.add_constant(x)).fit(disp=0).predict()
    w = np.where(frame["t"] == 1, 1 / e, 1 / (1 - e))
    assert max(abs(c.smd) for c in got.covariates) > 0.3
    assert max(abs(c.smd_weighted or 0) for c in got.covariates) < 0.1
    assert got.max_weight == pytest.approx(w.max(), rel=1e-5)
    assert got.share_outside == pytest.approx(float(np.mean((e < 0.1) | (e > 0.9))))
    assert sum(got.treated_counts) == got.n_treated
    assert sum(got.control_counts) == got.n_control
    assert {c.name: c.status for c in got.checks} == {"balance": "fail", "joint balance": "fail", "overlap": "pass"}


def test_joint_test_equals_hotellings():
    frame = _table()
    frame["w"] = frame["x"] ** 2
    got = _balance(frame, covariates=("x", "w"))
    oracle = sm.OLS(frame["t"], sm.add_constant(frame[["x", "w"]])).fit()
    assert got.joint_p_value == pytest.approx(oracle.f_pvalue, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "p"), [(60, 8), (300, 10)])
def test_joint_test_keeps_its_size_under_random_assignment(n, p):
    rng = np.random.default_rng(11)
    found = []
    for _ in range(400):
        frame = pd.DataFrame({f"x{j}": rng.exponential(size=n) if j % 2 else rng.random(n) < 0.2 for j in range(p)})
        frame["t"] = rng.permutation(np.resize([0, 1, 0], n))
        found.append(_balance(frame, covariates=tuple(f"x{j}" for j in range(p))).joint_p_value)
    assert 0.025 < np.mean(np.array(found) < 0.05) < 0.085
    assert stats.kstest(found, "uniform").pvalue > 0.001


def test_separated_arms_fail_overlap_in_words():
    rng = np.random.default_rng(1)
    t = np.repeat([0, 1], 100)
    got = _balance(pd.DataFrame({"age": rng.normal(size=200) + 20 * t, "t": t}), covariates=("age",))
    overlap = got.checks[-1]
    assert (overlap.name, overlap.status) == ("overlap", "fail")
    assert "'age'" in overlap.meaning
    assert got.covariates[0].smd_weighted is None
    assert np.isfinite(got.covariates[0].smd)


def test_a_covariate_constant_in_each_arm_has_a_finite_difference():
    t = np.repeat([0, 1], 50)
    got = _balance(pd.DataFrame({"copy": t * 3.0, "t": t}), covariates=("copy",))
    assert got.covariates[0].smd == pytest.approx(2.0)


def test_a_tiny_experiment_is_uninformative_not_passed():
    frame = pd.DataFrame({"x": np.random.default_rng(2).normal(size=16), "t": np.resize([0, 1], 16)})
    joint = next(c for c in _balance(frame, covariates=("x",)).checks if c.name == "joint balance")
    assert joint.status == "uninformative"


def test_text_arms_and_named_contrasts():
    frame = _table().assign(t=lambda f: np.where(f["t"] == 1, "yes", "no"))
    plain = _balance(_table(), covariates=("x",))
    assert _balance(frame, covariates=("x",)).covariates[0].smd == pytest.approx(plain.covariates[0].smd)
    swapped = _balance(frame, covariates=("x",), contrast={"control": "yes", "treated": "no"})
    assert swapped.covariates[0].smd == pytest.approx(-plain.covariates[0].smd)


def test_what_cannot_be_compared_is_refused():
    frame = _table()
    with pytest.raises(BadArguments, match="at least one column"):
        _balance(frame, covariates=())
    with pytest.raises(BadArguments, match="continuous"):
        _balance(frame.assign(t=frame["x"], x=1.0 * frame["t"]), covariates=("x",))
    with pytest.raises(AssumptionViolated, match="same value"):
        _balance(frame.assign(t=1), covariates=("x",))
    with pytest.raises(AssumptionViolated, match="too few"):
        _balance(frame.assign(t=np.arange(len(frame)) == 0), covariates=("x",))


def test_the_example_runs(env):
    assert TOOL.run(TOOL.example, env).checks[0].status == "fail"


def test_weights_for_the_treated_leave_the_treated_as_they_are(env: WorkspaceEnv) -> None:
    args = {"dataset": "confounder", "treatment": "t", "covariates": ("z",)}
    found = run(BalanceArgs(**args, estimand="ATT"), env)
    assert found.ess_treated == pytest.approx(found.n_treated)
    assert found.ess_control is not None
    assert found.ess_control < found.n_control
