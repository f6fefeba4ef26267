"""Putting replies together from what servers of Responses really send: events in pieces, whole, or some of each."""

from __future__ import annotations

from typing import Any

import pytest

from whence.agent.policies.llm.errors import Fault
from whence.agent.policies.llm.reply import Reply, Usage
from whence.agent.policies.llm.responses import ResponsesAssembly, failure_of

CALL = {"type": "function_call", "id": "fc_9", "call_id": "a", "name": "f", "arguments": '{"x": 1}'}
SPOKEN = {"type": "message", "content": [{"type": "output_text", "text": "hello"}]}
USAGE = {"input_tokens": 9, "output_tokens": 4, "input_tokens_details": {"cached_tokens": 5}}


def response(*output: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"status": "completed", "model": "m", "output": list(output), "usage": USAGE} | changed


def completed(*output: dict[str, Any]) -> dict[str, Any]:
    return {"type": "response.completed", "response": response(*output)}


def text(delta: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "output_index": 0, "delta": delta}


def item(event: str, place: int, **changed: Any) -> dict[str, Any]:
    return {"type": f"response.output_item.{event}", "output_index": place, "item": CALL | changed}


def arguments(event: str, place: int, **field: str) -> dict[str, Any]:
    return {"type": f"response.function_call_arguments.{event}", "output_index": place, **field}


def assembled(*events: Any) -> Reply:
    assembly = ResponsesAssembly()
    for event in events:
        assembly.add(event)
    return assembly.reply()


WANTED = Reply(
    text="hello", tool_calls=(), usage=Usage(prompt=9, completion=4, cached=5), model="m", finish="stop"
)  # fmt: skip


@pytest.mark.parametrize(
    "events",
    [
        [response(SPOKEN)], [completed(SPOKEN)], [text("hel"), text("lo"), completed(SPOKEN)], [text("hello"), completed()],
        [{"type": "response.created", "response": {"status": "in_progress"}}, {"type": "response.thing.new"}, completed(SPOKEN)],
    ],
)  # fmt: skip
def test_text_is_taken_once_however_it_comes(events: list[Any]) -> None:
    assert assembled(*events) == WANTED


@pytest.mark.parametrize(
    "events",
    [
        [response(CALL)], [completed(CALL)], [item("added", 0, arguments=""), completed(CALL)], [item("done", 0), completed()],
        [item("added", 0, arguments=""), arguments("done", 0, arguments='{"x": 1}'), completed(CALL)],
        [item("added", 0, arguments=""), arguments("delta", 0, delta='{"x"'), arguments("delta", 0, delta=": 1}"),
         arguments("done", 0, arguments='{"x": 1}'), item("done", 0), completed(CALL)],
    ],
)  # fmt: skip
def test_a_call_is_taken_once_however_it_comes(events: list[Any]) -> None:
    reply = assembled(*events)
    assert [(c.id, c.name, c.arguments_json) for c in reply.tool_calls] == [("a", "f", '{"x": 1}')]
    assert reply.finish == "tool_calls"


def test_calls_that_come_mixed_are_told_apart_by_their_places() -> None:
    events = [item("added", 1, arguments=""), item("added", 2, call_id="b", name="g", arguments="")]
    events += [arguments("delta", n, delta=part) for part in ("{", "}") for n in (1, 2)]
    reply = assembled(*events, completed())
    assert [(c.id, c.name, c.arguments_json) for c in reply.tool_calls] == [("a", "f", "{}"), ("b", "g", "{}")]


def test_a_character_cut_in_two_is_joined() -> None:
    assert assembled(text("a\ud83d"), text("\ude00b"), completed()).text == "a😀b"


@pytest.mark.parametrize(
    ("reason", "finish"), [("max_output_tokens", "length"), ("steered", "length"), (None, "length")]
)
def test_an_incomplete_response_says_so(reason: str | None, finish: str) -> None:
    assert assembled(response(SPOKEN, status="incomplete", incomplete_details={"reason": reason})).finish == finish


@pytest.mark.parametrize(
    "events", [[], [text("hel")], [response(SPOKEN, status="in_progress")], [response(SPOKEN, status="queued")]]
)
def test_a_response_without_its_end_is_a_fault(events: list[Any]) -> None:
    with pytest.raises(Fault, match="broke off"):
        assembled(*events)


@pytest.mark.parametrize(
    "raw",
    [
        None, 3, [], {}, {"status": "completed"}, {"status": "completed", "output": {}}, {"type": 3}, {"type": "response.completed"},
        {"type": "response.output_text.delta", "delta": 3}, response({"type": "message", "content": [{"type": "output_text", "text": 3}]}),
        response(SPOKEN, usage={"input_tokens": float("nan")}), response(SPOKEN, usage={"input_tokens": -1}),
        response({"type": "function_call", "arguments": 3}),
    ],
)  # fmt: skip
def test_a_body_of_the_wrong_shape_is_a_fault(raw: object) -> None:
    with pytest.raises(Fault, match="shape"):
        ResponsesAssembly().add(raw)


@pytest.mark.parametrize(
    ("raw", "failure"),
    [
        ({"type": "error", "code": "server_error", "message": "x"}, {"code": "server_error", "message": "x"}),
        ({"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded"}}}, {"code": "rate_limit_exceeded"}),
        ({"status": "failed", "error": {"code": "x"}}, {"code": "x"}), (completed(SPOKEN), None), (response(SPOKEN), None), (None, None),
    ],
)  # fmt: skip
def test_an_error_in_the_place_of_a_reply_is_found(raw: object, failure: object) -> None:
    assert failure_of(raw) == failure
