"""A home of its own for every test, the toy benchmark, and a configured model on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import KEY, MODEL, ModelServer

TOY = str(Path(__file__).with_name("toy_task.py"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs are kept."""
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def toy() -> str:
    """Path of the toy benchmark."""
    return TOY


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Iterator[ModelServer]]:
    """Start a model that says what a script tells it, and configure it."""

    @contextmanager
    def start(script: Callable[[dict], Say], **options):
        with ModelServer(script, **options) as server:
            monkeypatch.setenv("WHENCE_MODEL", MODEL)
            monkeypatch.setenv("OPENAI_API_KEY", KEY)
            monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
            yield server

    return start
