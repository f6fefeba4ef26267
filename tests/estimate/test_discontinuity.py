"""The jump at a cut-off against the truth and a weighted regression of another library."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated
from whence.tools.domain.examples import DESIGN_EFFECTS, design_tables
from whence.tools.estimate.discontinuity import DiscontinuityArgs, run
from whence.tools.workspace import WorkspaceEnv

ARGS = DiscontinuityArgs(dataset="cut_off", outcome="y", running_variable="z", cutoff=0.0)


def test_it_is_the_weighted_regression_with_both_slopes(env: WorkspaceEnv) -> None:
    found = run(ARGS.model_copy(update={"bandwidth": 0.5}), env)
    frame = env.table("cut_off")
    frame = frame[frame["z"].abs() < 0.5]
    above = (frame["z"] >= 0).to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(frame)), above, frame["z"], above * frame["z"]])
    oracle = sm.WLS(frame["y"].to_numpy(), x, weights=1 - frame["z"].abs().to_numpy() / 0.5).fit()
    assert found.value == pytest.approx(oracle.params[1])
    assert found.n_used == len(frame)


def test_intervals_cover_the_truth_at_their_level(env: WorkspaceEnv) -> None:
    hits = 0
    for seed in range(100):
        frame = design_tables(600, seed=seed)["cut_off"]
        found = run(ARGS, WorkspaceEnv(env.workspace, 0, {"cut_off": frame}))
        assert found.ci_low is not None
        assert found.ci_high is not None
        hits += found.ci_low <= DESIGN_EFFECTS["cut_off"] <= found.ci_high
    assert 86 <= hits <= 100


def test_a_cut_off_outside_the_data_is_refused(env: WorkspaceEnv) -> None:
    with pytest.raises(AssumptionViolated, match="each side needs"):
        run(ARGS.model_copy(update={"cutoff": 9.0}), env)


def test_the_density_at_the_cut_off_is_said_to_be_untested(env: WorkspaceEnv) -> None:
    (check,) = run(ARGS, env).checks
    assert check.status == "not_run"


def test_a_treatment_that_does_not_change_at_the_cut_off_is_refused(env: WorkspaceEnv) -> None:
    frame = env.table("cut_off")
    frame["d"] = np.random.default_rng(0).integers(0, 2, len(frame))
    other = WorkspaceEnv(env.workspace, 0, {"cut_off": frame})
    with pytest.raises(AssumptionViolated, match="too little"):
        run(ARGS.model_copy(update={"treatment": "d"}), other)


def test_where_treatment_only_gets_likelier_its_own_jump_is_divided_by(env: WorkspaceEnv) -> None:
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(40):
        z, hidden = rng.uniform(-1, 1, 3000), rng.normal(0, 1, 3000)
        d = (rng.random(3000) < 0.2 + 0.5 * (z >= 0) + 0.1 * np.tanh(hidden)).astype(int)
        frame = pd.DataFrame({"z": z, "d": d, "y": 2 * z + hidden + 3 * d})
        found = run(ARGS.model_copy(update={"treatment": "d"}), WorkspaceEnv(env.workspace, 0, {"cut_off": frame}))
        assert any("in part" in w for w in found.warnings)
        assert found.ci_low is not None
        assert found.ci_high is not None
        hits += found.ci_low <= 3 <= found.ci_high
    assert hits >= 34


def test_a_local_wald_ratio_is_two_stage_least_squares_with_both_slopes(env: WorkspaceEnv) -> None:
    rng = np.random.default_rng(5)
    z = rng.uniform(-1, 1, 800)
    d = (rng.random(800) < 0.2 + 0.6 * (z >= 0)).astype(float)
    frame = pd.DataFrame({"z": z, "d": d, "y": z + 3 * d + rng.normal(0, 1, 800)})
    found = run(
        ARGS.model_copy(update={"treatment": "d", "bandwidth": 0.5}), WorkspaceEnv(env.workspace, 0, {"cut_off": frame})
    )
    near = frame[frame["z"].abs() < 0.5]
    above = (near["z"] >= 0).to_numpy(dtype=float)
    root = np.sqrt(1 - near["z"].abs().to_numpy() / 0.5)[:, None]
    rest = [np.ones(len(near)), near["z"], above * near["z"]]
    x, w = np.column_stack([near["d"], *rest]) * root, np.column_stack([above, *rest]) * root
    oracle = np.linalg.solve(w.T @ x, w.T @ (near["y"].to_numpy()[:, None] * root))
    assert found.value == pytest.approx(float(oracle[0, 0]))


def test_treatment_of_those_below_turns_the_sign(env: WorkspaceEnv) -> None:
    below = run(ARGS.model_copy(update={"treated_side": "below"}), env)
    assert below.value == pytest.approx(-run(ARGS, env).value)
    assert below.contrast is not None
    assert below.contrast.treated == "below 0"


def curved(seed: int, n: int = 800) -> pd.DataFrame:
    """A jump of 1 on a cubic that bends hard at the cut-off (Lee's design in Calonico, Cattaneo & Titiunik 2014, scaled)."""
    rng = np.random.default_rng(seed)
    z = 2 * rng.beta(2, 4, n) - 1
    below = 1.27 * z + 7.18 * z**2 + 20.21 * z**3 + 21.54 * z**4 + 7.33 * z**5
    above = 0.84 * z - 3.00 * z**2 + 7.99 * z**3 - 9.01 * z**4 + 3.56 * z**5
    return pd.DataFrame({"z": z, "y": np.where(z < 0, below, above + 1) + rng.normal(0, 0.13, n)})


def test_the_bias_corrected_estimate_is_the_regression_with_both_parabolas(env: WorkspaceEnv) -> None:
    found = run(ARGS.model_copy(update={"bandwidth": 0.5}), env)
    frame = env.table("cut_off")
    frame = frame[frame["z"].abs() < 0.5]
    z, above = frame["z"].to_numpy(), (frame["z"] >= 0).to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(z)), above, z, above * z, z**2, above * z**2])
    oracle = sm.WLS(frame["y"].to_numpy(), x, weights=1 - np.abs(z) / 0.5).fit()
    assert found.diagnostics["estimate_bias_corrected"] == pytest.approx(oracle.params[1])
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert (found.ci_low + found.ci_high) / 2 == pytest.approx(oracle.params[1])


def test_the_interval_covers_where_the_curve_bends_and_that_of_the_lines_does_not(env: WorkspaceEnv) -> None:
    robust, lines = 0, 0
    for seed in range(100):
        found = run(
            ARGS.model_copy(update={"bandwidth": 0.35}), WorkspaceEnv(env.workspace, 0, {"cut_off": curved(seed)})
        )
        assert found.ci_low is not None
        assert found.ci_high is not None
        robust += found.ci_low <= 1 <= found.ci_high
        lines += abs(found.value - 1) <= 1.96 * found.diagnostics["std_error_of_lines"]
    assert robust >= 88
    assert lines <= 80


def test_few_rows_near_the_cut_off_leave_out_the_half_bandwidth(env: WorkspaceEnv) -> None:
    z = np.linspace(-1, 1, 24)
    frame = pd.DataFrame({"z": z, "y": z + (z >= 0)})
    found = run(ARGS.model_copy(update={"bandwidth": 0.4}), WorkspaceEnv(env.workspace, 0, {"cut_off": frame}))
    assert found.value == pytest.approx(1)
    assert "estimate_half_bandwidth" not in found.diagnostics
