"""What endpoints in use say of their errors, in their own words, is sorted to whoever can act on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from whence.agent.policies.llm import messages
from whence.agent.policies.llm.adapt import TABLE, Adapter
from whence.agent.policies.llm.client import ChatClient
from whence.agent.policies.llm.errors import (
    ContextTooLong,
    Fault,
    Filtered,
    KeyRejected,
    ModelUnknown,
    PathUnknown,
    QuotaSpent,
    RequestRejected,
)
from whence.agent.policies.llm.faults import sort_status
from whence.agent.policies.llm.redact import Redactor
from whence.evals.bench.llm_faults import local_config

HELLO = [messages.user("hi")]
EXTRA = [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted"}]
SAID: list[tuple[int, object, type[Exception]]] = [
    (404, {"message": "The model `x` does not exist or you do not have access to it.", "code": "model_not_found"}, ModelUnknown),
    (404, {"message": 'model "x" not found, try pulling it first', "type": "api_error"}, ModelUnknown),
    (404, {"message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}, ModelUnknown),
    (404, {"message": "The API deployment for this resource does not exist.", "code": "DeploymentNotFound"}, ModelUnknown),
    (400, {"message": "x/y is not a valid model ID", "code": 400}, ModelUnknown),
    (404, {"message": "Invalid URL (POST /chat/completions)", "type": "invalid_request_error"}, PathUnknown),
    (404, "404 page not found", PathUnknown), (404, {"detail": "Not Found"}, PathUnknown), (405, "", PathUnknown),
    (404, "<html><body>nginx</body></html>", PathUnknown),
    (404, {"message": "No endpoints found that support tool use.", "code": 404}, RequestRejected),
    (400, {"message": "registry.example/library/gemma:latest does not support tools"}, RequestRejected),
    (400, {"message": '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'}, RequestRejected),
    (500, {"code": 500, "message": "tools param requires --jinja flag", "type": "server_error"}, RequestRejected),
    (500, {"code": 500, "message": "Unsupported param: tools", "type": "server_error"}, RequestRejected),
    (500, {"message": "The server had an error while processing your request", "type": "server_error"}, Fault),
    (422, {"object": "error", "message": {"detail": EXTRA}, "type": "invalid_request_error"}, RequestRejected),
    (429, {"message": "Request too large for x on tokens per min (TPM): Limit 30000, Requested 31538.", "code": "rate_limit_exceeded"},
     ContextTooLong),
    (429, {"message": "Rate limit reached for x on requests per min (RPM)", "code": "rate_limit_exceeded"}, Fault),
    (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}, QuotaSpent),
    (402, {"message": "This request requires more credits", "code": 402}, QuotaSpent),
    (400, {"message": "the request exceeds the available context size", "type": "exceed_context_size_error"}, ContextTooLong),
    (400, {"message": "This model's maximum context length is 4096 tokens.", "code": "context_length_exceeded"}, ContextTooLong),
    (400, {"message": "The response was filtered due to the prompt triggering a content management policy.", "code": "content_filter"},
     Filtered),
    (401, {"message": "Incorrect API key provided: sk-abcd****wxyz.", "code": "invalid_api_key"}, KeyRejected),
    (403, {"message": "Country not supported"}, KeyRejected),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind"), SAID)
def test_an_error_is_sorted_by_who_can_act(status: int, body: object, kind: type[Exception]) -> None:
    found = sort_status(status, body, {}, local_config("http://127.0.0.1:1/v1"), Redactor([]))
    assert type(found) is kind
    assert "sk-abcd" not in str(found)


REFUSED = [
    (
        "max_tokens",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
    ("max_completion_tokens", f"invalid_request_error {EXTRA}"),
    (
        "temperature",
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
    ),
    ("parallel_tool_calls", "Unrecognized request argument supplied: parallel_tool_calls. Please contact us"),
    (
        "parallel_tool_calls",
        "unsupported_parameter parallel_tool_calls Unsupported parameter: 'parallel_tool_calls' is not supported",
    ),
    ("stream_options", "unknown_parameter stream_options Unknown parameter: 'stream_options'."),
    ("tool_choice", "tool_choice 'required' is not supported, only 'auto' and 'none' are"),
]
FULL: dict[str, Any] = {a.field: 1 for a in TABLE} | {"model": "m"}


@pytest.mark.parametrize(("field", "said"), REFUSED)
def test_a_refused_field_is_found_in_what_the_endpoint_says(field: str, said: str) -> None:
    adapter = Adapter()
    assert adapter.learn(FULL, said)
    assert [a.field for a in adapter.learned] == [field]
    assert not adapter.learn({field: 1}, said), "what is learned is not learned again"


@pytest.mark.parametrize(
    "said",
    [
        "Invalid value for 'max_tokens': integer above maximum value. Expected a value <= 4096", "Missing required parameter: 'messages'.",
        "temperature must be between 0 and 1", "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
    ],
)  # fmt: skip
def test_other_complaints_teach_nothing(said: str) -> None:
    assert not Adapter().learn(FULL, said)


@contextmanager
def answering(body: object) -> Iterator[ChatClient]:
    """A client of a server that answers every request with 200 and this."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.wfile.write(data)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with ChatClient(local_config(f"http://127.0.0.1:{server.server_address[1]}", retries_per_call=0)) as client:
        yield client
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("stream", [True, False])
def test_an_error_that_comes_with_status_200_is_one(stream: bool) -> None:
    with answering({"error": "Unexpected endpoint or method. (POST /chat/completions)"}) as client:
        with pytest.raises(PathUnknown, match="try 'http://127"):
            client.ask(HELLO, stream=stream)
        with pytest.raises(PathUnknown):
            client.models()
    with answering({"error": {"message": "Context size has been exceeded."}}) as client, pytest.raises(ContextTooLong):
        client.ask(HELLO, stream=stream)
