"""The server: threads, real sockets, scripted replies, and faults where they are asked for."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, Literal
from urllib.parse import urlsplit

from . import responses
from .replies import Say, body_of, chunks_of
from .traits import KEY, MODEL, Traits, check_traits
from .validate import Invalid, check_request

Passing = Literal[
    "429", "429_after", "500", "502", "529", "reset", "slow_loris", "empty", "truncated", "html", "bad_json",
    "wrong_types", "nan", "failed",
]  # fmt: skip
Lasting = Literal["refusal", "content_filter", "wrong_model", "expired_key", "context_length", "no_credit", "filtered"]
Harmless = Literal["no_usage"]
Fault = Passing | Lasting | Harmless

STATUSES: dict[str, tuple[int, dict[str, Any]]] = {
    "429": (429, {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}),
    "429_after": (429, {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}),
    "500": (500, {"message": "The server had an error", "type": "server_error", "code": None}),
    "502": (502, {"message": "Bad gateway", "type": "server_error", "code": None}),
    "529": (529, {"message": "Overloaded", "type": "overloaded_error", "code": None}),
    "wrong_model": (404, {"message": "The model does not exist", "type": "invalid_request_error", "code": "model_not_found"}),
    "expired_key": (401, {"message": f"Incorrect API key provided: {KEY}.", "type": "invalid_request_error", "code": "invalid_api_key"}),
    "no_credit": (429, {"message": "You exceeded your quota", "type": "insufficient_quota", "code": "insufficient_quota"}),
    "filtered": (400, {"message": "The response was filtered", "type": None, "code": "content_filter"}),
    "context_length": (400, {"message": "This model's maximum context length is 8192 tokens.", "type": "invalid_request_error",
                             "code": "context_length_exceeded"}),
}  # fmt: skip


@dataclass(frozen=True)
class Api:
    """One of the two APIs: how its requests are read, and the shapes of its replies."""

    read: Callable[[Any], dict[str, Any]]
    """Check a request and give it in the shape of Chat Completions."""
    whole: Callable[[Say, dict[str, Any]], dict[str, Any]]
    events: Callable[[Say, dict[str, Any], Random], Iterator[dict[str, Any]]]
    failed: Callable[[bool], dict[str, Any]]
    """What stands where a reply should when the model broke down: an event of a stream, or a body."""
    ends: str
    """What a stream ends with."""


def _chat(body: Any) -> dict[str, Any]:
    check_request(body)
    return body


def _chat_failed(streamed: bool) -> dict[str, Any]:
    return {"error": STATUSES["500"][1]}


APIS = {
    "chat": Api(_chat, body_of, chunks_of, _chat_failed, "data: [DONE]\n\n"),
    "responses": Api(responses.as_chat, responses.body_of, responses.events_of, responses.failed, ""),
}


class ModelServer:
    """A model endpoint on loopback; use it in a `with` block.

    Args:
        script: What the model says to a request.
        fault: The fault, if any, for the n-th request (from 0) with this body.
        traits: What it can do.
        seed: For where streams are cut.
        retry_after_s: What `429_after` asks for.
        trickle_s: Seconds between the bytes of `slow_loris`.
    """

    def __init__(
        self,
        script: Callable[[dict[str, Any]], Say],
        fault: Callable[[int, dict[str, Any]], Fault | None] = lambda n, body: None,
        traits: Traits | None = None,
        seed: int = 0,
        retry_after_s: float = 0.05,
        trickle_s: float = 0.01,
    ) -> None:
        self.script = script
        self.fault = fault
        self.traits = traits or Traits()
        self.rng = Random(seed)
        self.retry_after_s = retry_after_s
        self.trickle_s = trickle_s
        self.requests: list[tuple[float, dict[str, Any]]] = []
        """Time (monotonic, seconds) and body of each request for a reply, in the shape of Chat Completions."""
        self.spoken: list[str] = []
        """Which of the two APIs each of them came over."""
        self.stored: list[bool] = []
        """Whether each response was to be kept here, which it is where nothing is said."""
        self.headers: list[dict[str, str]] = []
        """Headers of each request that was let in; names in lower case."""
        self.refused: list[str] = []
        """Why requests were refused as malformed."""
        self.injected: list[Fault] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()

    def __enter__(self) -> ModelServer:
        self._http = _Server(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """Where it listens."""
        path = "" if self.traits.azure else self.traits.base_path
        return f"http://127.0.0.1:{self._http.server_address[1]}{path}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, model: ModelServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.model = model
        self.resets: set[Any] = set()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; one that is to be reset without the polite shutdown before."""
        if request in self.resets:
            self.resets.discard(request)
            request.close()
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up on faulty replies; that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def do_GET(self) -> None:
        traits = self.server.model.traits
        if not self._is_allowed():
            return
        if not traits.models or self._path() != traits.path("models"):
            self._no_such_path()
            return
        card: dict[str, Any] = {"id": MODEL, "object": "model", "created": 1, "owned_by": "us"}
        if traits.context_tokens:
            card["max_model_len"] = traits.context_tokens
        self._json(200, {"object": "list", "data": [card]})

    def do_POST(self) -> None:
        model = self.server.model
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not self._is_allowed():
            return
        spoken = next(
            (name for name in APIS if getattr(model.traits, name) and self._path() == model.traits.path(name)), None
        )
        if spoken is None:
            self._no_such_path()
            return
        api = APIS[spoken]
        try:
            sent = json.loads(raw)
            body = api.read(sent)
            check_traits(model.traits, spoken, body)
        except (ValueError, Invalid) as error:
            invalid = (
                error if isinstance(error, Invalid) else Invalid("We could not parse the JSON body of your request.")
            )
            model.refused.append(str(invalid))
            self._json(invalid.status, invalid.body)
            return
        with model.lock:
            n = len(model.requests)
            model.requests.append((time.monotonic(), body))
            model.spoken.append(spoken)
            if spoken == "responses":
                model.stored.append(sent.get("store", True))
            fault = model.fault(n, body)
            if fault:
                model.injected.append(fault)
            say = model.script(body)
        if not model.traits.parallel:
            say = replace(say, calls=say.calls[:1])
        self._answer(api, body, say, fault)

    def _path(self) -> str:
        """The path of the request; nothing where Azure's version is missing."""
        parts = urlsplit(self.path)
        return parts.path if ("api-version=" in parts.query) == self.server.model.traits.azure else ""

    def _no_such_path(self) -> None:
        message = f"Invalid URL ({self.command} {urlsplit(self.path).path})"
        self._json(404, {"error": {"message": message, "type": "invalid_request_error", "code": None}})

    def _is_allowed(self) -> bool:
        model = self.server.model
        key = (
            self.headers.get("api-key")
            if model.traits.azure
            else self.headers.get("authorization", "")[len("Bearer ") :]
        )
        if key == KEY:
            model.headers.append({k.lower(): v for k, v in self.headers.items()})
            return True
        self._json(401, {"error": STATUSES["expired_key"][1]})
        return False

    def _answer(self, api: Api, body: dict[str, Any], say: Say, fault: Fault | None) -> None:
        if fault in STATUSES:
            status, error = STATUSES[fault]
            after = {"Retry-After": f"{self.server.model.retry_after_s:g}"} if fault == "429_after" else {}
            self._json(status, {"error": error}, after)
        elif fault == "reset":
            self._reset()
        elif fault in ("empty", "html", "bad_json", "wrong_types", "nan"):
            self._garbage(api, fault, body, say)
        else:
            say = _altered(say, fault)
            if body.get("stream") and self.server.model.traits.streaming:
                self._stream(api, body, say, fault)
            else:
                whole = api.failed(False) if fault == "failed" else api.whole(say, body)
                self._whole(json.dumps(whole, ensure_ascii=False).encode(), fault)

    def _garbage(self, api: Api, fault: str, body: dict[str, Any], say: Say) -> None:
        whole = api.whole(say, body)
        good = json.dumps(whole)
        counted = "input_tokens" if "output" in whole else "prompt_tokens"
        text = {
            "empty": "",
            "html": "<!doctype html><html><body>Welcome to the hotel network</body></html>",
            "bad_json": good[: len(good) // 2] + "}",
            "wrong_types": json.dumps({"choices": {"0": 1}, "output": {"0": 1}, "model": ["x"], "usage": "many"}),
            "nan": json.dumps(whole | {"usage": None})[:-1] + f', "usage": {{"{counted}": NaN}}}}',
        }[fault]  # fmt: skip
        if body.get("stream") and fault in ("bad_json", "wrong_types", "nan"):
            self._send_stream([f"data: {text}\n\n".encode(), api.ends.encode()])
            return
        data = text.encode()
        self._head(200, "text/html" if fault == "html" else "application/json", len(data))
        self.wfile.write(data)

    def _whole(self, data: bytes, fault: Fault | None) -> None:
        self._head(200, "application/json", len(data))
        if fault == "truncated":
            self.wfile.write(data[: len(data) // 2])
            self._hang_up()
        elif fault == "slow_loris":
            self._trickle(data)
        else:
            self.wfile.write(data)

    def _stream(self, api: Api, body: dict[str, Any], say: Say, fault: Fault | None) -> None:
        rng = self.server.model.rng
        with self.server.model.lock:
            events = [f"data: {json.dumps(c, ensure_ascii=False)}\n\n" for c in api.events(say, body, rng)]
            data = "".join([*events, api.ends]).encode()
            cuts = sorted(rng.randrange(1, len(data)) for _ in range(min(40, len(data) // 60)))
        parts = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        if fault == "failed":
            half = "".join(events[: len(events) // 2])
            self._send_stream([half.encode(), f"data: {json.dumps(api.failed(True))}\n\n{api.ends}".encode()])
        elif fault == "truncated":
            whole_events = "".join(events[: max(1, len(events) // 2)]).encode()
            self._send_stream([whole_events], end=rng.random() < 0.5)
            self._hang_up()
        elif fault == "slow_loris":
            self._head(200, "text/event-stream", None)
            self._trickle(data, chunked=True)
        else:
            self._send_stream(parts)

    def _send_stream(self, parts: list[bytes], end: bool = True) -> None:
        self._head(200, "text/event-stream", None)
        for part in parts:
            if part:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        if end:
            self.wfile.write(b"0\r\n\r\n")

    def _trickle(self, data: bytes, chunked: bool = False) -> None:
        """One byte now and then, for as long as anyone listens."""
        model = self.server.model
        for byte in data * 100:
            if model.closing.wait(model.trickle_s):
                break
            self.wfile.write(b"1\r\n%c\r\n" % byte if chunked else b"%c" % byte)
        self._hang_up()

    def _json(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self._head(status, "application/json", len(data), headers)
        self.wfile.write(data)

    def _head(self, status: int, kind: str, length: int | None, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def _reset(self) -> None:
        """Close with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.resets.add(self.connection)
        self.close_connection = True

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()


def _altered(say: Say, fault: Fault | None) -> Say:
    if fault == "refusal":
        return Say(refusal="I can't help with that.")
    if fault == "content_filter":
        return Say(text=say.text[:3] or "no", finish="content_filter")
    if fault == "no_usage":
        return Say(say.text, say.calls, say.finish, say.refusal, usage=False)
    return say
