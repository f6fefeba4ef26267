"""Ninety-five per cent intervals cover the truth in about ninety-five of a hundred draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

N_DRAWS = 200
LOW, HIGH = 0.90, 0.99


def _draw(seed: int, n: int = 480, clustered: bool = False) -> tuple[pd.DataFrame, dict[str, float]]:
    """Under 500 rows, so that no time goes to boosting.

    Effect 1 + x with x ~ N(0, 1) and unequal variances: the ATE is 1, the ATT 1 + E[x | t = 1].
    """
    rng = np.random.default_rng(seed)
    g = rng.integers(0, 60, n)
    shared = rng.normal(size=60)[g] if clustered else np.zeros(n)
    x, w = rng.normal(size=n), rng.normal(size=n)
    t = (rng.random(n) < 1 / (1 + np.exp(-0.7 * x - 0.3 * w))).astype(int)
    if clustered:
        t = (rng.random(60) < 0.5).astype(int)[g]
    y = t * (1 + x) + x + 0.5 * w + shared + rng.normal(size=n) * (1 + 0.5 * t)
    frame = pd.DataFrame({"x": x, "w": w, "t": t, "y": y, "g": g})
    return frame, {"ATE": 1.0, "ATT": 1.0 + _mean_x_of_treated()}


def _mean_x_of_treated() -> float:
    """E[x | t = 1] by quadrature: x and w normal, t logistic."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    p = 1 / (1 + np.exp(-0.7 * nodes[:, None] - 0.3 * nodes[None]))
    mass = weights[:, None] * weights[None] * p
    return float((mass * nodes[:, None]).sum() / mass.sum())


def _coverage(run_on, tool: str, estimand: str = "ATE", **args) -> float:
    covered = []
    for seed in range(N_DRAWS):
        frame, truth = _draw(seed)
        got = run_on(frame, tool, treatment="t", outcome="y", adjustment_set=("x", "w"), estimand=estimand, **args)
        covered.append(got.ci_low <= truth[estimand] <= got.ci_high)
    return float(np.mean(covered))


@pytest.mark.slow
@pytest.mark.parametrize("estimand", ["ATE", "ATT"])
@pytest.mark.parametrize("tool", ["estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching"])
def test_intervals_cover(run_on, tool, estimand):
    assert LOW <= _coverage(run_on, tool, estimand) <= HIGH


@pytest.mark.slow
def test_several_matches_cover(run_on):
    assert LOW <= _coverage(run_on, "estimate_matching", n_matches=3, metric="propensity") <= HIGH


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["estimate_difference", "estimate_regression", "estimate_ipw", "estimate_aipw"])
def test_clustered_intervals_cover_when_clusters_are_assigned(run_on, tool):
    more = {} if tool == "estimate_difference" else {"adjustment_set": ("x", "w")}
    covered, naive = [], []
    for seed in range(N_DRAWS):
        frame, _ = _draw(seed, clustered=True)
        for found, cluster in ((covered, "g"), (naive, None)):
            got = run_on(frame, tool, treatment="t", outcome="y", cluster=cluster, **more)
            found.append(got.ci_low <= 1 <= got.ci_high)
    assert 0.88 <= np.mean(covered) <= HIGH
    assert np.mean(naive) < 0.8


@pytest.mark.slow
def test_two_stage_intervals_cover(run_on):
    covered = []
    for seed in range(N_DRAWS):
        rng = np.random.default_rng(seed)
        u, z = rng.normal(size=400), rng.normal(size=400)
        d = z + u + rng.normal(size=400)
        frame = pd.DataFrame({"z": z, "d": d, "y": 2 * d + u + rng.normal(size=400)})
        got = run_on(
            frame, "estimate_iv", treatment="d", outcome="y", instruments=("z",), contrast={"control": 0, "treated": 1}
        )
        covered.append(got.ci_low <= 2 <= got.ci_high)
    assert LOW <= np.mean(covered) <= HIGH


@pytest.mark.slow
@pytest.mark.parametrize("estimand", ["NDE", "NIE"])
def test_natural_effect_intervals_cover(run_on, estimand):
    """NDE = 1 + 0.5, NIE = 3 * 2 (see test_mediation)."""
    covered = []
    for seed in range(N_DRAWS):
        rng = np.random.default_rng(seed)
        c = rng.normal(size=300)
        t = (rng.random(300) < 1 / (1 + np.exp(-c))).astype(int)
        m = 1 + 2 * t + c + rng.normal(size=300)
        frame = pd.DataFrame({"c": c, "t": t, "m": m, "y": t + 3 * m + 0.5 * t * m + c + rng.normal(size=300)})
        got = run_on(
            frame,
            "estimate_mediation",
            treatment="t",
            outcome="y",
            mediators=("m",),
            adjustment_set=("c",),
            estimand=estimand,
        )
        covered.append(got.ci_low <= {"NDE": 1.5, "NIE": 6.0}[estimand] <= got.ci_high)
    assert LOW <= np.mean(covered) <= HIGH
