"""Inspect finds the benchmarks, runs them with a mock model and over a real socket, and comes to our scores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from whence.agent.cli.main import run as cli
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import KEY, MODEL, ModelServer
from whence.evals.harness.registry import benchmark_files, get_benchmark

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("inspect_ai") is None, reason="needs the extra `evals`"),
]


def inspect_eval(folder: Path, *arguments: str, **variables: str) -> dict:
    """The log of one evaluation."""
    command = [sys.executable, "-m", "inspect_ai", "eval", *arguments, "--display", "none", "--log-format", "json"]
    done = subprocess.run(
        [*command, "--log-dir", str(folder / "logs")], capture_output=True, text=True, timeout=100, cwd=folder,
        env=os.environ | variables,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (log,) = (folder / "logs").glob("*.json")
    return json.loads(log.read_text(encoding="utf-8"))


def metrics_of(log: dict) -> dict[str, float]:
    (scores,) = log["results"]["scores"]
    return {name: metric["value"] for name, metric in scores["metrics"].items()}


def bundled() -> list[str]:
    """Two benchmarks that the rules can answer from their samples."""
    return [n for n in benchmark_files() if n in ("cladder", "corr2cause", "counterbench")][:2]


@pytest.mark.parametrize("name", bundled())
def test_a_mock_model_has_the_rules_answer_with_our_scores(home, tmp_path, capsys, name):
    log = inspect_eval(tmp_path, f"whence/{name}", "--model", "mockllm/model")
    assert log["status"] == "success"
    assert cli(["eval", name, "--json", "--quiet"]) == 0
    ours = json.loads(capsys.readouterr().out)
    found = metrics_of(log)
    assert found["accuracy"] == pytest.approx(ours["accuracy"])
    assert found["std_error"] == pytest.approx(ours["accuracy_se"])
    assert found["f1"] == pytest.approx(ours["f1"])
    assert len(log["samples"]) == ours["n"]


def use_tools(body: dict) -> Say:
    results = [m["content"] for m in body["messages"] if m["role"] == "tool"]
    if not results:
        read = {"text": "x -> z; z -> y", "name": "g", "format": None, "latent": []}
        return Say(calls=(("a", "graph_read", json.dumps(read)), ("b", "graph_read", "{}")))
    if len(results) == 2:
        ask = {"graph": "g", "source": "x", "target": "y", "given": ["z"]}
        return Say(calls=(("c", "graph_separation", json.dumps(ask)),))
    return Say(f"{results[-1]}\nAnswer: yes")


def test_a_model_uses_our_tools_through_inspect_over_a_real_socket(tmp_path):
    with ModelServer(use_tools) as server:
        log = inspect_eval(
            tmp_path, "whence/cladder", "--model", f"openai-api/local/{MODEL}", "-T", "policy=llm", "--limit", "2",
            LOCAL_BASE_URL=server.base_url, LOCAL_API_KEY=KEY,
        )  # fmt: skip
    assert server.refused == []
    assert log["status"] == "success"
    told = [m["content"] for m in server.requests[-1][1]["messages"] if m["role"] == "tool"]
    assert told[0].startswith("E1: ")
    assert "required property" in told[1]
    assert "separated" in told[2]
    assert {s["scores"]["credit"]["answer"] for s in log["samples"]} == {"yes"}


def test_every_benchmark_is_a_task():
    code = "import json; from whence.evals.inspect_tasks import TASKS; print(json.dumps(list(TASKS)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == list(benchmark_files())
    assert all(get_benchmark(name).name == name for name in benchmark_files())
