"""What a model advises is an opinion: kept with its reasons, backing no number, used only once it is accepted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.agent.cli.chat import take_turn
from whence.agent.cli.main import run
from whence.agent.numerals import numbers_of
from whence.agent.policies.llm.view import FOLDS, evidence_lines
from whence.agent.session import Session
from whence.evals.bench.openai_server.actors import asked
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import KEY, MODEL, ModelServer
from whence.tools.domain.errors import UsageError
from whence.tools.domain.results import EffectAdvice, LinkAdvice

pytestmark = pytest.mark.slow  # processes, servers or whole runs

EMPTY = ("confounders", "unmeasured", "instruments", "negative_outcomes", "negative_exposures", "never_adjust")
SAID: dict[str, list[dict[str, str]]] = {field: [] for field in EMPTY} | {
    "confounders": [{"name": "age", "because": "the older are trained less; it raises pay by 98765"}],
    "unmeasured": [{"name": "drive", "because": "the eager enrol"}],
    "negative_outcomes": [{"name": "pay_before", "because": "it lies before training"}],
    "never_adjust": [{"name": "job", "because": "training changes it"}],
}
LINK = {"link": "second_causes_first", "confidence": 0.9, "because": "age comes first"}
QUESTION = "What is the effect of training on pay?"
EFFECT = {"treatment": "training", "outcome": "pay"}


def adviser(body: dict[str, Any]) -> Say:
    """Knows the study; reads the question too, where it decides."""
    text = asked(body)
    if "first_causes_second" in text:
        return Say(json.dumps(LINK))
    if "negative_exposures" in text:
        return Say(json.dumps(SAID))
    return Say(json.dumps({"kind": "effect", **EFFECT, "because": ["named"]}))


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    age = rng.normal(size=500)
    training = (rng.normal(size=500) > age).astype(int)
    job = training + rng.normal(size=500)
    return pd.DataFrame(
        {"training": training, "age": age, "job": job, "pay_before": age, "pay": job + age + rng.normal(size=500)}
    )


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with ModelServer(adviser) as served:
        monkeypatch.setenv("WHENCE_MODEL", MODEL)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
        yield served


@pytest.fixture
def session(tmp_path: Path, frame: pd.DataFrame, server: ModelServer) -> Iterator[Session]:
    with Session(policy="rules", home=tmp_path, isolate=False) as opened:
        opened.add_frame(frame, "jobs")
        yield opened


def test_advice_on_an_effect_says_who_why_how_to_test_and_how_to_accept(session: Session, server: ModelServer) -> None:
    advice = session.suggest(QUESTION)
    opinion = advice.opinion
    assert isinstance(opinion, EffectAdvice)
    assert (opinion.treatment, opinion.outcome, opinion.origin) == ("training", "pay", "model")
    assert [(i.role, i.name) for i in opinion.items] == [
        ("confounder", "age"), ("unmeasured", "drive"), ("negative_outcome", "pay_before"), ("never_adjust", "job"),
    ]  # fmt: skip
    assert opinion.items[1].because == "the eager enrol"
    assert "refute_sensitivity" in opinion.items[1].test
    assert "refute_negative_control with outcome=pay_before" in opinion.items[2].test
    assert MODEL in opinion.by
    assert (advice.usage.calls, len(server.requests)) == (1, 1)


def test_where_a_model_decides_it_reads_the_question_too(
    session: Session, server: ModelServer, tmp_path: Path, frame: pd.DataFrame
) -> None:
    with Session(policy="llm", home=tmp_path / "b", isolate=False) as own:
        own.add_frame(frame, "jobs")
        advice = own.suggest(QUESTION)
    assert advice.usage.calls == len(server.requests) == 2
    assert advice.reading == ("named",)


def test_no_estimate_uses_what_is_advised_until_it_is_accepted(
    session: Session, tmp_path: Path, frame: pd.DataFrame
) -> None:
    with Session(policy="rules", home=tmp_path / "b", isolate=False) as other:
        other.add_frame(frame, "jobs")
        alone = other.ask(QUESTION)
    advice = session.suggest(QUESTION)
    answer = session.ask(QUESTION)
    assert (answer.estimate, answer.effect_range) == (alone.estimate, alone.effect_range)
    assert [e.tool for e in answer.evidence][:2] == ["data_load", "knowledge_suggest"]
    assert session.knowledge.empty
    assert isinstance(advice.opinion, EffectAdvice)
    session.accept(advice.opinion.items[3])
    assert session.catalog().knowledge.forbidden == (("job", "training"),)


def test_a_model_that_plans_is_not_shown_what_was_advised(session: Session) -> None:
    evidence = session.suggest(QUESTION).evidence
    assert evidence_lines([evidence], FOLDS[0]) == []


def test_a_number_inside_an_opinion_backs_no_sentence(session: Session) -> None:
    assert "98765" in session.suggest(QUESTION).evidence.model_dump_json()
    assert list(numbers_of(session.suggest(QUESTION).evidence, is_share=False)) == []
    assert [k.value for k in numbers_of(session.link("training", "age").evidence, is_share=False)] == [0.9]


def test_the_link_of_two_columns_comes_with_the_reason_and_rules_out_its_reverse(session: Session) -> None:
    opinion = session.link("training", "age").opinion
    assert isinstance(opinion, LinkAdvice)
    assert opinion.summary().endswith("age causes training (confidence 90%).")
    assert opinion.because == "age comes first"
    session.accept(opinion)
    assert session.knowledge.forbidden == (("training", "age"),)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: s.suggest(""), "Say which effect"),
        (lambda s: s.suggest("What is the causal graph?"), "Name both"),
        (lambda s: s.suggest(treatment="training", outcome="nobody"), "no column 'nobody'"),
        (lambda s: s.link("age", "age"), "named twice"),
    ],
)
def test_what_cannot_be_advised_on_is_refused_before_the_model_is_asked(
    session: Session, server: ModelServer, call: Callable[[Session], object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        call(session)
    assert server.requests == []


def test_an_opinion_that_contradicts_the_person_is_not_accepted(session: Session) -> None:
    session.know("training -> age")
    with pytest.raises(UsageError, match="contradicts itself"):
        session.accept(session.link("training", "age").opinion)


def test_the_chat_advises_and_accepts_by_number(session: Session) -> None:
    said: list[str] = []

    def turn(words: str) -> str:
        said.clear()
        take_turn(session, words, said.append)
        return "".join(said)

    assert "no advice to accept" in turn("/accept 1")
    assert "1. age: common cause of both. the older" in turn(f"/suggest {QUESTION}")
    assert "from 1 to 4" in turn("/accept 9")
    assert "no direction in it" in turn("/accept 2")
    assert turn("/accept 4") == "You know now: job does not cause training.\n"
    assert "age causes training" in turn("/link training, age")
    assert turn("/accept") == "You know now: training does not cause age.\n"
    assert "takes two columns" in turn("/link age")


@pytest.mark.slow
def test_the_command_line_advises_in_words_and_as_json(
    tmp_path: Path,
    frame: pd.DataFrame,
    server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    frame.to_csv("jobs.csv", index=False)
    assert run(["suggest", "jobs.csv", QUESTION, "--policy", "rules"]) == 0
    said = capsys.readouterr().out
    assert "2. drive: common cause, not measured. the eager enrol" in said
    assert "It is an opinion" in said
    assert KEY not in said
    assert run(["suggest", "jobs.csv", "--treatment", "training", "--outcome", "pay", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["advice"]["kind"], body["advice"]["origin"], body["usage"]["calls"]) == ("effect_advice", "model", 1)
    assert run(["suggest", "jobs.csv", "--link", "training", "age", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["advice"]["link"] == "second_causes_first"
