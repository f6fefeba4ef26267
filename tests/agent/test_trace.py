"""Spans by the semantic conventions for generative AI; nothing at all when tracing is off."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from whence.agent.events import Answered, RunStarted, ToolFinished, ignore
from whence.agent.policies.llm import messages
from whence.agent.policies.llm.client import ChatClient
from whence.agent.policies.llm.errors import Refused
from whence.agent.session import Session
from whence.agent.state import Answer
from whence.agent.trace import Trace, open_trace
from whence.evals.bench.llm_faults import local_config
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import ModelServer
from whence.evals.bench.openai_server.traits import MODEL
from whence.tools.domain.errors import UsageError
from whence.tools.domain.evidence import Evidence

WORDS = "What is the effect of x on y?"
HELLO = [messages.system("Be brief."), messages.user("my private question")]


@pytest.fixture
def spans() -> Iterator[tuple[Callable[..., Trace], InMemorySpanExporter]]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield lambda **options: Trace(provider.get_tracer("test"), **options), exporter
    provider.shutdown()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def told(exporter: InMemorySpanExporter) -> str:
    return "".join(span.to_json() for span in exporter.get_finished_spans())


@contextmanager
def watched(trace: Trace, say: Say, **changed: Any) -> Iterator[ChatClient]:
    """A client of a model that says this, whose calls become spans."""
    with ModelServer(lambda body: say) as server, ChatClient(local_config(server.base_url, **changed)) as client:
        trace.watch(client)
        yield client


def test_a_run_is_one_tree_of_spans(
    spans: tuple[Callable[..., Trace], InMemorySpanExporter], example_session: Callable[..., Session]
) -> None:
    trace, exporter = spans[0](), spans[1]
    session = example_session("confounder")
    session.on_event = trace.listening(ignore)
    answer = session.ask(WORDS)
    finished = exporter.get_finished_spans()
    root = finished[-1]
    assert root.name == "invoke_agent whence"
    assert attributes(root)["gen_ai.conversation.id"] == answer.run
    assert attributes(root)["whence.status"] == answer.status
    called = [e for e in answer.evidence if e.id not in ("E1", "E2")]  # the table and the graph were given
    assert [s.name for s in finished[:-1]] == [f"execute_tool {e.tool}" for e in called]
    assert [attributes(s)["gen_ai.tool.call.id"] for s in finished[:-1]] == [e.id for e in called]
    for span in finished[:-1]:
        assert span.parent is not None
        assert span.parent.span_id == root.context.span_id
    assert WORDS not in told(exporter)


def test_calls_of_a_model_are_spans_of_the_run_with_their_tokens(
    spans: tuple[Callable[..., Trace], InMemorySpanExporter],
) -> None:
    trace, exporter = spans[0](), spans[1]
    listen = trace.listening(ignore)
    with watched(trace, Say(text="my private answer"), temperature=0, max_reply_tokens=99) as client:
        listen(RunStarted(run="r1", words="my private question"))
        reply = client.ask(HELLO)
        listen(Answered(answer=Answer(run="r1", status="answered", claim="my private claim", words="w")))
    chat, root = exporter.get_finished_spans()
    assert (chat.name, chat.kind, root.kind) == (f"chat {MODEL}", SpanKind.CLIENT, SpanKind.INTERNAL)
    assert chat.parent is not None
    assert chat.parent.span_id == root.context.span_id
    assert reply.usage is not None
    found = attributes(chat)
    expected = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": MODEL,
        "gen_ai.response.model": MODEL, "gen_ai.request.temperature": 0, "gen_ai.request.max_tokens": 99,
        "gen_ai.response.finish_reasons": ("stop",), "gen_ai.usage.input_tokens": reply.usage.prompt,
        "gen_ai.usage.output_tokens": reply.usage.completion, "server.address": "127.0.0.1", "gen_ai.request.stream": True,
    }  # fmt: skip
    assert found.items() >= expected.items()
    assert 0 < found["gen_ai.response.time_to_first_chunk"] <= (chat.end_time - chat.start_time) / 1e9  # type: ignore[operator]
    assert attributes(root)["gen_ai.usage.input_tokens"] == reply.usage.prompt
    assert "private" not in told(exporter)


def test_words_are_in_the_spans_when_they_are_opted_in(
    spans: tuple[Callable[..., Trace], InMemorySpanExporter],
) -> None:
    trace, exporter = spans[0](with_content=True), spans[1]
    with watched(trace, Say(text="yes", calls=(("c", "f", "{}"),))) as client:
        client.ask(HELLO)
    found = attributes(exporter.get_finished_spans()[0])
    asked = json.loads(found["gen_ai.input.messages"])
    assert asked[1] == {"role": "user", "parts": [{"type": "text", "content": "my private question"}]}
    said = json.loads(found["gen_ai.output.messages"])[0]
    assert said["finish_reason"] == "tool_calls"
    assert [p["type"] for p in said["parts"]] == ["text", "tool_call"]


def test_errors_are_told_by_their_kind(spans: tuple[Callable[..., Trace], InMemorySpanExporter]) -> None:
    trace, exporter = spans[0](), spans[1]
    listen = trace.listening(ignore)
    listen(RunStarted(run="r1", words="w"))
    with watched(trace, Say(refusal="I can't help with that.")) as client, pytest.raises(Refused):
        client.ask(HELLO)
    listen(ToolFinished(evidence=Evidence(id="E2", tool="t", args={}, ok=False, error="TimedOut", summary="slow")))
    trace.close()
    chat, tool, root = exporter.get_finished_spans()
    assert [attributes(s)["error.type"] for s in (chat, tool, root)] == ["Refused", "TimedOut", "unfinished"]
    assert {s.status.status_code for s in (chat, tool, root)} == {StatusCode.ERROR}


@pytest.mark.parametrize("value", ["", "0", "off"])
def test_it_is_off_by_default(value: str) -> None:
    assert open_trace({"WHENCE_TRACE": value, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}) is None


def test_when_it_is_off_nothing_is_imported() -> None:
    code = (
        "import sys\nfrom whence.agent.trace import open_trace\nassert open_trace({}) is None\n"
        "assert not any(m.startswith('opentelemetry') for m in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"WHENCE_TRACE": "maybe"}, "'maybe'"),
        ({"WHENCE_TRACE": "1"}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (
            {"WHENCE_TRACE": "1", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_PROTOCOL": "smoke"},
            "'smoke'",
        ),
    ],
)
def test_what_cannot_be_done_is_said(variables: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        open_trace(variables)


def test_spans_reach_a_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    trace = open_trace({"WHENCE_TRACE": "1", "OTEL_EXPORTER_OTLP_ENDPOINT": address})
    assert trace is not None
    trace.listening(ignore)(RunStarted(run="r1", words="w"))
    trace.close()
    server.shutdown()
    assert b"invoke_agent whence" in b"".join(received)


def test_a_session_traces_its_runs_when_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spans: tuple[Callable[..., Trace], InMemorySpanExporter]
) -> None:
    make, exporter = spans
    monkeypatch.setattr("whence.agent.session.open_trace", make)
    with Session(policy="rules", home=tmp_path, isolate=False) as session:
        session.use_graph("z -> t; z -> y; t -> y")
        session.ask("which variables should I adjust for to estimate the effect of t on y?")
    assert "invoke_agent whence" in {s.name for s in exporter.get_finished_spans()}
