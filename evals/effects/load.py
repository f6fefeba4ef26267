"""Items of effect estimation: a table whose true effect is known, and an estimator."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import numpy as np

from ...agent.home import home_folder
from ...tools.domain.errors import UsageError
from ..harness.spec import Item
from .designs import DESIGNS, Estimand, Floats

ESTIMATORS = ("estimate_difference", "estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching")
AVERAGED = ("estimate_difference",)
"""Estimators that compare arms as they are and take no estimand."""
TOLERANCE = 0.1
"""How far an estimate may be from the truth, in standard deviations of the outcome."""
IHDP_COLUMNS = 30
"""Treatment, factual and counterfactual outcome, both expected outcomes, 25 covariates (NPCI files)."""


def load(path: Path | None) -> Iterator[Item]:
    """Items of an `ihdp_npci_*.csv` file or a folder of them; None: two studies of every design of our own.

    Raises:
        UsageError: a file is no such table.
    """
    if path is None:
        yield from islice(stream(0), 2 * len(DESIGNS) * len(ESTIMATORS))
        return
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"There is no .csv file in {str(path)[:200]!r}.")
    for file in files:
        yield from _ihdp(file)


def generate(number: int, seed: int) -> Iterator[Item]:
    """Items of new studies, every design in turn, every estimator on each."""
    yield from islice(stream(seed), number)


def stream(seed: int) -> Iterator[Item]:
    """Items without end."""
    for replicate in count():
        for design, (draw, estimand) in DESIGNS.items():
            study = draw(np.random.default_rng([seed, replicate, sorted(DESIGNS).index(design)]))
            columns = np.column_stack([study.treatment, study.outcome, study.covariates])
            table = _folder() / f"{design}-{seed}-{replicate}.csv"
            yield from _items(design, f"{design}-{seed}-{replicate}", columns, study.truth(estimand), estimand, table)


def _ihdp(file: Path) -> Iterator[Item]:
    try:
        values = np.loadtxt(file, delimiter=",", ndmin=2)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"{file.name!r} is no table of numbers without a head line: {str(error)[:200]}.") from error
    if values.shape[1] != IHDP_COLUMNS or not set(np.unique(values[:, 0])) <= {0.0, 1.0}:
        raise UsageError(
            f"{file.name!r} has {values.shape[1]} columns; an IHDP file has {IHDP_COLUMNS}, a 0/1 treatment first."
        )
    truth = float((values[:, 4] - values[:, 3]).mean())
    columns = np.column_stack([values[:, 0], values[:, 1], values[:, 5:]])
    yield from _items("ihdp", file.stem, columns, truth, "ATE", _folder() / f"ihdp-{file.stem}.csv")


def _folder() -> Path:
    return home_folder() / "evals" / "effects"


def _items(
    design: str, identity: str, columns: Floats, truth: float, estimand: Estimand, table: Path
) -> Iterator[Item]:
    covariates = [f"x{i}" for i in range(1, columns.shape[1] - 1)]
    _write(columns, ["t", "y", *covariates], table)
    whom = "those with t = 1" if estimand == "ATT" else "all rows"
    for estimator in ESTIMATORS:
        yield Item(
            id=f"{identity}-{estimator}",
            prompt=(
                f"The table {table.name} has the columns t, y, {', '.join(covariates)}; every common cause of t and y is among the "
                f"others. What is the average effect of t (1 against 0) on y for {whom}?"
            ),
            target=f"{truth:.6f}",
            answer_kind="number",
            tolerance=TOLERANCE * float(columns[:, 1].std()),
            groups={"design": design, "estimator": estimator},
            cluster=identity,
            data={"table": str(table), "estimator": estimator, "estimand": estimand, "covariates": covariates},
        )


def _write(columns: Floats, names: list[str], table: Path) -> None:
    """Write a table whole or not at all."""
    table.parent.mkdir(parents=True, exist_ok=True)
    draft = table.with_suffix(f".{os.getpid()}")
    np.savetxt(draft, columns, delimiter=",", header=",".join(names), comments="", fmt="%.6g")
    draft.replace(table)
