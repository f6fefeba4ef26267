"""A model that knows the key and says it everywhere: it is in no file, no output, no log, no span and no error."""

from __future__ import annotations

import contextlib
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from whence.agent.cli.main import run as command
from whence.agent.policies.llm.policy import LlmPolicy
from whence.agent.trace import Trace
from whence.evals.bench.llm_analysts import EXPERIMENT
from whence.evals.bench.openai_server.actors import act_of
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import Fault
from whence.evals.bench.openai_server.traits import KEY, MODEL
from whence.tools.domain.errors import LimitReached, UsageError, WhenceError

pytestmark = pytest.mark.slow  # processes, servers or whole runs

SPELT = "".join(f"\\u{ord(ch):04x}" for ch in KEY)
"""The key as JSON may spell it, which no search in the raw text finds."""
TWICE = f"{KEY}, {KEY[:9]} and {KEY}"


def gossip(body: dict[str, Any]) -> Say:
    """A good analyst who puts the key into every text, argument, id and name."""
    said = EXPERIMENT.analyst(body)
    act = act_of(body)
    if act == "act":
        calls = [(f"{KEY}{n}", name, arguments) for n, (_, name, arguments) in enumerate(said.calls)]
        if calls:
            calls.append((f"bad{SPELT}", "data_describe", f'{{"dataset": "{SPELT}", "{SPELT}": "{TWICE}"}}'))
            calls.append(("name", f"tool_{KEY}", "{}"))
        return Say(said.text and TWICE, tuple(calls), model=KEY)
    reply = json.loads(said.text)
    for field in ("because", "reasons"):
        if field in reply:
            reply[field] = [*reply[field], TWICE, "SPELT"]
    if act == "write":
        reply["claims"] = [*reply["claims"], {"text": f"It is {TWICE} or SPELT.", "evidence": [], "derived": []}]
    return Say(json.dumps(reply).replace("SPELT", SPELT), model=KEY)


class Seen:
    """Everything that could show a key."""

    def __init__(self, caplog: pytest.LogCaptureFixture, folder: Path) -> None:
        caplog.set_level(logging.DEBUG)
        self._caplog = caplog
        self._folder = folder
        self._texts: list[str] = []
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def add(self, *texts: str) -> None:
        """Take note of an output."""
        self._texts += texts

    def places(self) -> list[str]:
        """Where the key is: names of files, or the text around it."""
        spans = "".join(span.to_json() for span in self.exporter.get_finished_spans())
        forms = (KEY.encode(), SPELT.encode(), json.dumps(SPELT)[1:-1].encode())
        files = [f for f in self._folder.rglob("*") if f.is_file()]
        found = [str(f) for f in files for form in forms if form in f.read_bytes()]
        for text in (*self._texts, self._caplog.text, spans):
            at = text.find(KEY)
            found += [text[max(0, at - 80) : at + 80]] if at >= 0 else []
        return found


@pytest.fixture
def seen(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> Iterator[Seen]:
    seen = Seen(caplog, tmp_path)
    yield seen
    seen.provider.shutdown()


@pytest.fixture
def gossiped(
    begin: Callable[..., Any], seen: Seen, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Run the experiment with the gossip as its model, over one of the two APIs; everything is looked at."""

    def go(api: str, fault: Callable[[int, dict[str, Any]], Fault | None] = lambda n, body: None) -> Any:
        run = begin(gossip, {"api": api, "retries_per_call": 1}, fault=fault)
        policy = run.session.policy
        assert isinstance(policy, LlmPolicy)
        trace = Trace(seen.provider.get_tracer("test"), with_content=True)
        trace.watch(policy.client)
        run.session.on_event = trace.listening(run.events.append)
        answer = None
        try:
            answer = run.ask(EXPERIMENT)
        except WhenceError as error:
            seen.add("".join(traceback.format_exception(error)))
        trace.close()
        if answer:
            for ending in ("html", "md", "json", "py"):
                run.session.report(answer, tmp_path / f"report.{ending}")
            seen.add(answer.model_dump_json(), repr(answer))
        seen.add(*(e.model_dump_json() for e in run.events), *capfd.readouterr())
        return run, answer

    return go


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_key_that_the_model_says_everywhere_is_nowhere(
    api: str, gossiped: Callable[..., Any], seen: Seen, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    run, answer = gossiped(api)
    assert answer is not None
    assert answer.status == "answered"
    assert set(run.server.spoken) == {api}
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path / "home"))
    for options in (["show", answer.run], ["show", answer.run, "--json"], ["replay", answer.run], ["list"]):
        command(["runs", *options])
    seen.add(*capfd.readouterr())
    assert seen.places() == []
    assert "[key]" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("fault", ["500", "expired_key", "filtered"])
def test_a_run_that_is_cut_off_leaves_no_key_behind(
    fault: Any, gossiped: Callable[..., Any], seen: Seen, tmp_path: Path
) -> None:
    run, _ = gossiped("chat", lambda n, body: fault if act_of(body) == "act" else None)
    assert run.server.injected
    assert (tmp_path / "home" / "checkpoints.sqlite").exists()
    assert seen.places() == []


def test_the_doctor_shows_no_key(
    begin: Callable[..., Any], seen: Seen, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run = begin(lambda body: Say(text=TWICE, model=KEY))
    monkeypatch.setenv("WHENCE_HOME", str(run.session.home))
    for name, value in {"WHENCE_MODEL": MODEL, "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": run.server.base_url}.items():
        monkeypatch.setenv(name, value)
    for options in ([], ["--live"], ["--live", "--json"]):
        with contextlib.suppress(UsageError, LimitReached):
            command(["doctor", *options])
    seen.add(*capfd.readouterr())
    assert seen.places() == []
