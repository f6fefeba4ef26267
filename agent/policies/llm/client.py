"""Talk to a model over Chat Completions or Responses, and come back with a typed reply or a typed error.

The `openai` package does the protocol and retries nothing; this client owns every retry, pause and time limit.
A reply counts only when it is complete: nothing of an attempt that failed is ever handed on as one.
Requests are written in the shape of Chat Completions; `responses.py` turns them into the other.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ....tools.domain.errors import WhenceError
from .adapt import Adaptation, Adapter
from .config import LlmConfig
from .connect import library_errors, open_sdk
from .deadline import Deadline
from .errors import Fault, Filtered, PathUnknown, Refused, RequestRejected
from .exchange import Exchange, Observer, Token
from .faults import sort_status, sort_stream_error
from .redact import Redactor, StreamRedactor
from .reply import Assembly, Reply, Usage
from .responses import ResponsesAssembly, failure_of, request_of
from .retry import Retrier, RetryBudget

if TYPE_CHECKING:
    import openai

Message = Mapping[str, Any]
"""A message of Chat Completions; `messages.py` builds them."""


class ChatClient:
    """A model at an endpoint. One call at a time; calls of several threads wait for each other.

    Args:
        config: Where the model is, and the bounds.
        budget: Retries of the run; a fresh one from `config` when None.
        sleep: Waits that many seconds between attempts.
        rng: For the jitter of the pauses.
    """

    def __init__(
        self,
        config: LlmConfig,
        budget: RetryBudget | None = None,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self.config = config
        self.budget = budget or RetryBudget(config.retries_per_run)
        self.spent = Usage()
        """Tokens of all complete replies, as far as the endpoint counts them."""
        self.n_requests = 0
        """Requests made, retries included."""
        self.observe: Callable[[Exchange], None] | None = None
        """Told of each call when it has ended."""
        self._redactor = Redactor(config.secrets)
        self._retrier = Retrier(config, self.budget, sleep, rng)
        self._deadline = Deadline()
        self._adapter = Adapter()
        self._api: Literal["chat", "responses"] = "chat" if config.api == "chat" else "responses"
        self._is_settled = config.api != "auto"
        self._lock = threading.Lock()
        self._opened: openai.OpenAI | None = None

    def __enter__(self) -> ChatClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def api(self) -> Literal["chat", "responses"]:
        """Which of the two is spoken; with `auto`, what the endpoint turned out to have."""
        return self._api

    @property
    def learned(self) -> tuple[Adaptation, ...]:
        """Fields of requests that the endpoint was found to refuse."""
        return self._adapter.learned

    def close(self) -> None:
        """Close the connections; the client opens new ones when it is used again."""
        if self._opened:
            self._opened.close()
            self._opened = None

    def ask(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]] = (),
        *,
        stream: bool = True,
        on_token: Callable[[Token], None] | None = None,
        **options: Any,
    ) -> Reply:
        """Send a conversation and return the model's reply.

        Args:
            messages: The conversation.
            tools: Function schemas as `schemas.py` makes them.
            stream: Whether to take the reply in pieces.
            on_token: Told of each piece of text, and of each restart; only with `stream`.
            options: Further fields of the request, such as `tool_choice`, `response_format`, `parallel_tool_calls`.

        Raises:
            UsageError: the key, the address, the model's name, the account or the request are at fault.
            ToolError: the model refused, a filter stopped it, or the conversation is too long.
            EndpointDown: the retries are spent.
        """
        request: dict[str, Any] = {"model": self.config.model, "messages": [dict(m) for m in messages], **options}
        if tools:
            request["tools"] = [dict(t) for t in tools]
        if self.config.temperature is not None:
            request.setdefault("temperature", self.config.temperature)
        if self.config.max_reply_tokens is not None:
            request.setdefault("max_tokens", self.config.max_reply_tokens)
        if stream:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        observer = Observer(request, on_token) if self.observe else None
        reply: Reply | None = None
        problem: Exception | None = None
        try:
            reply = self._reply(request, observer.token if observer else on_token)
            return reply
        except WhenceError as error:
            problem = error
            raise
        finally:
            if self.observe and observer:
                self.observe(observer.exchange(self._redactor, reply, problem))

    def _reply(self, request: dict[str, Any], on_token: Callable[[Token], None] | None) -> Reply:
        try:
            with self._lock:
                assembly = self._taken(_sendable(request), on_token)
        except _CallbackFailed as failed:
            raise failed.error from None
        reply: Reply = assembly.reply()
        self.spent += reply.usage or Usage()
        if assembly.finish == "content_filter":
            raise Filtered("A content filter cut the model's reply off. Word the request differently.")
        if assembly.refusal:
            raise Refused(f"The model declined to answer: {self._redactor.text(assembly.refusal)[:500]!r}.")
        return Reply.model_validate(self._redactor.value(reply.model_dump()))

    def _taken(self, request: dict[str, Any], on_token: Callable[[Token], None] | None) -> Assembly:
        """Send a request in the shape that the endpoint takes, which its refusals teach."""
        while True:
            sent = self._adapter.adapted(request if self._api == "chat" else request_of(request))
            try:
                assembly = self._retrier.run(_Attempt(self, sent, on_token).run)
            except (PathUnknown, RequestRejected) as error:
                if isinstance(error, RequestRejected) and self._adapter.learn(sent, error.reason):
                    continue
                if self._is_settled:
                    raise
                self._api, self._is_settled = "chat", True
                continue
            self._is_settled = True
            return assembly

    def model_cards(self) -> tuple[dict[str, Any], ...]:
        """The models that the endpoint lists, each with what it says of it; `id` is the name.

        Raises:
            UsageError: the key is not accepted, or the endpoint lists none.
            EndpointDown: the retries are spent.
        """

        def attempt() -> tuple[dict[str, Any], ...]:
            def send() -> tuple[dict[str, Any], ...]:
                page = self.sdk().models.with_raw_response.list().http_response.json()
                self.check_failure(page)
                return tuple({"id": str(m["id"])} | m for m in page["data"])

            return self.guarded(send)

        with self._lock:
            cards = self._retrier.run(attempt)
        return tuple(self._redactor.value(c) for c in cards)

    def models(self) -> tuple[str, ...]:
        """Names of the models that the endpoint lists; raises as `model_cards` does."""
        return tuple(c["id"] for c in self.model_cards())

    def shown(self) -> StreamRedactor:
        """A redactor for one attempt's stream."""
        return self._redactor.stream()

    def sdk(self) -> openai.OpenAI:
        """The client of the protocol, opened when first needed."""
        if self._opened is None:
            self._opened = open_sdk(self.config, self._deadline)
        return self._opened

    def create(self, raw: bool = False) -> Callable[..., Any]:
        """The library's call that makes a reply, over the API that is spoken."""
        resource: Any = self.sdk().chat.completions if self._api == "chat" else self.sdk().responses
        call: Callable[..., Any] = (resource.with_raw_response if raw else resource).create
        return call

    def assembly(self) -> Assembly:
        """A reply to be put together from what that call returns."""
        return Assembly() if self._api == "chat" else ResponsesAssembly()

    def guarded(self, send: Callable[[], Any]) -> Any:
        """Make one attempt within its time, and turn whatever goes wrong into a `Fault` or one of our errors.

        The library's error is left behind on purpose: it holds the request, and with it the key.
        """
        self.sdk()  # its import is not the endpoint's time
        self.n_requests += 1
        self._deadline.start(self.config.total_s)
        problem: Fault | WhenceError
        try:
            return send()
        except Fault as fault:
            problem = fault
        except (OSError, ValueError, KeyError, TypeError) as error:
            problem = Fault(f"the endpoint's answer cannot be read ({type(error).__name__})")
        except library_errors() as error:
            problem = self._sorted(error)
        finally:
            self._deadline.stop()
        if self._deadline.passed:
            self.close()
            problem = Fault(f"the reply was not complete after {self.config.total_s:g} s")
        raise problem

    def check_failure(self, raw: object) -> None:
        """Raise the error that stands where a reply should, if one does."""
        failure = failure_of(raw) if self._api == "responses" else None
        if isinstance(raw, Mapping) and raw.get("error") and not raw.get("choices"):
            failure = raw["error"]
        if failure:
            raise sort_stream_error(failure, self.config, self._redactor)

    def _sorted(self, error: Exception) -> Fault | WhenceError:
        import openai

        if isinstance(error, openai.APIStatusError):
            return sort_status(error.status_code, error.body, error.response.headers, self.config, self._redactor)
        if isinstance(error, openai.APITimeoutError):
            return Fault("the endpoint was silent for too long")
        if isinstance(error, openai.APIConnectionError):
            return Fault(f"the connection failed ({self._redactor.foreign(str(error.__cause__ or error))[:200]})")
        if isinstance(error, openai.APIError) and error.body is not None:
            return sort_stream_error(error.body, self.config, self._redactor)
        return Fault(f"the connection broke ({self._redactor.foreign(str(error))[:200]})")


