"""Putting replies together from what servers really send."""

from __future__ import annotations

from typing import Any

import pytest

from whence.agent.policies.llm.errors import Fault
from whence.agent.policies.llm.reply import Assembly, Reply


def assembled(*deltas: dict[str, Any], finish: str | None = "stop") -> Reply:
    assembly = Assembly()
    for delta in deltas:
        assembly.add({"choices": [{"delta": delta}]})
    assembly.add({"choices": [{"delta": {}, "finish_reason": finish}]})
    return assembly.reply()


def call(index: int | None, id: str | None, name: str | None, arguments: Any) -> dict[str, Any]:
    return {"tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]}


def test_calls_without_numbers_are_told_apart_by_their_ids() -> None:
    reply = assembled(call(None, "a", "f", '{"x"'), call(None, None, None, ": 1}"), call(None, "b", "g", "{}"))
    assert [(c.id, c.name, c.arguments_json) for c in reply.tool_calls] == [("a", "f", '{"x": 1}'), ("b", "g", "{}")]


def test_calls_that_share_a_number_but_not_an_id_are_two() -> None:
    reply = assembled(call(0, "a", "f", "{}"), call(0, "b", "g", "{}"))
    assert [c.name for c in reply.tool_calls] == ["f", "g"]


def test_a_name_that_is_repeated_in_every_piece_is_taken_once() -> None:
    assert assembled(call(0, "a", "f", "{"), call(0, "a", "f", "}")).tool_calls[0].name == "f"


def test_missing_and_double_ids_become_unique() -> None:
    reply = assembled(call(0, None, "f", "{}"), call(1, "call_0", "g", "{}"), call(2, "x", "h", {"a": 1}))
    assert len({c.id for c in reply.tool_calls}) == 3
    assert reply.tool_calls[2].arguments_json == '{"a": 1}'


def test_a_pair_of_surrogates_that_is_cut_in_two_becomes_one_character() -> None:
    reply = assembled(
        {"content": "a\ud83d"}, {"content": "\ude00b"}, call(0, "a", "f", '"\ud83d'), call(0, "a", "", '\ude00"')
    )
    assert reply.text == "a😀b"
    assert reply.tool_calls[0].arguments_json == '"😀"'


def test_a_lone_surrogate_is_replaced() -> None:
    assert assembled({"content": "a\ude00b"}).text == "a\ufffdb"


def test_a_stop_with_calls_is_a_call() -> None:
    assert assembled(call(0, "a", "f", "{}")).finish == "tool_calls"


def test_a_reply_cut_at_its_longest_says_so() -> None:
    assert assembled({"content": "and th"}, finish="length").finish == "length"


@pytest.mark.parametrize("deltas", [[], [{"content": "half"}]])
def test_a_reply_without_its_end_is_a_fault(deltas: list[dict[str, Any]]) -> None:
    with pytest.raises(Fault, match="broke off"):
        assembled(*deltas, finish=None)


def test_an_empty_reply_is_a_fault() -> None:
    with pytest.raises(Fault, match="empty"):
        assembled()


@pytest.mark.parametrize(
    "raw",
    [
        None, 3, "text", [], {}, {"choices": None}, {"choices": {}}, {"choices": ["x"]}, {"choices": [{"message": 3}]},
        {"choices": [{"message": {"content": 3}}]}, {"choices": [{"message": {"tool_calls": {}}}]},
        {"choices": [], "usage": {"prompt_tokens": float("nan")}}, {"choices": [], "usage": {"prompt_tokens": -1}},
        {"choices": [{"message": {"tool_calls": [{"function": {"name": 3}}]}}]},
    ],
)  # fmt: skip
def test_a_body_of_the_wrong_shape_is_a_fault(raw: object) -> None:
    with pytest.raises(Fault, match="shape"):
        Assembly().add(raw)
