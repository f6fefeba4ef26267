"""What every tool keeps to, those added tomorrow too: the registry is the list of tests."""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from whence.tools import registry
from whence.tools._execute import CallEnv, TableCache
from whence.tools.domain.errors import BadArguments
from whence.tools.domain.results import RESULTS, DatasetCard, ReportFile, Result, result_from_json
from whence.tools.registry import FOLDERS, all_tools
from whence.tools.runtime import Runtime
from whence.tools.spec import Tool
from whence.tools.workspace import Workspace

TOOLS = all_tools()
NOT_IMPERATIVE = ("a", "an", "the", "this", "it", "tool", "class", "function", "returns", "computes", "gets")
REFERENCES = ("dataset", "graph", "estimate", "evidence")
"""Arguments that name something in the workspace."""

every_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)


def fresh(workspace: Workspace, seed: int = 0) -> CallEnv:
    """An environment over a copy of a workspace, as the runtime makes it."""
    return CallEnv(copy_of(workspace), seed, TableCache(limit_bytes=2**28))


def copy_of(workspace: Workspace, **more: Any) -> Workspace:
    update = {"tables": dict(workspace.tables), "graphs": dict(workspace.graphs), "ledger": list(workspace.ledger)}
    return workspace.model_copy(update=update | more)


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON values; the folder it was made in does not show."""
    return json.loads(result.model_dump_json().replace(str(Path.cwd()), "."))


@pytest.fixture
def enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Workspace], Workspace]:
    """Goes into a folder with a copy of a workspace: examples name files in it, and may write there."""

    def enter(workspace: Workspace) -> Workspace:
        folder = tmp_path / workspace.folder.name
        folder.mkdir()
        for file in workspace.folder.iterdir():
            if file.is_file():
                shutil.copy(file, folder)
        monkeypatch.chdir(folder)
        return copy_of(workspace, folder=folder, roots=(folder,))

    return enter


@pytest.fixture
def inside(example_workspace: Workspace, enter: Callable[[Workspace], Workspace]) -> Workspace:
    return enter(example_workspace)


@pytest.fixture(scope="session")
def first_results() -> dict[str, dict[str, Any]]:
    """Result of each example as JSON, computed once."""
    return {}


@pytest.fixture
def result_of(inside: Workspace, first_results: dict[str, dict[str, Any]]) -> Callable[[Tool], dict[str, Any]]:
    def result_of(tool: Tool) -> dict[str, Any]:
        if tool.name not in first_results:
            first_results[tool.name] = as_json(tool.run(tool.example, fresh(inside)))
        return first_results[tool.name]

    return result_of


@pytest.fixture(scope="module")
def worker() -> Iterator[Runtime]:
    with Runtime(Workspace(folder=Path())) as runtime:
        yield runtime


def test_every_file_of_a_stage_is_a_tool():
    root = Path(registry.__file__).parent
    files = [f for stage in FOLDERS for f in (root / stage).glob("*.py") if not f.name.startswith("_")]
    assert {f"{f.parent.name}_{f.stem}" for f in files} == set(TOOLS)


@every_tool
def test_a_tool_is_named_by_its_folder_and_file(tool):
    file = Path(inspect.getfile(tool.run))
    assert tool.name == f"{file.parent.name}_{file.stem}"
    assert TOOLS[tool.name] is tool
    assert tool.stage == file.parent.name


@every_tool
def test_a_tool_says_in_an_imperative_sentence_what_it_does(tool):
    words = tool.description.split()
    assert tool.description.endswith(".")
    assert len(words) >= 3
    assert len(tool.description) <= 120
    first = words[0]
    assert first[0].isupper()
    assert first.lower() not in NOT_IMPERATIVE
    assert not first.endswith(("ing", "ed")), f"{first!r} is not an imperative"
    assert not (first.endswith("s") and not first.endswith("ss")), f"{first!r} is not an imperative"


@every_tool
def test_a_tool_declares_premises_reference_and_example(tool):
    assert isinstance(tool.example, tool.args)
    assert len(tool.reference) >= 8
    assert all(len(premise) >= 5 and premise.strip() == premise for premise in tool.assumes)
    assert len(set(tool.assumes)) == len(tool.assumes)


@every_tool
def test_every_argument_is_described_for_people_and_models(tool):
    schema = tool.args.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema.get("properties"), "a tool without arguments cannot name what it works on"
    for name, field in tool.args.model_fields.items():
        assert len(field.description or "") >= 10, f"{name} has no docstring"
    assert json.loads(json.dumps(schema)) == schema


@every_tool
def test_arguments_survive_json(tool):
    assert tool.parse(json.loads(tool.example.model_dump_json())) == tool.example
    assert tool.parse(tool.example.model_dump(mode="json")) == tool.example


@every_tool
def test_a_needed_extra_exists(tool):
    config = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert tool.needs is None or tool.needs in config["project"]["optional-dependencies"]


@every_tool
def test_the_cost_is_predicted_and_grows(tool):
    small, large = tool.cost(600, 4), tool.cost(1_000_000, 100)
    assert 0 <= small.seconds <= 60
    assert 0 < small.megabytes <= 2000
    assert small.seconds <= large.seconds
    assert small.megabytes <= large.megabytes
    assert math.isfinite(tool.cost(10**9, 10**5).seconds)


@every_tool
def test_the_example_gives_the_declared_result(tool, inside, capfd):
    result = tool.run(tool.example, fresh(inside))
    assert type(result) is tool.returns
    assert RESULTS[cast(Any, result).kind] is type(result)
    assert as_json(result_from_json(as_json(result))) == as_json(result)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


@every_tool
def test_the_summary_is_a_few_words(tool, result_of):
    summary = result_from_json(result_of(tool)).summary()
    assert 10 <= len(summary.strip()) <= 2000
    assert summary.count("\n") <= 5


@every_tool
def test_checks_say_what_they_mean(tool, result_of):
    for check in result_from_json(result_of(tool)).checks:
        assert check.meaning.strip().endswith((".", "!")), check.meaning
        assert check.does_not_show.strip().endswith((".", "!")), check.does_not_show


@every_tool
def test_an_unknown_argument_is_refused(tool):
    raw = json.loads(tool.example.model_dump_json()) | {"surprise": 1}
    with pytest.raises(BadArguments, match="surprise") as error:
        tool.parse(raw)
    assert next(iter(tool.args.model_fields)) in str(error.value)


@every_tool
def test_a_name_that_does_not_exist_is_refused(tool, inside):
    raw = json.loads(tool.example.model_dump_json())
    for field in [name for name in REFERENCES if isinstance(raw.get(name), str)]:
        with pytest.raises(BadArguments, match="no such thing"):
            tool.run(tool.parse(raw | {field: "no such thing"}), fresh(inside))


@every_tool
def test_a_column_that_does_not_exist_is_refused_by_name(tool, inside):
    raw = json.loads(tool.example.model_dump_json())
    for field in [name for name in ("treatment", "outcome", "source", "target") if isinstance(raw.get(name), str)]:
        if "dataset" in raw or "graph" in raw:
            with pytest.raises(BadArguments, match="no such column"):
                tool.run(tool.parse(raw | {field: "no such column"}), fresh(inside))


@every_tool
def test_the_same_seed_gives_the_same_result_and_leaves_global_generators_alone(tool, inside, result_of):
    import random

    import numpy as np

    first, before, before_np = result_of(tool), random.getstate(), np.random.get_state()
    assert as_json(tool.run(tool.example, fresh(inside))) == first
    assert random.getstate() == before
    after = np.random.get_state()
    assert (before_np[0], before_np[2:]) == (after[0], after[2:])
    assert (before_np[1] == after[1]).all()


@pytest.mark.slow
@every_tool
def test_a_worker_process_gives_the_same_result(tool, inside, worker, result_of):
    worker.workspace = copy_of(inside)
    evidence = worker.run(tool.name, json.loads(tool.example.model_dump_json()))
    assert evidence.ok, evidence.summary
    assert evidence.result is not None
    assert_alike(as_json(result_from_json(evidence.result)), result_of(tool))
    named = json.loads(tool.example.model_dump_json()).get("dataset")
    assert named is None or named in evidence.provenance.datasets
    assert evidence.provenance.versions["whence"]


@every_tool
def test_the_tables_are_not_altered(tool, inside):
    def contents() -> dict[str, str]:
        files = sorted(inside.folder.glob("*.parquet"))
        return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}

    env, before = fresh(inside), contents()
    frames = {name: env.table(name) for name in ("confounder", "instrument")}
    result = tool.run(tool.example, env)
    loaded = result.stored if isinstance(result, DatasetCard) else None
    assert {f: h for f, h in contents().items() if f in before and f != loaded} == {
        f: h for f, h in before.items() if f != loaded
    }
    for name, frame in frames.items():
        assert env.table(name).equals(frame)


@pytest.mark.parametrize(
    "kind", ["injection", "formula", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("unicode", "markup"))]
)
@every_tool
def test_hostile_names_change_no_number(tool, kind, twin, result_of, enter):
    workspace, renaming = twin(kind)
    clean = result_of(tool)
    workspace = enter(workspace)
    raw = renaming.spoil(json.loads(tool.example.model_dump_json()))
    hostile = tool.run(tool.parse(raw), fresh(workspace))
    assert not list(workspace.folder.glob("pwned*"))
    assert hostile.summary()
    restored = renaming.restore(as_json(hostile))
    if not isinstance(hostile, ReportFile):  # its size is that of the names
        assert numbers(restored) == pytest.approx(numbers(clean), rel=1e-8, abs=1e-10)
    if not isinstance(hostile, DatasetCard):  # loading tidies names, and says so
        assert names(restored, renaming) == names(clean, renaming)


def numbers(value: Any) -> list[float]:
    """Every number in a JSON value, in order; a flag counts as one."""
    if isinstance(value, dict):
        return [number for _, v in sorted(value.items()) for number in numbers(v)]
    if isinstance(value, list):
        return [number for v in value for number in numbers(v)]
    return [float(value)] if isinstance(value, bool | int | float) else []


def names(value: Any, renaming: Any) -> list[str]:
    """Every text that is nothing but the name of a column or node, in order."""
    if isinstance(value, dict):
        return [name for key in sorted(value) for name in names([key, value[key]], renaming)]
    if isinstance(value, list):
        return [name for v in value for name in names(v, renaming)]
    return [value] if isinstance(value, str) and value in renaming.hostile else []


def assert_alike(one: Any, two: Any) -> None:
    """Equal but for the last digits of numbers, which depend on the number of native threads."""
    if isinstance(one, dict):
        assert one.keys() == two.keys()
        for key in one:
            assert_alike(one[key], two[key])
    elif isinstance(one, list):
        assert len(one) == len(two)
        for a, b in zip(one, two, strict=True):
            assert_alike(a, b)
    elif isinstance(one, float):
        assert one == pytest.approx(two, rel=1e-8, abs=1e-12)
    else:
        assert one == two
