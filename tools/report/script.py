"""Write a Python script that computes every number of the answer again and compares."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

from ..domain.results import ReportFile
from ..spec import Env, Tool
from ._view import EXAMPLE_ANSWER, ReportArgs, checked, render, write_report


def run(args: ReportArgs, env: Env) -> ReportFile:
    """Write the calls, the data's hash and the expected numbers; no path of this machine, no secret."""
    answer = checked(args.answer)
    calls = [_call(e) for e in answer["evidence"] if e.get("ok", True) and e.get("result")]
    seed = next((int((e.get("provenance") or {}).get("seed") or 0) for e in answer["evidence"]), 0)
    record = {"question": " ".join(str(answer["words"]).split()), "seed": seed, "calls": calls}
    context: dict[str, Any] = {"record": json.dumps(record, indent=1, ensure_ascii=True)}
    return write_report(env, args.path, render("replay.py.j2", context), "script")


def _call(evidence: dict[str, Any]) -> dict[str, Any]:
    call = {k: evidence[k] for k in ("id", "tool", "args", "result")}
    if evidence["tool"] == "data_load":  # a path of this machine helps nobody; the name of the file does
        call["args"] = evidence["args"] | {"path": PurePath(str(evidence["args"].get("path", ""))).name}
    return call


TOOL = Tool(
    "report_script",
    ReportArgs,
    run,
    example=ReportArgs(path="example.py", answer=EXAMPLE_ANSWER),
    reference="every result is compared number by number to 1e-9",
)
