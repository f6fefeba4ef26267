"""Networks in BIF: chances against the file, rows against the chances, damaged files, and the items."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from whence.evals.discovery.bif import read_bif
from whence.evals.discovery.load import SAMPLE, load
from whence.evals.discovery.solve import score, solve
from whence.tools.domain.errors import UsageError

SPRINKLER = """
network sprinkler { property author "nobody"; }
// a comment with { braces
variable rain { type discrete [ 2 ] { yes, no }; }
variable sprinkler { type discrete [ 3 ] { off, low, high }; property position = (1, 2); }
variable wet { type discrete [ 2 ] { yes, no }; }
probability ( rain ) { table 0.2, 0.8; }
probability ( sprinkler | rain ) { (yes) 0.9, 0.1, 0.0; (no) 0.3, 0.3, 0.4; }
probability ( wet | sprinkler, rain ) {
  (off, no) 0.0, 1.0; default 0.9, 0.1; (low, no) 0.5, 0.5; }
"""


def written(folder: Path, text: str, name: str = "net.bif") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_chances_and_arrows_are_those_of_the_file(tmp_path: Path):
    network = read_bif(written(tmp_path, SPRINKLER))
    assert {str(e) for e in network.dag.edges} == {"rain -> sprinkler", "sprinkler -> wet", "rain -> wet"}
    node = network.nodes["wet"]
    assert node.parents == ("sprinkler", "rain")
    # off/yes, off/no, low/yes, low/no, high/yes, high/no
    assert node.chances[:, 0] == pytest.approx([0.9, 0.0, 0.9, 0.5, 0.9, 0.9])
    assert network.nodes["sprinkler"].chances[1] == pytest.approx([0.3, 0.3, 0.4])


def test_rows_follow_the_chances(tmp_path: Path):
    rows = {n: np.array(v) for n, v in read_bif(written(tmp_path, SPRINKLER)).sample(50_000, seed=1).items()}
    assert (rows["rain"] == "yes").mean() == pytest.approx(0.2, abs=0.01)
    dry = rows["rain"] == "no"
    assert (rows["sprinkler"][dry] == "high").mean() == pytest.approx(0.4, abs=0.01)
    assert (rows["wet"][dry & (rows["sprinkler"] == "low")] == "yes").mean() == pytest.approx(0.5, abs=0.02)
    assert not (rows["wet"][dry & (rows["sprinkler"] == "off")] == "yes").any()


def test_the_same_seed_draws_the_same_rows(tmp_path: Path):
    network = read_bif(written(tmp_path, SPRINKLER))
    assert network.sample(100, seed=3) == network.sample(100, seed=3) != network.sample(100, seed=4)


def test_the_bundled_networks_have_their_published_size():
    sizes = {f.name.split(".")[0]: read_bif(f).dag for f in SAMPLE.glob("*.bif.gz")}
    published = {"asia": (8, 8), "cancer": (5, 4), "earthquake": (5, 4), "sachs": (11, 17), "survey": (6, 6)}
    assert {n: (len(d.nodes), len(d.edges)) for n, d in sizes.items()} == published


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.2, 0.8", "0.2, 0.9", "'rain'.*sum to 1"),
        ("0.2, 0.8", "0.2, much", "'rain' hold no numbers"),
        ("(no) 0.3, 0.3, 0.4;", "", "'sprinkler' has no probabilities for"),
        ("| rain )", "| snow )", "'snow', which is no variable"),
        ("probability ( rain ) { table 0.2, 0.8; }", "", "lacks a variable or its probabilities: .*rain"),
        ("( rain ) { table 0.2, 0.8; }", "( rain | wet ) { (yes) 0.2, 0.8; (no) 0.5, 0.5; }", "is no DAG"),
        ("type discrete [ 2 ]", "type continuous", "no line `type discrete"),
    ],
)
def test_a_damaged_network_is_refused_by_name(tmp_path: Path, old: str, new: str, message: str):
    with pytest.raises(UsageError, match=message):
        read_bif(written(tmp_path, SPRINKLER.replace(old, new, 1)))


def test_a_truncated_archive_is_refused(tmp_path: Path):
    file = tmp_path / "net.bif.gz"
    file.write_bytes(gzip.compress(SPRINKLER.encode())[:-20])
    with pytest.raises(UsageError, match="cannot be read"):
        read_bif(file)


def test_items_draw_their_tables_once_into_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path))
    items = list(load(SAMPLE / "cancer.bif.gz"))
    assert {i.groups["algorithm"] for i in items} == {"chosen", "discover_pc", "discover_ges"}
    tables = {Path(i.data["table"]) for i in items}
    assert {sum(1 for _ in t.open()) - 1 for t in tables} == {1000, 5000}
    assert all(i.target not in i.prompt for i in items)


@pytest.mark.slow
def test_a_network_is_learned_and_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path))
    item = next(
        i
        for i in load(SAMPLE / "asia.bif.gz")
        if i.groups == {"network": "asia", "rows": "5000", "algorithm": "discover_ges"}
    )
    answer = solve(item).answer
    assert answer is not None
    assert score(item, answer) > 0.5
    assert score(item, item.target) == 1
    assert score(item, "a causes b") == 0
