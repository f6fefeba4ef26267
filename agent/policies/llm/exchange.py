"""What passes between us and a model in one call: tokens as they come, and how the call went for who observes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ....tools.domain.model import Model
from .redact import Redactor
from .reply import Reply


class Token(Model):
    """A piece of a reply as it comes."""

    kind: Literal["text", "restart"]
    """`restart`: the attempt failed and the reply begins anew; forget the text shown so far."""
    text: str = ""


@dataclass(frozen=True)
class Exchange:
    """One call as it went, retries included, for whoever observes the client. Keys are redacted."""

    request: dict[str, Any]
    """In the shape of Chat Completions."""
    reply: Reply | None
    """None when the call ended in an error."""
    error: Exception | None
    started_ns: int
    """Wall clock, in nanoseconds since 1970."""
    seconds: float
    first_text_s: float | None
    """Seconds until the first text came; None when none was streamed."""


class Observer:
    """Times one call and its first text."""

    def __init__(self, request: dict[str, Any], on_token: Callable[[Token], None] | None) -> None:
        self._request = request
        self._on_token = on_token
        self._started_ns = time.time_ns()
        self._started = time.monotonic()
        self._first_text_s: float | None = None

    def token(self, token: Token) -> None:
        """Take note of the first text, and hand it on."""
        if self._first_text_s is None and token.kind == "text":
            self._first_text_s = time.monotonic() - self._started
        if self._on_token:
            self._on_token(token)

    def exchange(self, redactor: Redactor, reply: Reply | None, error: Exception | None) -> Exchange:
        """The call as it went."""
        return Exchange(
            request=redactor.value(self._request),
            reply=reply,
            error=error,
            started_ns=self._started_ns,
            seconds=time.monotonic() - self._started,
            first_text_s=self._first_text_s,
        )
