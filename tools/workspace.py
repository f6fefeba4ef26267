"""The workspace of a run: its tables, graphs and ledger, and which files it may touch.

`Workspace` is a plain value that travels to the worker process as JSON; `WorkspaceEnv` is what a tool sees of it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from .domain.errors import BadArguments
from .domain.evidence import Evidence
from .domain.graphs import AnyGraph
from .domain.results import DatasetCard, GraphResult, Result

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Workspace(BaseModel):
    """Everything a tool call may refer to by name."""

    model_config = ConfigDict(extra="forbid")

    folder: Path
    """Where tables are stored as Parquet and reports are written."""
    roots: tuple[Path, ...] = ()
    """Folders whose files may be read; deny by default."""
    files: tuple[Path, ...] = ()
    """Single files the person named, readable wherever they are."""
    outputs: tuple[Path, ...] = ()
    """Files the person named as outputs, writable wherever they are."""
    tables: dict[str, DatasetCard] = {}
    graphs: dict[str, AnyGraph] = {}
    ledger: list[Evidence] = []

    def absorb(self, evidence: Evidence, result: Result | None) -> None:
        """Append evidence to the ledger and make the table or graph it holds available by name."""
        self.ledger.append(evidence)
        if isinstance(result, DatasetCard):
            self.tables[result.name] = result
        elif isinstance(result, GraphResult):
            self.graphs[result.name] = result.graph
            self.graphs[evidence.id] = result.graph


class WorkspaceEnv:
    """The `Env` of a tool call over a workspace."""

    def __init__(self, workspace: Workspace, seed: int, altered: dict[str, pd.DataFrame] | None = None) -> None:
        self.workspace = workspace
        self.seed = seed
        self._altered = altered or {}

    def table(self, name: str) -> pd.DataFrame:
        """A private copy of a loaded table."""
        if name in self._altered:
            return self._altered[name].copy()
        import pandas as pd

        card = self.card(name)
        return pd.read_parquet(self.workspace.folder / card.stored)

    def card(self, name: str) -> DatasetCard:
        """The card of a loaded table."""
        if name not in self.workspace.tables:
            known = ", ".join(self.workspace.tables) or "none; load one with data_load"
            raise BadArguments(f"There is no table {name[:80]!r}. Loaded tables: {known}.")
        return self.workspace.tables[name]

    def graph(self, name: str) -> AnyGraph:
        """A graph of this run by name or evidence id."""
        if name not in self.workspace.graphs:
            known = ", ".join(self.workspace.graphs) or "none; read one with graph_read or learn one with discover_*"
            raise BadArguments(f"There is no graph {name[:80]!r}. Known graphs: {known}.")
        return self.workspace.graphs[name]

    def evidence(self, id: str) -> Evidence:
        """An earlier entry of the ledger."""
        for entry in self.workspace.ledger:
            if entry.id == id:
                return entry
        raise BadArguments(f"There is no evidence {id[:20]!r}; the ledger has {len(self.workspace.ledger)} entries.")

    def ledger(self) -> tuple[Evidence, ...]:
        """All evidence so far, in order."""
        return tuple(self.workspace.ledger)

    def rng(self) -> np.random.Generator:
        """A fresh generator seeded with `seed`."""
        import numpy as np

        # a child stream: data simulated with the same seed would otherwise meet its own noise again
        return np.random.default_rng(self.seed).spawn(1)[0]

    def readable(self, path: str) -> Path:
        """The real path of a regular file inside the allowed roots."""
        real = _resolve(path)
        if real not in self.workspace.files and not any(real.is_relative_to(root) for root in self.workspace.roots):
            allowed = ", ".join(map(str, self.workspace.roots)) or "none"
            raise BadArguments(
                f"File {path[:200]!r} is outside the folders that may be read ({allowed}). Name it on the command line to allow it."
            )
        try:
            mode = os.stat(real).st_mode
        except FileNotFoundError:
            raise BadArguments(f"File {path[:200]!r} does not exist. Check the spelling and the folder.") from None
        except OSError as error:
            raise BadArguments(f"File {path[:200]!r} cannot be opened: {error.strerror}.") from error
        if stat.S_ISDIR(mode):
            raise BadArguments(f"{path[:200]!r} is a directory; name a file in it.")
        if not stat.S_ISREG(mode):
            raise BadArguments(
                f"{path[:200]!r} is not a regular file (a device or a pipe); save the data to a file first."
            )
        return real

    def writable(self, path: str) -> Path:
        """The real path of a file that may be written."""
        real = _resolve(path)
        if real not in self.workspace.outputs and not real.is_relative_to(self.workspace.folder.resolve()):
            raise BadArguments(
                f"File {path[:200]!r} was not named as an output, so it is not written. Use --report to name one."
            )
        return real

    def rerun(self, evidence_id: str, tables: dict[str, pd.DataFrame], **changed: Any) -> Result:
        """Run an earlier call again on altered tables; nothing enters the ledger."""
        from .registry import get_tool

        earlier = self.evidence(evidence_id)
        tool = get_tool(earlier.tool)
        args = tool.parse(earlier.args | changed)
        return tool.run(args, WorkspaceEnv(self.workspace, self.seed, self._altered | tables))

    def store_table(self, name: str, frame: pd.DataFrame) -> str:
        """Write a table into the workspace as Parquet, whole or not at all."""
        self.workspace.folder.mkdir(parents=True, exist_ok=True)
        stored = hashlib.sha256(name.encode()).hexdigest()[:16] + ".parquet"
        temporary = self.workspace.folder / f".{stored}.{os.getpid()}"
        frame.to_parquet(temporary, index=False)
        os.replace(temporary, self.workspace.folder / stored)
        return stored


def _resolve(path: str) -> Path:
    if "\0" in path or len(path) > 4096:
        raise BadArguments(f"{path[:80]!r} is not a file name.")
    try:
        return Path(path).expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise BadArguments(f"{path[:200]!r} is not a usable file name: {error}.") from error
