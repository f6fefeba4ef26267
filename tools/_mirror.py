"""Keep a worker's copy of the workspace in step by sending only what changed since the last call.

Tables' cards, graphs and evidence are frozen values, so "changed" means "another object".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from .domain.evidence import Evidence
from .domain.graphs import AnyGraph
from .domain.results import DatasetCard
from .workspace import Workspace


class Delta(BaseModel):
    """How a workspace differs from what the receiver holds."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="strings")

    folder: str
    """Paths travel as text: pydantic serialises `Path` in Python code, where a Ctrl-C would surface as its error."""
    roots: tuple[str, ...]
    files: tuple[str, ...]
    outputs: tuple[str, ...]
    tables: dict[str, DatasetCard]
    graphs: dict[str, AnyGraph]
    gone_tables: tuple[str, ...] = ()
    gone_graphs: tuple[str, ...] = ()
    keep: int
    """How many entries of the ledger the receiver keeps; the others are replaced by `ledger`."""
    ledger: tuple[Evidence, ...]


class Sent:
    """What one worker was told so far."""

    def __init__(self) -> None:
        self._tables: dict[str, DatasetCard] = {}
        self._graphs: dict[str, AnyGraph] = {}
        self._ledger: list[Evidence] = []

    def delta(self, workspace: Workspace) -> Delta:
        """What must be sent now; afterwards it counts as sent."""
        keep = 0
        for known, entry in zip(self._ledger, workspace.ledger, strict=False):
            if known is not entry:
                break
            keep += 1
        delta = Delta.model_construct(
            folder=str(workspace.folder),
            roots=tuple(map(str, workspace.roots)),
            files=tuple(map(str, workspace.files)),
            outputs=tuple(map(str, workspace.outputs)),
            tables=_changed(self._tables, workspace.tables),
            graphs=_changed(self._graphs, workspace.graphs),
            gone_tables=tuple(self._tables.keys() - workspace.tables.keys()),
            gone_graphs=tuple(self._graphs.keys() - workspace.graphs.keys()),
            keep=keep,
            ledger=tuple(workspace.ledger[keep:]),
        )
        self._tables, self._graphs = dict(workspace.tables), dict(workspace.graphs)
        self._ledger = list(workspace.ledger)
        return delta


def _changed(known: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in now.items() if known.get(name) is not value}


def apply_delta(workspace: Workspace, delta: Delta) -> None:
    """Bring the receiver's copy up to date."""
    workspace.folder, workspace.roots = Path(delta.folder), tuple(map(Path, delta.roots))
    workspace.files, workspace.outputs = tuple(map(Path, delta.files)), tuple(map(Path, delta.outputs))
    for name in delta.gone_tables:
        workspace.tables.pop(name, None)
    for name in delta.gone_graphs:
        workspace.graphs.pop(name, None)
    workspace.tables |= delta.tables
    workspace.graphs |= delta.graphs
    workspace.ledger[delta.keep :] = delta.ledger
