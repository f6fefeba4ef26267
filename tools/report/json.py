"""Write the answer with all its evidence as JSON."""

from __future__ import annotations

import json

from ..domain.results import ReportFile
from ..spec import Env, Tool
from ._answer import EXAMPLE_ANSWER, ReportArgs, checked
from ._write import write_report


def run(args: ReportArgs, env: Env) -> ReportFile:
    """Write the versioned answer object, the same that `--json` prints, without the folders of this machine."""
    text = json.dumps(checked(args.answer), indent=2, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
    return write_report(env, args.path, text, "json")


TOOL = Tool(
    "report_json",
    ReportArgs,
    run,
    example=ReportArgs(path="example.json", answer=EXAMPLE_ANSWER),
    reference="docs/answer.md",
)
