"""Find out what an endpoint can do by trying it, not by the model's name.

Each trial is one short request. A request that is refused means the ability is missing; a wrong key, an unknown
model or an endpoint that is down is not an answer, and is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

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
    json_schema: bool | None = None
    """It answers with an object of a given schema; None where nobody has looked."""
    streaming: bool
    """The reply comes in more than one piece."""
    usage: bool
    """It counts tokens."""
    usage_streamed: bool | None = None
    """It counts the tokens of streamed replies too; None where nobody has looked."""
    listed: bool | None
    """Whether the model is in the endpoint's list; None when there is no list."""
    context_tokens: int | None = None
    """Longest conversation with its reply, in tokens, where the list of models tells it."""
    api: Literal["chat", "responses"] = "chat"
    """Which of the two APIs was spoken."""
    refused: tuple[str, ...] = ()
    """Fields of requests that it does not take, each with what follows."""
    notes: tuple[str, ...] = ()
    """What was refused, in the endpoint's words."""


ASSUMED = Abilities(
    tools=True, parallel_tools=True, strict_schemas=True, json_mode=True, json_schema=True, streaming=True, usage=True,
    usage_streamed=True, listed=None,
)  # fmt: skip
"""What OpenAI's own endpoint can do; taken for granted only where nobody has looked."""

CONTEXT_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length", "loaded_context_length")
"""Where servers tell the length of the context in their list of models."""
_OK = {
    "name": "ok",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": False,
    },
}
_LONG = "Count from one to thirty in words, separated by commas."


def probe(client: ChatClient) -> Abilities:
    """Try an endpoint: at most eight short requests, retries not counted.

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
    as_json = tried("JSON mode", lambda: _ask_for_json(client, {"type": "json_object"}))
    by_schema = tried("JSON by schema", lambda: _ask_for_json(client, {"type": "json_schema", "json_schema": _OK}))
    card = _card(client, notes)
    whole = [r for r in (as_json, by_schema) if r]
    return Abilities(
        tools=has_tools,
        parallel_tools=_called(two) >= 2,
        strict_schemas=_called(strict) >= 1 and all(a.field != "strict" for a in client.learned),
        json_mode=as_json is not None and _is_ok(as_json.text),
        json_schema=by_schema is not None and _is_ok(by_schema.text),
        streaming=sum(p.kind == "text" for p in pieces) > 1,
        usage=plain.usage is not None or any(r.usage for r in whole),
        usage_streamed=plain.usage is not None,
        listed=None if card is None else card.is_listed,
        context_tokens=card.context_tokens if card else None,
        api=client.api,
        refused=tuple(f"{a.field}: {a.then}" for a in client.learned),
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


def _ask_for_json(client: ChatClient, form: Mapping[str, Any]) -> Reply:
    question = 'Answer with the JSON object {"ok": true} and nothing else.'
    return client.ask([messages.user(question)], stream=False, response_format=form)


def _is_ok(text: str) -> bool:
    try:
        return decode_object(text, "The reply").get("ok") is True
    except ToolError:
        return False


class _Card(Model):
    """What the list of models says about ours."""

    is_listed: bool
    context_tokens: int | None = None


def _card(client: ChatClient, notes: list[str]) -> _Card | None:
    try:
        cards = {str(c.get("id")): c for c in client.model_cards()}
    except WhenceError as error:  # many servers have no list; the requests above have shown that they answer
        notes.append(f"list of models: {str(error)[:300]}")
        return None
    found = cards.get(client.config.model)
    if found is None:
        return _Card(is_listed=False)
    told = [v for k in CONTEXT_FIELDS if isinstance(v := found.get(k), int) and not isinstance(v, bool) and v > 0]
    return _Card(is_listed=True, context_tokens=told[0] if told else None)
