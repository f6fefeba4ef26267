"""Run one validated call in this process, quietly, and say what happened as JSON.

The worker process and the in-process mode of the runtime share this code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
import time
import traceback
import warnings
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .domain.errors import BackendFailed, TimedOut, UsageError, WhenceError
from .domain.evidence import Evidence
from .domain.model import Model
from .domain.results import DatasetCard, Result
from .registry import get_tool
from .spec import Tool
from .workspace import Workspace, WorkspaceEnv

if TYPE_CHECKING:
    import pandas as pd

Finder = Callable[[str], Tool[Any, Any]]

TELLING_WARNINGS = frozenset(
    {
        "ConvergenceWarning", "HessianInversionWarning", "IllConditionedWarning", "IterationLimitWarning",
        "LinAlgWarning", "PerfectSeparationWarning", "RankWarning", "SingularMatrixWarning",
    }
)  # fmt: skip
"""Warnings of libraries that say the numbers may be wrong; they reach the evidence, all others are dropped."""
MAX_WARNINGS = 5
CRASH = "Crash"


class Outcome(Model):
    """How a call ended."""

    result: dict[str, Any] | None = None
    error: str | None = None
    """Class name of the error, `Crash` when it is none of ours."""
    message: str = ""
    warnings: tuple[str, ...] = ()
    datasets: dict[str, str] = {}
    """Name and SHA-256 of each table that the call touched."""
    seconds: float = 0.0


class TableCache:
    """Tables read from the workspace, by file and version of the file; the least recently used go first."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._frames: OrderedDict[tuple[Any, ...], tuple[pd.DataFrame, int]] = OrderedDict()

    def read(self, path: Path) -> pd.DataFrame:
        """A private copy of the table stored in a file."""
        stat = os.stat(path)
        key = (str(path), stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if key not in self._frames:
            import pandas as pd

            frame = pd.read_parquet(path)
            n_bytes = int(frame.memory_usage(deep=False).sum())
            if n_bytes > self._limit_bytes:
                return frame
            self._frames[key] = (frame, n_bytes)
        self._frames.move_to_end(key)
        while sum(n for _, n in self._frames.values()) > self._limit_bytes:
            self._frames.popitem(last=False)
        return self._frames[key][0].copy(deep=True)


class CallEnv(WorkspaceEnv):
    """The `Env` of one call: caches tables and notes which ones the call touched."""

    def __init__(
        self,
        workspace: Workspace,
        seed: int,
        cache: TableCache,
        find: Finder = get_tool,
        altered: dict[str, pd.DataFrame] | None = None,
        touched: dict[str, str] | None = None,
    ) -> None:
        super().__init__(workspace, seed, altered)
        self.touched: dict[str, str] = {} if touched is None else touched
        self._cache = cache
        self._find = find

    def table(self, name: str) -> pd.DataFrame:
        """A private copy of a loaded table."""
        if name in self._altered:
            return super().table(name)
        return self._cache.read(self.workspace.folder / self.card(name).stored)

    def card(self, name: str) -> DatasetCard:
        """The card of a loaded table."""
        card = super().card(name)
        self.touched[name] = card.sha256
        return card

    def evidence(self, id: str) -> Evidence:
        """An earlier entry of the ledger."""
        entry = super().evidence(id)
        self.touched |= entry.provenance.datasets
        return entry

    def rerun(self, evidence_id: str, tables: dict[str, pd.DataFrame], **changed: Any) -> Result:
        """Run an earlier call again on altered tables; nothing enters the ledger."""
        earlier = self.evidence(evidence_id)
        tool = self._find(earlier.tool)
        altered = self._altered | tables
        inner = CallEnv(self.workspace, self.seed, self._cache, self._find, altered, self.touched)
        return tool.run(tool.parse(earlier.args | changed), inner)


def execute(tool: Tool[Any, Any], raw: dict[str, Any], env: CallEnv) -> Outcome:
    """Run one call; whatever the tool does, this returns."""
    noted: list[str] = []
    result: dict[str, Any] | None = None
    error, message = None, ""
    started = time.perf_counter()
    try:
        with _quiet(noted):
            result = json.loads(tool.run(tool.parse(raw), env).model_dump_json())
    except WhenceError as caught:
        error, message = type(caught).__name__, str(caught)
    except MemoryError:
        error = TimedOut.__name__
        message = f"{tool.name} asked for more memory than it may use. Use fewer columns or rows, or raise the limit."
    except ModuleNotFoundError as caught:
        error, message = _missing(tool, caught)
    except BaseException:  # a worker reports bugs, it does not die of them
        error, message = CRASH, traceback.format_exc()
    return Outcome(
        result=result,
        error=error,
        message=message,
        warnings=tuple(f"{tool.name}: the library warned: {text}" for text in noted),
        datasets=env.touched,
        seconds=time.perf_counter() - started,
    )


def _missing(tool: Tool[Any, Any], caught: ModuleNotFoundError) -> tuple[str, str]:
    if tool.needs is None:
        return CRASH, traceback.format_exc()
    advice = f"Install it with: pip install 'whence[{tool.needs}]'"
    return BackendFailed.__name__, f"{tool.name} needs the library {caught.name!r}, which is not installed. {advice}"


@contextmanager
def _quiet(noted: list[str]) -> Generator[None]:
    """Let no print, progress bar or warning out; note the warnings that matter."""

    def note(message: Warning | str, category: type[Warning], *_rest: Any) -> None:
        text = f"{category.__name__}: {' '.join(str(message).split())[:200]}"
        if category.__name__ in TELLING_WARNINGS and text not in noted and len(noted) < MAX_WARNINGS:
            noted.append(text)

    with (
        open(os.devnull, "w") as nowhere,
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("always")
        warnings.showwarning = note
        yield


def finder(files: Iterable[Path]) -> Finder:
    """A look-up over the registry and over tools in files that the caller's code names.

    Args:
        files: Python files, each with a `TOOL` or a tuple `TOOLS`; they run with all rights of this process.
    """
    extra: dict[str, Tool[Any, Any]] = {}
    for file in files:
        extra |= _load(file)
    return lambda name: extra.get(name) or get_tool(name)


def _load(file: Path) -> dict[str, Tool[Any, Any]]:
    name = f"whence_extra_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None or not file.is_file():
            raise UsageError(f"{str(file)!r} is not a Python file with tools; name a .py file that defines TOOL.")
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    module = sys.modules[name]
    tools: tuple[Tool[Any, Any], ...] = getattr(module, "TOOLS", None) or (module.TOOL,)
    return {tool.name: tool for tool in tools}
