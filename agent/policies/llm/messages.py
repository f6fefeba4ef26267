"""Build the messages of a conversation in the shape of Chat Completions."""

from __future__ import annotations

from typing import Any

from .reply import Reply, RequestedCall


def system(text: str) -> dict[str, Any]:
    """What the model is to be and do; first in the conversation, and the same in every call, so that it is cached."""
    return {"role": "system", "content": text}


def user(text: str) -> dict[str, Any]:
    """What the person, or we for them, say."""
    return {"role": "user", "content": text}


def assistant(reply: Reply) -> dict[str, Any]:
    """What the model said before, with its tool calls."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tool_calls:
        message["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments_json}}
            for c in reply.tool_calls
        ]
    elif not reply.text:
        message["content"] = ""
    return message


def tool_result(call: RequestedCall, text: str) -> dict[str, Any]:
    """What came of a tool call; every call needs one before the model speaks again."""
    return {"role": "tool", "tool_call_id": call.id, "content": text}
