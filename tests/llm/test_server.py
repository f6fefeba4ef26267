"""The server that the client is tested against refuses what the real API refuses."""

from __future__ import annotations

from typing import Any

import pytest

from whence.evals.bench.openai_server.validate import Invalid, check_request

ASK = {"role": "user", "content": "hi"}
CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "f", "description": "Do.", "parameters": {"type": "object"}}}


def request(**changed: Any) -> dict[str, Any]:
    return {k: v for k, v in ({"model": "m", "messages": [ASK]} | changed).items() if v is not None}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "parse"), (request(model=None), "model"), (request(messages=None), "messages"), (request(messages=[]), "messages"),
        (request(top_k=3), "Unrecognized"), (request(messages=[{"role": "robot", "content": "x"}]), "Invalid value"),
        (request(messages=[{"role": "user", "content": None}]), "content"), (request(messages=["x"]), "Invalid value"),
        (request(messages=[ASK, {"role": "tool", "tool_call_id": "a", "content": "x"}]), "preceding message"),
        (request(messages=[ASK, {"role": "assistant", "content": None, "tool_calls": [CALL]}]), "must be followed"),
        (request(messages=[ASK, {"role": "assistant", "content": None, "tool_calls": [CALL]}, ASK]), "did not have response"),
        (request(messages=[ASK, {"role": "assistant", "content": None, "tool_calls": [CALL, CALL]}]), "Duplicate"),
        (request(messages=[ASK, {"role": "assistant", "content": None, "tool_calls": []}]), "content"),
        (request(tools=[]), "tools"), (request(tools=[TOOL, TOOL]), "name"), (request(tool_choice="auto"), "tool_choice"),
        (request(tools=[TOOL], tool_choice={"type": "function", "function": {"name": "g"}}), "not found"),
        (request(tools=[{"type": "function", "function": TOOL["function"] | {"name": "a b"}}]), "name"),
        (request(tools=[{"type": "function", "function": TOOL["function"] | {"strict": True}}]), "Invalid schema"),
        (request(response_format={"type": "json_object"}), "'json'"), (request(response_format={"type": "yaml"}), "Invalid value"),
        (request(stream_options={"include_usage": True}), "stream_options"), (request(temperature=3), "temperature"),
    ],
)  # fmt: skip
def test_malformed_requests_are_refused(body: Any, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        check_request(body)


def test_a_whole_conversation_is_accepted() -> None:
    said = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    done = {"role": "tool", "tool_call_id": "a", "content": "x"}
    check_request(request(messages=[ASK, said, done, ASK], tools=[TOOL], tool_choice="required", stream=True))
