"""The front door against closed forms, the formula by cells, and a bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import AssumptionViolated
from whence.tools.domain.examples import get_example


def _cells(n: int = 4000, seed: int = 0) -> pd.DataFrame:
    """A hidden cause of treatment and outcome; a mediator of three levels; an outcome with interaction."""
    rng = np.random.default_rng(seed)
    u = rng.normal(size=n)
    t = (u + rng.normal(size=n) > 0).astype(int)
    m = np.where(rng.random(n) < 0.3 + 0.3 * t, "high", np.where(rng.random(n) < 0.5, "mid", "low"))
    y = np.select([m == "high", m == "mid"], [2.0, 1.0], 0.0) * (1 + 0.5 * t) + 2 * u + rng.normal(size=n)
    return pd.DataFrame({"t": t, "m": m, "y": y})


def _formula(frame: pd.DataFrame) -> float:
    shares = frame["t"].value_counts(normalize=True)
    given_t = {t: frame["m"][frame["t"] == t].value_counts(normalize=True) for t in (0, 1)}
    means = frame.groupby(["m", "t"])["y"].mean()
    return sum((given_t[1][m] - given_t[0][m]) * sum(shares[t] * means[m, t] for t in (0, 1)) for m in given_t[0].index)


def test_recovers_the_effect_that_no_adjustment_set_can(run_on):
    example = get_example("front_door")
    frame = example.simulate(20_000, seed=1)
    got = run_on(frame, "estimate_frontdoor", treatment="t", outcome="y", mediators=("m",))
    crude = run_on(frame, "estimate_difference", treatment="t", outcome="y")
    assert got.ci_low < example.effect < got.ci_high
    assert not crude.ci_low < example.effect < crude.ci_high


def test_a_nominal_mediator_gives_the_formula_by_cells(run_on):
    frame = _cells()
    got = run_on(frame, "estimate_frontdoor", treatment="t", outcome="y", mediators=("m",))
    assert got.value == pytest.approx(_formula(frame), rel=1e-9)


def test_the_error_agrees_with_a_bootstrap(run_on):
    frame = _cells(n=2000)
    got = run_on(frame, "estimate_frontdoor", treatment="t", outcome="y", mediators=("m",))
    rng = np.random.default_rng(0)
    drawn = [_formula(frame.iloc[rng.integers(0, len(frame), len(frame))]) for _ in range(200)]
    assert got.std_error == pytest.approx(np.std(drawn), rel=0.15)


def test_a_dose_gives_the_product_of_the_stages(run_on):
    rng = np.random.default_rng(2)
    n = 5000
    u = rng.normal(size=n)
    t = u + rng.normal(size=n)
    m1, m2 = 0.5 * t + rng.normal(size=n), -0.3 * t + rng.normal(size=n)
    frame = pd.DataFrame({"t": t, "m1": m1, "m2": m2, "y": 2 * m1 + m2 + 3 * u + rng.normal(size=n)})
    got = run_on(
        frame,
        "estimate_frontdoor",
        treatment="t",
        outcome="y",
        mediators=("m1", "m2"),
        contrast={"control": -1, "treated": 1},
    )
    assert got.value == pytest.approx(2 * (0.5 * 2 - 0.3), abs=3 * got.std_error)
    assert 0 < got.std_error < 0.2


def test_a_mediator_level_missing_from_an_arm_is_refused_by_name(run_on):
    frame = _cells(n=300)
    frame.loc[(frame["t"] == 0) & (frame["m"] == "mid"), "m"] = "low"
    with pytest.raises(AssumptionViolated, match="mid"):
        run_on(frame, "estimate_frontdoor", treatment="t", outcome="y", mediators=("m",))
