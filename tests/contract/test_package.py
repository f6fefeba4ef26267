"""What is built holds every module, prompt, template and table, and takes no other top-level name."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("agent", "evals", "memory", "prompts", "tools")
BUILD_INPUTS = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "MANIFEST.in")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*.egg-info")


def sources(root: Path) -> set[str]:
    """Every file of the package as it is named in a wheel; the links in `src/whence` are not followed."""
    files = {file for folder in FOLDERS for file in (root / folder).rglob("*") if file.is_file()}
    face = {f"whence/{file.name}" for file in (root / "src" / "whence").iterdir() if not file.is_symlink()}
    return face | {f"whence/{file.relative_to(root)}" for file in files}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the build reads, so that no earlier build's leavings take part."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in (*FOLDERS, "src"):
        shutil.copytree(ROOT / folder, copy / folder, symlinks=True, ignore=LEFT_OUT)
    for name in BUILD_INPUTS:
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)
    return copy


def build(kind: str, source: Path, out: Path) -> Path:
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=out)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (built,) = out.iterdir()
    return built


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", checkout, tmp_path_factory.mktemp("wheel"))


@pytest.mark.slow
def test_the_wheel_holds_every_file_and_nothing_else(checkout, wheel):
    packed = {name for name in names_in(wheel) if ".dist-info/" not in name}
    assert (sources(checkout) - packed, packed - sources(checkout)) == (set(), set())  # missing, too much


@pytest.mark.slow
def test_the_wheel_takes_one_top_level_name(wheel):
    assert {name.split("/")[0].split("-")[0] for name in names_in(wheel)} == {"whence"}


@pytest.mark.slow
def test_a_wheel_built_from_the_source_distribution_is_the_same(checkout, wheel, tmp_path):
    (tmp_path / "sdist").mkdir()
    (tmp_path / "again").mkdir()
    with tarfile.open(build("sdist", checkout, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert names_in(build("wheel", unpacked, tmp_path / "again")) == names_in(wheel)


@pytest.mark.slow
def test_the_installed_package_lists_and_runs_its_tools(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import json, whence.tools.registry as r; from pathlib import Path; from whence.tools.runtime import Runtime;"
        "from whence.tools.workspace import Workspace; runtime = Runtime(Workspace(folder=Path('.')));"
        "evidence = runtime.run('data_describe', {'dataset': 'none'}); runtime.close();"
        "print(json.dumps([r.__file__, list(r.all_tools()), evidence.error]))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=100, cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    file, tools, error = json.loads(done.stdout)
    assert Path(file).is_relative_to(tmp_path)
    assert tools == [f"{path.parent.name}_{path.stem}" for path in tool_files()]
    assert error == "BadArguments"


def tool_files() -> list[Path]:
    """The files of the tools in this checkout, in the order of the registry."""
    from whence.tools.registry import FOLDERS as STAGES

    files = [file for stage in STAGES for file in sorted((ROOT / "tools" / stage).glob("*.py"))]
    return [file for file in files if not file.name.startswith("_")]
