"""What one row would have been: simulated rows keep their noise, so the truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from whence.tools.domain.errors import AssumptionViolated, BadArguments
from whence.tools.domain.graphs import AnyGraph, Cpdag, Dag
from whence.tools.domain.results import ColumnCard, DatasetCard
from whence.tools.estimate.counterfactual import CounterfactualArgs, run
from whence.tools.workspace import Workspace, WorkspaceEnv

GRAPH = Dag.of("z -> t", "z -> y", "t -> m", "m -> y", "t -> y", "w -> t")


def drawn(n: int, seed: int, t: float | None = None, bend: float = 0.0) -> pd.DataFrame:
    """The same noise for the same seed, with the treatment as it comes or set for every row."""
    rng = np.random.default_rng(seed)
    z, w, noise_t, noise_m = (rng.normal(size=n) for _ in range(4))
    noise_y = rng.exponential(size=n)
    treatment = z + 0.5 * w + noise_t if t is None else np.full(n, t)
    m = 0.8 * treatment + bend * treatment**2 + noise_m
    return pd.DataFrame({"z": z, "w": w, "t": treatment, "m": m, "y": 2 * z - treatment + 1.5 * m + noise_y})


def ask(folder: Path, frame: pd.DataFrame, graph: AnyGraph = GRAPH, **args):
    workspace = Workspace(folder=folder)
    env = WorkspaceEnv(workspace, seed=0)
    columns = tuple(ColumnCard(name=c, type="continuous") for c in frame)
    workspace.tables["d"] = DatasetCard(
        name="d", source="d.csv", sha256="0" * 64, n_rows=len(frame), n_columns=len(columns), columns=columns,
        stored=env.store_table("d", frame),
    )  # fmt: skip
    workspace.graphs["g"] = graph
    wanted = {"dataset": "d", "graph": "g", "treatment": "t", "outcome": "y", "row": 1, "value": 2.0} | args
    return run(CounterfactualArgs.model_validate(wanted), env)


def test_the_interval_covers_the_row_s_own_outcome_in_the_other_world(tmp_path):
    covered = []
    for seed in range(120):
        found = ask(tmp_path, drawn(150, seed), row=4)
        truth = drawn(150, seed, t=2.0)["y"].iloc[3]
        covered.append(found.ci_low <= truth <= found.ci_high)
    assert 0.89 <= np.mean(covered) <= 0.99


def test_effect_and_paths_are_those_of_the_model(tmp_path):
    found = ask(tmp_path, drawn(20_000, 1))
    assert found.effect_per_unit == pytest.approx(0.2, abs=4 * found.std_error)
    assert {p.path for p in found.paths} == {"t -> y", "t -> m -> y"}
    assert sum(p.value for p in found.paths) == pytest.approx(found.effect_per_unit)
    assert found.change == pytest.approx(found.effect_per_unit * (2 - found.observed["t"]))


def test_the_standard_error_is_that_of_the_bootstrap(tmp_path):
    frame = drawn(400, 5)
    found = ask(tmp_path, frame)
    rng = np.random.default_rng(0)
    effects = []
    for _ in range(400):
        f = frame.iloc[rng.integers(0, len(frame), len(frame))]
        m = np.linalg.lstsq(np.column_stack([np.ones(len(f)), f["t"]]), f["m"], rcond=None)[0]
        y = np.linalg.lstsq(np.column_stack([np.ones(len(f)), f[["t", "m", "z"]]]), f["y"], rcond=None)[0]
        effects.append(y[1] + y[2] * m[1])
    assert found.std_error == pytest.approx(np.std(effects), rel=0.15)


def test_setting_the_treatment_to_what_it_was_changes_nothing(tmp_path):
    frame = drawn(300, 2)
    found = ask(tmp_path, frame, row=7, value=float(frame["t"].iloc[6]))
    assert found.value == pytest.approx(frame["y"].iloc[6])
    assert found.ci_high - found.ci_low == pytest.approx(0, abs=1e-6)


def test_a_missing_outcome_is_expected_not_invented(tmp_path):
    frame = drawn(5000, 3)
    frame.loc[0, "y"] = np.nan
    found = ask(tmp_path, frame)
    z, truth = frame["z"].iloc[0], drawn(5000, 3, t=2.0)["m"].iloc[0]
    assert found.value == pytest.approx(2 * z - 2 + 1.5 * truth + 1, abs=0.2)
    assert found.std_open == pytest.approx(1.0, abs=0.05)
    assert found.change is None
    assert "Gaussian noise" in {a.name for a in found.assumptions}


def test_a_bend_is_seen_and_said(tmp_path):
    assert ask(tmp_path, drawn(500, 4)).checks[0].status == "pass"
    assert ask(tmp_path, drawn(500, 4, bend=0.5)).checks[0].status == "fail"


def test_a_value_nobody_had_is_an_extrapolation(tmp_path):
    assert any("extrapolates" in w for w in ask(tmp_path, drawn(300, 6), value=100.0).warnings)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ({"row": 1000}, BadArguments, "no row 1000; the table has 300"),
        ({"graph": Dag.of("u -> t", "u -> y", "t -> y", latent=("u",))}, AssumptionViolated, "hidden cause 'u'"),
        ({"graph": Cpdag.of("t -- y")}, BadArguments, "every direction"),
        ({"outcome": "t"}, BadArguments, "give two columns"),
    ],
)
def test_what_cannot_be_answered_is_refused(tmp_path, args, error, message):
    graph = args.pop("graph", GRAPH)
    with pytest.raises(error, match=message):
        ask(tmp_path, drawn(300, 0), graph, **args)


def test_categories_are_refused(tmp_path):
    frame = drawn(300, 0).assign(m=["a", "b", "c"] * 100)
    with pytest.raises(AssumptionViolated, match="'m' holds categories"):
        ask(tmp_path, frame)
