"""Tables, graphs and files are reached by name and inside the allowed folders only."""

from __future__ import annotations

import os
import re

import pytest

from whence.tools.domain.errors import BadArguments
from whence.tools.domain.evidence import Evidence
from whence.tools.domain.graphs import Dag
from whence.tools.domain.results import DatasetCard, GraphResult
from whence.tools.registry import all_tools, get_tool
from whence.tools.workspace import Workspace, WorkspaceEnv


@pytest.fixture
def allowed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "data.csv").write_text("a\n1\n")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "in" / "folder").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe")
    folder = tmp_path / "in"
    return WorkspaceEnv(Workspace(folder=folder, roots=(folder,)), seed=0), folder


def test_a_file_inside_the_root_is_readable(allowed):
    env, folder = allowed
    assert env.readable(f"{folder}/data.csv") == (folder / "data.csv").resolve()
    assert env.readable(f"{folder}/folder/../data.csv").name == "data.csv"


@pytest.mark.parametrize(
    "path",
    ["{0}/../secret.csv", "{0}/link.csv", "/etc/passwd", "/proc/self/environ", "/dev/zero", "{0}/folder", "{0}/pipe",
     "{0}/none.csv", "{0}/\0", "x" * 5000, "~nobody-here/x", "{0}/data.csv/x", "", "http://169.254.169.254/x"],
)  # fmt: skip
def test_other_paths_are_not(allowed, path, monkeypatch, tmp_path):
    env, folder = allowed
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadArguments):
        env.readable(path.format(folder))


def test_a_named_file_is_readable_wherever_it_is(allowed, tmp_path):
    env, _ = allowed
    env.workspace.files = ((tmp_path / "secret.csv").resolve(),)
    assert env.readable(str(tmp_path / "secret.csv")).name == "secret.csv"


def test_only_the_workspace_and_named_outputs_are_writable(allowed, tmp_path):
    env, folder = allowed
    assert env.writable(f"{folder}/report.html")
    for path in (f"{tmp_path}/report.html", f"{folder}/../report.html", f"{folder}/link.csv"):
        with pytest.raises(BadArguments, match="not named as an output"):
            env.writable(path)
    env.workspace.outputs = ((tmp_path / "report.html").resolve(),)
    assert env.writable(f"{tmp_path}/report.html")


def test_unknown_names_list_the_known_ones(allowed):
    env, _ = allowed
    env.workspace.graphs["mine"] = Dag.of("a -> b")
    with pytest.raises(BadArguments, match=r"no graph 'yours'.*mine"):
        env.graph("yours")
    with pytest.raises(BadArguments, match="data_load"):
        env.table("none")
    with pytest.raises(BadArguments, match="'E9'"):
        env.evidence("E9")


def test_what_a_result_holds_becomes_available(allowed):
    env, _ = allowed
    entry = Evidence(id="E1", tool="graph_read", args={}, summary="s")
    graph = GraphResult(name="g", graph=Dag.of("a -> b"), method="read")
    env.workspace.absorb(entry, graph)
    assert env.graph("g") is env.graph("E1")
    card = DatasetCard(name="d", source="d", sha256="0", n_rows=1, n_columns=0, columns=())
    env.workspace.absorb(entry, card)
    assert env.card("d") is card
    assert len(env.ledger()) == 2


def test_a_stored_table_reads_back_and_leaves_no_crumbs(allowed):
    import pandas as pd

    env, folder = allowed
    frame = pd.DataFrame({"a\nb": [1, 2], "ü": ["x", None]})
    before = set(folder.iterdir())
    stored = env.store_table("any name / at all", frame)
    assert set(folder.iterdir()) - before == {folder / stored}
    assert re.fullmatch(r"[0-9a-f]{16}\.parquet", stored)
    assert list(pd.read_parquet(folder / stored).columns) == ["a\nb", "ü"]


def test_the_registry_suggests_the_nearest_tool():
    name = next(iter(all_tools()))
    with pytest.raises(BadArguments, match=name):
        get_tool(name[:-1])
    with pytest.raises(BadArguments, match=re.escape("There is no tool")):
        get_tool("x" * 10_000)
