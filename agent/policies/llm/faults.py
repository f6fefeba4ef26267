"""Sort what an endpoint or the network did into faults that may pass and errors that someone must act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ....tools.domain.errors import WhenceError
from .config import LlmConfig
from .errors import (
    ContextTooLong,
    Fault,
    Filtered,
    KeyRejected,
    ModelUnknown,
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
NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "insufficient_balance", "insufficient_credits")
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
    code, said = _words(body)
    said = redactor.foreign(said)[:300]
    where = f"the endpoint {config.base_url!r} answered {status}{f' ({said})' if said else ''}"
    if code in NO_CREDIT or status == 402:
        return QuotaSpent(f"The account has no credit left: {where}. Add credit, or use another key or endpoint.")
    if status in PASSING or (status >= 500 and status != 501):
        return Fault(where, retry_after_s(headers))
    if status == 401 or (status == 403 and not FILTERED.search(f"{code} {said}")):
        return KeyRejected(f"The key was not accepted: {where}. Check OPENAI_API_KEY and that it fits OPENAI_BASE_URL.")
    if status < 400:
        return RequestRejected(
            f"{where[0].upper()}{where[1:]}, a redirection, which is not followed. Set OPENAI_BASE_URL to where it leads."
        )
    return _sort_request(status, code, said, where, config)


def _sort_request(status: int, code: str, said: str, where: str, config: LlmConfig) -> WhenceError:
    """What a 4xx about the request itself means."""
    both = f"{code} {said}"
    if status == 413 or TOO_LONG.search(both):
        return ContextTooLong(f"The conversation does not fit into the model's context: {where}. Send less.")
    if FILTERED.search(both):
        return Filtered(f"A content filter stopped the request: {where}. Word it differently.")
    if code == "model_not_found" or status == 404:
        return ModelUnknown(
            f"The model {config.model!r} is not served: {where}. Check WHENCE_MODEL, and that OPENAI_BASE_URL ends as "
            "the server wants it, usually in /v1."
        )
    return RequestRejected(f"The request was not accepted: {where}. `whence doctor` tells what an endpoint can do.")


def sort_stream_error(body: object, config: LlmConfig, redactor: Redactor) -> Fault | WhenceError:
    """What an error that came in the middle of a stream means."""
    code, said = _words(body)
    said = redactor.foreign(said)[:300]
    where = f"the endpoint {config.base_url!r} broke off with an error ({said or 'no reason given'})"
    if code in NO_CREDIT:
        return QuotaSpent(f"The account has no credit left: {where}. Add credit, or use another key or endpoint.")
    both = f"{code} {said}"
    if TOO_LONG.search(both) or FILTERED.search(both):
        return _sort_request(400, code, said, where, config)
    if PASSING_CODES.search(both) or not code.startswith("invalid"):
        return Fault(where)
    return _sort_request(400, code, said, where, config)


def _words(body: object) -> tuple[str, str]:
    """The code and the message in the body of an error; endpoints differ in where they put them."""
    if isinstance(body, Mapping):
        inner: Any = body.get("error", body)
        if isinstance(inner, Mapping):
            code = inner.get("code") or inner.get("type") or ""
            message = inner.get("message") or inner.get("detail") or ""
            return str(code)[:100], message if isinstance(message, str) else repr(message)
        return "", str(inner)
    text = body if isinstance(body, str) else ""
    return "", "a web page, not a model's answer" if text.lstrip()[:1] == "<" else " ".join(text.split())
