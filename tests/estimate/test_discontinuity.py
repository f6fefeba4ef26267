"""The jump at a cut-off against the truth and a weighted regression of another library."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.iv import IV2SLS

from whence.tools.domain.errors import AssumptionViolated
from whence.tools.domain.examples import DESIGN_EFFECTS, design_tables
from whence.tools.domain.results import EffectEstimate
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


NAMES = [(0, 1), (False, True), ("control", "grant"), ("untreated", "award"), ("no", "yes")]
"""Control and treated; in two of them the treated level comes first in alphabetical order."""


def by_rule(rng: np.random.Generator, treated: str, n: int = 900) -> pd.DataFrame:
    """Everyone on one side of z = 0 is treated, which adds 3 to an outcome that rises with z on both sides."""
    z = rng.uniform(-1, 1, n)
    d = z >= 0 if treated == "above" else z < 0
    return pd.DataFrame({"z": z, "d": d.astype(int), "y": 2 * z + 3 * d + rng.normal(0, 0.5, n)})


@pytest.mark.parametrize("treated", ["above", "below"])
@pytest.mark.parametrize("names", NAMES, ids=str)
def test_the_sign_is_that_of_treatment_on_whichever_side_it_is(
    run_on: Callable[..., EffectEstimate], names: tuple[object, object], treated: str
) -> None:
    frame = by_rule(np.random.default_rng(3), treated)
    frame["d"] = [names[k] for k in frame["d"]]
    found = run_on(frame, "estimate_discontinuity", treatment="d", outcome="y", running_variable="z", cutoff=0)
    assert found.value == pytest.approx(3, abs=4 * found.diagnostics["std_error_of_lines"])
    assert (found.ci_low or 0) < 3 < (found.ci_high or 0)
    assert (found.contrast.control, found.contrast.treated) == names
    assert found.estimator == "local_linear_discontinuity"
    assert found.contrasts[0].n_treated == int(
        ((frame["d"] == names[1]) & (frame["z"].abs() < found.diagnostics["bandwidth"])).sum()
    )
    turned = {"control": names[1], "treated": names[0]}
    back = run_on(
        frame, "estimate_discontinuity", treatment="d", outcome="y", running_variable="z", cutoff=0, contrast=turned
    )
    assert (back.value, back.ci_low) == pytest.approx((-found.value, -(found.ci_high or 0)))


def moved_in_part(rng: np.random.Generator, side: str, n: int = 3000) -> pd.DataFrame:
    """Always-takers, never-takers and compliers, who gain 6, -2 and 3 and differ in level too: the effect at z = 0 is 3."""
    z, kind = rng.uniform(-1, 1, n), rng.choice(3, n, p=[0.2, 0.25, 0.55])
    offered = z >= 0 if side == "above" else z < 0
    d = (kind == 0) | ((kind == 2) & offered)
    gain = np.array([6.0, -2.0, 3.0])[kind]
    return pd.DataFrame({"z": z, "d": d.astype(int), "y": z + 0.7 * kind + gain * d + rng.normal(0, 1, n)})


@pytest.mark.parametrize("side", ["above", "below"])
def test_partial_compliance_gives_the_effect_on_compliers_and_not_the_jump(
    run_on: Callable[..., EffectEstimate], side: str
) -> None:
    frame = moved_in_part(np.random.default_rng(11), side, 8000)
    found = run_on(frame, "estimate_discontinuity", treatment="d", outcome="y", running_variable="z", cutoff=0)
    assert found.estimator == "fuzzy_discontinuity"
    assert found.value == pytest.approx(3, abs=4 * found.diagnostics["std_error_of_lines"])
    assert (found.ci_low or 0) < 3 < (found.ci_high or 0)
    assert found.diagnostics["jump_of_treatment"] == pytest.approx(0.55 if side == "above" else -0.55, abs=0.1)
    assert abs(found.diagnostics["jump_of_outcome"]) < 2.2
    assert found.diagnostics["first_stage_f"] > 10
    assert {"exclusion restriction", "monotonicity"} <= {a.name for a in found.assumptions}


@pytest.mark.slow
@pytest.mark.parametrize("side", ["above", "below"])
def test_the_interval_of_partial_compliance_covers_at_its_level(
    run_on: Callable[..., EffectEstimate], side: str
) -> None:
    hits, n_told = 0, 0
    for seed in range(300):
        frame = moved_in_part(np.random.default_rng(seed), side)
        with suppress(AssumptionViolated):
            found = run_on(frame, "estimate_discontinuity", treatment="d", outcome="y", running_variable="z", cutoff=0)
            n_told += 1
            hits += (found.ci_low or 0) <= 3 <= (found.ci_high or 0)
    assert n_told >= 290
    assert 0.92 <= hits / n_told <= 0.985


def test_errors_are_those_of_weighted_two_stage_least_squares_clustered_where_asked(
    run_on: Callable[..., EffectEstimate],
) -> None:
    frame = moved_in_part(np.random.default_rng(2), "above")
    frame["group"] = np.random.default_rng(3).integers(0, 80, len(frame))
    frame["y"] += np.random.default_rng(4).normal(0, 1, 80)[frame["group"]]
    near = frame[frame["z"].abs() < 0.6].assign(one=1.0, above=lambda f: (f["z"] >= 0).astype(float))
    near["z_above"] = near["z"] * near["above"]
    oracle = IV2SLS(
        near["y"], near[["one", "z", "z_above"]], near["d"], near["above"], weights=1 - near["z"].abs() / 0.6
    )
    args = {"treatment": "d", "outcome": "y", "running_variable": "z", "cutoff": 0, "bandwidth": 0.6}
    plain = run_on(frame, "estimate_discontinuity", **args)
    clustered = run_on(frame, "estimate_discontinuity", cluster="group", **args)
    robust = oracle.fit(cov_type="robust", debiased=True)
    grouped = oracle.fit(cov_type="clustered", clusters=near["group"], debiased=True)
    assert plain.value == clustered.value == pytest.approx(robust.params["d"])
    assert plain.diagnostics["std_error_of_lines"] == pytest.approx(robust.std_errors["d"], rel=0.005)
    assert clustered.diagnostics["std_error_of_lines"] == pytest.approx(grouped.std_errors["d"], rel=0.005)
    assert clustered.se_method.startswith("cluster(group)")
    assert clustered.diagnostics["dof"] == 79


def test_clusters_that_are_the_sides_are_refused(run_on: Callable[..., EffectEstimate]) -> None:
    frame = by_rule(np.random.default_rng(0), "above")
    args = {"treatment": "d", "outcome": "y", "running_variable": "z", "cutoff": 0}
    with pytest.raises(AssumptionViolated, match="Only 1 of the clusters lie"):
        run_on(frame.assign(g=frame["d"]), "estimate_discontinuity", cluster="g", **args)


def test_a_treatment_that_is_steep_but_does_not_jump_is_refused(run_on: Callable[..., EffectEstimate]) -> None:
    rng = np.random.default_rng(0)
    z, hidden = rng.uniform(-1, 1, 3000), rng.normal(size=3000)
    frame = pd.DataFrame({"z": z, "d": (hidden < 4 * z).astype(int), "y": hidden})
    with pytest.raises(AssumptionViolated, match="too little to tell its effect"):
        run_on(frame, "estimate_discontinuity", treatment="d", outcome="y", running_variable="z", cutoff=0)


def test_rows_exactly_at_the_cut_off_go_where_their_treatment_says(run_on: Callable[..., EffectEstimate]) -> None:
    score = np.arange(1000) % 100
    frame = pd.DataFrame({"score": score, "d": (score > 50).astype(int), "y": score / 50 + 3.0 * (score > 50)})
    found = run_on(frame, "estimate_discontinuity", treatment="d", outcome="y", running_variable="score", cutoff=50)
    assert found.value == pytest.approx(3)
    assert found.estimator == "local_linear_discontinuity"
    assert any("count as below" in w for w in found.warnings)


def test_an_amount_of_treatment_gives_the_effect_of_one_unit(run_on: Callable[..., EffectEstimate]) -> None:
    rng = np.random.default_rng(1)
    z = rng.uniform(-1, 1, 2000)
    hours = 10 + 4 * (z >= 0) + rng.normal(0, 1, 2000)
    frame = pd.DataFrame({"z": z, "hours": hours, "y": z - 0.5 * hours + rng.normal(0, 1, 2000)})
    found = run_on(frame, "estimate_discontinuity", treatment="hours", outcome="y", running_variable="z", cutoff=0)
    assert found.value == pytest.approx(-0.5, abs=4 * found.diagnostics["std_error_of_lines"])


def test_three_levels_of_treatment_are_refused_with_the_next_step(run_on: Callable[..., EffectEstimate]) -> None:
    frame = by_rule(np.random.default_rng(0), "above").assign(d=lambda f: np.arange(len(f)) % 3)
    frame["d"] = frame["d"].map({0: "none", 1: "half", 2: "full"})
    with pytest.raises(AssumptionViolated, match="Add a column that is 1 for the level of interest"):
        run_on(frame, "estimate_discontinuity", treatment="d", outcome="y", running_variable="z", cutoff=0)


def test_rows_left_out_and_the_event_that_was_counted_are_told(run_on: Callable[..., EffectEstimate]) -> None:
    frame = by_rule(np.random.default_rng(6), "above")
    frame["y"] = np.where(frame["y"] > 1.5, "beta", "alpha")
    frame.loc[:199, "z"] = np.nan
    found = run_on(frame, "estimate_discontinuity", outcome="y", running_variable="z", cutoff=0)
    assert found.n_dropped == 200
    assert [w[:12] for w in found.warnings] == ["200 of 900 r", "Of outcome '"]
    assert found.unit.startswith("difference in the probability that 'y' is beta")


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
