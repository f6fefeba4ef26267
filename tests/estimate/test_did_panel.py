"""Difference in differences over a panel: against PanelOLS, means by hand, and simulations whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PanelOLS
from scipy.stats import ttest_ind
from statsmodels.stats import multivariate

from whence.tools.domain.errors import AssumptionViolated, BadArguments

Run = Callable[..., Any]
NEVER = 99


def panel(
    starts: dict[int, int], n_periods: int = 6, seed: int = 0, *, growth: float = 0.0, trend: float = 0.0
) -> pd.DataFrame:
    """Units by the period they start in (`NEVER`: not at all): effect 1, plus `growth` a period since then.

    Outcomes have a level of the unit, common shocks, errors that persist within units, and `trend` for later treated units.
    """
    rng = np.random.default_rng(seed)
    rows = []
    shocks = rng.standard_normal(n_periods)
    for start, n_units in starts.items():
        for _ in range(n_units):
            unit, level, noise = len(rows) // n_periods, rng.standard_normal() * 2, 0.0
            for period in range(n_periods):
                noise = 0.6 * noise + 0.5 * rng.standard_normal()
                effect = (1 + growth * (period - start)) * (period >= start)
                drift = trend * period * (start != NEVER)
                rows.append(
                    (unit, 2000 + period, int(period >= start), level + shocks[period] + noise + effect + drift)
                )
    return pd.DataFrame(rows, columns=["firm", "year", "law", "sales"])


ARGS = {"treatment": "law", "outcome": "sales", "time": "year", "unit": "firm"}


def test_one_start_is_two_way_fixed_effects_clustered_on_units(run_on: Run) -> None:
    frame = panel({3: 20, NEVER: 30}).drop(index=[5, 77, 140])  # unbalanced on purpose
    found = run_on(frame, "estimate_did", **ARGS)
    oracle = PanelOLS.from_formula("sales ~ law + EntityEffects + TimeEffects", frame.set_index(["firm", "year"])).fit(
        cov_type="clustered", cluster_entity=True, group_debias=True, auto_df=False, count_effects=False
    )
    assert found.estimator == "two_way_fixed_effects"
    assert found.value == pytest.approx(oracle.params["law"])
    assert found.se_method == "cluster(firm), t interval"
    assert found.std_error == pytest.approx(
        oracle.std_errors["law"], rel=0.02
    )  # small-sample factors differ by columns


def test_its_interval_covers_the_truth_when_errors_persist(run_on: Run) -> None:
    found = [run_on(panel({3: 15, NEVER: 20}, seed=seed), "estimate_did", **ARGS) for seed in range(100)]
    assert 89 <= sum(f.ci_low <= 1 <= f.ci_high for f in found) <= 100


def test_different_starts_are_averaged_by_group_and_period(run_on: Run) -> None:
    frame = panel({2: 10, 4: 20, NEVER: 15}, growth=0.5, seed=3)
    found = run_on(frame, "estimate_did", **ARGS)
    wide = frame.pivot(index="firm", columns="year", values="sales")
    group = pd.Series([2] * 10 + [4] * 20 + [NEVER] * 15)
    effects, weights = [], []
    for start in (2, 4):
        for period in range(start, 6):
            change = wide[2000 + period] - wide[2000 + start - 1]
            effects.append(change[group == start].mean() - change[group == NEVER].mean())
            weights.append((group == start).sum())
    assert found.estimator == "group_time_average"
    assert found.value == pytest.approx(np.average(effects, weights=weights))
    assert any("Goodman-Bacon" in w for w in found.warnings)


def test_growing_effects_with_different_starts_are_recovered_where_the_regression_fails(run_on: Run) -> None:
    truth = np.average([1 + 0.5 * k for k in range(4)] + [1 + 0.5 * k for k in range(2)], weights=[30] * 4 + [30] * 2)
    found = [run_on(panel({2: 30, 4: 30, NEVER: 15}, growth=0.5, seed=s), "estimate_did", **ARGS) for s in range(60)]
    assert sum(f.ci_low <= truth <= f.ci_high for f in found) >= 51
    assert np.mean([f.value for f in found]) == pytest.approx(truth, abs=0.08)
    assert np.mean([f.diagnostics["two_way_fixed_effects"] for f in found]) < truth - 0.2


def test_units_not_yet_treated_are_compared_with_where_all_start_in_the_end(run_on: Run) -> None:
    found = run_on(panel({2: 60, 5: 60}, seed=1), "estimate_did", **ARGS)
    assert found.diagnostics["n_group_time_effects"] == 3  # the first group, in the periods before the second starts
    assert abs(found.value - 1) < 4 * found.std_error


def test_moving_apart_before_treatment_fails_the_check(run_on: Run) -> None:
    apart = run_on(panel({4: 40, NEVER: 40}, trend=0.5), "estimate_did", **ARGS)
    alike = run_on(panel({4: 40, NEVER: 40}), "estimate_did", **ARGS)
    assert [c.status for c in (*apart.checks, *alike.checks)] == ["fail", "pass"]


def gap(frame: pd.DataFrame, gaps: dict[int, float]) -> pd.DataFrame:
    """The same panel, those who are treated one day set apart by so much in these years."""
    treated = frame.groupby("firm")["law"].transform("max") == 1
    return frame.assign(sales=frame["sales"] + frame["year"].map(gaps).fillna(0.0) * treated)


@pytest.mark.parametrize("gaps", [{2000: 2.0, 2001: -2.0}, {2000: -1.5, 2001: 1.5}], ids=str)
def test_gaps_before_treatment_that_cancel_fail_the_check(run_on: Run, gaps: dict[int, float]) -> None:
    (check,) = run_on(gap(panel({4: 40, NEVER: 40}), gaps), "estimate_did", **ARGS).checks
    assert (check.status, check.p_value < 1e-6) == ("fail", True)
    assert "joint test of all 3 earlier changes" in check.meaning


def test_groups_that_move_apart_to_opposite_sides_fail_the_check(run_on: Run) -> None:
    frame = panel({3: 30, 5: 30, NEVER: 30})
    side = frame.groupby("firm")["law"].transform("sum").map({3: 0.8, 1: -0.8}).fillna(0.0)
    (check,) = run_on(
        frame.assign(sales=lambda f: f["sales"] + side * (f["year"] - 2000)), "estimate_did", **ARGS
    ).checks
    assert check.status == "fail"


def test_one_earlier_change_is_judged_by_the_test_of_welch(run_on: Run) -> None:
    frame = panel({2: 12, NEVER: 31}, n_periods=4, seed=5)
    frame.loc[frame["firm"] < 12, "sales"] *= 3
    (check,) = run_on(frame, "estimate_did", **ARGS).checks
    wide = frame.pivot(index="firm", columns="year", values="sales")
    change = wide[2000] - wide[2001]
    assert check.p_value == pytest.approx(ttest_ind(change[:12], change[12:], equal_var=False).pvalue)


def test_several_earlier_changes_are_judged_by_the_test_of_hotelling(run_on: Run) -> None:
    frame = gap(panel({4: 100, NEVER: 100}, seed=2), {2000: 0.1, 2001: -0.1})
    (check,) = run_on(frame, "estimate_did", **ARGS).checks
    wide = frame.pivot(index="firm", columns="year", values="sales")
    changes = wide[[2000, 2001, 2002]].sub(wide[2003], axis=0).to_numpy()
    oracle = multivariate.test_mvmean_2indep(changes[:100], changes[100:])  # with one variance for both groups
    assert 0.001 < oracle.pvalue < 0.2
    assert check.p_value == pytest.approx(oracle.pvalue, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    "starts",
    [{4: 10, NEVER: 12}, {6: 8, NEVER: 40}, {3: 15, 5: 15, NEVER: 20}, {3: 15, 5: 15, 7: 15}, {5: 4, NEVER: 4}],
    ids=str,
)
def test_groups_that_move_alike_fail_the_check_no_oftener_than_its_level(run_on: Run, starts: dict[int, int]) -> None:
    failed = sum(
        run_on(panel(starts, n_periods=8, seed=seed), "estimate_did", **ARGS).checks[0].status == "fail"
        for seed in range(200)
    )
    assert failed <= 19  # of 200 at 0.05: 10 expected, 99.8 % of draws at most 19


def test_a_panel_without_noise_is_judged_by_what_it_shows(run_on: Run) -> None:
    frame = panel({3: 6, NEVER: 6})
    alike = frame.assign(sales=frame["firm"] / 7 + frame["year"] / 3 + frame["law"])
    apart = gap(alike, {2000: 0.5})
    checks = [run_on(f, "estimate_did", **ARGS).checks[0] for f in (alike, apart)]
    assert [c.status for c in checks] == ["pass", "fail"]


def test_a_single_treated_unit_is_told(run_on: Run) -> None:
    found = run_on(panel({3: 1, NEVER: 30}), "estimate_did", **ARGS)
    assert any("treated are a single cluster of 'firm'" in w for w in found.warnings)


def test_units_treated_from_the_first_period_on_are_left_out_with_a_warning(run_on: Run) -> None:
    found = run_on(panel({0: 5, 3: 20, NEVER: 20}), "estimate_did", **ARGS)
    assert found.n_used == 40 * 6
    assert any(w.startswith("5 units are treated in their first period") for w in found.warnings)


def switched_off() -> pd.DataFrame:
    frame = panel({3: 10, NEVER: 10})
    return frame.assign(law=frame["law"].where(frame["year"] < 2005, 0))


def as_text() -> pd.DataFrame:
    frame = panel({3: 10, NEVER: 10})
    return frame.assign(year=frame["year"].map(lambda year: "uvwxyzabcd"[year % 10]))


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (switched_off(), "In 10 of 20 units 'law' is switched off"),
        (as_text(), "came first cannot be read from 'u', 'v'"),
        (panel({3: 10}), "all units are first treated in the same period"),
        (panel({2: 10, 4: 10, NEVER: 10}).drop(index=7), "1 of 30 units do not have exactly one row"),
    ],
)
def test_what_cannot_be_compared_is_refused(run_on: Run, frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(AssumptionViolated, match=message):
        run_on(frame, "estimate_did", **ARGS)


def test_covariates_with_different_starts_are_refused(run_on: Run) -> None:
    frame = panel({2: 10, 4: 10, NEVER: 10})
    frame["size"] = np.random.default_rng(0).standard_normal(len(frame))
    with pytest.raises(AssumptionViolated, match="without covariates only"):
        run_on(frame, "estimate_did", **ARGS, adjustment_set=("size",))


def test_errors_of_a_panel_are_clustered_on_nothing_but_the_unit(run_on: Run) -> None:
    frame = panel({3: 10, NEVER: 10})
    with pytest.raises(BadArguments, match="clustered on the unit 'firm'"):
        run_on(frame.assign(town=frame["firm"] % 4), "estimate_did", **ARGS, cluster="town")


def test_two_periods_with_a_unit_are_clustered_on_it(run_on: Run) -> None:
    frame = panel({1: 20, NEVER: 20}, n_periods=2)
    group = frame.groupby("firm")["law"].transform("max")
    found = run_on(frame.assign(law=group), "estimate_did", **ARGS)
    change = frame.pivot(index="firm", columns="year", values="sales").diff(axis=1)[2001]
    one, zero = change[:20], change[20:]
    assert found.value == pytest.approx(one.mean() - zero.mean())
    assert found.se_method == "cluster(firm), t interval"
    welch = (one.var() / 20 + zero.var() / 20) ** 0.5
    assert found.std_error == pytest.approx(welch, rel=0.03)


def test_groups_within_a_unit_are_not_taken_for_a_start(run_on: Run) -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"law": rng.integers(0, 2, 400), "year": rng.integers(0, 2, 400), "firm": rng.integers(0, 40, 400)}
    )
    frame["sales"] = frame["law"] * frame["year"] + rng.standard_normal(400)
    found = run_on(frame, "estimate_did", **ARGS)
    means = frame.pivot_table(index="law", columns="year", values="sales", aggfunc="mean").to_numpy()
    assert found.value == pytest.approx(means[1, 1] - means[1, 0] - means[0, 1] + means[0, 0])
    assert found.se_method == "cluster(firm), t interval"
