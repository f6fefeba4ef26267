"""Graphs that a model draws: linear in questions, without cycles, marked by how far names alone decide them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from whence.agent.policies.llm.ask import Asker
from whence.agent.policies.llm.client import ChatClient
from whence.agent.policies.llm.errors import NoUsableReply
from whence.agent.policies.llm.proposal import direction, draw_anonymously, draw_graph, suggest
from whence.evals.bench.llm_faults import local_config
from whence.evals.bench.openai_server.actors import asked
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import ModelServer

# Lauritzen and Spiegelhalter 1988, without the chest X-ray
ASIA = {
    "asia": ["tub"], "smoke": ["lung", "bronc"], "tub": ["either"], "lung": ["either"], "either": ["dysp"],
    "bronc": ["dysp"],
}  # fmt: skip
ABOUT = {
    "asia": "visit to Asia", "smoke": "smokes", "tub": "has tuberculosis", "lung": "has pulmonary cancer", "bronc": "has bronchitis",
    "either": "has one of the two lung diseases", "dysp": "is short of breath",
}  # fmt: skip
VARIABLES = tuple(ABOUT.items())
TRUTH = {(a, b) for a, effects in ASIA.items() for b in effects}


class Expert:
    """Knows the Asia network, by the meaning of its variables."""

    def __init__(self, more: dict[str, list[str]] | None = None) -> None:
        self.more = more or {}
        self.corrected: list[str] = []

    def __call__(self, body: dict[str, Any]) -> Say:
        shown = self._shown(body)
        told = [m["content"] for m in body["messages"] if m["role"] == "user"][1:]
        self.corrected += told
        if "roots" in asked(body):
            return Say(json.dumps({"roots": [shown["visit to Asia"], shown["smokes"]]}))
        node = self._variable(body)
        meaning = {name: text for text, name in shown.items()}[node]
        known = {text: name for name, text in ABOUT.items()}[meaning]
        effects = [shown[ABOUT[e]] for e in ASIA.get(known, [])] + ([] if told else self.more.get(node, []))
        return Say(
            json.dumps({"effects": [{"variable": e, "confidence": 0.8, "because": "medicine"} for e in effects]})
        )

    @staticmethod
    def _shown(body: dict[str, Any]) -> dict[str, str]:
        text = asked(body)
        block = text.split("<data>\n", 1)[1].split("\n</data>", 1)[0]
        return {meaning: name for name, meaning in map(json.loads, block.splitlines())}

    @staticmethod
    def _variable(body: dict[str, Any]) -> str:
        return json.loads(asked(body).rsplit("<data>\n", 1)[1].split("\n</data>", 1)[0])


class Guesser:
    """Decides by the order of names alone: each variable causes the next in the alphabet."""

    def __call__(self, body: dict[str, Any]) -> Say:
        names = sorted(Expert._shown(body).values())
        if "roots" in asked(body):
            return Say(json.dumps({"roots": names[:1]}))
        after = [n for n in names if n > Expert._variable(body)][:1]
        return Say(json.dumps({"effects": [{"variable": e, "confidence": 1, "because": "order"} for e in after]}))


@contextmanager
def asking(script: Callable[[dict[str, Any]], Say]) -> Iterator[tuple[Asker, ModelServer]]:
    with ModelServer(script) as server:
        client = ChatClient(local_config(server.base_url), sleep=lambda s: None, rng=Random(0))
        yield Asker(client), server
        client.close()


def test_a_graph_is_drawn_with_one_question_a_variable() -> None:
    with asking(Expert()) as (asker, server):
        drawn = draw_graph(asker, VARIABLES, study="chest clinic")
    assert {(o.source, o.target) for o in drawn.edges} == TRUTH
    assert all(o.confidence == 0.8 and o.because == "medicine" for o in drawn.edges)
    assert len(server.requests) == len(VARIABLES) + 1
    assert drawn.refused == ()


def test_a_cycle_or_self_loop_is_refused_and_the_model_is_told() -> None:
    expert = Expert(more={"dysp": ["smoke"], "lung": ["lung"], "tub": ["nobody"]})
    with asking(expert) as (asker, _):
        drawn = draw_graph(asker, VARIABLES)
    assert {(o.source, o.target) for o in drawn.edges} == TRUTH
    said = " ".join(expert.corrected)
    assert "closes the cycle" in said
    assert "self-loop" in said
    assert "not one of the variables" in said


def test_what_a_model_insists_on_is_left_out_and_said() -> None:
    def stubborn(body: dict[str, Any]) -> Say:
        if "roots" in asked(body):
            return Say(json.dumps({"roots": ["a"]}))
        effects = [{"variable": v, "confidence": 0.5, "because": "so"} for v in ("a", "b")]
        return Say(json.dumps({"effects": effects}))

    with asking(stubborn) as (asker, _):
        drawn = draw_graph(asker, (("a", ""), ("b", "")))
    assert [(o.source, o.target) for o in drawn.edges] == [("a", "b")]
    assert len(drawn.refused) == 3
    assert "cycle a -> b -> a" in " ".join(drawn.refused) or "cycle b -> a -> b" in " ".join(drawn.refused)


def test_variables_that_no_root_leads_to_are_asked_about_too() -> None:
    def loner(body: dict[str, Any]) -> Say:
        if "roots" in asked(body):
            return Say(json.dumps({"roots": ["a"]}))
        effect = [{"variable": "c", "confidence": 0.5, "because": "so"}] if Expert._variable(body) == "b" else []
        return Say(json.dumps({"effects": effect}))

    with asking(loner) as (asker, server):
        drawn = draw_graph(asker, (("a", ""), ("b", ""), ("c", "")))
    assert [(o.source, o.target) for o in drawn.edges] == [("b", "c")]
    assert len(server.requests) == 4


def test_without_names_an_expert_agrees_with_itself_and_a_guesser_does_not() -> None:
    with asking(Expert()) as (asker, server):
        agreement = draw_anonymously(asker, VARIABLES, draw_graph(asker, VARIABLES))
        anonymous = [asked(b) for _, b in server.requests][len(VARIABLES) + 1 :]
    assert agreement.share == 1
    assert not [n for n in ABOUT for text in anonymous if f'"{n}"' in text]
    with asking(Guesser()) as (asker, _):
        agreement = draw_anonymously(asker, VARIABLES, draw_graph(asker, VARIABLES), seed=3)
    assert agreement.share < 0.5
    assert agreement.n_both + agreement.n_named_only == len(VARIABLES) - 1


def test_directions_and_suggestions_come_typed_with_reasons() -> None:
    def say(body: dict[str, Any]) -> Say:
        if "first_causes_second" in asked(body):
            return Say(json.dumps({"link": "first_causes_second", "confidence": 0.9, "because": "smoke harms lungs"}))
        fields = ("unmeasured", "instruments", "negative_outcomes", "negative_exposures", "never_adjust")
        empty: dict[str, Any] = {field: [] for field in fields}
        named = "genes" if len(body["messages"]) == 2 else "asia"
        return Say(json.dumps(empty | {"confounders": [{"name": named, "because": "r"}]}))

    with asking(say) as (asker, server):
        found = direction(asker, ("smoke", "smokes"), ("lung", "has pulmonary cancer"))
        assert (found.link, found.confidence) == ("first_causes_second", 0.9)
        suggested = suggest(asker, VARIABLES, "smoke", "lung")
    assert [c.name for c in suggested.confounders] == ["asia"]
    assert "'genes' is not one of the other columns" in json.dumps(server.requests[-1][1], ensure_ascii=False)


def test_a_model_that_names_no_root_ends_clearly() -> None:
    with (
        asking(lambda body: Say('{"roots": []}')) as (asker, _),
        pytest.raises(NoUsableReply, match="at least one root"),
    ):
        draw_graph(asker, VARIABLES)
