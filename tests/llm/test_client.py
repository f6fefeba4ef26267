"""The client against a real HTTP server that speaks the protocol strictly and fails on demand."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable
from random import Random
from typing import Any, get_args

import pytest

from whence.agent.policies.llm import messages
from whence.agent.policies.llm.client import ChatClient, Token
from whence.agent.policies.llm.errors import EndpointDown, KeyRejected, RequestRejected
from whence.agent.policies.llm.retry import RetryBudget, retry_after_s
from whence.evals.bench.llm_faults import EXPECTED, local_config, measure, measure_malformed
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import ModelServer, Passing
from whence.evals.bench.openai_server.traits import KEY, Traits
from whence.tools.domain.errors import LimitReached, ToolError, UsageError

pytestmark = pytest.mark.slow  # processes, servers or whole runs

SAY = Say(
    text="Größe 😀 ⇒ 12",
    calls=(("a", "data_load", '{"path": "ü😀.csv"}'), ("b", "data_describe", '{"dataset": "x"}')),
)
HELLO = [messages.system("Be brief."), messages.user("hi")]


class Slept(list[float]):
    """Pauses that were asked for and not taken."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client(server: ModelServer, sleep: Callable[[float], None] | None = None, **changed: Any) -> ChatClient:
    return ChatClient(
        local_config(server.base_url, **changed), sleep=Slept() if sleep is None else sleep, rng=Random(0)
    )


@pytest.fixture(params=["chat", "responses"])
def api(request: pytest.FixtureRequest) -> str:
    return request.param


def shown(tokens: list[Token]) -> str:
    """What a person sees who obeys restarts."""
    last = max((i for i, t in enumerate(tokens) if t.kind == "restart"), default=-1)
    return "".join(t.text for t in tokens[last + 1 :])


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_a_reply_is_put_together_from_pieces_cut_anywhere(api: str, stream: bool, seed: int) -> None:
    tokens: list[Token] = []
    with ModelServer(lambda body: SAY, seed=seed) as server, client(server, api=api) as model:
        reply = model.ask(HELLO, stream=stream, on_token=tokens.append)
        assert model.spent == reply.usage
    assert reply.text == SAY.text
    assert tuple((c.id, c.name, c.arguments_json) for c in reply.tool_calls) == SAY.calls
    assert reply.finish == "tool_calls"
    assert reply.usage is not None
    assert reply.usage.completion == (len(SAY.text) + sum(len(c[2]) for c in SAY.calls)) // 4
    assert shown(tokens) == (SAY.text if stream else "")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", get_args(Passing))
def test_a_fault_that_passes_is_mended_by_one_retry(api: str, fault: Any, stream: bool) -> None:
    tokens: list[Token] = []
    plan = ModelServer(lambda body: SAY, lambda n, body: fault if n == 0 else None)
    with plan as server, client(server, api=api, total_s=0.5 if fault == "slow_loris" else 20) as model:
        reply = model.ask(HELLO, stream=stream, on_token=tokens.append)
        assert len(server.requests) == 2
        assert model.budget.used == 1
    assert reply.text == SAY.text
    assert shown(tokens) == (SAY.text if stream else "")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", sorted(EXPECTED))
def test_a_fault_that_lasts_is_not_retried_and_has_its_own_error(api: str, fault: Any, stream: bool) -> None:
    with ModelServer(lambda body: SAY, lambda n, body: fault) as server, client(server, api=api) as model:
        with pytest.raises((UsageError, ToolError)) as caught:
            model.ask(HELLO, stream=stream)
        assert type(caught.value) is EXPECTED[fault]
        assert len(server.requests) == 1


def test_the_pause_that_the_endpoint_asks_for_is_kept_within_a_tenth() -> None:
    slept = Slept()
    plan = ModelServer(lambda body: SAY, lambda n, body: "429_after" if n < 3 else None, retry_after_s=7)
    with plan as server, client(server, slept) as model:
        model.ask(HELLO)
    assert len(slept) == 3
    assert all(7 <= s <= 7.7 for s in slept)


def test_pauses_double_and_are_jittered_when_nothing_is_asked_for() -> None:
    slept = Slept()
    with ModelServer(lambda body: SAY, lambda n, body: "500" if n < 4 else None) as server, client(server, slept) as m:
        m.ask(HELLO)
    assert all(0.25 * 2**n <= s <= 0.5 * 2**n for n, s in enumerate(slept))
    assert len({round(s / 2**n, 6) for n, s in enumerate(slept)}) == 4


def test_an_endpoint_that_asks_for_too_long_a_pause_ends_the_run() -> None:
    slept = Slept()
    plan = ModelServer(lambda body: SAY, lambda n, body: "429_after", retry_after_s=3600)
    with plan as server, client(server, slept) as model, pytest.raises(EndpointDown, match="3600 s"):
        model.ask(HELLO)
    assert slept == []


def test_retries_are_bounded_for_a_call_and_for_the_run() -> None:
    with ModelServer(lambda body: SAY, lambda n, body: "502") as server:
        budget = RetryBudget(5)
        with ChatClient(local_config(server.base_url, retries_per_call=3), budget, sleep=Slept()) as model:
            with pytest.raises(EndpointDown, match="3 retries of this call"):
                model.ask(HELLO)
            with pytest.raises(LimitReached, match="5 retries of this run"):
                model.ask(HELLO)
            with pytest.raises(LimitReached, match="5 retries of this run"):
                model.ask(HELLO)
        assert len(server.requests) == 4 + 3 + 1


