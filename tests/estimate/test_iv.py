"""Two-stage least squares against closed forms, statsmodels and brute force inversion of tests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.examples import get_example
from whence.tools.estimate._weak import anderson_rubin_set, in_words, reduced_form


def _table(n: int = 800, strength: float = 0.6, seed: int = 0, n_instruments: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    u, x = rng.normal(size=n), rng.normal(size=n)
    z = rng.normal(size=(n, n_instruments))
    d = strength * z.sum(axis=1) + u + x + rng.normal(size=n) * (1 + 0.5 * np.abs(x))
    frame = pd.DataFrame({"d": d, "x": x, "y": 2 * d + 3 * u + x + rng.normal(size=n), "g": rng.integers(0, 50, n)})
    for j in range(n_instruments):
        frame[f"z{j}"] = z[:, j]
    return frame


def _call(run_on, frame, **more):
    given = {
        "treatment": "d",
        "outcome": "y",
        "instruments": ("z0",),
        "adjustment_set": ("x",),
        "contrast": {"control": 0, "treated": 1},
    }
    return run_on(frame, "estimate_iv", **(given | more))


def test_recovers_the_effect_that_regression_cannot(run_on):
    example = get_example("instrument")
    frame = example.simulate(20_000, seed=1)
    common = {"treatment": "t", "outcome": "y", "contrast": {"control": 0, "treated": 1}}
    got = run_on(frame, "estimate_iv", instruments=("z",), **common)
    naive = run_on(frame, "estimate_regression", **common)
    assert got.ci_low < example.effect < got.ci_high
    assert naive.ci_low > example.effect + 0.2
    assert got.estimand == "LATE"
    assert got.diagnostics["ols_value"] == pytest.approx(naive.value)


def test_one_instrument_without_covariates_is_the_wald_ratio(run_on):
    rng = np.random.default_rng(5)
    z, u = rng.integers(0, 2, 2000), rng.normal(size=2000)
    d = (0.8 * z + u + rng.normal(size=2000) > 0.5).astype(int)
    frame = pd.DataFrame({"z": z, "d": d, "y": 1.5 * d + u + rng.normal(size=2000)})
    got = run_on(frame, "estimate_iv", treatment="d", outcome="y", instruments=("z",))
    by_arm = frame.groupby("z")[["y", "d"]].mean().diff().iloc[1]
    assert got.value == pytest.approx(by_arm["y"] / by_arm["d"])
    assert (got.contrasts[0].n_treated, got.contrasts[0].n_control) == (d.sum(), 2000 - d.sum())


def test_first_stage_f_equals_statsmodels(run_on):
    frame = _table(n_instruments=2)
    got = _call(run_on, frame, instruments=("z0", "z1"))
    stage = sm.OLS(frame["d"], sm.add_constant(frame[["x", "z0", "z1"]]))
    restriction = np.eye(4)[2:]
    assert got.diagnostics["first_stage_f_classical"] == pytest.approx(
        float(stage.fit().f_test(restriction).fvalue), rel=1e-8
    )
    assert got.diagnostics["first_stage_f"] == pytest.approx(
        float(stage.fit(cov_type="HC1").f_test(restriction).fvalue), rel=1e-8
    )


def test_effective_f_of_one_instrument_is_the_robust_f(run_on):
    got = _call(run_on, _table())
    assert got.diagnostics["effective_f"] == pytest.approx(got.diagnostics["first_stage_f"])


def test_standard_error_is_that_of_the_formula(run_on):
    frame = _table()
    got = _call(run_on, frame)
    x = sm.add_constant(frame[["x", "d"]].to_numpy())
    z = sm.add_constant(frame[["x", "z0"]].to_numpy())
    fitted = z @ np.linalg.lstsq(z, x, rcond=None)[0]
    b = np.linalg.solve(fitted.T @ x, fitted.T @ frame["y"].to_numpy())
    e = frame["y"].to_numpy() - x @ b
    bread = np.linalg.inv(fitted.T @ fitted)
    v = bread @ (fitted.T * e**2) @ fitted @ bread * len(e) / (len(e) - 3)
    assert got.value == pytest.approx(b[2])
    assert got.std_error == pytest.approx(v[2, 2] ** 0.5, rel=1e-6)


@pytest.mark.parametrize(("n_instruments", "cluster"), [(1, None), (2, None), (1, "g")])
def test_anderson_rubin_set_inverts_the_test_by_brute_force(run_on, n_instruments, cluster):
    frame = _table(strength=0.25, n_instruments=n_instruments)
    names = [f"z{j}" for j in range(n_instruments)]
    got = _call(run_on, frame, instruments=tuple(names), cluster=cluster)
    x = sm.add_constant(frame[["x", *names]].to_numpy())
    how = (
        {"cov_type": "HC1"}
        if cluster is None
        else {"cov_type": "cluster", "cov_kwds": {"groups": frame["g"].to_numpy()}}
    )

    def p_value(effect: float) -> float:
        fit = sm.OLS((frame["y"] - effect * frame["d"]).to_numpy(), x).fit(use_t=True, **how)
        return float(fit.f_test(np.eye(x.shape[1])[2:]).pvalue)

    for end in (got.diagnostics["ar_ci_low"], got.diagnostics["ar_ci_high"]):
        assert p_value(end) == pytest.approx(0.05, abs=1e-4)
    assert p_value(got.value) > 0.05


def test_a_useless_instrument_gives_an_unbounded_set_and_says_so(run_on):
    got = _call(run_on, _table(strength=0.0, seed=3))
    checks = {c.name: c for c in got.checks}
    assert checks["instrument strength"].status == "fail"
    assert checks["Anderson-Rubin set"].status == "uninformative"
    assert "unbounded" in checks["Anderson-Rubin set"].meaning
    assert any("weak" in w and "unbounded" in w for w in got.warnings)
    assert next(a for a in got.assumptions if a.name == "instrument relevance").status == "tested_failed"
    assert type(got).model_validate(got.model_dump(mode="json")) == got


def test_words_for_every_shape_of_the_set():
    infinite = float("inf")
    assert in_words([(1.0, 2.0)]) == "1 to 2"
    assert in_words([(-infinite, -1.0), (2.0, infinite)]) == "unbounded: below -1 or above 2"
    assert "every number" in in_words([(-infinite, infinite)])
    assert "not valid" in in_words([])


@pytest.mark.slow
def test_anderson_rubin_set_covers_the_truth_with_a_weak_instrument_where_the_usual_interval_fails():
    covered = []
    for seed in range(300):
        frame = _table(n=200, strength=0.12, seed=seed, n_instruments=2)
        x = sm.add_constant(frame[["x"]].to_numpy())
        form = reduced_form(frame["y"].to_numpy(), frame["d"].to_numpy(), frame[["z0", "z1"]].to_numpy(), x, None)
        covered.append(any(low <= 2 <= high for low, high in anderson_rubin_set(form, 2.0, 1.0)))
    assert 0.915 < np.mean(covered) < 0.985


def test_strength_is_worded_between_ten_and_the_safe_bound(run_on):
    got = _call(run_on, _table(n=500, strength=0.35))
    strength = got.checks[0]
    assert 10 < strength.statistic < 104.7
    assert strength.status == "pass"
    assert "104.7" in strength.meaning


def test_wu_hausman_sees_the_confounding_and_its_absence(run_on):
    rng = np.random.default_rng(9)
    clean = _table()
    clean["y"] = 2 * clean["d"] + clean["x"] + rng.normal(size=len(clean))
    found = [next(c for c in _call(run_on, f).checks if c.name == "Wu-Hausman") for f in (_table(), clean)]
    assert [c.status for c in found] == ["pass", "uninformative"]


def test_overidentification_catches_a_bad_instrument(run_on):
    frame = _table(n=3000, n_instruments=2)
    bad = frame.assign(y=frame["y"] + frame["z1"])
    found = [
        next(c for c in _call(run_on, f, instruments=names).checks if c.name == "overidentification").status
        for f, names in ((frame, ("z0", "z1")), (bad, ("z0", "z1")), (frame, ("z0",)))
    ]
    assert found == ["pass", "fail", "not_run"]


def test_a_contrast_scales_the_effect_its_interval_and_the_robust_set(run_on):
    frame = _table()
    one = _call(run_on, frame)
    back = _call(run_on, frame, contrast={"control": 1, "treated": -1})
    assert back.value == pytest.approx(-2 * one.value)
    assert back.std_error == pytest.approx(2 * one.std_error)
    assert back.diagnostics["ar_ci_low"] == pytest.approx(-2 * one.diagnostics["ar_ci_high"])


def test_text_treatment_and_text_instrument(run_on):
    rng = np.random.default_rng(5)
    z, u = rng.integers(0, 2, 1000), rng.normal(size=1000)
    d = (0.8 * z + u + rng.normal(size=1000) > 0.5).astype(int)
    frame = pd.DataFrame({"z": z, "d": d, "y": 1.5 * d + u})
    words = frame.assign(z=np.where(z == 1, "offered", "not offered"), d=np.where(d == 1, "yes", "no"))
    plain, got = (run_on(f, "estimate_iv", treatment="d", outcome="y", instruments=("z",)) for f in (frame, words))
    assert got.value == pytest.approx(plain.value)


def test_what_cannot_be_an_instrument_is_refused_by_name(run_on):
    frame = _table().assign(one=1.0, twin=lambda f: 2 * f["x"] + 1)
    with pytest.raises(AssumptionViolated, match="'one' is constant"):
        _call(run_on, frame, instruments=("one",))
    with pytest.raises(AssumptionViolated, match="'twin' is a linear combination of 'x'"):
        _call(run_on, frame, instruments=("twin",))
    with pytest.raises(BadArguments, match="two parts"):
        _call(run_on, frame, instruments=("x",))
    arms = frame.assign(d=np.resize(["a", "b", "c"], len(frame)))
    with pytest.raises(BadArguments, match="1 for the level"):
        _call(run_on, arms, contrast=None)


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_an_instrument_everyone_complies_with_determines_the_treatment(run_on, noise):
    """Two-stage least squares is then the difference of two means; no F statistic can be given."""
    rng = np.random.default_rng(4)
    z = rng.integers(0, 2, 300)
    frame = pd.DataFrame({"z": z, "t": z, "y": 2.0 * z + noise * rng.normal(size=300)})
    got = run_on(frame, "estimate_iv", treatment="t", outcome="y", instruments=("z",))
    assert got.value == pytest.approx(frame["y"][z == 1].mean() - frame["y"][z == 0].mean())
    assert "determines the treatment exactly" in got.checks[0].meaning
    assert "first_stage_f" not in got.diagnostics
    assert got.diagnostics["ar_ci_low"] <= got.value <= got.diagnostics["ar_ci_high"]
    assert type(got).model_validate(got.model_dump(mode="json")) == got


def test_an_outcome_without_noise_leaves_one_effect_in_the_robust_set(run_on):
    """Any effect but 2 leaves a remainder that the instrument predicts, however the treatment came about."""
    rng = np.random.default_rng(4)
    z = rng.integers(0, 2, (2, 400))
    t = np.where(rng.random(400) < 0.4, rng.integers(0, 2, 400), z[0] | z[1])
    frame = pd.DataFrame({"z": z[0], "w": z[1], "t": t, "y": 2.0 * t + 0.3})
    for instruments in (("z",), ("z", "w")):
        got = run_on(frame, "estimate_iv", treatment="t", outcome="y", instruments=instruments)
        assert (got.diagnostics["ar_ci_low"], got.diagnostics["ar_ci_high"]) == pytest.approx((2, 2))
        assert next(c for c in got.checks if c.name == "Wu-Hausman").status == "uninformative"


def test_fewer_clusters_than_instruments_are_refused(run_on):
    frame = _table(n_instruments=2).assign(g=lambda f: np.arange(len(f)) % 2)
    with pytest.raises(AssumptionViolated, match="more clusters than"):
        _call(run_on, frame, instruments=("z0", "z1"), cluster="g")


def _three_levels(n: int = 3000) -> pd.DataFrame:
    """A randomised instrument moves a treatment of 1, 2, 3; as an amount, each unit adds 1.5."""
    rng = np.random.default_rng(2)
    z, u = rng.integers(0, 2, n), rng.normal(size=n)
    t = np.clip(np.round(2 + 0.8 * (z - 0.5) + 0.5 * u + 0.3 * rng.normal(size=n)), 1, 3).astype(int)
    return pd.DataFrame({"z": z, "t": t, "y": 1.5 * t + u + rng.normal(size=n)})


def test_numbers_that_are_labels_are_not_taken_for_amounts(run_on):
    with pytest.raises(BadArguments, match="labels, not amounts"):
        run_on(_three_levels(), "estimate_iv", treatment="t", outcome="y", instruments=("z",), nominal=("t",))


def test_a_few_amounts_are_one_slope_and_no_comparison_of_levels(run_on):
    frame = _three_levels()
    call = {"treatment": "t", "outcome": "y", "instruments": ("z",)}
    got = run_on(frame, "estimate_iv", **call)
    by_arm = frame.groupby("z")[["y", "t"]].mean().diff().iloc[1]
    step = float(got.contrast.treated) - float(got.contrast.control)
    assert got.value == pytest.approx(step * by_arm["y"] / by_arm["t"])
    assert len(got.contrasts) == 1
    assert not any("each is compared" in w for w in got.warnings)
    wide = run_on(frame, "estimate_iv", contrast={"control": 1, "treated": 3}, **call)
    assert wide.value == pytest.approx(2 * by_arm["y"] / by_arm["t"])
