"""Find out what an endpoint can do by trying it, not by the model's name.

Each trial is one short request. A request that is refused means the ability is missing; a wrong key, an unknown
model or an endpoint that is down is not an answer, and is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ....tools.domain.errors import ToolError, WhenceError
from ....tools.domain.model import Model
from . import messages
from .client import ChatClient, Token
from .errors import RequestRejected
from .reply import Reply
from .schemas import decode_object


class Abilities(Model):
    """What an endpoint did when it was asked to."""

    tools: bool
    """It calls a tool when told to. Without this, calls go as JSON text (`fallback.py`)."""
    parallel_tools: bool
    """It calls two tools in one turn."""
    strict_schemas: bool
    """It takes schemas in the strict subset and keeps to them."""
    json_mode: bool
    """It answers with one JSON object when asked for it."""
    streaming: bool
    """The reply comes in more than one piece."""
    usage: bool
    """It counts tokens."""
    listed: bool | None
    """Whether the model is in the endpoint's list; None when there is no list."""
    notes: tuple[str, ...] = ()
    """What was refused, in the endpoint's words."""


ASSUMED = Abilities(
    tools=True, parallel_tools=True, strict_schemas=True, json_mode=True, streaming=True, usage=True, listed=None
)
"""What OpenAI's own endpoint can do; taken for granted only where nobody has looked."""

_LONG = "Count from one to thirty in words, separated by commas."


def probe(client: ChatClient) -> Abilities:
    """Try an endpoint: at most seven short requests, retries not counted.

    Raises:
        UsageError: the key or the model's name is wrong.
        EndpointDown: it does not answer.
    """
    notes: list[str] = []
    pieces: list[Token] = []
    plain = client.ask([messages.user(_LONG)], on_token=pieces.append)

    def tried(what: str, request: Callable[[], Reply]) -> Reply | None:
        try:
            return request()
        except (RequestRejected, ToolError) as error:
            notes.append(f"{what}: {str(error)[:300]}")
            return None

    one = tried("tools", lambda: _ask_for_calls(client, strict=False, n_calls=1))
    has_tools = _called(one) >= 1
    strict = tried("strict schemas", lambda: _ask_for_calls(client, strict=True, n_calls=1)) if has_tools else None
    two = tried("parallel tools", lambda: _ask_for_calls(client, strict=False, n_calls=2)) if has_tools else None
    as_json = tried("JSON mode", lambda: _ask_for_json(client))
    return Abilities(
        tools=has_tools,
        parallel_tools=_called(two) >= 2,
        strict_schemas=_called(strict) >= 1,
        json_mode=as_json is not None and _is_object(as_json.text),
        streaming=sum(p.kind == "text" for p in pieces) > 1,
        usage=plain.usage is not None,
        listed=_is_listed(client, notes),
        notes=tuple(notes),
    )


def _ask_for_calls(client: ChatClient, strict: bool, n_calls: int) -> Reply:
    parameters: dict[str, Any] = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": ["integer", "null"], "minimum": 1, "maximum": 9, "description": "Null for 1."},
        },
        "required": ["city", "days"],
        "additionalProperties": False,
    }
    function: dict[str, Any] = {
        "name": "weather",
        "description": "Tell the weather of a city.",
        "parameters": parameters,
    }
    if strict:
        function["strict"] = True
    cities = "Paris" if n_calls == 1 else "Paris and of Rome, both at once in two calls"
    return client.ask(
        [messages.user(f"Use the tool to tell the weather of {cities}.")],
        [{"type": "function", "function": function}],
        tool_choice="auto" if n_calls > 1 else "required",
    )


def _called(reply: Reply | None) -> int:
    """How many of the calls are ones that were asked for, with arguments that fit."""
    calls = reply.tool_calls if reply else ()
    return sum(c.name == "weather" and _fits(c.arguments_json) for c in calls)


def _fits(text: str) -> bool:
    try:
        arguments = decode_object(text, "The arguments")
    except ToolError:
        return False
    days = arguments.get("days")
    return isinstance(arguments.get("city"), str) and (days is None or (isinstance(days, int) and 1 <= days <= 9))


def _ask_for_json(client: ChatClient) -> Reply:
    question = 'Answer with the JSON object {"ok": true} and nothing else.'
    return client.ask([messages.user(question)], stream=False, response_format={"type": "json_object"})


def _is_object(text: str) -> bool:
    try:
        return bool(decode_object(text, "The reply"))
    except ToolError:
        return False


def _is_listed(client: ChatClient, notes: list[str]) -> bool | None:
    try:
        return client.config.model in client.models()
    except WhenceError as error:  # many servers have no list; the requests above have shown that they answer
        notes.append(f"list of models: {str(error)[:300]}")
        return None
