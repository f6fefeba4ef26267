"""Descriptive statistics against pandas, and the published figures of the bundled tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from linearmodels.iv import IV2SLS

from whence.tools.data.describe import DescribeArgs, run
from whence.tools.workspace import WorkspaceEnv

DATA = Path(__file__).parents[2] / "evals" / "data"


def test_statistics_are_those_of_pandas(env: WorkspaceEnv) -> None:
    frame = env.table("confounder")
    expected = frame.astype(float).describe()
    for column in run(DescribeArgs(dataset="confounder"), env).columns:
        found = [column.n, column.mean, column.std, column.minimum, column.median, column.maximum]
        assert found == pytest.approx(expected[column.name][["count", "mean", "std", "min", "50%", "max"]].tolist())


def test_most_frequent_values_come_first(env: WorkspaceEnv) -> None:
    column = next(c for c in run(DescribeArgs(dataset="confounder"), env).columns if c.name == "t")
    assert sum(k for _, k in column.top) == 600
    assert column.top[0][1] >= column.top[1][1]


@pytest.mark.parametrize(
    ("name", "n_rows", "difference"), [("nsw_experiment", 445, 1794.34), ("nsw_cps", 16177, -8497.52)]
)
def test_job_training_has_its_published_difference(name: str, n_rows: int, difference: float) -> None:
    frame = pd.read_csv(DATA / name / f"{name}.csv")
    means = frame.groupby("treat")["re78"].mean()
    assert len(frame) == n_rows
    assert means[1] - means[0] == pytest.approx(difference, abs=0.005)


def test_schooling_has_its_published_coefficients() -> None:
    frame = pd.read_csv(DATA / "card" / "card.csv")
    controls = ["exper", "expersq", "black", "south", "smsa", "smsa66", *(f"reg66{i}" for i in range(2, 10))]
    x = np.column_stack([np.ones(len(frame)), frame[controls]])
    schooling = frame[["educ"]]
    ols = np.linalg.lstsq(np.column_stack([schooling, x]), frame["lwage"], rcond=None)[0]
    assert ols[0] == pytest.approx(0.0747, abs=5e-5)
    iv = IV2SLS(frame["lwage"], x, schooling, frame[["nearc4"]]).fit(cov_type="unadjusted", debiased=True)
    assert iv.params["educ"] == pytest.approx(0.1315, abs=5e-5)
    assert iv.std_errors["educ"] == pytest.approx(0.0550, abs=5e-5)


def test_protein_network_has_twenty_edges_between_columns() -> None:
    columns = set(pd.read_csv(DATA / "sachs" / "sachs.csv").columns)
    edges = [line.split(" -> ") for line in (DATA / "sachs" / "truth.txt").read_text().splitlines()]
    assert (len(edges), len(columns)) == (20, 11)
    assert {node for edge in edges for node in edge} == columns


@pytest.mark.parametrize("name", ["nsw_experiment", "nsw_cps", "card", "sachs"])
def test_codebook_describes_every_column(name: str) -> None:
    lines = (DATA / name / "codebook.md").read_text().splitlines()
    described = [line.split(":", 1)[0] for line in lines if ":" in line]
    assert described == list(pd.read_csv(DATA / name / f"{name}.csv", nrows=1).columns)
