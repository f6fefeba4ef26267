"""The Responses API as strictly as Chat Completions: requests checked and read, replies in its shapes.

A request is read into the shape of Chat Completions, so that scripts and checks are the same for both.

Reference: OpenAI API reference, "Create a model response" and "Streaming events" (2026).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from .replies import Say, pieces, usage_of
from .validate import Invalid, check_request

FIELDS = frozenset(
    {
        "model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "stream", "temperature", "top_p",
        "max_output_tokens", "metadata", "store", "include", "user",
    }
)  # fmt: skip
SAME = ("model", "stream", "temperature", "top_p", "parallel_tool_calls", "metadata", "user")


def as_chat(body: Any) -> dict[str, Any]:
    """Check a request and read it as one for Chat Completions.

    Raises:
        Invalid: it would be refused.
    """
    if not isinstance(body, dict):
        raise Invalid("We could not parse the JSON body of your request.")
    if unknown := sorted(set(body) - FIELDS):
        raise Invalid(f"Unknown parameter: '{unknown[0]}'.", unknown[0], "unknown_parameter")
    items = body.get("input")
    if not isinstance(items, list) or not items:
        raise Invalid("Missing required parameter: 'input'.", "input", "missing_required_parameter")
    if not isinstance(body.get("store", True), bool):
        raise Invalid("Invalid type for 'store': expected a boolean.", "store", "invalid_type")
    chat = {k: body[k] for k in SAME if k in body}
    chat["messages"] = list(_messages(body.get("instructions"), items))
    if "max_output_tokens" in body:
        chat["max_tokens"] = body["max_output_tokens"]
    if "tools" in body:
        chat["tools"] = [_tool(t, f"tools[{n}]") for n, t in enumerate(body["tools"])]
    if "tool_choice" in body:
        choice = body["tool_choice"]
        chat["tool_choice"] = {"function": {"name": choice.get("name")}} if isinstance(choice, dict) else choice
    if "text" in body:
        chat["response_format"] = _format(body["text"].get("format"))
    check_request(chat)
    return chat


def _messages(instructions: object, items: list[Any]) -> Iterator[dict[str, Any]]:
    """The conversation, with the calls of one turn in one message."""
    if instructions is not None:
        if not isinstance(instructions, str):
            raise Invalid("Invalid type for 'instructions': expected a string.", "instructions", "invalid_type")
        yield {"role": "system", "content": instructions}
    said: dict[str, Any] | None = None
    for n, item in enumerate(items):
        where = f"input[{n}]"
        kind = item.get("type", "message") if isinstance(item, dict) else None
        if kind == "function_call":
            said = said or {"role": "assistant", "content": None, "tool_calls": []}
            said.setdefault("tool_calls", []).append(_call(item, where))
            continue
        if said:
            yield said
            said = None
        if kind == "function_call_output" and set(item) == {"type", "call_id", "output"}:
            yield {"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]}
        elif kind == "message" and set(item) - {"type"} == {"role", "content"} and item["role"] != "tool":
            if item["role"] != "assistant":
                yield {"role": item["role"], "content": item["content"]}
            else:
                said = {"role": "assistant", "content": item["content"]}
        else:
            raise Invalid(f"Invalid value for '{where}'.", where, "invalid_value")
    if said:
        yield said


def _call(item: dict[str, Any], where: str) -> dict[str, Any]:
    if set(item) != {"type", "call_id", "name", "arguments"}:
        raise Invalid(f"Invalid function call in '{where}'.", where, "invalid_value")
    function = {"name": item["name"], "arguments": item["arguments"]}
    return {"id": item["call_id"], "type": "function", "function": function}


def _tool(tool: Any, where: str) -> dict[str, Any]:
    if not isinstance(tool, dict) or tool.get("type") != "function" or "function" in tool:
        raise Invalid(f"Missing required parameter: '{where}.name'.", f"{where}.name", "missing_required_parameter")
    if not isinstance(tool.get("strict"), bool):
        raise Invalid(f"Missing required parameter: '{where}.strict'.", f"{where}.strict", "missing_required_parameter")
    return {"type": "function", "function": {k: v for k, v in tool.items() if k != "type"}}


def _format(form: Any) -> dict[str, Any]:
    if not isinstance(form, dict) or "json_schema" in form:
        raise Invalid("Invalid value for 'text.format'.", "text.format", "invalid_value")
    inner = {k: v for k, v in form.items() if k != "type"}
    return {"type": form.get("type"), **({"json_schema": inner} if inner else {})}


def body_of(say: Say, chat: dict[str, Any]) -> dict[str, Any]:
    """The body of a response that is not streamed."""
    ends = {"length": "max_output_tokens", "content_filter": "content_filter"}
    reason = ends.get(say.reason)
    body = {
        "id": "resp_1", "object": "response", "created_at": 1, "status": "incomplete" if reason else "completed",
        "error": None, "incomplete_details": {"reason": reason} if reason else None, "model": say.model, "store": False,
        "output": [*_outputs(say)], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    }  # fmt: skip
    if not say.usage:
        return body
    counted = usage_of(say, chat)
    details = {
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    usage = {"input_tokens": counted["prompt_tokens"], "output_tokens": counted["completion_tokens"], **details}
    return body | {"usage": usage | {"total_tokens": counted["total_tokens"]}}


def failed(streamed: bool) -> dict[str, Any]:
    """A response that the model broke down over."""
    body = body_of(Say(usage=False), {}) | {
        "status": "failed",
        "output": [],
        "error": {"code": "server_error", "message": "The model broke down."},
    }
    return {"type": "response.failed", "sequence_number": 9, "response": body} if streamed else body


def _outputs(say: Say) -> Iterator[dict[str, Any]]:
    """A thought that nobody may read, then what is said, then the calls."""
    yield {"id": "rs_1", "type": "reasoning", "summary": []}
    if say.text or say.refusal:
        part = {"type": "refusal", "refusal": say.refusal} if say.refusal else _text(say.text)
        yield {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    for n, (id, name, arguments) in enumerate(say.calls):
        yield {
            "id": f"fc_{n}", "type": "function_call", "status": "completed", "call_id": id, "name": name, "arguments": arguments,
        }  # fmt: skip


def _text(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def events_of(say: Say, chat: dict[str, Any], rng: Random) -> Iterator[dict[str, Any]]:
    """The events of a streamed response, numbered, its texts cut at random places."""
    whole = body_of(say, chat)
    begun = {k: v for k, v in whole.items() if k != "usage"} | {"status": "in_progress", "output": []}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    for place, item in enumerate(whole["output"]):
        bare = item | ({"arguments": ""} if "arguments" in item else {"content": []} if "content" in item else {})
        opened = bare if item["type"] == "reasoning" else bare | {"status": "in_progress"}
        events.append({"type": "response.output_item.added", "output_index": place, "item": opened})
        events += _said(item, place, rng)
        events.append({"type": "response.output_item.done", "output_index": place, "item": item})
    events.append({"type": f"response.{whole['status']}", "response": whole})
    yield from (event | {"sequence_number": n} for n, event in enumerate(events))


def _said(item: dict[str, Any], place: int, rng: Random) -> Iterator[dict[str, Any]]:
    """The pieces of one item."""
    where = {"output_index": place, "item_id": item["id"]}
    for part in item.get("content", ()):
        if part["type"] == "refusal":
            for piece in pieces(part["refusal"], rng):
                yield {"type": "response.refusal.delta", **where, "content_index": 0, "delta": piece}
        else:
            for piece in pieces(part["text"], rng):
                yield {
                    "type": "response.output_text.delta",
                    **where,
                    "content_index": 0,
                    "delta": piece,
                    "logprobs": [],
                }
    if "arguments" in item:
        for piece in pieces(item["arguments"], rng):
            yield {"type": "response.function_call_arguments.delta", **where, "delta": piece}
        last = {"arguments": item["arguments"], "name": item["name"]}
        yield {"type": "response.function_call_arguments.done", **where, **last}
