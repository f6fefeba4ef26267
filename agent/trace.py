"""OpenTelemetry spans of a run, by the semantic conventions for generative AI; off unless asked for.

    invoke_agent whence        one a run
      chat {model}             one a call of the model, retries included
      execute_tool {tool}      one a tool call

`WHENCE_TRACE=1` switches them on, `WHENCE_TRACE=content` also puts words into them: the question, messages, tool
arguments and results. They go to the tracer provider that the program has set or, when it has set none, to the
collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names (extra `otel`). When it is off, nothing is imported or called.

Reference: OpenTelemetry semantic conventions for generative AI, spans of agents, models and tools (development).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..tools.domain.errors import UsageError
from ..tools.domain.evidence import Evidence
from .events import Answered, Event, Listener, RunStarted, ToolFinished

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

    from .policies.llm.client import ChatClient
    from .policies.llm.config import LlmConfig
    from .policies.llm.exchange import Exchange

OFF = ("", "0", "false", "off", "no")
ON = ("1", "true", "on", "yes", "spans")
WITH_CONTENT = "content"
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
EXPORTERS = {"grpc": "grpc", "http/protobuf": "http"}
Attributes = dict[str, str | int | float | bool | tuple[str, ...]]


def open_trace(environment: Mapping[str, str] | None = None) -> Trace | None:
    """The trace that the environment asks for; None when it asks for none.

    Raises:
        UsageError: `WHENCE_TRACE` cannot be understood, or there is nothing to send spans to.
    """
    variables = os.environ if environment is None else environment
    asked = variables.get("WHENCE_TRACE", "").strip().lower()
    if asked in OFF:
        return None
    if asked not in (*ON, WITH_CONTENT):
        raise UsageError(
            f"WHENCE_TRACE is {asked[:40]!r}; it can be 1 for spans, 'content' for spans with words, or 0."
        )
    try:
        from opentelemetry import trace
    except ImportError:
        raise UsageError("Tracing needs OpenTelemetry. Install it with: pip install 'whence[otel]'") from None
    own: TracerProvider | None = None
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):  # the program has set none
        own = _provider(variables)
    tracer = (own or trace.get_tracer_provider()).get_tracer("whence")
    return Trace(tracer, with_content=asked == WITH_CONTENT, own=own)


def _provider(variables: Mapping[str, str]) -> TracerProvider:
    """A provider that sends to the collector that the environment names."""
    if not any(variables.get(name) for name in ENDPOINTS):
        raise UsageError(
            "WHENCE_TRACE is on, but nothing takes the spans. Set OTEL_EXPORTER_OTLP_ENDPOINT to a collector, "
            "or a tracer provider in your program."
        )
    protocol = next((v for name in PROTOCOLS if (v := variables.get(name))), "http/protobuf")
    if protocol not in EXPORTERS:
        raise UsageError(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol[:40]!r}; it can be {' or '.join(EXPORTERS)}.")
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        exporter = import_module(f"opentelemetry.exporter.otlp.proto.{EXPORTERS[protocol]}.trace_exporter")
    except ImportError:
        raise UsageError(
            f"Sending spans over {protocol} needs a package. Install it with: pip install 'whence[otel]'"
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": "whence"}))
    provider.add_span_processor(BatchSpanProcessor(exporter.OTLPSpanExporter()))
    return provider


class Trace:
    """Turns the events of a session and the calls of its model into spans.

    Args:
        tracer: Where spans are made.
        with_content: Whether words go into them.
        own: A provider to shut down at the end; None when it is the program's.
    """

    def __init__(self, tracer: Tracer, *, with_content: bool = False, own: TracerProvider | None = None) -> None:
        self._tracer = tracer
        self.with_content = with_content
        self._own = own
        self._run: Span | None = None
        self._tokens = {"input": 0, "output": 0}

    def listening(self, on_event: Listener) -> Listener:
        """A listener that makes spans and then hands each event on."""

        def listen(event: Event) -> None:
            self._hear(event)
            on_event(event)

        return listen

    def watch(self, client: ChatClient) -> None:
        """Make a span of each call of a model from now on."""
        described = _endpoint(client.config)
        client.observe = lambda exchange: self._chat(client.config, described, exchange)

    def close(self) -> None:
        """End the span of a run that did not end, and send what is waiting."""
        self._end_run({"error.type": "unfinished"})
        if self._own:
            self._own.shutdown()

    def _hear(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._end_run({"error.type": "unfinished"})
            self._tokens = {"input": 0, "output": 0}
            self._run = self._span("invoke_agent whence", "INTERNAL", time.time_ns(), {
                "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "whence", "gen_ai.conversation.id": event.run,
                **self._words("gen_ai.input.messages", [_message("user", event.words)]),
            })  # fmt: skip
        elif isinstance(event, ToolFinished):
            self._tool(event.evidence)
        elif isinstance(event, Answered):
            answer = event.answer
            used = {f"gen_ai.usage.{kind}_tokens": n for kind, n in self._tokens.items() if n}
            self._end_run({
                "whence.status": answer.status, **used,
                **self._words("gen_ai.output.messages", [_message("assistant", answer.claim)]),
            })  # fmt: skip

    def _tool(self, evidence: Evidence) -> None:
        """A span of a call that has ended: its own seconds are known, and waiting for a worker is none of them."""
        ended = time.time_ns()
        attributes: Attributes = {
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": evidence.tool, "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": evidence.id,
            **self._words("gen_ai.tool.call.arguments", evidence.args),
            **self._words("gen_ai.tool.call.result", evidence.summary),
        }  # fmt: skip
        if not evidence.ok:
            attributes["error.type"] = evidence.error or "error"
        started = ended - int(evidence.provenance.seconds * 1e9)
        _end(self._span(f"execute_tool {evidence.tool}", "INTERNAL", started, attributes), ended)

    def _chat(self, config: LlmConfig, described: Attributes, exchange: Exchange) -> None:
        request, reply = exchange.request, exchange.reply
        attributes: Attributes = {
            "gen_ai.operation.name": "chat", "gen_ai.request.model": config.model, **described,
            "gen_ai.request.stream": bool(request.get("stream")),
            **self._words("gen_ai.input.messages", [_parts(m) for m in request["messages"]]),
        }  # fmt: skip
        for field, name in (("temperature", "temperature"), ("max_tokens", "max_tokens")):
            if field in request:
                attributes[f"gen_ai.request.{name}"] = request[field]
        if exchange.first_text_s is not None:
            attributes["gen_ai.response.time_to_first_chunk"] = exchange.first_text_s
        if reply is None:
            attributes["error.type"] = type(exchange.error).__name__ if exchange.error else "_OTHER"
        else:
            attributes["gen_ai.response.finish_reasons"] = (reply.finish,)
            attributes["gen_ai.response.model"] = reply.model or config.model
            said = {"role": "assistant", "content": reply.text, "tool_calls": [
                {"id": c.id, "function": {"name": c.name, "arguments": c.arguments_json}} for c in reply.tool_calls
            ]}  # fmt: skip
            attributes |= self._words("gen_ai.output.messages", [_parts(said) | {"finish_reason": reply.finish}])
            if usage := reply.usage:
                attributes |= {
                    "gen_ai.usage.input_tokens": usage.prompt, "gen_ai.usage.output_tokens": usage.completion,
                    "gen_ai.usage.cache_read.input_tokens": usage.cached,
                }  # fmt: skip
                self._tokens["input"] += usage.prompt
                self._tokens["output"] += usage.completion
        span = self._span(f"chat {config.model}", "CLIENT", exchange.started_ns, attributes)
        _end(span, exchange.started_ns + int(exchange.seconds * 1e9))

    def _span(self, name: str, kind: str, started_ns: int, attributes: Attributes) -> Span:
        """A span under that of the run, with its error status."""
        from opentelemetry import trace

        parent = trace.set_span_in_context(self._run) if self._run else None
        span = self._tracer.start_span(
            name, context=parent, kind=trace.SpanKind[kind], attributes=attributes, start_time=started_ns
        )
        if "error.type" in attributes:
            span.set_status(trace.StatusCode.ERROR)
        return span

    def _end_run(self, attributes: Attributes) -> None:
        if self._run is None:
            return
        from opentelemetry.trace import StatusCode

        self._run.set_attributes(attributes)
        if "error.type" in attributes:
            self._run.set_status(StatusCode.ERROR)
        self._run.end()
        self._run = None

    def _words(self, name: str, value: Any) -> Attributes:
        """An attribute that holds words; nothing when they stay out."""
        if not self.with_content:
            return {}
        return {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)}


def _end(span: Span, ended_ns: int) -> None:
    span.end(end_time=ended_ns)


def _endpoint(config: LlmConfig) -> Attributes:
    """Who serves the model, as far as the address tells."""
    parts = urlsplit(config.base_url)
    is_azure = config.azure_api_version or (parts.hostname or "").endswith(".azure.com")
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    provider = "azure.ai.openai" if is_azure else "openai"
    return {"gen_ai.provider.name": provider, "server.address": parts.hostname or "", "server.port": port}


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def _parts(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message of Chat Completions as the conventions write it."""
    if message["role"] == "tool":
        part = {"type": "tool_call_response", "id": message["tool_call_id"], "response": message["content"]}
        return {"role": "tool", "parts": [part]}
    text = [{"type": "text", "content": message["content"]}] if message.get("content") else []
    calls = [
        {"type": "tool_call", "id": c["id"], "name": c["function"]["name"], "arguments": c["function"]["arguments"]}
        for c in message.get("tool_calls") or ()
    ]
    return {"role": message["role"], "parts": [*text, *calls]}
