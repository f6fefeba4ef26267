"""Runs with a scripted model behind a real server: tools run in this process, which saves starting a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from whence.agent.events import Event
from whence.agent.policies.llm.client import ChatClient
from whence.agent.policies.llm.policy import LlmPolicy
from whence.agent.session import Session
from whence.agent.state import Answer
from whence.evals.bench.llm_analysts import Case
from whence.evals.bench.llm_faults import local_config
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import ModelServer
from whence.tools.runtime import Runtime

DATA = Path(__file__).parents[2] / "evals" / "data"
Script = Callable[[dict[str, Any]], Say]


class Run(NamedTuple):
    """A run that has begun: what was sent, what happened, and the session to go on with."""

    server: ModelServer
    session: Session
    events: list[Event]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The requests that the model saw."""
        return [body for _, body in self.server.requests]

    def ask(self, case: Case) -> Answer:
        """Load the data of a case and ask its question."""
        folder = DATA / case.folder
        self.session.load(folder / f"{case.folder}.csv")
        self.session.about(folder / "codebook.md")
        if case.graph:
            self.session.use_graph(case.graph)
        return self.session.ask(case.question)


def in_process(session: Session) -> Session:
    """The session with its tools run here."""
    session.runtime.close()
    session.runtime = Runtime(session.workspace, seed=session.seed, isolate=False)
    return session


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Start a server that plays a script, and a session whose model it is."""
    opened: list[Run] = []

    def start(script: Script, config: dict[str, Any] | None = None, **options: Any) -> Run:
        session_options = {k: options.pop(k) for k in ("budget", "choose", "home") if k in options}
        server = ModelServer(script, **options).__enter__()
        events: list[Event] = []
        client = ChatClient(local_config(server.base_url, **(config or {})), sleep=lambda s: None, rng=Random(0))
        home = session_options.pop("home", tmp_path / "home")
        session = Session(
            policy=LlmPolicy(client), home=home, roots=[DATA], on_event=events.append, **session_options
        )  # fmt: skip
        opened.append(Run(server, in_process(session), events))
        return opened[-1]

    yield start
    for run in opened:
        run.session.close()
        run.session.policy.client.close()  # type: ignore[attr-defined]
        run.server.__exit__()
