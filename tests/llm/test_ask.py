"""One place asks a model: typed, corrected, counted, and never twice for the same thing."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from pydantic import Field

from whence.agent.policies.llm.ask import Asker, ask_typed
from whence.agent.policies.llm.client import ChatClient
from whence.agent.policies.llm.errors import ContextTooLong, NoUsableReply
from whence.agent.policies.llm.prompt import Prompt
from whence.agent.turns import Remembered
from whence.evals.bench.llm_faults import local_config
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import KEY, ModelServer
from whence.tools.domain.model import Model


class Verdict(Model):
    """What is wanted."""

    holds: bool
    why: str = Field(max_length=40)
    score: float | None = None


GOOD = json.dumps({"holds": True, "why": "so", "score": None})


def client(server: ModelServer, **changed: Any) -> ChatClient:
    return ChatClient(local_config(server.base_url, **changed), sleep=lambda s: None, rng=Random(0))


def test_a_question_with_a_shape_has_an_answer_of_that_shape() -> None:
    with ModelServer(lambda body: Say(GOOD)) as server, client(server) as model:
        assert ask_typed(model, "Does it hold?", Verdict) == Verdict(holds=True, why="so")
        (_, body) = server.requests[0]
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert body["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('{"holds": 3, "why": "so", "score": null}', "holds"),
        (json.dumps({"holds": True, "why": "x" * 41}), "why"),
        ("Sure! " + GOOD, "one JSON object"),
        (GOOD + GOOD, "one JSON object"),
        ('{"holds": true, "holds": false}', "twice"),
    ],
)
def test_what_is_wrong_is_told_and_mended(wrong: str, told: str) -> None:
    replies = iter([wrong, GOOD])
    with ModelServer(lambda body: Say(next(replies))) as server, client(server) as model:
        assert ask_typed(model, "Does it hold?", Verdict).holds
        _, second = server.requests[1]
    assert told in second["messages"][-1]["content"]
    assert second["messages"][-2] == {"role": "assistant", "content": wrong}


@pytest.mark.parametrize("around", ["```json\n{}\n```", "<think>hm</think>\n{}"])
def test_fences_and_thoughts_around_the_object_are_let_pass(around: str) -> None:
    with ModelServer(lambda body: Say(around.replace("{}", GOOD))) as server, client(server) as model:
        assert ask_typed(model, "Does it hold?", Verdict).holds
        assert len(server.requests) == 1


def test_a_check_can_refuse_what_has_the_right_shape_and_the_end_is_bounded() -> None:
    with ModelServer(lambda body: Say(GOOD)) as server, client(server) as model:
        with pytest.raises(NoUsableReply, match="too easy"):
            Asker(model).typed("ask", "Does it hold?", Verdict, check=lambda v: ["too easy"])
        assert len(server.requests) == 3


def test_the_same_request_of_one_run_is_answered_from_the_transcript() -> None:
    transcript = Remembered()
    with ModelServer(lambda body: Say(GOOD)) as server, client(server) as model:
        first = Asker(model, transcript).typed("ask", "Does it hold?", Verdict)
        again = Asker(model, transcript).typed("ask", "Does it hold?", Verdict)
        other = Asker(model, transcript).typed("ask", "Does the other hold?", Verdict)
        assert first == again == other
        assert len(server.requests) == 2
        assert Asker(model, transcript).usage().calls == 2


def test_no_key_reaches_the_transcript() -> None:
    transcript = Remembered()
    said = json.dumps({"holds": True, "why": KEY, "score": None})
    with ModelServer(lambda body: Say(said)) as server, client(server) as model:
        verdict = Asker(model, transcript).typed("ask", f"My key is {KEY}.", Verdict)
    assert KEY not in verdict.why
    assert KEY not in transcript.all()[0].model_dump_json()


def test_a_conversation_that_is_too_long_is_folded_until_the_endpoint_takes_it() -> None:
    def fault(n: int, body: dict[str, Any]) -> Any:
        return "context_length" if len(body["messages"][1]["content"]) > 500 else None

    prompt = Prompt([lambda n=n: "word " * n for n in (4000, 2000, 400, 60)], end="Does it hold?")
    with ModelServer(lambda body: Say(GOOD), fault) as server, client(server) as model:
        assert Asker(model).typed("ask", prompt, Verdict).holds
        assert server.requests[-1][1]["messages"][1]["content"].endswith("Does it hold?")
        with pytest.raises(ContextTooLong):
            Asker(model).typed("ask", "word " * 400, Verdict)


@pytest.mark.parametrize("context", [3000, 3600, 4200])
def test_nothing_that_is_sent_is_longer_than_the_context(context: int) -> None:
    prompt = Prompt([lambda n=n: "word " * n for n in (8000, 4000, 2000, 800, 60)])
    with ModelServer(lambda body: Say(GOOD)) as server, client(server, context_tokens=context) as model:
        Asker(model).typed("ask", prompt, Verdict)
        assert all(len(json.dumps(body)) // 4 < context for _, body in server.requests)
