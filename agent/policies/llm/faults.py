"""Sort what an endpoint or the network did into faults that may pass and errors that someone must act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ....tools.domain.errors import WhenceError
from .config import LlmConfig
from .errors import (
    ContextTooLong,
    Fault,
    Filtered,
    KeyRejected,
    ModelUnknown,
    PathUnknown,
    QuotaSpent,
    RequestRejected,
)
from .redact import Redactor
from .retry import retry_after_s

TOO_LONG = re.compile(
    r"context.?(length|window|size)|maximum.{0,20}(context|tokens)|prompt is too long|too many (input )?tokens|reduce the length",
    re.IGNORECASE,
)
FILTERED = re.compile(r"content.?(filter|policy|management)|responsible.?ai|safety (system|policy)", re.IGNORECASE)
NO_MODEL = re.compile(
    r"(model|deployment)\b.{0,120}(not found|not exist|no longer available)|not a valid model|(unknown|no such) (model|deployment)"
    r"|model_?not_?found|deployment_?not_?found",
    re.IGNORECASE,
)
NO_PATH = re.compile(r"unexpected endpoint|invalid url|unknown (path|url|route)|no (such )?route", re.IGNORECASE)
NOT_ABLE = re.compile(
    r"no endpoints found that support|(tools?|tool choice|param) requires? |unsupported param: "
    r"|does not support (tools|streaming|response_format)",
    re.IGNORECASE,
)
"""What their model cannot do, some servers answer with 404 or 500."""
TOO_LARGE = re.compile(r"request too large|tokens must be reduced", re.IGNORECASE)
"""A request over the tokens of a minute is answered with 429, and waiting does not make it smaller."""
NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "insufficient_balance", "insufficient_credits")
MOST_SAID = 2000
PASSING = (408, 409, 425, 429)
PASSING_CODES = re.compile(r"server.?error|overloaded|rate.?limit|unavailable|time.?out|internal", re.IGNORECASE)


def sort_status(
    status: int, body: object, headers: Mapping[str, str], config: LlmConfig, redactor: Redactor
) -> Fault | WhenceError:
    """What an HTTP status and its body mean.

    Args:
        status: 300 to 599.
        body: The parsed body, or its text.
        headers: Of the response; names in lower case.
        config: What was asked for, for the message.
        redactor: Cleans what the endpoint says.
    """
    said = _said(body, redactor)
    where = f"the endpoint {config.base_url!r} answered {status}{f' ({said.text[:300]})' if said.text else ''}"
    if said.code in NO_CREDIT or status == 402:
        return QuotaSpent(f"The account has no credit left: {where}. Add credit, or use another key or endpoint.")
    if status == 429 and TOO_LARGE.search(said.text):
        return ContextTooLong(f"The conversation is longer than the account may send at once: {where}. Send less.")
    if status in PASSING or (status >= 500 and status != 501 and not NOT_ABLE.search(said.text)):
        return Fault(where, retry_after_s(headers))
    if status == 401 or (status == 403 and not FILTERED.search(said.all)):
        return KeyRejected(f"The key was not accepted: {where}. Check OPENAI_API_KEY and that it fits OPENAI_BASE_URL.")
    if status < 400:
        return RequestRejected(
            f"{where[0].upper()}{where[1:]}, a redirection, which is not followed. Set OPENAI_BASE_URL to where it leads."
        )
    return _sort_request(status, said, where, config)


def _sort_request(status: int, said: _Said, where: str, config: LlmConfig) -> WhenceError:
    """What a 4xx about the request itself means."""
    if status == 413 or TOO_LONG.search(said.all):
        return ContextTooLong(f"The conversation does not fit into the model's context: {where}. Send less.")
    if FILTERED.search(said.all):
        return Filtered(f"A content filter stopped the request: {where}. Word it differently.")
    if NO_MODEL.search(said.all):
        return ModelUnknown(f"The model {config.model!r} is not served: {where}. Check WHENCE_MODEL.")
    if NO_PATH.search(said.text) or (status in (404, 405) and not NOT_ABLE.search(said.text)):
        return PathUnknown(f"There is no model API at this address: {where}. {_better_url(config.base_url)}")
    return RequestRejected(
        f"The request was not accepted: {where}. `whence doctor --live` tells what an endpoint can do.", reason=said.all
    )


def _better_url(base_url: str) -> str:
    """What the address should probably be."""
    if base_url.endswith("/v1"):
        return "Check OPENAI_BASE_URL: the server has its API under another path."
    return f"OPENAI_BASE_URL usually ends in /v1; try {base_url + '/v1'!r}."


def sort_stream_error(body: object, config: LlmConfig, redactor: Redactor) -> Fault | WhenceError:
    """What an error that came in the middle of a stream means."""
    said = _said(body, redactor)
    where = f"the endpoint {config.base_url!r} broke off with an error ({said.text[:300] or 'no reason given'})"
    if said.code in NO_CREDIT:
        return QuotaSpent(f"The account has no credit left: {where}. Add credit, or use another key or endpoint.")
    if any(known.search(said.all) for known in (TOO_LONG, FILTERED, NO_MODEL, NO_PATH)):
        return _sort_request(400, said, where, config)
    if PASSING_CODES.search(said.all) or not said.code.startswith("invalid"):
        return Fault(where)
    return _sort_request(400, said, where, config)


class _Said(NamedTuple):
    """What an endpoint says of an error; endpoints differ in where they put it."""

    code: str
    text: str
    param: str = ""

    @property
    def all(self) -> str:
        return f"{self.code} {self.param} {self.text}".strip()


def _said(body: object, redactor: Redactor) -> _Said:
    """What the body of an error says, without keys."""
    if isinstance(body, Mapping):
        inner: Any = body.get("error", body)
        if not isinstance(inner, Mapping):
            return _Said("", redactor.foreign(str(inner))[:MOST_SAID])
        message = inner.get("message") or inner.get("detail") or ""
        text = redactor.foreign(message if isinstance(message, str) else repr(message))
        code, param = (redactor.foreign(str(inner.get(k) or ""))[:100] for k in ("code", "param"))
        return _Said(code or redactor.foreign(str(inner.get("type") or ""))[:100], text[:MOST_SAID], param)
    text = body if isinstance(body, str) else ""
    shown = "a web page, not a model's answer" if text.lstrip()[:1] == "<" else " ".join(text.split())
    return _Said("", redactor.foreign(shown)[:MOST_SAID])
