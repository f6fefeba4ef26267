"""Where a result comes from: the tables it touched, the libraries behind the tool, the seed, the time."""

from __future__ import annotations

import ast
import inspect
import platform
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ._execute import Outcome
from .domain.evidence import Provenance
from .domain.results import DatasetCard, Result
from .spec import Tool

DISTRIBUTIONS = {
    "causallearn": "causal-learn", "dowhy": "dowhy", "econml": "econml", "linearmodels": "linearmodels",
    "networkx": "networkx", "numpy": "numpy", "openpyxl": "openpyxl", "pandas": "pandas", "pyarrow": "pyarrow",
    "scipy": "scipy", "sklearn": "scikit-learn", "statsmodels": "statsmodels",
}  # fmt: skip
"""Import name to distribution, for the libraries whose version can change a number."""
CONTRACT = ("spec", "registry", "workspace")
"""Modules that every tool imports and that compute nothing."""


def provenance(tool: Tool[Any, Any], outcome: Outcome, result: Result | None, seed: int) -> Provenance:
    """Put together what is known about one call."""
    datasets = dict(outcome.datasets)
    if isinstance(result, DatasetCard):
        datasets[result.name] = result.sha256
    used = getattr(result, "n_used", None)
    return Provenance(
        datasets=datasets,
        n_rows_used=getattr(result, "n_rows", None) if used is None else used,
        n_rows_dropped=getattr(result, "n_dropped", None),
        versions=_versions(Path(inspect.getfile(tool.run))),
        seed=seed,
        seconds=round(outcome.seconds, 4),
    )


@cache
def _versions(file: Path) -> dict[str, str]:
    """Versions of Python, Whence and every library that the tool's source imports, helpers included."""
    names = {"whence", *(DISTRIBUTIONS[n] for n in _imported(file, set()) if n in DISTRIBUTIONS)}
    found = {"python": platform.python_version()}
    for name in sorted(names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a bare source tree, or an extra that is not installed
            continue
    return found


def _imported(file: Path, seen: set[Path]) -> set[str]:
    if file in seen or not file.is_file() or file.stem in CONTRACT or "domain" in file.parts:
        return set()
    seen.add(file)
    names: set[str] = set()
    for node in _walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            folder = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for candidate in (folder.with_suffix(".py"), *(folder / f"{a.name}.py" for a in node.names)):
                names |= _imported(candidate, seen)
    return names


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that is there at run time: not those under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            yield node
            yield from _walk(node)
