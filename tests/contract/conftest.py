"""Twins of the example workspace whose column and node names are hostile text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from whence.tools.domain.examples import examples
from whence.tools.domain.graphs import AnyGraph
from whence.tools.registry import get_tool
from whence.tools.workspace import Workspace, WorkspaceEnv

HOSTILE = {
    "injection": "{0}); __import__('os').system('touch pwned')#",
    "formula": 'Q("{0}") + I(C({0}))\n\t\'"',
    "unicode": "年龄 🎓 é ß {0} " + "n" * 500,
    "markup": "{{{{ 7*7 }}}} <script>alert(1)</script> -> {0}; [`x`]($(id))",
}
"""Templates of names, kind to text with the clean name in it; one template keeps the order of the clean names."""

CLEAN = sorted({node for example in examples().values() for node in example.dag.nodes})


class Renaming:
    """Replaces exact names in JSON values, and back."""

    def __init__(self, template: str) -> None:
        self.hostile = {name: template.format(name) for name in CLEAN}
        self.clean = {hostile: name for name, hostile in self.hostile.items()}

    def spoil(self, value: Any) -> Any:
        return replace(value, self.hostile)

    def restore(self, value: Any) -> Any:
        return replace(value, self.clean)


def replace(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {names.get(k, k): replace(v, names) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [replace(v, names) for v in value]
    return value


@pytest.fixture(scope="session")
def twin(
    example_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Workspace, Renaming]]:
    """The example workspace with every column and node renamed, and how the names were changed."""
    made: dict[str, tuple[Workspace, Renaming]] = {}

    def twin(kind: str) -> tuple[Workspace, Renaming]:
        if kind not in made:
            renaming = Renaming(HOSTILE[kind])
            made[kind] = (renamed(example_workspace, renaming, tmp_path_factory.mktemp(kind)), renaming)
        return made[kind]

    return twin


def renamed(workspace: Workspace, renaming: Renaming, folder: Path) -> Workspace:
    copy = Workspace(folder=folder, roots=(folder,))
    clean, env = WorkspaceEnv(workspace, seed=0), WorkspaceEnv(copy, seed=0)
    for name, card in workspace.tables.items():
        frame = clean.table(name).rename(columns=renaming.hostile)
        frame.to_csv(folder / f"{name}.csv", index=False)
        columns = tuple(c.model_copy(update={"name": renaming.hostile[c.name]}) for c in card.columns)
        stored = env.store_table(name, frame)
        copy.tables[name] = card.model_copy(update={"columns": columns, "stored": stored})
    for name, graph in workspace.graphs.items():
        copy.graphs[name] = TypeAdapter(AnyGraph).validate_python(renaming.spoil(graph.model_dump(mode="json")))
    for entry in workspace.ledger:
        tool, args = get_tool(entry.tool), renaming.spoil(entry.args)
        result = tool.run(tool.parse(args), env)
        update = {"args": args, "result": result.model_dump(mode="json"), "summary": result.summary()}
        copy.ledger.append(entry.model_copy(update=update))
    return copy
