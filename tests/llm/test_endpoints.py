"""Endpoints differ: in fields they refuse, addresses, headers, and which of the two APIs they have."""

from __future__ import annotations

from typing import Any

import pytest

from whence.agent.policies.llm import messages
from whence.agent.policies.llm.client import ChatClient
from whence.agent.policies.llm.config import LlmConfig, load_config
from whence.agent.policies.llm.errors import KeyRejected, ModelUnknown, PathUnknown, RequestRejected
from whence.evals.bench.llm_faults import local_config
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import ModelServer
from whence.evals.bench.openai_server.traits import KEY, MODEL, Traits

pytestmark = pytest.mark.slow  # processes, servers or whole runs

HELLO = [messages.system("Be brief."), messages.user("hi")]
TOOL = {
    "type": "function",
    "function": {
        "name": "f",
        "description": "Do.",
        "strict": True,
        "parameters": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    },
}


def server(**traits: Any) -> ModelServer:
    return ModelServer(lambda body: Say(text="yes"), traits=Traits(**traits))


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize(
    ("trait", "changed", "options"),
    [
        ({"longest_reply": "max_completion_tokens"}, {"max_reply_tokens": 99}, {}),
        ({"longest_reply": "max_tokens"}, {}, {"max_completion_tokens": 99}),
        ({"temperature": False}, {"temperature": 0.2}, {}),
        ({"parallel_parameter": False}, {}, {"parallel_tool_calls": False}),
        ({"stream_options": False}, {}, {}),
        ({"strict": False}, {}, {}),
    ],
    ids=lambda value: next(iter(value), None) if isinstance(value, dict) else None,
)
def test_a_refused_field_is_learned_once(
    api: str, trait: dict[str, Any], changed: dict[str, Any], options: dict[str, Any]
) -> None:
    with server(**trait) as model, ChatClient(local_config(model.base_url, api=api, **changed)) as client:
        for _ in range(3):
            assert client.ask(HELLO, [TOOL], **options).text == "yes"
        at_once = api == "responses" and ("longest_reply" in trait or "stream_options" in trait)
        assert len(model.refused) == len(client.learned) == (0 if at_once else 1)
        assert client.budget.used == 0
        if "longest_reply" in trait and api == "chat":
            assert model.requests[-1][1][trait["longest_reply"]] == 99


def test_several_refusals_are_learned_one_after_the_other() -> None:
    traits = {"longest_reply": "max_completion_tokens", "temperature": False, "stream_options": False, "strict": False}
    with server(**traits) as model:
        config = local_config(model.base_url, temperature=0, max_reply_tokens=64)
        with ChatClient(config) as client:
            client.ask(HELLO, [TOOL])
            assert {a.field for a in client.learned} == {"max_tokens", "temperature", "stream_options", "strict"}
            client.ask(HELLO, [TOOL])
        assert (len(model.refused), len(model.requests)) == (4, 2)


def test_a_refusal_that_cannot_be_done_without_is_raised() -> None:
    with server(json_mode=False) as model, ChatClient(local_config(model.base_url)) as client:
        with pytest.raises(RequestRejected, match="response_format"):
            client.ask([messages.user("JSON")], response_format={"type": "json_object"})
        assert len(model.refused) == 1


def test_auto_speaks_responses_where_the_endpoint_has_it_and_chat_elsewhere() -> None:
    for traits, spoken in (({}, "responses"), ({"responses": False}, "chat")):
        with server(**traits) as model, ChatClient(local_config(model.base_url, api="auto")) as client:
            for _ in range(2):
                assert client.ask(HELLO).text == "yes"
            assert (client.api, model.spoken) == (spoken, [spoken] * 2)


def test_auto_is_settled_by_the_first_reply() -> None:
    with server() as model, ChatClient(local_config(model.base_url, api="auto")) as client:
        client.ask(HELLO)
        with pytest.raises(RequestRejected, match="preceding message"):
            client.ask([*HELLO, {"role": "tool", "tool_call_id": "nowhere", "content": "x"}])
        assert set(model.spoken) == {"responses"}


def test_responses_sends_the_whole_conversation_and_keeps_nothing_there() -> None:
    with server(chat=False) as model, ChatClient(local_config(model.base_url, api="responses")) as client:
        said = {"role": "assistant", "content": "hm", "tool_calls": [call("a"), call("b")]}
        results = [{"role": "tool", "tool_call_id": i, "content": f"result {i}"} for i in "ab"]
        conversation = [*HELLO, said, *results, messages.user("go on")]
        client.ask(conversation, [TOOL], tool_choice={"type": "function", "function": {"name": "f"}})
        seen = model.requests[0][1]
    assert seen["messages"] == conversation
    assert seen["tools"] == [TOOL]
    assert seen["tool_choice"] == {"function": {"name": "f"}}
    assert model.stored == [False]


def call(id: str) -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_an_address_without_its_v1_is_told(api: str) -> None:
    with server() as model, ChatClient(local_config(model.base_url.removesuffix("/v1"), api=api)) as client:
        with pytest.raises(PathUnknown, match=rf"try '{model.base_url}'"):
            client.ask(HELLO)
        assert client.budget.used == 0


def test_an_unknown_model_is_not_taken_for_an_unknown_address() -> None:
    with (
        server() as model,
        ChatClient(local_config(model.base_url, model="other")) as client,
        pytest.raises(ModelUnknown, match="'other' is not served"),
    ):
        client.ask(HELLO)


def test_headers_of_the_file_are_sent_and_not_shown() -> None:
    headers = {"X-Title": "Whence", "X-Gateway-Token": "gateway-secret-123"}
    echo = ModelServer(lambda body: Say(text="Whence has gateway-secret-123"))
    with echo as model, ChatClient(local_config(model.base_url, headers=headers)) as client:
        assert client.ask(HELLO).text == "Whence has [key]"
        assert {model.headers[0][k.lower()] for k in headers} == set(headers.values())
        assert "gateway-secret-123" not in f"{client.config!r}{client.config.model_dump_json()}"


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_an_azure_resource_with_a_version_is_reached_by_deployment(api: str) -> None:
    with server(azure=True) as model:
        config = azure(model, OPENAI_API_VERSION="2024-10-21").model_copy(update={"api": api})
        with ChatClient(config) as client:
            assert client.ask(HELLO).text == "yes"
            assert client.models() == (MODEL,)
        with (
            ChatClient(config.model_copy(update={"model": "none"})) as client,
            pytest.raises((ModelUnknown, PathUnknown)),
        ):
            client.ask(HELLO)


def test_an_azure_resource_without_a_version_has_the_newer_address() -> None:
    with server(base_path="/openai/v1") as model, ChatClient(azure(model)) as client:
        assert client.ask(HELLO).text == "yes"


def azure(model: ModelServer, **more: str) -> LlmConfig:
    resource = model.base_url.removesuffix("/openai/v1")
    return load_config(
        {
            "WHENCE_MODEL": MODEL,
            "AZURE_OPENAI_ENDPOINT": f"{resource}/",
            "AZURE_OPENAI_API_KEY": KEY,
            "WHENCE_HOME": "/none",
        }
        | more
    )


def test_a_wrong_key_on_azure_is_told_without_it() -> None:
    with server(azure=True) as model:
        wrong = {"OPENAI_API_VERSION": "2024-10-21", "AZURE_OPENAI_API_KEY": "wrong-key-123456"}
        with ChatClient(azure(model, **wrong)) as client, pytest.raises(KeyRejected) as caught:
            client.ask(HELLO)
    assert "wrong-key" not in str(caught.value)
