"""Regression adjustment against statsmodels, closed forms and hostile tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.examples import get_example
from whence.tools.domain.questions import Contrast
from whence.tools.linear import fit_ols


def _table(n: int = 800, seed: int = 3) -> pd.DataFrame:
    """Effect 1 + x, so ATE = 1 + E[x], ATT = 1 + E[x | t]."""
    rng = np.random.default_rng(seed)
    x, w = rng.normal(0.5, 1, n), rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-x))).astype(int)
    y = 2 + t * (1 + x) + 1.5 * x - w + rng.normal(size=n) * (1 + 0.5 * t)
    return pd.DataFrame({"x": x, "w": w, "t": t, "y": y, "g": rng.integers(0, 40, n)})


def test_recovers_the_closed_form_effect_of_the_textbook_confounder(run_on):
    example = get_example("confounder")
    got = run_on(
        example.simulate(20_000, seed=5), "estimate_regression", treatment="t", outcome="y", adjustment_set=("z",)
    )
    assert got.value == pytest.approx(example.effect, abs=4 * got.std_error)
    assert got.ci_low < example.effect < got.ci_high


def test_coefficient_and_hc2_error_equal_statsmodels(run_on):
    frame = _table()
    got = run_on(
        frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x", "w"), interactions=False
    )
    oracle = sm.OLS(frame["y"].to_numpy(), sm.add_constant(frame[["t", "x", "w"]].to_numpy())).fit(
        cov_type="HC2", use_t=True
    )
    assert got.value == pytest.approx(oracle.params[1], rel=1e-10)
    assert got.std_error == pytest.approx(oracle.bse[1], rel=1e-8)
    assert (got.ci_low, got.ci_high) == pytest.approx(tuple(oracle.conf_int()[1]), rel=1e-8)
    assert got.p_value == pytest.approx(oracle.pvalues[1], rel=1e-6)


def test_cluster_error_equals_statsmodels(run_on):
    frame = _table()
    got = run_on(
        frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",), cluster="g", interactions=False
    )
    oracle = sm.OLS(frame["y"].to_numpy(), sm.add_constant(frame[["t", "x"]].to_numpy())).fit(
        cov_type="cluster", cov_kwds={"groups": frame["g"].to_numpy()}, use_t=True
    )
    assert got.std_error == pytest.approx(oracle.bse[1], rel=1e-8)
    assert (got.ci_low, got.ci_high) == pytest.approx(tuple(oracle.conf_int()[1]), rel=1e-6)
    assert got.se_method == "cluster(g), t interval"


@pytest.mark.parametrize(("estimand", "rows"), [("ATE", (0, 1)), ("ATT", (1,)), ("ATC", (0,))])
def test_interactions_average_the_effect_over_the_population_asked_for(run_on, estimand, rows):
    frame = _table()
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x", "w"), estimand=estimand)
    x = frame[["x", "w"]].to_numpy()
    arms = [sm.OLS(frame["y"][frame["t"] == a].to_numpy(), sm.add_constant(x[frame["t"] == a])).fit() for a in (0, 1)]
    target = sm.add_constant(x)[frame["t"].isin(rows)]
    assert got.value == pytest.approx(float((arms[1].predict(target) - arms[0].predict(target)).mean()), rel=1e-9)
    assert got.diagnostics["interactions"] == 1


def test_interacted_error_adds_the_sampling_of_the_covariates_to_hc2(run_on):
    frame = _table(n=5000)
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",))
    centred = frame["x"] - frame["x"].mean()
    fit = sm.OLS(frame["y"], sm.add_constant(np.column_stack([frame["t"], centred, frame["t"] * centred]))).fit(
        cov_type="HC2"
    )
    expected = fit.bse.iloc[1] ** 2 + fit.params.iloc[3] ** 2 * frame["x"].var() / len(frame)
    assert got.std_error**2 == pytest.approx(expected, rel=0.02)
    assert got.std_error > 1.02 * fit.bse.iloc[1]


def test_t_value_and_dof_are_classical_for_sensitivity(run_on):
    frame = _table()
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x", "w"))
    oracle = sm.OLS(frame["y"].to_numpy(), sm.add_constant(frame[["t", "x", "w"]].to_numpy())).fit()
    assert got.diagnostics["t_value"] == pytest.approx(oracle.tvalues[1], rel=1e-9)
    assert got.diagnostics["dof"] == oracle.df_resid


def test_a_dose_moves_by_one_unit_at_its_median_unless_told_otherwise(run_on):
    frame = get_example("chain_of_three").simulate(2000, seed=1)
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y")
    assert (got.contrast.control, got.contrast.treated) == (0.0, 1.0)
    slope = sm.OLS(frame["y"], sm.add_constant(frame["t"])).fit().params["t"]
    assert got.diagnostics["slope_per_unit"] == pytest.approx(slope)
    assert got.value == pytest.approx(slope)
    assert any("one unit" in w for w in got.warnings)
    named = run_on(frame, "estimate_regression", treatment="t", outcome="y", contrast={"control": 0, "treated": 1})
    assert named.value == pytest.approx(slope)
    assert not named.warnings


def test_a_dose_that_spans_less_than_a_unit_moves_between_its_quartiles(run_on):
    frame = get_example("chain_of_three").simulate(2000, seed=1)
    frame["t"] /= 100
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y")
    start, end = np.quantile(frame["t"], [0.25, 0.75])
    slope = sm.OLS(frame["y"], sm.add_constant(frame["t"])).fit().params["t"]
    assert float(got.contrast.control) == pytest.approx(start, rel=1e-5)
    assert got.value == pytest.approx(slope * (end - start), rel=1e-4)
    assert any("quartile" in w for w in got.warnings)


def test_a_dose_outside_its_range_is_refused(run_on):
    frame = get_example("chain_of_three").simulate(500, seed=1)
    with pytest.raises(AssumptionViolated, match="observed range"):
        run_on(frame, "estimate_regression", treatment="t", outcome="y", contrast={"control": 0, "treated": 50})


def test_att_of_a_dose_is_refused(run_on):
    with pytest.raises(BadArguments, match="estimand='ATE'"):
        run_on(
            get_example("chain_of_three").simulate(200),
            "estimate_regression",
            treatment="t",
            outcome="y",
            estimand="ATT",
        )


def test_a_bent_dose_response_fails_its_check(run_on):
    rng = np.random.default_rng(0)
    t = rng.normal(size=1000)
    got = run_on(
        pd.DataFrame({"t": t, "y": t + t**2 + rng.normal(size=1000)}), "estimate_regression", treatment="t", outcome="y"
    )
    assert next(c for c in got.checks if c.name == "linear dose response").status == "fail"


def test_every_level_of_a_treatment_is_compared_with_the_control_by_name(run_on):
    rng = np.random.default_rng(2)
    arm = rng.choice(["No e-mail", "Mens", "Womens"], 900)
    x = rng.normal(size=900)
    y = x + np.select([arm == "Mens", arm == "Womens"], [2.0, 5.0], 0.0) + rng.normal(size=900)
    got = run_on(
        pd.DataFrame({"arm": arm, "x": x, "y": y}),
        "estimate_regression",
        treatment="arm",
        outcome="y",
        adjustment_set=("x",),
    )
    values = {c.contrast.treated: c.value for c in got.contrasts}
    assert {c.contrast.control for c in got.contrasts} == {"No e-mail"}
    assert values["Mens"] == pytest.approx(2, abs=0.4)
    assert values["Womens"] == pytest.approx(5, abs=0.4)
    one = run_on(
        pd.DataFrame({"arm": arm, "x": x, "y": y}), "estimate_regression", treatment="arm", outcome="y", adjustment_set=("x",),
        contrast=Contrast(control="mens", treated="womens"),
    )  # fmt: skip
    assert one.value == pytest.approx(values["Womens"] - values["Mens"], rel=1e-9)
    assert one.contrast == Contrast(control="Mens", treated="Womens")


def test_nominal_covariates_are_one_hot_and_codes_are_not_numbers(run_on):
    frame = _table()
    frame["race"] = np.where(frame["w"] > 0.5, "c", np.where(frame["w"] > -0.5, "a", "b"))
    frame["code"] = frame["race"].map({"a": 7, "b": 1, "c": 4})
    common = {"treatment": "t", "outcome": "y", "interactions": False}
    by_name = run_on(frame, "estimate_regression", adjustment_set=("x", "race"), **common)
    by_code = run_on(frame, "estimate_regression", adjustment_set=("x", "code"), nominal=("code",), **common)
    dummies = pd.get_dummies(frame["race"], drop_first=True, dtype=float)
    oracle = sm.OLS(frame["y"].to_numpy(), sm.add_constant(np.column_stack([frame[["t", "x"]], dummies]))).fit(
        cov_type="HC2"
    )
    assert by_name.value == pytest.approx(oracle.params[1])
    assert by_code.value == pytest.approx(oracle.params[1])


def test_redundant_covariates_are_named_and_change_nothing(run_on):
    frame = _table()
    frame["copy"], frame["sum"], frame["one"] = 3 * frame["x"] + 1, frame["x"] + frame["w"], 1
    plain = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x", "w"))
    got = run_on(
        frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x", "w", "copy", "sum", "one")
    )
    assert got.value == pytest.approx(plain.value, rel=1e-9)
    said = " ".join(got.warnings)
    assert "'copy' is a linear combination of 'x'" in said
    assert "'sum' is a linear combination of 'x', 'w'" in said
    assert "'one' is constant" in said


def test_a_covariate_that_restates_the_treatment_is_refused_by_name(run_on):
    frame = _table()
    frame["label"] = np.where(frame["t"] == 1, "got it", "did not")
    with pytest.raises(AssumptionViolated, match="label"):
        run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x", "label"))


def test_interactions_that_an_arm_cannot_support_are_refused_or_left_out_aloud(run_on):
    frame = _table()
    frame["only_control"] = ((frame["t"] == 0) & (frame["w"] > 1)).astype(int)
    call = {"treatment": "t", "outcome": "y", "adjustment_set": ("x", "only_control")}
    with pytest.raises(AssumptionViolated, match="only_control"):
        run_on(frame, "estimate_regression", interactions=True, **call)
    got = run_on(frame, "estimate_regression", **call)
    assert got.diagnostics["interactions"] == 0
    assert any("one common effect" in w for w in got.warnings)


def test_extrapolation_check_fails_when_the_arms_are_far_apart(run_on):
    rng = np.random.default_rng(1)
    t = np.repeat([0, 1], 500)
    x = rng.normal(size=1000) + 8 * t
    frame = pd.DataFrame({"t": t, "x": x, "y": t + x + rng.normal(size=1000)})
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",))
    assert next(c for c in got.checks if c.name == "extrapolation").status == "fail"
    assert next(a for a in got.assumptions if a.name == "positivity").status == "tested_failed"


def test_effective_sample_size_is_that_of_the_weights_regression_implies(run_on):
    frame = _table()
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x", "w"))
    x = sm.add_constant(frame[["x", "w"]].to_numpy())
    arm = x[frame["t"] == 1]
    weights = x.mean(axis=0) @ np.linalg.inv(arm.T @ arm) @ arm.T
    assert weights.sum() == pytest.approx(1)
    assert got.diagnostics["ess_treated"] == pytest.approx(1 / (weights @ weights), rel=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": "constant"}, "same value"),
        ({"t": "constant"}, "same value"),
        ({"y": "dates"}, "dates"),
        ({"x": "dates"}, "dates"),
        ({"t": "dates"}, "dates"),
        ({"y": "words"}, "text levels"),
        ({"x": "names"}, "identifier"),
        ({"y": "empty"}, "No row has a value"),
    ],
)
def test_columns_that_cannot_be_used_are_refused_with_a_next_step(run_on, change, message):
    frame = _table(n=300)
    n = len(frame)
    made = {
        "constant": lambda: np.ones(n),
        "dates": lambda: pd.date_range("2020-01-01", periods=n),
        "words": lambda: np.resize(["red", "green", "blue"], n),
        "names": lambda: [f"person {i}" for i in range(n)],
        "empty": lambda: np.full(n, np.nan),
    }
    for column, kind in change.items():
        frame[column] = made[kind]()
    with pytest.raises(AssumptionViolated, match=message):
        run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"treatment": "tt"}, "Did you mean 't'"),
        ({"adjustment_set": ("y",)}, "named for two parts"),
        ({"contrast": {"control": 0, "treated": 3}}, "no level 3"),
        ({"contrast": {"control": 1, "treated": True}}, "with itself"),
        ({"population": [{"column": "x", "op": ">", "value": "tall"}]}, "holds numbers"),
    ],
)
def test_wrong_arguments_are_named(run_on, args, message):
    with pytest.raises(BadArguments, match=message):
        run_on(_table(), "estimate_regression", **({"treatment": "t", "outcome": "y"} | args))


def test_more_columns_than_rows_is_refused(run_on):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(12, 15)), columns=[f"x{i}" for i in range(15)])
    frame["t"], frame["y"] = np.resize([0, 1], 12), rng.normal(size=12)
    with pytest.raises(AssumptionViolated, match="too few"):
        run_on(
            frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=tuple(f"x{i}" for i in range(15))
        )


def test_missing_and_infinite_cells_are_counted_and_said(run_on):
    frame = _table()
    frame.loc[:9, "y"] = np.nan
    frame.loc[10:14, "x"] = np.inf
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",))
    clean = run_on(frame.iloc[15:], "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",))
    assert (got.n_used, got.n_dropped) == (785, 15)
    assert got.value == pytest.approx(clean.value, rel=1e-12)
    assert "'y' (10)" in got.warnings[0]


def test_names_and_cells_are_never_run(run_on):
    hostile = "x); __import__('os').system('touch pwned')#"
    frame = _table().rename(columns={"x": hostile, "t": "C(y) ~ {t}", "y": "np.log(0) + Q('a')"})
    plain = run_on(_table(), "estimate_regression", treatment="t", outcome="y", adjustment_set=("x",))
    got = run_on(
        frame, "estimate_regression", treatment="C(y) ~ {t}", outcome="np.log(0) + Q('a')", adjustment_set=(hostile,)
    )
    assert got.value == plain.value


def test_an_effect_of_nothing_but_rounding_is_zero(run_on):
    """y = 0.7 x does not depend on t, and rounding must not be taken for a significant effect."""
    rng = np.random.default_rng(1)
    x = rng.integers(0, 5, 300).astype(float)
    t = (rng.random(300) < 1 / (1 + np.exp(2 - x))).astype(int)
    frame = pd.DataFrame({"x": x, "w": rng.normal(size=300), "t": t, "y": 0.7 * x})
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("x", "w"))
    assert (got.value, got.std_error, got.p_value) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("cluster", [None, "g"])
def test_the_test_of_the_last_column_equals_statsmodels(cluster):
    rng = np.random.default_rng(6)
    x = np.column_stack([np.ones(120), rng.normal(size=(120, 2))])
    y, g = x @ [1.0, 2.0, 0.1] + rng.normal(size=120) * (1 + np.abs(x[:, 1])), rng.integers(0, 15, 120)
    how = {"cov_type": "HC2"} if cluster is None else {"cov_type": "cluster", "cov_kwds": {"groups": g}}
    theirs = sm.OLS(y, x).fit(use_t=True, **how)
    ours = fit_ols(x, y).test_last(None if cluster is None else g)
    assert ours == pytest.approx((theirs.tvalues[-1], theirs.pvalues[-1]))


def test_a_step_from_zero_of_a_dose_that_is_never_zero_is_taken_inside_its_range(run_on):
    rng = np.random.default_rng(2)
    dose = rng.uniform(9, 36, 400)
    frame = pd.DataFrame({"t": dose, "y": -2 * dose + rng.normal(0, 0.1, 400)})
    step = Contrast(control=0, treated=-5)
    got = run_on(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=(), contrast=step)
    assert got.value == pytest.approx(10, abs=0.1)
    assert any("never 0" in w for w in got.warnings)