def test_a_silent_or_absent_endpoint_ends_in_a_clear_error() -> None:
    with ModelServer(lambda body: SAY) as server:
        url = server.base_url
    with ChatClient(local_config(url, retries_per_call=1), sleep=Slept()) as model:
        with pytest.raises(EndpointDown, match="connection failed"):
            model.ask(HELLO)
        assert model.n_requests == 2


def test_a_connection_that_is_used_again_has_its_time_too() -> None:
    plan = ModelServer(lambda body: SAY, lambda n, body: "slow_loris" if n == 1 else None)
    with plan as server, client(server, total_s=0.6, retries_per_call=0) as model:
        assert model.ask(HELLO).text == SAY.text
        with pytest.raises(EndpointDown, match=r"not complete after 0\.6 s"):
            model.ask(HELLO)
        assert model.ask(HELLO).text == SAY.text


def test_headers_that_trickle_in_end_at_the_total_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=trickle_headers, args=(listening,), daemon=True).start()
        config = local_config(f"http://127.0.0.1:{listening.getsockname()[1]}/v1", total_s=0.4, retries_per_call=0)
        with ChatClient(config) as model:
            model.sdk()
            started = time.monotonic()
            with pytest.raises(EndpointDown, match=r"not complete after 0\.4 s"):
                model.ask(HELLO)
            assert 0.35 < time.monotonic() - started < 5


def trickle_headers(listening: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection, _ = listening.accept()
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)


def test_a_listener_that_fails_is_not_taken_for_the_endpoint() -> None:
    def listen(token: Token) -> None:
        raise ValueError("my own fault")

    with ModelServer(lambda body: SAY) as server, client(server) as model:
        with pytest.raises(ValueError, match="my own fault"):
            model.ask(HELLO, on_token=listen)
        assert len(server.requests) == 1
        assert model.ask(HELLO).text == SAY.text


@pytest.mark.parametrize("stream", [True, False])
def test_the_key_is_seen_nowhere(api: str, stream: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = Say(text=f"Your key is {KEY}, is it? {KEY}{KEY[:9]}", calls=(("a", "t", json.dumps({"k": KEY})),))
    for seed in range(6):
        tokens: list[Token] = []
        with ModelServer(lambda body: echo, seed=seed) as server, client(server, api=api) as model:
            reply = model.ask(HELLO, stream=stream, on_token=tokens.append)
            seen = f"{reply}{reply.model_dump_json()}{model.config}{model.config.model_dump_json()}{model.config!r}"
        assert KEY not in seen + "".join(t.text for t in tokens)
        assert reply.text.startswith("Your key is [key], is it? [key]")
    plan = ModelServer(lambda body: SAY, lambda n, body: "expired_key")
    with plan as server, client(server, api=api) as model, pytest.raises(KeyRejected) as caught:
        model.ask(HELLO, stream=stream)
    assert KEY not in "".join(traceback.format_exception(caught.value)) + caplog.text
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_server_that_ignores_streaming_is_understood(api: str) -> None:
    with ModelServer(lambda body: SAY, traits=Traits(streaming=False)) as server, client(server, api=api) as model:
        assert model.ask(HELLO).text == SAY.text


def test_a_local_server_is_reached_past_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(variable, "")
    with ModelServer(lambda body: SAY) as server, client(server, retries_per_call=0) as model:
        assert model.ask(HELLO).text == SAY.text


def test_a_request_that_is_not_accepted_is_not_sent_twice() -> None:
    with ModelServer(lambda body: SAY) as server, client(server) as model:
        with pytest.raises(RequestRejected, match="preceding message"):
            model.ask([*HELLO, {"role": "tool", "tool_call_id": "nowhere", "content": "x"}])
        with pytest.raises(RequestRejected, match="Unrecognized"):
            model.ask(HELLO, extra_body={"top_k": 3})
        assert len(server.refused) == 2


def test_a_conversation_with_tool_results_is_accepted_by_the_strict_server() -> None:
    with ModelServer(lambda body: SAY) as server, client(server) as model:
        reply = model.ask(HELLO)
        conversation = [*HELLO, messages.assistant(reply)]
        conversation += [messages.tool_result(c, "lone \ud83d surrogate") for c in reply.tool_calls]
        assert model.ask(conversation).text == SAY.text
        assert server.requests[-1][1]["messages"][-1]["content"] == "lone ? surrogate"
        assert model.models() == ("scripted-1",)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "2"}, 2), ({"retry-after": "0.5"}, 0.5), ({"retry-after-ms": "250"}, 0.25), ({}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 40), ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None), ({"retry-after": "nan"}, None), ({"retry-after": "inf"}, None),
    ],
)  # fmt: skip
def test_every_form_of_retry_after_is_read(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after_s(headers, now=60) == expected


@pytest.mark.parametrize(("n_calls", "total_s"), [(40, 0.3), pytest.param(500, 0.4, marks=pytest.mark.slow)])
def test_of_many_calls_through_many_faults_none_crashes_differs_or_is_made_twice(
    api: str, n_calls: int, total_s: float
) -> None:
    outcome = measure(n_calls, seed=7, total_s=total_s, api=api)
    assert outcome.crashes == []
    assert (outcome.different, outcome.duplicates, outcome.leaks, outcome.early) == (0, 0, 0, 0)
    assert outcome.equal + outcome.clean == outcome.calls >= n_calls
    assert sum(outcome.injected.values()) >= 0.2 * outcome.calls


def test_every_malformed_call_is_told_to_the_model(api: str) -> None:
    n_calls, n_told = measure_malformed(api)
    assert n_calls >= 300
    assert n_told == n_calls
