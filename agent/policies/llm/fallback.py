"""Tool calls for endpoints that know no tools: one JSON object a turn, in plain text, strictly read.

The model is asked to answer each turn with one of two objects and nothing else:

    {"calls": [{"tool": "data_describe", "arguments": {"dataset": "ihdp"}}]}
    {"say": "The text of the answer."}

A fence of three backticks around the object is let pass, because small models cannot be talked out of it; any
other text, a second object, or both keys at once is an error that is told to the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ....tools.domain.errors import BadArguments
from .reply import Reply, RequestedCall
from .schemas import decode_object

MOST_CALLS = 32
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
SHAPES = '{"calls": [{"tool": "NAME", "arguments": {…}}]} or {"say": "…"}'


def instructions(tools: Iterable[Mapping[str, Any]]) -> str:
    """What a model without tools must be told: the two shapes, and one line of JSON for each tool.

    Args:
        tools: Function schemas as `schemas.function_schema` makes them.
    """
    lines = [
        json.dumps(
            {k: t["function"][k] for k in ("name", "description", "parameters")},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for t in tools
    ]
    return "\n".join(
        (
            "Answer every turn with exactly one JSON object and nothing else, in one of these two shapes:",
            '{"calls": [{"tool": "NAME", "arguments": {}}]}   to call tools; calls in one turn must not need each other',
            '{"say": "TEXT"}   to answer in words',
            "These are the tools; `parameters` is the JSON schema of `arguments`:",
            *lines,
        )
    )


def encode(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message of a conversation with tools as one without: calls and results become JSON text."""
    role = message["role"]
    if role == "tool":
        result = {"result_of": message["tool_call_id"], "result": message["content"]}
        return {"role": "user", "content": json.dumps(result, ensure_ascii=False)}
    if role != "assistant":
        return dict(message)
    calls = [
        {"id": c["id"], "tool": c["function"]["name"], "arguments": _arguments(c["function"]["arguments"])}
        for c in message.get("tool_calls", ())
    ]
    said = {"calls": calls} if calls else {"say": message.get("content") or ""}
    return {"role": "assistant", "content": json.dumps(said, ensure_ascii=False)}


def encode_all(messages: Sequence[Mapping[str, Any]], tools: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A conversation with tools as one without, with the instructions in its system message."""
    told = instructions(tools)
    encoded = [encode(m) for m in messages]
    if encoded and encoded[0]["role"] == "system":
        encoded[0]["content"] = f"{encoded[0]['content']}\n\n{told}"
        return encoded
    return [{"role": "system", "content": told}, *encoded]


def parse(reply: Reply, turn: int) -> Reply:
    """Read a reply that should be one of the two objects.

    Args:
        reply: What came, as text.
        turn: Number of the turn, which makes the ids of its calls unique in the conversation.

    Raises:
        BadArguments: it is something else; the message tells the model what is wanted.
    """
    text = bare_json(reply.text)
    if not text.strip():
        raise BadArguments(f"The reply is empty. Answer with {SHAPES}.")
    value = decode_object(text, "The reply")
    if set(value) == {"say"} and isinstance(value["say"], str):
        return reply.model_copy(update={"text": value["say"], "tool_calls": ()})
    calls = value.get("calls")
    if set(value) != {"calls"} or not isinstance(calls, list) or not 0 < len(calls) <= MOST_CALLS:
        raise BadArguments(f"The reply has the keys {sorted(value)!r}"[:200] + f". Answer with {SHAPES}.")
    requested = tuple(_call(c, f"t{turn}_{n}") for n, c in enumerate(calls))
    return reply.model_copy(update={"text": "", "tool_calls": requested, "finish": "tool_calls"})


def bare_json(text: str) -> str:
    """The text without the thoughts before it and the fence around it, which small models cannot be talked out of."""
    text = _THOUGHTS.sub("", text)
    fenced = _FENCE.match(text)
    return fenced.group(1) if fenced else text


def _call(call: object, id: str) -> RequestedCall:
    if not isinstance(call, dict) or not {"tool", "arguments"} <= set(call) <= {"tool", "arguments", "id"}:
        raise BadArguments(f"A call is {str(call)[:80]!r}; it must have the keys 'tool' and 'arguments'.")
    if not isinstance(call["tool"], str) or not isinstance(call["arguments"], dict):
        raise BadArguments("In a call, 'tool' is the name as text and 'arguments' an object.")
    return RequestedCall(id=id, name=call["tool"], arguments_json=json.dumps(call["arguments"], ensure_ascii=False))


def _arguments(text: str) -> object:
    try:
        return decode_object(text, "The arguments")
    except BadArguments:
        return text
