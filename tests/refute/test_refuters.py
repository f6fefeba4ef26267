"""Each refuter passes sound analyses, finds planted faults, and is blind to a hidden common cause."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import BadArguments, TooLarge
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.results import EffectEstimate, Result
from whence.tools.refute import _rerun
from whence.tools.workspace import WorkspaceEnv

from .conftest import MakeEnv, refute

REFUTERS = ("refute_placebo", "refute_dummy_outcome", "refute_random_common_cause", "refute_subset")
ADJUSTED = {"treatment": "t", "outcome": "y", "adjustment_set": ("z", "w")}


def _table(seed: int, n: int = 300, outcome: str = "normal") -> pd.DataFrame:
    """A confounded treatment; its effect is 0 for even seeds and 1 for odd ones."""
    rng = np.random.default_rng(seed)
    z, w = rng.standard_normal(n), rng.integers(0, 2, n)
    t = (rng.random(n) < 1 / (1 + np.exp(-(z + 0.5 * w)))).astype(int)
    noise = rng.standard_t(3, n) if outcome == "heavy" else rng.standard_normal(n)
    y = (seed % 2) * t + z + w + noise
    return pd.DataFrame({"z": z, "w": w, "t": t, "y": (y > 0).astype(int) if outcome == "binary" else y})


def _counts(make_env: MakeEnv, tool: str, refuter: str, n_analyses: int, n_runs: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for seed in range(n_analyses):
        frame = _table(seed, outcome=("normal", "binary", "heavy")[seed % 3])
        env = make_env(
            frame, tool, seed=seed, **(ADJUSTED if tool != "estimate_difference" else dict(list(ADJUSTED.items())[:2]))
        )
        found[refute(env, refuter, n_runs=n_runs).checks[0].status] += 1
    return found


@pytest.mark.parametrize("refuter", REFUTERS)
def test_sound_analyses_pass(make_env: MakeEnv, refuter: str) -> None:
    """100 analyses with every estimator are below; of 10, 7 % false alarms give at most 3 (binomial, 99.6 %)."""
    found = _counts(make_env, "estimate_regression", refuter, n_analyses=10, n_runs=10)
    assert found["pass"] + found["fail"] == 10
    assert found["fail"] <= 3


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("refuter", REFUTERS)
@pytest.mark.parametrize(
    "tool", ["estimate_difference", "estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching"]
)
def test_at_most_seven_of_a_hundred_sound_analyses_fail(make_env: MakeEnv, tool: str, refuter: str) -> None:
    n_runs = 10 if tool == "estimate_aipw" else 20  # cross-fitting takes its time
    found = _counts(make_env, tool, refuter, n_analyses=100, n_runs=n_runs)
    assert found["fail"] <= 7


class FaultyEnv(WorkspaceEnv):
    """An Env whose estimator is broken on purpose, in the way `fault` names."""

    fault = ""

    def rerun(self, evidence_id: str, tables: dict[str, pd.DataFrame], **changed: Any) -> Result:
        """The sound estimate, then broken."""
        names = changed.get("adjustment_set", self.evidence(evidence_id).args["adjustment_set"])
        if self.fault == "drops all covariates but the last":
            changed["adjustment_set"] = tuple(names)[-1:]
        elif self.fault == "drops all covariates":
            changed["adjustment_set"] = ()
        elif self.fault == "keeps the outcome of the original table":
            y = self.table("d")["y"]
            tables = {"d": tables["d"].assign(y=y.to_numpy() + 0 * tables["d"]["y"].to_numpy())}
        result = super().rerun(evidence_id, tables, **changed)
        assert isinstance(result, EffectEstimate)
        assert result.std_error is not None
        if self.fault == "always finds something":
            return result.model_copy(update={"value": result.value + 1.5 * result.std_error})
        if self.fault == "reports half its error":
            return result.model_copy(update={"std_error": result.std_error / 2})
        return result


def _faulty(env: WorkspaceEnv, fault: str) -> WorkspaceEnv:
    broken = FaultyEnv(env.workspace, env.seed, {"d": env.table("d")})
    broken.fault = fault
    return broken


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "refuter"),
    [
        ("always finds something", "refute_placebo"),
        ("always finds something", "refute_dummy_outcome"),
        ("reports half its error", "refute_placebo"),
        ("reports half its error", "refute_dummy_outcome"),
        ("keeps the outcome of the original table", "refute_dummy_outcome"),
        ("drops all covariates", "refute_subset"),
        ("drops all covariates", "refute_random_common_cause"),
        ("drops all covariates but the last", "refute_random_common_cause"),
    ],
)
def test_planted_faults_are_found(make_env: MakeEnv, fault: str, refuter: str) -> None:
    found = 0
    for seed in range(10):
        env = _faulty(make_env(_table(seed), "estimate_regression", **ADJUSTED), fault)
        found += refute(env, refuter).checks[0].status == "fail"
    assert found >= 8, found


def test_a_hidden_common_cause_passes_them_all(make_env: MakeEnv) -> None:
    """The truth is 1 and the estimate is far off, yet no refuter fails: they say nothing about what was not measured."""
    rng = np.random.default_rng(0)
    u = rng.standard_normal(1000)
    t = (rng.random(1000) < 1 / (1 + np.exp(-2 * u))).astype(int)
    frame = pd.DataFrame({"t": t, "y": t + 1.5 * u + rng.standard_normal(1000), "w": rng.standard_normal(1000)})
    env = make_env(frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("w",))
    estimate = EffectEstimate.model_validate(env.evidence("E1").result)
    assert estimate.ci_low is not None
    assert estimate.ci_low > 2
    for refuter in REFUTERS:
        check = refute(env, refuter).checks[0]
        assert check.status == "pass"
        assert "Hidden common causes" in check.does_not_show


def test_the_same_seed_gives_the_same_numbers(make_env: MakeEnv) -> None:
    for refuter in REFUTERS:
        first = refute(make_env(_table(1), "estimate_ipw", seed=3, **ADJUSTED), refuter, n_runs=6)
        again = refute(make_env(_table(1), "estimate_ipw", seed=3, **ADJUSTED), refuter, n_runs=6)
        other = refute(make_env(_table(1), "estimate_ipw", seed=4, **ADJUSTED), refuter, n_runs=6)
        assert first == again
        assert first.refuted_mean != other.refuted_mean


def test_clusters_exchange_their_treatment_as_a_whole(make_env: MakeEnv) -> None:
    """Village-level treatment with strong village effects: rows alone would look far too certain."""
    statuses: Counter[str] = Counter()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        village = np.repeat(np.arange(60), 10)
        t = rng.permutation(np.arange(60) % 2)[village]
        frame = pd.DataFrame({"g": village, "t": t, "y": rng.standard_normal(60)[village] + rng.standard_normal(600)})
        env = make_env(frame, "estimate_difference", treatment="t", outcome="y", cluster="g")
        found = refute(env, "refute_placebo").checks[0]
        assert "clusters" in found.meaning
        statuses[found.status] += 1
        assert refute(env, "refute_subset", n_runs=10).checks[0].status == "pass"
    assert statuses["pass"] >= 11


def test_text_treatments_and_populations_are_kept(make_env: MakeEnv) -> None:
    frame = _table(1).assign(t=lambda d: np.where(d["t"] == 1, "drug", "placebo"), site=lambda d: d["w"] + 1)
    population = ({"column": "site", "op": "==", "value": 1},)
    env = make_env(
        frame, "estimate_regression", treatment="t", outcome="y", adjustment_set=("z",), population=population
    )
    for refuter in REFUTERS:
        assert refute(env, refuter, n_runs=8).checks[0].status == "pass"


def test_continuous_treatments_keep_their_contrast(make_env: MakeEnv) -> None:
    frame = _table(1).assign(t=lambda d: d["t"] + np.random.default_rng(5).standard_normal(len(d)))
    env = make_env(frame, "estimate_regression", **ADJUSTED)
    for refuter in REFUTERS:
        assert refute(env, refuter, n_runs=8).checks[0].status == "pass"


def test_missing_values_are_not_an_obstacle(make_env: MakeEnv) -> None:
    frame = _table(1).astype({"t": float})
    frame.loc[::20, "t"] = np.nan
    frame.loc[::17, "y"] = np.nan
    env = make_env(frame, "estimate_regression", **ADJUSTED)
    for refuter in REFUTERS:
        assert refute(env, refuter, n_runs=8).checks[0].status == "pass"


def test_a_shuffled_treatment_is_not_run_on_an_instrument(make_env: MakeEnv) -> None:
    rng = np.random.default_rng(0)
    u, v = rng.standard_normal((2, 500))
    frame = pd.DataFrame({"v": v, "t": v + u + rng.standard_normal(500)})
    frame["y"] = frame["t"] + u + rng.standard_normal(500)
    env = make_env(frame, "estimate_iv", treatment="t", outcome="y", instruments=("v",))
    placebo = refute(env, "refute_placebo")
    assert placebo.checks[0].status == "not_run"
    assert placebo.n_runs == 0
    assert refute(env, "refute_dummy_outcome").checks[0].status == "pass"
    assert refute(env, "refute_subset").checks[0].status == "pass"


def test_a_difference_in_means_has_nothing_to_add_a_column_to(make_env: MakeEnv) -> None:
    env = make_env(_table(0), "estimate_difference", treatment="t", outcome="y")
    assert refute(env, "refute_random_common_cause").checks[0].status == "not_run"


def test_only_estimates_can_be_refuted(make_env: MakeEnv) -> None:
    env = make_env(_table(0), "estimate_difference", treatment="t", outcome="y")
    env.workspace.ledger.append(Evidence(id="E2", tool="data_load", args={}, ok=False, summary="no"))
    for refuter in REFUTERS:
        with pytest.raises(BadArguments, match="not an estimate"):
            refute(env, refuter, estimate="E2")
        with pytest.raises(BadArguments, match="no evidence"):
            refute(env, refuter, estimate="E9")


def test_a_slow_estimator_is_stopped_after_its_first_run(make_env: MakeEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rerun, "MAX_SECONDS", 1e-6)
    env = make_env(_table(0), "estimate_difference", treatment="t", outcome="y")
    with pytest.raises(TooLarge, match="n_runs="):
        refute(env, "refute_placebo")


def test_failing_runs_are_not_read_as_passing(make_env: MakeEnv) -> None:
    """A rare treatment that nearly every half of the rows leaves without one arm."""
    frame = _table(0).assign(t=lambda d: (d.index < 2).astype(int))
    env = make_env(frame, "estimate_difference", treatment="t", outcome="y")
    check = refute(env, "refute_subset", share=0.5).checks[0]
    assert check.status == "not_run"
    assert "runs failed" in check.meaning


@pytest.mark.parametrize("tool", ["estimate_regression", "estimate_difference", "estimate_iv"])
@pytest.mark.parametrize("refuter", ["refute_random_common_cause", "refute_subset"])
def test_rounding_is_no_fault_of_an_exact_fit(make_env: MakeEnv, tool: str, refuter: str) -> None:
    """y = 2 t + x has no error: every run gives 2, and moves by units in the last place."""
    rng = np.random.default_rng(1)
    x = rng.integers(0, 5, 300).astype(float)
    t = (rng.random(300) < 1 / (1 + np.exp(2 - x))).astype(int)
    more = {
        "estimate_regression": {"adjustment_set": ("x",)},
        "estimate_difference": {},
        "estimate_iv": {"instruments": ("x",)},
    }
    y = 2.0 * t + (x if tool == "estimate_regression" else 0.0)
    env = make_env(pd.DataFrame({"x": x, "t": t, "y": y}), tool, treatment="t", outcome="y", **more[tool])
    assert refute(env, refuter, n_runs=10).checks[0].status in ("pass", "not_run")
