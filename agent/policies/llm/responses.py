"""Speak Responses instead of Chat Completions: the same conversation out, the same reply back.

Nothing is kept at the endpoint (`store` is false): the whole conversation goes with every request, as it does in
Chat Completions. Calls are sent back without the endpoint's own item ids, so that none of its hidden items, such
as reasoning, has to come along.

Reference: OpenAI API reference, "Create a model response" and "Streaming events" (2026).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, ValidationError

from .errors import Fault
from .reply import Assembly, Text, Wire, first_problem

RENAMED = {"max_tokens": "max_output_tokens", "max_completion_tokens": "max_output_tokens"}
DROPPED = frozenset({"messages", "tools", "tool_choice", "response_format", "stream_options"})
"""Fields that go over in another shape, or that Responses does not have: it always counts tokens."""
FAILED = ("error", "response.failed")
FINISHES = {"max_output_tokens": "length", "content_filter": "content_filter"}


def request_of(chat: Mapping[str, Any]) -> dict[str, Any]:
    """A request for Chat Completions as one for Responses."""
    request = {RENAMED.get(k, k): v for k, v in chat.items() if k not in DROPPED}
    messages = list(chat["messages"])
    if messages and messages[0]["role"] == "system":
        request["instructions"] = messages.pop(0)["content"]
    request |= {"input": [item for m in messages for item in _items(m)], "store": False}
    if "tools" in chat:
        request["tools"] = [_tool(t["function"]) for t in chat["tools"]]
    if "tool_choice" in chat:
        choice = chat["tool_choice"]
        request["tool_choice"] = (
            {"type": "function", "name": choice["function"]["name"]} if isinstance(choice, Mapping) else choice
        )
    if "response_format" in chat:
        form = chat["response_format"]
        request["text"] = {"format": {"type": form["type"], **form.get("json_schema", {})}}
    return request


def _items(message: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    if message["role"] == "tool":
        yield {"type": "function_call_output", "call_id": message["tool_call_id"], "output": message["content"]}
        return
    calls = message.get("tool_calls", ())
    if message["content"] or not calls:
        yield {"role": message["role"], "content": message["content"] or ""}
    for call in calls:
        yield {"type": "function_call", "call_id": call["id"], **call["function"]}


def _tool(function: Mapping[str, Any]) -> dict[str, Any]:
    # a schema that is not said to be strict would be made so by the endpoint, which changes what it means
    return {"type": "function", "strict": False, **function}


class _Part(Wire):
    type: str
    text: Text | None = None
    refusal: str | None = None


class _Item(Wire):
    type: str
    content: list[_Part] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: Text | dict[str, Any] | None = None


class _Cached(Wire):
    cached_tokens: int | None = None


class _Usage(Wire):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(default=0, ge=0)
    input_tokens_details: _Cached | None = None


class _Incomplete(Wire):
    reason: str | None = None


class _Body(Wire):
    status: str
    output: list[_Item]
    model: str | None = None
    usage: _Usage | None = None
    incomplete_details: _Incomplete | None = None


class _Event(Wire):
    type: str
    delta: Text | None = None
    output_index: int | None = None
    item: _Item | None = None
    arguments: Text | None = None
    response: dict[str, Any] | None = None


class ResponsesAssembly(Assembly):
    """A reply in the making, from a whole response or from the events of a stream.

    What came in pieces stands; the response that ends a stream adds what did not come in pieces.
    """

    def __init__(self) -> None:
        super().__init__()
        self._has_text = False
        self._argued: dict[int, bool] = {}
        """Calls that have begun, by their place in the output, and whether their arguments have come."""

    def add(self, raw: object) -> str:
        """Take a response or an event; return the text it brings.

        Raises:
            Fault: it does not have the shape of one.
        """
        if isinstance(raw, Mapping) and "type" not in raw:
            return self._whole(_checked(_Body, raw))
        event = _checked(_Event, raw)
        if event.type in ("response.completed", "response.incomplete"):
            return self._whole(_checked(_Body, event.response))
        if event.type == "response.output_text.delta":
            self._has_text = True
            return self._brought({"content": event.delta})
        if event.type == "response.refusal.delta":
            self._has_text = True
            return self._brought({"refusal": event.delta})
        if event.output_index is not None:
            self._call_event(event, event.output_index)
        return ""

    def _call_event(self, event: _Event, place: int) -> None:
        """What a call brings: its name, a piece of its arguments, or all of them at once."""
        if event.item and event.item.type == "function_call":
            arguments = event.item.arguments if event.type.endswith(".done") else None
            self._call(place, event.item, None if self._argued.get(place) else arguments)
        elif event.type == "response.function_call_arguments.delta":
            self._arguments(place, event.delta)
        elif event.type == "response.function_call_arguments.done" and not self._argued.get(place):
            self._arguments(place, event.arguments)

    def _call(self, place: int, item: _Item, arguments: Any) -> None:
        if place not in self._argued:
            self._argued[place] = False
            self._brought({"tool_calls": [{"index": place, "id": item.call_id, "function": {"name": item.name or ""}}]})
        self._arguments(place, arguments)

    def _arguments(self, place: int, piece: Any) -> None:
        if piece:
            self._argued[place] = True
            self._brought({"tool_calls": [{"index": place, "function": {"arguments": piece}}]})

    def _whole(self, body: _Body) -> str:
        """Take the response that holds everything, of which pieces may have come before."""
        text = ""
        for place, item in enumerate(body.output):
            if item.type == "message" and not self._has_text:
                text += "".join(self._brought({"content": p.text, "refusal": p.refusal}) for p in item.content or ())
            elif item.type == "function_call" and not self._argued.get(place):
                self._call(place, item, item.arguments)
        finish = "stop" if body.status == "completed" else None
        if body.status == "incomplete":
            finish = FINISHES.get((body.incomplete_details or _Incomplete()).reason or "", "length")
        usage = None
        if counted := body.usage:
            cached = {"cached_tokens": (counted.input_tokens_details or _Cached()).cached_tokens}
            usage = {"prompt_tokens": counted.input_tokens, "completion_tokens": counted.output_tokens}
            usage |= {"prompt_tokens_details": cached}
        end = {"model": body.model, "usage": usage, "choices": [{"delta": {}, "finish_reason": finish}]}
        return text + super().add(end)

    def _brought(self, delta: dict[str, Any]) -> str:
        """Hand a piece on in the shape of Chat Completions, where all else is done."""
        return super().add({"choices": [{"delta": delta}]})


def failure_of(raw: object) -> object | None:
    """The error that an event or a whole response carries instead of a reply, if it does."""
    if not isinstance(raw, Mapping):
        return None
    inner = raw.get("response")
    failed = inner if raw.get("type") == "response.failed" and isinstance(inner, Mapping) else raw
    if raw.get("type") in FAILED or raw.get("status") == "failed":
        return failed.get("error") or {"message": failed.get("message"), "code": failed.get("code")}
    return None


def _checked(kind: type[Any], raw: object) -> Any:
    problem = ""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        problem = first_problem(error)
    raise Fault(f"the reply does not have the shape of Responses ({problem})")
