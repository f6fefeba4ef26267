"""What a model sees in three runs, word by word: every message and every schema. `make golden` writes it anew."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whence.evals.bench.llm_analysts import CASES, Case

INDEX = re.compile(r"^([a-z]+): \1_\w+(?:, \1_\w+)*$", re.MULTILINE)
"""The list of a stage's tools, which a new tool may lengthen without anybody reading these files again."""
GOLDEN = Path(__file__).parent / "golden"


def as_text(bodies: list[dict[str, Any]]) -> str:
    """The requests of a run for people to read; a message that was sent before is not repeated."""
    lines: list[str] = []
    before: list[dict[str, Any]] = []
    for n, body in enumerate(bodies, 1):
        lines.append(f"######## request {n}")
        for i, message in enumerate(body["messages"]):
            is_old = i < len(before) and before[i] == message
            lines += [f"#### {message['role']}", "(as before)" if is_old else str(message["content"])]
        for schema in body.get("tools", ()):
            lines += [f"#### tool {schema['function']['name']}", json.dumps(schema, ensure_ascii=False)]
        if form := body.get("response_format"):
            lines += ["#### shape of the reply", json.dumps(form, ensure_ascii=False)]
        before = body["messages"]
    return INDEX.sub(r"\1: (the tools of this stage)", "\n".join(lines) + "\n")


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_the_model_sees_what_was_reviewed(begin: Callable[..., Any], case: Case) -> None:
    run = begin(case.analyst)
    run.ask(case)
    seen, file = as_text(run.bodies), GOLDEN / f"{case.name}.txt"
    if os.environ.get("WHENCE_GOLDEN"):
        file.write_text(seen, encoding="utf-8")
    assert seen == file.read_text(encoding="utf-8")
    assert "{{" not in seen
    assert "{%" not in seen
