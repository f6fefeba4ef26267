"""What an endpoint can do is found out by trying; and tool calls as text where it knows no tools."""

from __future__ import annotations

import json
from typing import Any

import pytest

from whence.agent.policies.llm import fallback, messages
from whence.agent.policies.llm.abilities import ASSUMED, probe
from whence.agent.policies.llm.client import ChatClient
from whence.agent.policies.llm.errors import EndpointDown, KeyRejected
from whence.agent.policies.llm.reply import Reply
from whence.agent.policies.llm.schemas import function_schema
from whence.evals.bench.llm_faults import local_config
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import ModelServer
from whence.evals.bench.openai_server.traits import Traits
from whence.tools.domain.errors import BadArguments
from whence.tools.registry import get_tool

pytestmark = pytest.mark.slow  # processes, servers or whole runs

WEATHER = '{"city": "Paris", "days": null}'


def obedient(body: dict[str, Any]) -> Say:
    asked = body["messages"][-1]["content"]
    if "tools" in body:
        return Say(calls=tuple((f"c{n}", "weather", WEATHER) for n in range(2 if "both" in asked else 1)))
    return Say(text='{"ok": true}' if "JSON" in asked else "one, two, three, four, five, six, seven, eight, nine, ten")


def probed(script: Any = obedient, api: str = "chat", changed: dict[str, Any] | None = None, **traits: Any) -> Any:
    with ModelServer(script, traits=Traits(**{"context_tokens": 8192} | traits)) as server:
        config = local_config(server.base_url, api=api, **changed or {})
        with ChatClient(config) as client:
            return probe(client)


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_an_endpoint_that_can_do_everything(api: str) -> None:
    assert probed(api=api) == ASSUMED.model_copy(update={"listed": True, "context_tokens": 8192, "api": api})


@pytest.mark.parametrize(
    ("trait", "lost"),
    [
        ("tools", {"tools", "parallel_tools", "strict_schemas"}), ("strict", {"strict_schemas"}),
        ("json_mode", {"json_mode"}), ("json_schema", {"json_schema"}), ("streaming", {"streaming"}),
        ("models", {"listed", "context_tokens"}), ("parallel", {"parallel_tools"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_what_is_refused_is_missing_and_nothing_else(api: str, trait: str, lost: set[str]) -> None:
    found = probed(api=api, **{trait: False})
    assert {k for k, v in found if v in (False, None) and k not in ("notes", "refused")} == lost


def test_fields_that_are_refused_are_told_with_what_follows() -> None:
    found = probed(changed={"temperature": 0.2}, temperature=False, stream_options=False)
    assert {r.split(":")[0] for r in found.refused} == {"temperature", "stream_options"}
    assert (found.usage, found.usage_streamed) == (True, False)


def test_an_endpoint_that_tells_no_context_length_has_an_unknown_one() -> None:
    assert probed(context_tokens=None).context_tokens is None


def test_taking_tools_without_calling_them_is_not_the_ability() -> None:
    found = probed(lambda body: Say(text="It is sunny in Paris and in Rome, as it is in most places.", usage=False))
    assert (found.tools, found.json_mode, found.usage, found.streaming) == (False, False, False, True)


def test_calls_with_arguments_that_do_not_fit_do_not_count() -> None:
    def careless(body: dict[str, Any]) -> Say:
        return Say(calls=(("c", "weather", '{"city": 3}'),)) if "tools" in body else obedient(body)

    assert probed(careless).tools is False


def test_a_wrong_key_and_an_endpoint_that_is_down_are_no_abilities() -> None:
    scripted = ModelServer(obedient, lambda n, body: "expired_key")
    with scripted as server, ChatClient(local_config(server.base_url)) as client, pytest.raises(KeyRejected):
        probe(client)
    with ChatClient(local_config(server.base_url, retries_per_call=0)) as client, pytest.raises(EndpointDown):
        probe(client)


def test_a_conversation_with_tools_survives_as_plain_text() -> None:
    tool = function_schema(get_tool("data_describe"))
    turn = '{"calls": [{"tool": "data_describe", "arguments": {"dataset": "ü\\"😀"}}]}'
    first = fallback.parse(Reply(text=turn), turn=1)
    conversation = [messages.system("Be brief."), messages.user("hi"), messages.assistant(first)]
    conversation.append(messages.tool_result(first.tool_calls[0], "12 rows"))
    encoded = fallback.encode_all(conversation, [tool])
    assert {m["role"] for m in encoded} <= {"system", "user", "assistant"}
    assert all(set(m) == {"role", "content"} for m in encoded)
    assert '"data_describe"' in encoded[0]["content"]
    again = fallback.parse(Reply(text=encoded[2]["content"]), turn=1)
    assert again.tool_calls == first.tool_calls
    assert json.loads(encoded[3]["content"]) == {"result_of": "t1_0", "result": "12 rows"}
    with (
        ModelServer(lambda body: Say(text='{"say": "done"}')) as server,
        ChatClient(local_config(server.base_url)) as client,
    ):
        assert fallback.parse(client.ask(encoded), turn=2).text == "done"
        assert server.refused == []


@pytest.mark.parametrize(
    "text",
    [
        '{"say": "yes"}',
        '```json\n{"say": "yes"}\n```',
        '<think>hm {</think>\n{"say": "yes"}',
        '```\n{"say": "yes"}```\n',
    ],
)
def test_a_fence_or_thoughts_around_the_object_are_let_pass(text: str) -> None:
    assert fallback.parse(Reply(text=text), turn=0).text == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "", "yes", '{"say": 3}', '{"say": "a", "calls": []}', '{"calls": []}', '{"calls": [3]}', '{"calls": {"tool": "x"}}',
        '{"calls": [{"tool": "x"}]}', '{"calls": [{"tool": 3, "arguments": {}}]}', '{"calls": [{"tool": "x", "arguments": "{}"}]}',
        '{"calls": [{"tool": "x", "arguments": {}, "also": 1}]}', '{"say": "a"} {"say": "b"}', 'Sure! {"say": "a"}',
        '{"calls": [{"tool": "x", "arguments": {"a": NaN}}]}', "{}",
    ],
)  # fmt: skip
def test_anything_else_is_told_to_the_model(text: str) -> None:
    with pytest.raises(BadArguments, match=r"reply|call"):
        fallback.parse(Reply(text=text), turn=0)
