"""The server that the client is tested against refuses what the real API refuses, and answers in its shapes.

The shapes are judged by the types of the `openai` package, which are generated from the API's own description.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.responses import Response, ResponseStreamEvent
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
from pydantic import TypeAdapter

from whence.agent.policies.llm.responses import request_of
from whence.evals.bench.openai_server import replies, responses
from whence.evals.bench.openai_server.replies import Say
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


SAID = {"role": "assistant", "content": "hm", "tool_calls": [CALL, CALL | {"id": "b"}]}
RESULTS = [{"role": "tool", "tool_call_id": id, "content": "x"} for id in "ab"]
FORM = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": False}}
WHOLE = request(
    messages=[{"role": "system", "content": "Be brief."}, ASK, SAID, *RESULTS, ASK],
    tools=[{"type": "function", "function": TOOL["function"] | {"strict": False}}],
    tool_choice={"type": "function", "function": {"name": "f"}},
    response_format=FORM, max_tokens=99, temperature=0.5, parallel_tool_calls=False,
)  # fmt: skip


def test_our_requests_have_the_shape_that_the_package_declares() -> None:
    TypeAdapter(CompletionCreateParamsNonStreaming).validate_python(WHOLE)
    TypeAdapter(ResponseCreateParamsNonStreaming).validate_python(request_of(WHOLE))


def test_a_request_survives_the_way_to_responses_and_back() -> None:
    back = responses.as_chat(request_of(WHOLE))
    assert back == WHOLE | {"tool_choice": {"function": {"name": "f"}}}


@pytest.mark.parametrize(
    "say",
    [
        Say(text="Größe 😀"), Say(text="hm", calls=(("a", "f", "{}"), ("b", "f", '{"x": 1}'))), Say(refusal="No."),
        Say(text="and th", finish="length"), Say(text="x", finish="content_filter"), Say(text="x", usage=False),
    ],
)  # fmt: skip
def test_replies_have_the_shape_that_the_package_declares(say: Say) -> None:
    streamed = WHOLE | {"stream": True, "stream_options": {"include_usage": True}}
    ChatCompletion.model_validate(replies.body_of(say, WHOLE))
    Response.model_validate(responses.body_of(say, WHOLE))
    for chunk in replies.chunks_of(say, streamed, Random(0)):
        ChatCompletionChunk.model_validate(chunk)
    kind: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
    for event in [*responses.events_of(say, streamed, Random(0)), responses.failed(True)]:
        assert kind.validate_python(event).type == event["type"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"input": None}, "'input'"), ({"messages": []}, "messages"), ({"input": "hi"}, "'input'"), ({"store": "no"}, "store"),
        ({"stream_options": {}}, "stream_options"), ({"max_tokens": 3}, "max_tokens"), ({"instructions": 3}, "instructions"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input"), ({"tools": [TOOL]}, "name"),
        ({"tools": [{"type": "function", "name": "f", "parameters": {}}]}, "strict"), ({"text": {"format": FORM}}, "text.format"),
        ({"input": [{"type": "function_call", "id": "fc_1", "call_id": "a", "name": "f", "arguments": "{}"}]}, "function call"),
        ({"input": [{"type": "function_call_output", "call_id": "a", "output": "x"}]}, "preceding message"),
    ],
)  # fmt: skip
def test_malformed_requests_for_responses_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid, match=message):
        responses.as_chat(request_of(request()) | changed)
