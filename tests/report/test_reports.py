"""What a person finds in a report, and how it is written."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from whence.agent.state import Answer
from whence.tools.domain.edges import Edge
from whence.tools.domain.errors import BadArguments
from whence.tools.domain.examples import examples
from whence.tools.domain.graphs import Admg, Cpdag, Dag, LaggedDag, Pag
from whence.tools.registry import get_tool
from whence.tools.report._dag import draw_graph
from whence.tools.report._figures import ticks
from whence.tools.report._layout import BOX_H, BOX_W, lay_out
from whence.tools.report._numbers import short_number
from whence.tools.workspace import Workspace, WorkspaceEnv

from .conftest import KINDS, RUNS, Write

pytestmark = pytest.mark.slow  # processes, servers or whole runs

Runs = dict[str, dict[str, Any]]


@pytest.mark.parametrize("run", RUNS)
def test_every_design_gets_a_page_with_claim_warnings_checks_and_steps(run: str, runs: Runs, write: Write) -> None:
    from html import unescape

    answer = runs[run]
    page = unescape(write("html", answer).read_text(encoding="utf-8"))
    for words in (answer["claim"], *answer["warnings"], *(c["does_not_show"] for c in answer["checks"])):
        assert words in page
    assert all(f"<b>{e['id']}</b>" in page for e in answer["evidence"])
    assert all(a["meaning"] in page for a in answer["assumptions"])
    assert page.index(answer["claim"]) < page.index("<h2>")


def test_a_backdoor_page_shows_graph_forest_balance_overlap_and_rows(runs: Runs, write: Write) -> None:
    page = write("html", runs["backdoor"]).read_text(encoding="utf-8")
    for title in (
        "causal graph with 3",
        "estimates with intervals",
        "standardised differences",
        "overlap of propensity",
    ):
        assert f"<title>{title}" in page
    assert "<b>200</b> rows loaded from confounder.csv" in page
    assert "SMD, weighted" in page
    assert "The blue diamond is the estimate that answers" in page


def test_a_page_without_an_estimate_shows_none(runs: Runs, write: Write) -> None:
    page = write("html", runs["not_identifiable"]).read_text(encoding="utf-8")
    assert "cannot be known from these data" in page
    assert "The number" not in page
    assert 'stroke-dasharray="5 4"' in page  # the hidden common cause


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("ending", KINDS)
def test_no_folder_and_no_setting_of_this_machine_is_in_a_report(
    run: str, ending: str, runs: Runs, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHENCE_SECRET", "s3cr3t-value")
    answer = deepcopy(runs[run])
    answer["warnings"].append(f"File '{Path.home()}/deep/er/x.csv' is odd; see {Path.cwd()}.")
    text = write(ending, answer).read_text(encoding="utf-8")
    for folder in (str(Path.home()), str(Path.cwd()), runs["folder"]["path"], "s3cr3t-value"):
        assert folder not in text


@pytest.mark.parametrize("run", RUNS)
def test_a_json_report_is_the_answer_again(run: str, runs: Runs, write: Write) -> None:
    read = json.loads(write("json", runs[run]).read_text(encoding="utf-8"))
    expected = deepcopy(runs[run])
    for evidence in expected["evidence"]:
        if "path" in evidence["args"]:
            evidence["args"]["path"] = Path(evidence["args"]["path"]).name
    assert read == expected
    assert json.loads(Answer.model_validate(read).model_dump_json()) == expected
    assert json.loads(write("json", read).read_text(encoding="utf-8")) == expected


@pytest.mark.parametrize("ending", KINDS)
def test_a_report_is_written_whole_or_not_at_all(ending: str, runs: Runs, tmp_path: Path) -> None:
    tool = get_tool(KINDS[ending])
    folder = tmp_path / "space"
    folder.mkdir()
    (folder / "taken").mkdir()
    (folder / "old").write_text("before")
    env = WorkspaceEnv(Workspace(folder=folder), seed=0)
    for path, word in (
        ("taken", "folder"),
        ("no/where", "cannot be written"),
        ("../out", "not named"),
        ("a\0b", "not a file name"),
    ):
        with pytest.raises(BadArguments, match=word):
            tool.run(tool.parse({"path": str(folder / path), "answer": runs["backdoor"]}), env)
    with pytest.raises(BadArguments, match="lacks claim"):
        tool.run(
            tool.parse(
                {
                    "path": str(folder / "old"),
                    "answer": {"schema_version": "1", "run": "x", "words": "x", "evidence": []},
                }
            ),
            env,
        )
    assert sorted(p.name for p in folder.iterdir()) == ["old", "taken"]
    assert (folder / "old").read_text() == "before"


def test_an_answer_of_a_newer_version_is_still_shown(runs: Runs, write: Write) -> None:
    answer = deepcopy(runs["backdoor"]) | {"news": 1}
    answer["evidence"][3]["result"] = {"kind": "from the future"}
    answer["graph"] = {"kind": "hypergraph"}
    assert answer["claim"].split()[0] in write("html", answer).read_text(encoding="utf-8")


def _random_dag(n: int, seed: int) -> Dag:
    import random

    rng = random.Random(seed)
    names = [f"v{i}" for i in range(n)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if rng.random() < 2.5 / n]
    return Dag(nodes=tuple(names), edges=tuple(Edge(source=a, target=b) for a, b in pairs))


DRAWN = [e.dag for e in examples().values()] + [_random_dag(n, s) for n in (3, 7, 11, 15) for s in range(5)]


@pytest.mark.parametrize("graph", DRAWN, ids=range(len(DRAWN)))
def test_causes_stand_above_effects_boxes_apart_and_edges_pass_beside_boxes(graph: Dag) -> None:
    layout = lay_out(graph)
    assert all(layout.places[e.source][1] < layout.places[e.target][1] for e in graph.edges)
    places = sorted(layout.places.values())
    assert all(abs(a[0] - b[0]) >= BOX_W or abs(a[1] - b[1]) >= BOX_H for i, a in enumerate(places) for b in places[:i])
    for points in layout.routes.values():
        for (x, y), _ in pairwise(points):
            assert all(abs(x - bx) > BOX_W / 2 or abs(y - by) > BOX_H / 2 for bx, by in places)


@pytest.mark.parametrize(
    ("graph", "arrows", "rings", "dashed"),
    [
        (Dag(nodes=("a", "b"), edges=(Edge(source="a", target="b"),)), 1, 0, 0),
        (Admg(nodes=("a", "b"), edges=(Edge(source="a", target="b", mark_source="arrow"),)), 2, 0, 1),
        (Cpdag(nodes=("a", "b"), edges=(Edge(source="a", target="b", mark_target="tail"),)), 0, 0, 0),
        (Pag(nodes=("a", "b"), edges=(Edge(source="a", target="b", mark_source="circle"),)), 1, 1, 0),
        (Pag(nodes=("a", "b"), edges=(Edge(source="a", target="b", mark_source="circle", mark_target="circle"),)), 0, 2, 0),
        (LaggedDag(nodes=("a", "b"), edges=tuple(Edge(source=x, target=y, lag_steps=1) for x in "ab" for y in "ab")), 2, 0, 0),
    ],
)  # fmt: skip
def test_the_marks_of_an_edge_are_drawn(graph: Dag, arrows: int, rings: int, dashed: int) -> None:
    svg = draw_graph(graph, {}) or ""
    assert svg.count("url(#tip)") == arrows
    assert svg.count("<circle") == rings
    assert svg.count('stroke-dasharray="5 4"') == dashed


def test_roles_are_written_in_the_boxes_and_a_huge_graph_is_not_drawn() -> None:
    svg = draw_graph(examples()["confounder"].dag, {"t": "treatment", "z": "confounder"}, frozenset("z")) or ""
    assert "confounder · adjusted" in svg
    assert ">treatment<" in svg
    assert draw_graph(_random_dag(60, 0), {}) is None
    assert draw_graph(Dag(nodes=()), {}) is None


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-9648, 3718), (1e-9, 3e-9), (-0.15, 2.4), (1e12, 1.1e12)])
def test_an_axis_has_few_round_numbers(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 4 <= len(found) <= 8
    assert all(low - 1e-9 * abs(low) <= t <= high * (1 + 1e-9) for t in found)
    assert all(float(f"{t:.2g}") == pytest.approx(t, abs=1e-9 * high) or low > 1e11 for t in found)


def test_numbers_are_short_but_whole_above_a_thousand() -> None:
    shown = [short_number(v) for v in (15992.4, -8497.5, 0.0123456, None, "NaN", 1e-7, float("inf"), 3)]
    assert shown == ["15,992", "-8,498", "0.01235", "", "NaN", "1e-07", "inf", "3"]
