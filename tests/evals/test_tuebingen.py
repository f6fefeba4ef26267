"""Cause-effect pairs: both published formats, turned round, and nothing given away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from whence.evals.tuebingen.load import CHOICES, load
from whence.evals.tuebingen.solve import solve
from whence.tools.domain.errors import UsageError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path / "home"))


def columns(item) -> tuple[list[float], list[float]]:
    values = np.loadtxt(item.data["table"], delimiter=",", skiprows=1)
    return values[:, 0].tolist(), values[:, 1].tolist()


def test_the_answer_follows_the_cause_however_the_pair_is_turned(tmp_path: Path):
    rows = [f"p{i},1 2 3,4 5 6" for i in range(40)]
    (tmp_path / "x_pairs.csv").write_text("\n".join(["SampleID,A,B", *rows]))
    (tmp_path / "x_targets.csv").write_text(
        "\n".join(["SampleID,Target", *(f"p{i},{1 if i % 2 else -1}" for i in range(40))])
    )
    items = list(load(tmp_path / "x_pairs.csv"))
    for item in items:
        first_is_cause = int(item.id.removeprefix("data-p")) % 2 == 1
        a_is_first = columns(item)[0] == [1, 2, 3]
        assert item.target == CHOICES[0 if a_is_first == first_is_cause else 1]
    assert 8 < sum(columns(i)[0] == [1, 2, 3] for i in items) < 32
    assert [i.target for i in load(tmp_path / "x_pairs.csv")] == [i.target for i in items]


def test_the_text_format_has_causes_in_any_column_and_weights(tmp_path: Path):
    (tmp_path / "pair0001.txt").write_text("1 10\n2 20\n3 30\n")
    (tmp_path / "pair0002.txt").write_text("1 10 5\n2 20 6\n3 30 7\n")
    (tmp_path / "pairmeta.txt").write_text("0001 2 2 1 1 0.5\n0002 1 2 3 3 1\n0003 1 1 2 2 1\n")
    (item,) = load(tmp_path)
    effect_is_a = columns(item)[0] == [1, 2, 3]
    assert item.target == CHOICES[1 if effect_is_a else 0]
    assert item.groups["weight"] == "0.5"


def test_the_sample_has_data_and_names_and_tells_nothing():
    items = list(load(None))
    data = [i for i in items if i.groups["from"] == "data"]
    names = [i for i in items if i.groups["from"] == "names"]
    assert len(data) == 8
    assert len(names) > 90
    assert 0.3 < np.mean([i.target == CHOICES[0] for i in names]) < 0.7
    assert all(set(i.data) == {"table"} for i in data)
    assert solve(names[0]).answer is None
    assert solve(data[0]).answer in (*CHOICES, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SampleID,A,B\np1,1 2,1 2 3\n", "has 2 and 3 values"),
        ("SampleID,A,B\np1,1 x,1 2\n", "holds 'x'"),
        ("a,b\n", "no column 'SampleID'"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str, message: str):
    (tmp_path / "x_pairs.csv").write_text(text)
    (tmp_path / "x_targets.csv").write_text("SampleID,Target\np1,1\n")
    with pytest.raises(UsageError, match=message):
        list(load(tmp_path / "x_pairs.csv"))


def test_a_folder_without_pairs_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="holds no"):
        list(load(tmp_path))