class _CallbackFailed(Exception):
    """Whoever listened to the tokens raised."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.error = error


class _Attempt:
    """One request and its retries; knows whether text was shown that a retry must take back."""

    def __init__(self, client: ChatClient, request: dict[str, Any], on_token: Callable[[Token], None] | None) -> None:
        self._client = client
        self._request = request
        self._on_token = on_token
        self._has_shown = False

    def run(self) -> Assembly:
        """Send the request once.

        Raises:
            Fault: the attempt failed in a way that may pass.
        """
        if self._has_shown and self._on_token:
            self._on_token(Token(kind="restart"))
            self._has_shown = False
        assembly: Assembly = self._client.guarded(self._streamed if self._request.get("stream") else self._whole)
        return assembly

    def _whole(self) -> Assembly:
        return self._from_body(self._client.create(raw=True)(**self._request).http_response)

    def _streamed(self) -> Assembly:
        stream: Any = self._client.create()(**self._request)
        with stream:
            if "text/event-stream" not in stream.response.headers.get("content-type", ""):
                stream.response.read()  # a server that does not stream
                return self._from_body(stream.response)
            assembly, safe = self._client.assembly(), self._client.shown()
            for chunk in stream:
                raw = _plain(chunk)
                self._client.check_failure(raw)
                self._show(safe.feed(assembly.add(raw)))
            assembly.reply()  # complete, or a fault
            self._show(safe.flush())
        return assembly

    def _from_body(self, response: Any) -> Assembly:
        text: str = response.text
        if not text.strip():
            raise Fault("the endpoint answered with an empty body")
        if text.lstrip()[0] == "<":
            raise Fault("the endpoint answered with a web page; OPENAI_BASE_URL may be wrong")
        assembly, raw = self._client.assembly(), response.json()
        self._client.check_failure(raw)
        assembly.add(raw)
        assembly.reply()
        return assembly

    def _show(self, text: str) -> None:
        if text and self._on_token:
            self._has_shown = True
            try:
                self._on_token(Token(kind="text", text=text))
            except Exception as error:  # theirs, not the endpoint's: it must not be tried again
                raise _CallbackFailed(error) from None


def _plain(chunk: Any) -> object:
    """The library builds chunks without checking them; back to JSON values, which we check."""
    return chunk.model_dump(exclude_unset=True, warnings=False) if hasattr(chunk, "model_dump") else chunk


def _sendable(value: Any) -> Any:
    """The same JSON value with lone surrogates replaced, which UTF-8 cannot carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_sendable(k): _sendable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(v) for v in value]
    return value
