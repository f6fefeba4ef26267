"""Designs whose truth is known: the truth against a second way to get it, files in IHDP's format, and the figures."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from whence.evals.effects.designs import DESIGNS
from whence.evals.effects.figures import measure
from whence.evals.effects.load import ESTIMATORS, load, stream
from whence.evals.effects.solve import solve
from whence.tools.domain.errors import UsageError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("name", DESIGNS)
def test_the_truth_is_what_both_outcomes_of_every_row_say(name: str):
    draw, estimand = DESIGNS[name]
    study = draw(np.random.default_rng(1))
    noise = study.outcome - study.control_mean - study.effect * study.treatment
    treated, control = study.control_mean + study.effect + noise, study.control_mean + noise
    rows = study.treatment == 1 if estimand == "ATT" else np.ones(len(noise), dtype=bool)
    assert study.truth(estimand) == pytest.approx((treated - control)[rows].mean())
    assert abs(noise.mean()) < 5 * noise.std() / len(noise) ** 0.5
    assert 30 < study.treatment.sum() < len(noise) - 30


def test_the_naive_difference_is_wrong_where_the_design_confounds():
    bias = {}
    for name in ("experiment", "linear", "both_bent", "differing"):
        draw, estimand = DESIGNS[name]
        drawn = [draw(np.random.default_rng(s)) for s in range(30)]
        naive = [
            d.outcome[d.treatment == 1].mean() - d.outcome[d.treatment == 0].mean() - d.truth(estimand) for d in drawn
        ]
        bias[name] = abs(np.mean(naive))
    assert bias["experiment"] < 0.05
    assert min(bias["linear"], bias["both_bent"], bias["differing"]) > 0.15


def test_items_are_the_same_for_the_same_seed_and_tell_nothing():
    one, again = (list(islice(stream(4), 10)) for _ in range(2))
    assert one == again
    assert {i.groups["estimator"] for i in one} == set(ESTIMATORS)
    assert all(set(i.data) == {"table", "estimator", "estimand", "covariates"} for i in one)


def ihdp(folder: Path) -> tuple[Path, float]:
    """A file in the format of the published simulations: t, factual, counterfactual, mu0, mu1, 25 covariates."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 25))
    t = (rng.random(400) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    mu0, mu1 = x[:, 0], x[:, 0] + 4
    y0, y1 = mu0 + rng.normal(size=400), mu1 + rng.normal(size=400)
    file = folder / "ihdp_npci_1.csv"
    columns = np.column_stack([t, np.where(t == 1, y1, y0), np.where(t == 1, y0, y1), mu0, mu1, x])
    np.savetxt(file, columns, delimiter=",")
    return file, 4.0


def test_published_files_are_read_without_their_counterfactuals(tmp_path: Path):
    file, truth = ihdp(tmp_path)
    items = list(load(file))
    assert all(float(i.target) == pytest.approx(truth) for i in items)
    head = Path(items[0].data["table"]).read_text().split("\n")[0].split(",")
    assert head == ["t", "y", *(f"x{i}" for i in range(1, 26))]
    figures = measure(i for i in items if i.groups["estimator"] == "estimate_regression")
    (found,) = figures.values()
    assert abs(found.bias) < 0.4
    assert found.rmse == pytest.approx(abs(found.bias))
    assert (found.n_studies, found.coverage) == (1, 1.0)


def test_another_table_is_refused(tmp_path: Path):
    (tmp_path / "other.csv").write_text("1,2,3\n")
    with pytest.raises(UsageError, match="has 3 columns; an IHDP file has 30"):
        list(load(tmp_path / "other.csv"))


def test_adjustment_answers_a_confounded_study():
    item = next(i for i in stream(1) if i.groups == {"design": "linear", "estimator": "estimate_regression"})
    answer = solve(item).answer
    assert answer is not None
    assert float(answer) == pytest.approx(float(item.target), abs=item.tolerance)
