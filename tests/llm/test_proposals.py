"""A model's graph beside the data's: remembered as an opinion, used only when accepted, and compared either way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from whence.agent.cli.main import run
from whence.agent.policies.rules.opinion import LEARNED, WITH_MODEL
from whence.agent.session import Session
from whence.agent.state import Answer
from whence.evals.bench.openai_server.actors import asked
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import KEY, MODEL, ModelServer
from whence.tools.domain.errors import UsageError

EFFECTS = {"rain": ["wet"], "wet": ["slippery"], "slippery": [], "noise": []}


def forecaster(body: dict[str, Any]) -> Say:
    """Draws rain -> wet -> slippery, whatever the data say."""
    text = asked(body)
    if "in roots" in text:
        return Say(json.dumps({"roots": ["rain" if '"rain"' in text else "V001"]}))
    node = json.loads(text.rsplit("<data>\n", 1)[1].split("\n</data>", 1)[0])
    effects = EFFECTS.get(node, [])  # of codes it knows nothing
    return Say(json.dumps({"effects": [{"variable": e, "confidence": 0.9, "because": "physics"} for e in effects]}))


@pytest.fixture
def weather() -> pd.DataFrame:
    """A chain, whose directions no data tell."""
    rng = np.random.default_rng(5)
    rain = rng.normal(size=800)
    wet = rain + rng.normal(size=800)
    slippery = wet + rng.normal(size=800)
    return pd.DataFrame({"rain": rain, "wet": wet, "slippery": slippery, "noise": rng.normal(size=800)})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with ModelServer(forecaster) as served:
        monkeypatch.setenv("WHENCE_MODEL", MODEL)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
        yield served


def ask(home: Path, frame: pd.DataFrame, *, propose: bool, trust: bool) -> tuple[Answer, Session]:
    """Ask the rule policy for the graph, with or without the model's opinion."""
    session = Session(policy="rules", home=home, isolate=False, trust_model=trust)
    session.add_frame(frame, "weather")
    if propose:
        session.propose_graph()
    return session.ask("What is the causal graph?"), session


def graphs(answer: Answer) -> dict[str, set[str]]:
    found = [e.result for e in answer.evidence if e.ok and e.result and e.result["kind"] == "graph"]
    return {g["name"]: {_shown(e) for e in g["graph"]["edges"]} for g in found}


def _shown(edge: dict[str, Any]) -> str:
    return f"{edge['source']} {edge['mark_source']}-{edge['mark_target']} {edge['target']}"


def test_an_opinion_is_shown_and_not_used(tmp_path: Path, weather: pd.DataFrame, server: ModelServer) -> None:
    answer, session = ask(tmp_path, weather, propose=True, trust=False)
    assert WITH_MODEL not in graphs(answer)
    assert graphs(answer)[LEARNED] == graphs(ask(tmp_path / "b", weather, propose=False, trust=False)[0])[LEARNED]
    assert any("It is an opinion and was not used" in c.text for c in answer.claims)
    remembered = session.memory.get_graph("weather (proposed)")
    assert remembered.author == f"model:{MODEL}"
    assert {e.origin for e in remembered.graph.edges} == {"model"}
    assert len(server.requests) == 5


def test_accepted_directions_settle_what_the_data_leave_open(
    tmp_path: Path, weather: pd.DataFrame, server: ModelServer
) -> None:
    answer, _ = ask(tmp_path, weather, propose=True, trust=True)
    found = graphs(answer)
    assert found[LEARNED] == {"rain tail-tail wet", "wet tail-tail slippery"} or len(found[LEARNED]) == 2
    assert found[WITH_MODEL] == {"rain tail-arrow wet", "wet tail-arrow slippery"}
    assert any("which you accepted" in c.text and "2 places" in c.text for c in answer.claims)
    assert not [w for w in answer.warnings if "Dropped" in w]


def test_without_a_model_there_is_nobody_to_ask(
    tmp_path: Path, weather: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHENCE_MODEL", raising=False)
    with Session(policy="rules", home=tmp_path, isolate=False) as session:
        with pytest.raises(UsageError, match="no table"):
            session.propose_graph()
        session.add_frame(weather, "weather")
        with pytest.raises(UsageError, match="WHENCE_MODEL"):
            session.propose_graph()


@pytest.mark.slow
def test_the_command_line_proposes_and_trusts(
    tmp_path: Path,
    weather: pd.DataFrame,
    server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    weather.to_csv("weather.csv", index=False)
    assert run(["graphs", "propose", "weather.csv", "--robust"]) == 0
    said = capsys.readouterr().out
    assert "rain -> wet   90%  physics" in said
    assert "agreement" in said
    assert "an opinion" in said
    assert KEY not in said
    assert (
        run(["ask", "weather.csv", "What is the causal graph?", "--policy", "rules", "--trust-model", "--quiet"]) == 0
    )
    assert "which you accepted" in " ".join(capsys.readouterr().out.replace("│", " ").split())
