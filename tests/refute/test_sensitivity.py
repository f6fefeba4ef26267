"""E-values and robustness values against published numbers, and bounds against exact omitted-variable bias."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.results import EffectEstimate
from whence.tools.refute._evalue import e_value, e_value_of_interval, ratio_of_difference, ratio_of_risks
from whence.tools.refute._omitted import partial_r2, robustness_value, strength_of

from .conftest import MakeEnv, refute


def test_the_published_e_values() -> None:
    """VanderWeele and Ding 2017: RR 3.9 (95 % 1.8, 8.7) has E-values 7.26 and 3.0."""
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value_of_interval(1.8, 8.7) == pytest.approx(3.0)
    assert e_value(0.8) == pytest.approx(1.25 + np.sqrt(1.25 * 0.25))
    assert e_value(1.0) == 1.0
    assert e_value_of_interval(0.5, 1.5) == 1.0
    assert e_value_of_interval(0.2, 0.5) == pytest.approx(e_value(2.0))


def test_a_hidden_cause_of_e_value_strength_explains_a_risk_ratio_exactly() -> None:
    """Ding and VanderWeele 2016: the bias factor RR_EU RR_UD / (RR_EU + RR_UD - 1) at the E-value equals the risk ratio."""
    for ratio in (1.2, 2.0, 5.0):
        e = e_value(ratio)
        assert e * e / (2 * e - 1) == pytest.approx(ratio)


def test_the_published_robustness_values() -> None:
    """Cinelli and Hazlett 2020, table 1 (Darfur): t = 4.184 on 783 degrees of freedom."""
    assert partial_r2(4.184, 783) == pytest.approx(0.022, abs=0.0005)
    assert robustness_value(4.184, 783) == pytest.approx(0.139, abs=0.0005)
    assert robustness_value(4.184, 783, alpha=0.05) == pytest.approx(0.076, abs=0.0005)


def test_an_insignificant_estimate_needs_nothing() -> None:
    assert robustness_value(1.5, 500, alpha=0.05) == 0.0
    assert robustness_value(1.5, 500) > 0


def _residual(v: np.ndarray, on: np.ndarray) -> np.ndarray:
    return v - on @ np.linalg.lstsq(on, v, rcond=None)[0]


def test_a_confounder_of_robustness_value_strength_brings_the_estimate_to_zero() -> None:
    """Build one: with both partial R² equal to the robustness value, the regression that includes it finds zero."""
    rng = np.random.default_rng(0)
    n = 400
    x = np.column_stack([np.ones(n), rng.standard_normal(n)])
    d = x[:, 1] + rng.standard_normal(n)
    y = 0.3 * d + x[:, 1] + rng.standard_normal(n)
    d_x = _residual(d, x)
    y_dx = _residual(y, np.column_stack([x, d]))
    beta = float(d_x @ y / (d_x @ d_x))
    dof = n - 3
    error = np.sqrt(y_dx @ y_dx / dof / (d_x @ d_x))
    r = robustness_value(beta / error, dof)
    other = _residual(rng.standard_normal(n), np.column_stack([x, d, y]))
    unit = [v / np.linalg.norm(v) for v in (d_x, y_dx, other)]
    # z: correlation sqrt(r) with d given x, and with y given d and x
    in_y = np.sqrt(r * (1 - r))
    z = np.sqrt(r) * unit[0] + in_y * unit[1] + np.sqrt(1 - r - in_y**2) * unit[2]
    full = np.column_stack([x, d, z])
    assert abs(np.linalg.lstsq(full, y, rcond=None)[0][2]) < 1e-9


def test_benchmarks_bound_a_twin_of_a_covariate() -> None:
    """Leave one of two equally strong, independent confounders out: the bound from the other covers the exact bias."""
    rng = np.random.default_rng(1)
    n = 20_000
    a, b = rng.standard_normal((2, n))
    d = 0.4 * a + 0.4 * b + rng.standard_normal(n)
    y = 0.5 * d + 0.6 * a + 0.6 * b + rng.standard_normal(n)
    x = np.column_stack([np.ones(n), a])
    short = np.linalg.lstsq(np.column_stack([x, d]), y, rcond=None)[0][2]
    residual = _residual(y, np.column_stack([x, d]))
    d_x = _residual(d, x)
    error = float(np.sqrt(residual @ residual / (n - 3) / (d_x @ d_x)))
    found = strength_of(x, d, y, [1], error, n - 3)
    assert found.bias is not None
    full = np.linalg.lstsq(np.column_stack([x, d, b]), y, rcond=None)[0][2]
    assert abs(short - full) <= found.bias * 1.05
    assert found.bias < 1.5 * abs(short - full)


def _frame(n: int = 500, binary: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    z, g = rng.standard_normal(n), rng.choice(["a", "b", "c"], n)
    t = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    y = t + z + (g == "b") + rng.standard_normal(n)
    return pd.DataFrame({"z": z, "g": g, "t": t, "y": (y > 0.5).astype(int) if binary else y})


def test_regression_values_come_from_its_own_t(make_env: MakeEnv) -> None:
    env = make_env(_frame(), "estimate_regression", treatment="t", outcome="y", adjustment_set=("z", "g"))
    estimate = EffectEstimate.model_validate(env.evidence("E1").result)
    found = refute(env, "refute_sensitivity")
    t, dof = estimate.diagnostics["t_value"], estimate.diagnostics["dof"]
    assert found.robustness_value == pytest.approx(robustness_value(t, dof))
    assert found.robustness_value_ci == pytest.approx(robustness_value(t, dof, 0.05))
    sd = float(_frame()["y"].std())
    assert found.e_value == pytest.approx(e_value(np.exp(0.91 * estimate.value / sd)))
    assert estimate.ci_low is not None
    assert found.e_value_ci == pytest.approx(e_value(np.exp(0.91 * estimate.ci_low / sd)))
    assert [b.covariate for b in found.benchmarks] == ["z", "g"]
    assert found.benchmarks[0].partial_r2_outcome > found.benchmarks[1].partial_r2_outcome
    assert found.checks[0].status in ("pass", "fail")


def test_other_estimators_say_whose_robustness_values_these_are(make_env: MakeEnv) -> None:
    plain = make_env(_frame(), "estimate_regression", treatment="t", outcome="y", adjustment_set=("z",))
    weighted = make_env(_frame(), "estimate_ipw", treatment="t", outcome="y", adjustment_set=("z",))
    a, b = refute(plain, "refute_sensitivity"), refute(weighted, "refute_sensitivity")
    assert a.robustness_value == b.robustness_value
    assert a.e_value != b.e_value
    assert any("not of estimate_ipw" in w for w in b.warnings)


def test_without_covariates_there_is_no_benchmark(make_env: MakeEnv) -> None:
    env = make_env(_frame(), "estimate_difference", treatment="t", outcome="y")
    found = refute(env, "refute_sensitivity")
    estimate = EffectEstimate.model_validate(env.evidence("E1").result)
    assert found.checks[0].status == "uninformative"
    assert not found.benchmarks
    assert found.partial_r2 == pytest.approx(partial_r2(estimate.diagnostics["t_value"], estimate.diagnostics["dof"]))


def test_a_binary_outcome_is_read_as_risks(make_env: MakeEnv) -> None:
    """Without adjustment the two risks are those of the table."""
    frame = _frame(binary=True)
    env = make_env(frame, "estimate_difference", treatment="t", outcome="y")
    risks = frame.groupby("t")["y"].mean()
    assert refute(env, "refute_sensitivity").e_value == pytest.approx(e_value(risks[1] / risks[0]), rel=1e-6)


def test_risks_stay_between_zero_and_one() -> None:
    assert ratio_of_risks(0.9, None, None, 0.3, 0.5) > 1
    assert ratio_of_risks(-0.9, None, 0.1, 0.5, 0.5) < 1
    assert ratio_of_risks(0.1, 0.2, None, 0.5, 0.5) == pytest.approx(1.5)
    assert np.isfinite(ratio_of_difference(1e9, 1e-3))


def test_three_arms_and_doses_are_handled(make_env: MakeEnv) -> None:
    rng = np.random.default_rng(3)
    z = rng.standard_normal(600)
    arm = rng.choice(["none", "low", "high"], 600)
    y = 1.0 * (arm == "high") + z + rng.standard_normal(600)
    frame = pd.DataFrame({"z": z, "arm": arm, "dose": z + rng.standard_normal(600), "y": y})
    for contrast, strong in (
        ({"control": "none", "treated": "high"}, True),
        ({"control": "none", "treated": "low"}, False),
    ):
        env = make_env(
            frame, "estimate_regression", treatment="arm", outcome="y", adjustment_set=("z",), contrast=contrast
        )
        found = refute(env, "refute_sensitivity")
        assert (found.robustness_value > 0.2) == strong
    env = make_env(frame, "estimate_regression", treatment="dose", outcome="y", adjustment_set=("z",))
    estimate = EffectEstimate.model_validate(env.evidence("E1").result)
    found = refute(env, "refute_sensitivity")
    assert found.robustness_value == pytest.approx(
        robustness_value(estimate.diagnostics["t_value"], estimate.diagnostics["dof"])
    )


def test_an_instrument_has_no_e_value(make_env: MakeEnv) -> None:
    rng = np.random.default_rng(0)
    v, u = rng.standard_normal((2, 400))
    t = v + u
    frame = pd.DataFrame({"v": v, "t": t, "y": t + u + rng.standard_normal(400)})
    env = make_env(frame, "estimate_iv", treatment="t", outcome="y", instruments=("v",))
    found = refute(env, "refute_sensitivity")
    assert found.e_value is None
    assert found.checks[0].status == "not_run"


@pytest.mark.parametrize("effect", [2.0, 0.0])
def test_an_exact_fit_leaves_a_hidden_cause_nothing_to_explain(make_env: MakeEnv, effect: float) -> None:
    """Whatever column is added to a regression without remainder, its coefficients stay: the oracle is least squares."""
    rng = np.random.default_rng(1)
    x = rng.integers(0, 5, 300).astype(float)
    t = (rng.random(300) < 1 / (1 + np.exp(2 - x))).astype(float)
    y = effect * t + x
    env = make_env(
        pd.DataFrame({"x": x, "t": t, "y": y}), "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",)
    )
    found = refute(env, "refute_sensitivity")
    more = np.column_stack([np.ones(300), t, x, x * rng.normal(size=300)])
    after = np.linalg.lstsq(more, y, rcond=None)[0][1]
    assert found.benchmarks[0].adjusted_estimate == pytest.approx(after, abs=1e-9)
    assert found.robustness_value == found.robustness_value_ci == found.partial_r2 == bool(effect)
