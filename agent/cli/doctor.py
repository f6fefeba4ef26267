"""`whence doctor`: what is installed, configured, reachable, and what to do."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version

from ...tools.domain.errors import UsageError
from ..home import home_folder

PACKAGES = (
    "numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "statsmodels", "linearmodels", "causal-learn", "dowhy",
    "langgraph", "langgraph-checkpoint-sqlite", "chromadb", "pydantic", "openai", "rich", "prompt-toolkit", "openpyxl",
)  # fmt: skip


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""


def main(args: argparse.Namespace) -> int:
    """Print one line a thing looked at; exit status 2 when something must be done."""
    rows = [_python(), *map(_package, PACKAGES), _home(), _worker(), _model()]
    for ok, name, state, todo in rows:
        mark = {True: "ok ", False: "BAD", None: "-  "}[ok]
        sys.stdout.write(f"{mark} {name:<28} {state}{f'  -> {todo}' if todo else ''}\n")
    return 2 if any(ok is False for ok, *_ in rows) else 0


Row = tuple[bool | None, str, str, str]


def _python() -> Row:
    ok = (3, 11) <= sys.version_info[:2] < (3, 14)
    return ok, "python", platform.python_version(), "" if ok else "use Python 3.11, 3.12 or 3.13"


def _package(name: str) -> Row:
    try:
        return True, name, version(name), ""
    except PackageNotFoundError:
        return False, name, "not installed", f"pip install {name}"


def _home() -> Row:
    try:
        folder = home_folder()
        with sqlite3.connect(folder / "runs.sqlite") as db:
            db.execute("PRAGMA user_version")
    except (UsageError, sqlite3.Error) as error:
        return False, "memory (WHENCE_HOME)", str(error), "set WHENCE_HOME to a folder you can write to"
    return True, "memory (WHENCE_HOME)", str(folder), ""


def _worker() -> Row:
    from pathlib import Path
    from tempfile import mkdtemp

    from ...tools.runtime import Runtime
    from ...tools.workspace import Workspace

    folder = Path(mkdtemp())
    try:
        with Runtime(Workspace(folder=folder)) as runtime:
            evidence = runtime.run("identify_design", {"design": "experiment", "treatment": "t", "outcome": "y"})
    finally:
        folder.rmdir()
    return (
        evidence.ok,
        "worker process",
        f"answered in {evidence.provenance.seconds:.2f} s",
        "" if evidence.ok else evidence.summary,
    )


def _model() -> Row:
    name = os.environ.get("WHENCE_MODEL")
    if not name:
        return None, "language model", "none configured; the rule policy decides", ""
    return None, "language model", f"{name} is configured, but this version decides by rules only", ""
