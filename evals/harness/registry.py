"""Find the benchmarks: the folders are the registry.

A folder `evals/NAME` whose `task.py` defines `BENCHMARK` is the benchmark NAME. A `task.py` elsewhere is named by its
path. Listing imports none of them: the title is the first line of the file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from ...tools.domain.errors import UsageError
from .spec import Benchmark

HERE = Path(__file__).parents[1]


def benchmark_files() -> dict[str, Path]:
    """The `task.py` of every bundled benchmark by its name, in alphabetical order."""
    return {file.parent.name: file for file in sorted(HERE.glob("*/task.py"))}


def list_benchmarks() -> dict[str, str]:
    """Every bundled benchmark's name and the first line of its file, which says what it asks."""
    found: dict[str, str] = {}
    for name, file in benchmark_files().items():
        with file.open(encoding="utf-8") as lines:
            found[name] = next(lines, "").strip().strip('"')
    return found


def get_benchmark(name: str) -> Benchmark:
    """Look up a benchmark by its name, or by the path of a `task.py`; only its own modules are imported.

    Raises:
        UsageError: there is no such benchmark; the message names the nearest.
    """
    if name.endswith(".py"):
        return _from_file(Path(name).expanduser())
    files = benchmark_files()
    if name not in files:
        near = get_close_matches(name, files, n=3, cutoff=0.5) or list(files)
        known = f"Did you mean {', '.join(near)}?" if near else "None is bundled; name a task.py by its path."
        raise UsageError(f"There is no benchmark {name[:80]!r}. {known} `whence eval` lists all.")
    return import_module(f"...{name}.task", __name__).BENCHMARK


def _from_file(file: Path) -> Benchmark:
    """The benchmark of a file that the person wrote; it runs with all rights of this process."""
    module_name = f"whence_eval_{hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:12]}"
    if module_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(module_name, file)
        if spec is None or spec.loader is None or not file.is_file():
            raise UsageError(f"{str(file)[:200]!r} is not a Python file; name a task.py that defines BENCHMARK.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[module_name]
            raise
    benchmark = getattr(sys.modules[module_name], "BENCHMARK", None)
    if not isinstance(benchmark, Benchmark):
        raise UsageError(f"{str(file)[:200]!r} defines no BENCHMARK of the type evals.harness.spec.Benchmark.")
    return benchmark
