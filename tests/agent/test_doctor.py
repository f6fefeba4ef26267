"""The doctor says what is configured, what a model endpoint can do, what is wrong and what to do; never the key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from whence.agent.cli.doctor_model import ABILITY_ROWS, Row, live
from whence.agent.cli.main import run
from whence.agent.policies.llm.config import LlmConfig
from whence.evals.bench.llm_faults import local_config
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import ModelServer
from whence.evals.bench.openai_server.traits import KEY, MODEL, Traits

pytestmark = pytest.mark.slow  # processes, servers or whole runs

Run = Callable[..., tuple[int, str]]


def obedient(body: dict[str, Any]) -> Say:
    asked = body["messages"][-1]["content"]
    if "tools" in body:
        arguments = '{"city": "Paris", "days": null}'
        return Say(calls=tuple((f"c{n}", "weather", arguments) for n in range(2 if "both" in asked else 1)))
    return Say(text='{"ok": true}' if "JSON" in asked else "one, two, three, four, five, six, seven, eight, nine, ten")


@contextmanager
def endpoint(**traits: Any) -> Iterator[LlmConfig]:
    with ModelServer(obedient, traits=Traits(**{"context_tokens": 128_000} | traits)) as server:
        yield local_config(server.base_url)


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {r.name: r for r in rows}


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for variable in (
        "OPENAI_BASE_URL",
        "OPENAI_API_KEY",
        "WHENCE_MODEL",
        "WHENCE_CONFIG",
        "AZURE_OPENAI_ENDPOINT",
        "WHENCE_TRACE",
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("WHENCE_HOME", str(tmp_path))

    def doctor(*options: str, **variables: str) -> tuple[int, str]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        status = run(["doctor", *options])
        return status, capsys.readouterr().out

    return doctor


def test_without_a_model_the_rules_decide_and_nothing_is_wrong(doctor: Run) -> None:
    status, out = doctor()
    assert status == 0
    assert "none configured; the rule policy decides" in out
    status, out = doctor("--live")
    assert status == 2
    assert "set WHENCE_MODEL" in out


def test_what_is_configured_is_said_without_the_key(doctor: Run) -> None:
    status, out = doctor(WHENCE_MODEL="m", OPENAI_API_KEY=KEY, OPENAI_BASE_URL="https://a.example/v1")
    assert status == 0
    assert "m at https://a.example/v1" in out
    assert "set (not shown)" in out
    assert KEY not in out


def test_tracing_that_goes_nowhere_is_said(doctor: Run) -> None:
    assert "tracing (WHENCE_TRACE)       off" in doctor()[1]
    status, out = doctor(WHENCE_TRACE="1", OTEL_EXPORTER_OTLP_ENDPOINT="")
    assert status == 2
    assert "set OTEL_EXPORTER_OTLP_ENDPOINT" in out.replace("Set", "set")


def test_settings_that_cannot_be_used_are_said(doctor: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f'[model]\nmodel = "m"\napi_key = "{KEY}"\nmodle = "x"\n')
    status, out = doctor()
    assert status == 2
    assert "modle" in out
    assert KEY not in out


def test_live_reports_the_abilities_also_as_json(doctor: Run) -> None:
    with endpoint(parallel=False) as config:
        status, out = doctor(
            "--live", "--json", WHENCE_MODEL=MODEL, OPENAI_API_KEY=KEY, OPENAI_BASE_URL=config.base_url
        )
    found = json.loads(out)
    assert status == 0
    assert KEY not in out
    assert found["abilities"]["tools"] is True
    assert found["abilities"]["parallel_tools"] is False
    states = {c["name"]: c["state"] for c in found["checks"]}
    assert (states["endpoint"], states["key"], states["context length"][:14]) == (
        "reachable",
        "accepted",
        "128,000 tokens",
    )
    assert states["model"] == f"{MODEL} answers, and is in its list"


@pytest.mark.parametrize(
    ("trait", "lost"),
    [
        ("tools", {"tools", "parallel_tools", "strict_schemas"}), ("parallel", {"parallel_tools"}), ("strict", {"strict_schemas"}),
        ("json_mode", {"json_mode"}), ("json_schema", {"json_schema"}), ("streaming", {"streaming"}),
        ("stream_options", {"usage_streamed"}),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_happens_then(trait: str, lost: set[str]) -> None:
    with endpoint(**{trait: False}) as config:
        rows = by_name(live(config)[0])
    for field, name, without in ABILITY_ROWS:
        assert (rows[name].state, rows[name].todo) == (("no", without) if field in lost else ("yes", ""))
    assert all(r.ok is not False for r in rows.values())


def test_what_is_not_told_is_unknown() -> None:
    with endpoint(models=False) as config:
        rows = by_name(live(config)[0])
    assert rows["context length"].state == "unknown"
    assert rows["model"].state == f"{MODEL} answers"


def test_a_context_that_is_shorter_than_configured_is_told() -> None:
    with endpoint(context_tokens=8192) as config:
        row = by_name(live(config)[0])["context length"]
    assert (row.ok, row.todo) == (False, "set context_tokens = 8192 in the file")


@pytest.mark.parametrize(
    ("changed", "passed", "wrong", "todo"),
    [
        ({"api_key": "sk-wrong-0123456789"}, {"endpoint"}, "key", ""),
        ({"model": "nothing"}, {"endpoint", "key"}, "model", f"served: {MODEL}"),
    ],
)
def test_what_is_set_wrong_is_said_with_the_next_step(
    changed: dict[str, str], passed: set[str], wrong: str, todo: str
) -> None:
    with endpoint() as config:
        rows = by_name(live(LlmConfig.model_validate(config.model_dump() | changed))[0])
    assert {name for name, r in rows.items() if r.ok} == passed
    assert [name for name, r in rows.items() if r.ok is False] == [wrong]
    assert todo in rows[wrong].todo
    assert "wrong-01" not in str(rows)


def test_an_address_without_its_v1_is_tried_with_it() -> None:
    with endpoint() as config:
        rows = by_name(live(config.model_copy(update={"base_url": config.base_url.removesuffix("/v1")}))[0])
    assert rows["endpoint"].ok is False
    assert rows["endpoint"].todo == f"{config.base_url} answers: set OPENAI_BASE_URL to it"


def test_an_endpoint_that_is_down_is_said() -> None:
    with endpoint() as config:
        pass
    rows, abilities = live(config)
    assert abilities is None
    assert [(r.ok, r.name) for r in rows] == [(False, "endpoint")]
