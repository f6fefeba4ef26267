"""Matching against a brute-force version written from the papers, closed forms, and simulated spread."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.examples import get_example


def _table(n: int = 200, seed: int = 3, discrete: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, w = rng.normal(0.5, 1, n), rng.normal(size=n)
    if discrete:
        x, w = np.round(x), np.round(w)
    t = (rng.random(n) < 1 / (1 + np.exp(-0.8 * x + 0.3 * w))).astype(int)
    y = 2 + t * (1 + x) + 1.5 * x - w + rng.normal(size=n)
    return pd.DataFrame({"x": x, "w": w, "t": t, "y": y})


def _brute_force(frame: pd.DataFrame, estimand: str, n_matches: int) -> tuple[float, float]:
    """Abadie, Drukker, Herr & Imbens 2004 by loops: distances to all rows, all ties, two neighbours for the variance."""
    x, t, y = frame[["x", "w"]].to_numpy(), frame["t"].to_numpy(), frame["y"].to_numpy()
    inverse = np.linalg.inv(np.cov(x, rowvar=False))
    gap = x[:, None] - x[None]
    distance = np.sqrt(np.einsum("ijk,kl,ijl->ij", gap, inverse, gap))
    n = len(y)
    target = np.flatnonzero({"ATE": t >= 0, "ATT": t == 1, "ATC": t == 0}[estimand])
    used, used2 = np.zeros(n), np.zeros(n)
    other = np.zeros(n)
    for i in target:
        pool = np.flatnonzero(t != t[i])
        bound = np.sort(distance[i, pool])[n_matches - 1]
        near = pool[distance[i, pool] <= bound + 1e-9]
        other[i] = y[near].mean()
        used[near] += 1 / len(near)
        used2[near] += 1 / len(near) ** 2
    effects = np.where(t == 1, y - other, other - y)[target]
    spread = np.zeros(n)
    for i in range(n):
        pool = np.flatnonzero((t == t[i]) & (np.arange(n) != i))
        bound = np.sort(distance[i, pool])[1]
        near = pool[distance[i, pool] <= bound + 1e-9]
        spread[i] = len(near) / (len(near) + 1) * (y[i] - y[near].mean()) ** 2
    extra = used**2 - used2 + (2 * used if estimand == "ATE" else 0)
    variance = ((effects - effects.mean()) ** 2).sum() + (extra * spread).sum()
    return effects.mean(), variance**0.5 / len(target)


@pytest.mark.parametrize("discrete", [False, True])
@pytest.mark.parametrize(("estimand", "n_matches"), [("ATE", 1), ("ATT", 1), ("ATC", 3), ("ATE", 4)])
def test_value_and_error_equal_brute_force(run_on, estimand, n_matches, discrete):
    frame = _table(discrete=discrete)
    got = run_on(
        frame, "estimate_matching", treatment="t", outcome="y", adjustment_set=("x", "w"), estimand=estimand,
        n_matches=n_matches, bias_adjustment=False,
    )  # fmt: skip
    value, error = _brute_force(frame, estimand, n_matches)
    assert got.value == pytest.approx(value, rel=1e-8)
    assert got.std_error == pytest.approx(error, rel=1e-8)


def test_bias_adjustment_removes_what_is_linear(run_on):
    """Without noise and with a linear outcome the adjusted matches are exact."""
    frame = _table()
    frame["y"] = 2 * frame["t"] + 3 * frame["x"] - frame["w"]
    call = {"treatment": "t", "outcome": "y", "adjustment_set": ("x", "w")}
    assert run_on(frame, "estimate_matching", **call).value == pytest.approx(2)
    assert abs(run_on(frame, "estimate_matching", bias_adjustment=False, **call).value - 2) > 0.05


@pytest.mark.parametrize("metric", ["mahalanobis", "propensity"])
def test_recovers_the_closed_form_effect(run_on, metric):
    example = get_example("confounder")
    got = run_on(
        example.simulate(5000, seed=1),
        "estimate_matching",
        treatment="t",
        outcome="y",
        adjustment_set=("z",),
        metric=metric,
    )
    assert got.ci_low < example.effect < got.ci_high
    assert got.checks[0].status == "pass"


@pytest.mark.parametrize(("estimand", "arms"), [("ATE", (0, 1)), ("ATT", (1,)), ("ATC", (0,))])
def test_averages_over_the_population_asked_for(run_on, estimand, arms):
    frame = _table(n=5000)
    truth = float(1 + frame["x"][frame["t"].isin(arms)].mean())
    got = run_on(frame, "estimate_matching", treatment="t", outcome="y", adjustment_set=("x", "w"), estimand=estimand)
    assert got.value == pytest.approx(truth, abs=3 * got.std_error)


def test_exact_matches_on_one_binary_covariate_are_stratification(run_on):
    rng = np.random.default_rng(0)
    z = rng.integers(0, 2, 3000)
    t = (rng.random(3000) < 0.2 + 0.6 * z).astype(int)
    frame = pd.DataFrame({"z": z, "t": t, "y": t * (1 + z) + 2 * z + rng.normal(size=3000)})
    cells = frame.groupby(["z", "t"])["y"].mean().unstack()
    got = run_on(frame, "estimate_matching", treatment="t", outcome="y", adjustment_set=("z",))
    assert got.value == pytest.approx(
        float(((cells[1] - cells[0]) * frame["z"].value_counts(normalize=True).sort_index()).sum())
    )
    assert got.diagnostics["mean_distance"] == 0


def test_poor_matches_fail_balance(run_on):
    rng = np.random.default_rng(1)
    t = np.repeat([0, 1], 300)
    x = rng.normal(size=600) + 2.5 * t
    frame = pd.DataFrame({"t": t, "x": x, "y": x + t})
    got = run_on(frame, "estimate_matching", treatment="t", outcome="y", adjustment_set=("x",))
    assert got.checks[0].status == "fail"


def test_refuses_what_it_cannot_do(run_on):
    frame = _table().assign(copy=lambda f: 1 - f["t"])
    call = {"treatment": "t", "outcome": "y"}
    with pytest.raises(BadArguments, match="covariates to match on"):
        run_on(frame, "estimate_matching", **call)
    with pytest.raises(BadArguments, match="estimate_aipw"):
        run_on(frame, "estimate_matching", adjustment_set=("x",), cluster="w", **call)
    with pytest.raises(AssumptionViolated, match="'copy'"):
        run_on(frame, "estimate_matching", adjustment_set=("x", "copy"), **call)
