"""`whence doctor`: what is installed, configured, reachable, and what to do."""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version

from ...tools.domain.errors import UsageError
from ..home import home_folder
from ..trace import open_trace
from .doctor_model import Row, configured, live
from .text import one_line

PACKAGES = (
    "numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "statsmodels", "linearmodels", "causal-learn", "dowhy",
    "langgraph", "langgraph-checkpoint-sqlite", "chromadb", "pydantic", "openai", "rich", "prompt-toolkit", "openpyxl",
)  # fmt: skip


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--live", action="store_true", help="ask the configured model endpoint what it can do")
    parser.add_argument("--json", action="store_true", help="print what was found as one JSON object")


def main(args: argparse.Namespace) -> int:
    """Print one line a thing looked at; exit status 2 when something must be done."""
    about_model, config = configured()
    rows = [_python(), *map(_package, PACKAGES), _home(), _worker(), _tracing(), *about_model]
    abilities = None
    if args.live and config:
        found, abilities = live(config)
        rows += found
    elif args.live and len(about_model) == 1 and about_model[0].ok is None:
        rows.append(Row(False, "endpoint", "there is none to ask", "set WHENCE_MODEL, and OPENAI_BASE_URL or a key"))
    if args.json:
        checks = [{"name": r.name, "ok": r.ok, "state": r.state, "todo": r.todo} for r in rows]
        body = {"checks": checks, "abilities": abilities.model_dump() if abilities else None}
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=2) + "\n")
    else:
        for ok, name, state, todo in rows:
            mark = {True: "ok ", False: "BAD", None: "-  "}[ok]
            sys.stdout.write(f"{mark} {name:<28} {one_line(state)}{f'  -> {one_line(todo)}' if todo else ''}\n")
    return 2 if any(r.ok is False for r in rows) else 0


def _python() -> Row:
    ok = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Row(ok, "python", platform.python_version(), "" if ok else "use Python 3.11, 3.12 or 3.13")


def _package(name: str) -> Row:
    try:
        return Row(True, name, version(name))
    except PackageNotFoundError:
        return Row(False, name, "not installed", f"pip install {name}")


def _home() -> Row:
    try:
        folder = home_folder()
        with sqlite3.connect(folder / "runs.sqlite") as db:
            db.execute("PRAGMA user_version")
    except (UsageError, sqlite3.Error) as error:
        return Row(False, "memory (WHENCE_HOME)", str(error), "set WHENCE_HOME to a folder you can write to")
    return Row(True, "memory (WHENCE_HOME)", str(folder))


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
    return Row(
        evidence.ok,
        "worker process",
        f"answered in {evidence.provenance.seconds:.2f} s",
        "" if evidence.ok else evidence.summary,
    )


def _tracing() -> Row:
    try:
        trace = open_trace()
    except UsageError as error:
        return Row(False, "tracing (WHENCE_TRACE)", str(error))
    if trace is None:
        return Row(None, "tracing (WHENCE_TRACE)", "off")
    trace.close()
    return Row(True, "tracing (WHENCE_TRACE)", "on, with words" if trace.with_content else "on, without words")
