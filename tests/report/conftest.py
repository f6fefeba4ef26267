"""Reports of real runs, and an answer with hostile text in every place where data can come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from whence.agent.session import Session
from whence.tools.domain.examples import get_example
from whence.tools.registry import all_tools
from whence.tools.workspace import Workspace, WorkspaceEnv

N_SAMPLES = 200
KINDS = {"html": "report_html", "md": "report_markdown", "json": "report_json", "py": "report_script"}
RUNS: dict[str, tuple[str, str, str | None]] = {
    "experiment": ("randomised", "what is the effect of t on y? t was assigned at random", None),
    "backdoor": ("confounder", "what is the effect of t on y?", "z -> t; z -> y; t -> y"),
    "instrument": ("instrument", "what is the effect of t on y, using z as an instrument?", None),
    "learned": ("confounder", "what is the effect of t on y?", None),
    "not_identifiable": ("bow", "what is the effect of t on y?", "t -> y; t <-> y"),
    "discovery": ("collider", "which variables cause y?", None),
}
"""Run by name: the example's table, the question, and the graph that a person gives."""

Write = Callable[[str, dict[str, Any]], Path]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Answers of several designs as JSON; their tables are in the folder under `folder`."""
    folder = tmp_path_factory.mktemp("data")
    found: dict[str, dict[str, Any]] = {"folder": {"path": str(folder)}}
    with Session(home=folder / "home") as session:
        for name, (example, words, graph) in RUNS.items():
            path = folder / f"{example}.csv"
            get_example(example).simulate(N_SAMPLES, seed=3).to_csv(path, index=False)
            session.graph_name = None
            card = session.load(path)
            if graph:
                session.use_graph(graph)
            found[name] = json.loads(session.ask(words, card.name).model_dump_json())
    return found


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a report of an answer by its ending; returns the file."""
    env = WorkspaceEnv(Workspace(folder=tmp_path), seed=0)

    def write(ending: str, answer: dict[str, Any]) -> Path:
        tool = all_tools()[KINDS[ending]]
        tool.run(tool.parse({"path": str(tmp_path / f"report.{ending}"), "answer": answer}), env)
        return tmp_path / f"report.{ending}"

    return write


@pytest.fixture
def poisoned(runs: dict[str, dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    """The back-door answer with a text in every place where data, a person or a model can put one."""

    def poisoned(payload: str) -> dict[str, Any]:
        answer = deepcopy(runs["backdoor"])
        renamed = _renamed(answer, "z", payload)
        renamed |= {
            "words": payload, "claim": payload, "reading": [payload], "warnings": [payload], "would_change": [payload],
            "plan": [payload], "estimator": payload, "run": payload, "design_reasons": [payload],
        }  # fmt: skip
        renamed["claims"] = [{"text": payload, "evidence": [payload], "derived": []} for _ in range(2)]
        renamed["estimate"]["unit"] = payload
        renamed["estimand"] |= {"query": payload, "formula": payload}
        for entry in renamed["ledger"]:
            entry["tool"] = payload
        for evidence in renamed["evidence"]:
            evidence |= {"summary": payload, "warnings": [payload]}
            evidence["provenance"] |= {"datasets": {payload: payload}, "versions": {payload: payload}}
            if (evidence["result"] or {}).get("kind") == "dataset_card":
                evidence["result"] |= {"alterations": [payload], "name": payload, "source": payload}
                evidence["result"]["columns"][0]["levels"] = [payload]
                evidence["args"]["path"] = payload.lstrip("/")
            if (evidence["result"] or {}).get("kind") == "audit":
                finding = {
                    "code": "other",
                    "severity": "stop",
                    "columns": [payload],
                    "message": payload,
                    "action": payload,
                }
                evidence["result"]["findings"] = [finding]
        for row in (*renamed["assumptions"], *renamed["checks"]):
            row |= {"name": payload, "meaning": payload} | (
                {"does_not_show": payload} if "does_not_show" in row else {}
            )
        return renamed

    return poisoned


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {_renamed(k, old, new): _renamed(v, old, new) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(v, old, new) for v in value]
    return new if value == old else value
