"""Sessions for tests: a home of their own, and tools run in this process, which saves starting a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whence.agent.session import Session
from whence.tools.domain.examples import get_example
from whence.tools.runtime import Runtime

N_SAMPLES = 300
Start = Callable[..., Session]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start sessions; all of one test file remember in the same home unless told otherwise."""
    shared = tmp_path_factory.mktemp("home")
    opened: list[Session] = []

    def begin(home: Path | None = None, **options: object) -> Session:
        session = Session(home=home or shared, **options)  # type: ignore[arg-type]
        session.runtime.close()
        session.runtime = Runtime(session.workspace, seed=session.seed, isolate=False)
        opened.append(session)
        return session

    yield begin
    for session in opened:
        session.close()


@pytest.fixture
def example_session(start: Start) -> Callable[..., Session]:
    """A session over a textbook example: its table of 300 rows and, unless told otherwise, its graph."""

    def begin(name: str, n_samples: int = N_SAMPLES, *, graph: bool = True, seed: int = 2) -> Session:
        session = start()
        session.add_frame(get_example(name).simulate(n_samples, seed=seed), name)
        if graph:
            session.use_graph(get_example(name).dag)
        return session

    return begin
