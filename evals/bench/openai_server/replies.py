"""Replies of the server in the shapes of the protocol: one body, or the chunks of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True)
class Say:
    """What the model says in one turn."""

    text: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    """Id, name and arguments (JSON text, or whatever it is to be) of each tool call."""
    finish: str = ""
    refusal: str | None = None
    usage: bool = True
    model: str = "scripted-1"

    @property
    def reason(self) -> str:
        """The finish reason."""
        return self.finish or ("tool_calls" if self.calls else "stop")


def body_of(say: Say, request: dict[str, Any]) -> dict[str, Any]:
    """The body of a reply that is not streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": say.text or None, "refusal": say.refusal}
    if say.calls:
        message["tool_calls"] = [
            {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
            for id, name, arguments in say.calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": say.reason, "logprobs": None}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": say.model, "choices": [choice]}
    return body | ({"usage": usage_of(say, request)} if say.usage else {})


def usage_of(say: Say, request: dict[str, Any]) -> dict[str, Any]:
    """Tokens: about four characters each, the schema of the reply counted as providers do."""
    parts = ("messages", "tools", "response_format")
    prompt = sum(len(json.dumps(request[p], separators=(",", ":"))) // 4 for p in parts if p in request)
    completion = (len(say.text) + sum(len(c[2]) for c in say.calls)) // 4
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def chunks_of(say: Say, request: dict[str, Any], rng: Random) -> Iterator[dict[str, Any]]:
    """The chunks of a streamed reply, cut at random places."""
    yield _chunk(say, {"role": "assistant", "content": "" if not say.calls else None})
    for piece in pieces(say.text, rng):
        yield _chunk(say, {"content": piece})
    for piece in pieces(say.refusal or "", rng):
        yield _chunk(say, {"refusal": piece})
    for index, (id, name, arguments) in enumerate(say.calls):
        head = {"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": ""}}
        yield _chunk(say, {"tool_calls": [head]})
        for piece in pieces(arguments, rng):
            yield _chunk(say, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield _chunk(say, {}, say.reason)
    if say.usage and (request.get("stream_options") or {}).get("include_usage"):
        yield _chunk(say, None) | {"usage": usage_of(say, request)}


def _chunk(say: Say, delta: dict[str, Any] | None, finish: str | None = None) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": say.model, "choices": choices}


def pieces(text: str, rng: Random) -> Iterator[str]:
    """The text cut at random places; long texts in longer pieces."""
    longest = max(8, len(text) // 50)
    while text:
        n = rng.randint(1, longest)
        yield text[:n]
        text = text[n:]
