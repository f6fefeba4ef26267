"""A runtime over an empty workspace, with tools that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whence.tools.runtime import Runtime
from whence.tools.workspace import Workspace

MISBEHAVING = Path(__file__).parent / "misbehaving.py"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Runtime]]:
    """Makes runtimes that end with the test."""
    made: list[Runtime] = []

    def make(**options: object) -> Runtime:
        workspace = options.pop("workspace", None) or Workspace(folder=tmp_path, roots=(tmp_path,))
        made.append(Runtime(workspace, tools=[MISBEHAVING], **options))
        return made[-1]

    yield make
    for runtime in made:
        runtime.close()


@pytest.fixture
def runtime(make: Callable[..., Runtime]) -> Runtime:
    return make()
