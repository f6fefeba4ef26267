"""Write a Python script that computes every number of the answer again and compares."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

from ..domain.results import ReportFile
from ..spec import Env, Tool
from ._answer import EXAMPLE_ANSWER, IN_MEMORY, ReportArgs, checked, file_of
from ._write import render, write_report


def run(args: ReportArgs, env: Env) -> ReportFile:
    """Write the calls, the data's hash and the expected numbers; no path of this machine, no secret.

    A call that failed is left out: there is no number to compare.
    """
    answer = checked(args.answer)
    calls = [_call(e) for e in answer["evidence"] if e.get("ok", True) and e.get("result")]
    provenances: list[dict[str, Any]] = [e.get("provenance") or {} for e in answer["evidence"]]
    versions: dict[str, str] = {}
    for provenance in provenances:
        versions |= provenance.get("versions") or {}
    record = {
        "question": " ".join(str(answer["words"]).split()),
        "seed": max((int(p.get("seed") or 0) for p in provenances), default=0),
        "versions": versions,
        "calls": calls,
    }
    text = json.dumps(record, indent=1, ensure_ascii=True).replace("'", "\\u0027")  # nothing can end the string
    return write_report(env, args.path, render("replay.py.j2", {"record": text}), "script")


def _call(evidence: dict[str, Any]) -> dict[str, Any]:
    call = {k: evidence[k] for k in ("id", "tool", "args", "result")}
    if evidence["tool"] == "data_load":
        call["args"] = evidence["args"] | {"path": file_of(evidence)}
        call["in_memory"] = PurePath(str(evidence["args"].get("path", ""))).name == IN_MEMORY
    return call


TOOL = Tool(
    "report_script",
    ReportArgs,
    run,
    example=ReportArgs(path="example.py", answer=EXAMPLE_ANSWER),
    reference="every result is compared number by number to 1e-9",
)
