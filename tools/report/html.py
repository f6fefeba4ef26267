"""Write the answer as one self-contained HTML page with figures."""

from __future__ import annotations

from ..domain.results import ReportFile
from ..spec import Env, Tool
from ._answer import EXAMPLE_ANSWER, ReportArgs
from ._view import view
from ._write import render, write_report


def run(args: ReportArgs, env: Env) -> ReportFile:
    """Write the page: claim, figures, assumptions, checks, every estimate, every step; no script, no link to fetch."""
    return write_report(env, args.path, render("report.html.j2", view(args.answer)), "html")


TOOL = Tool(
    "report_html",
    ReportArgs,
    run,
    example=ReportArgs(path="example.html", answer=EXAMPLE_ANSWER),
    reference="TARGET 2025; STROBE items 12, 13, 16, 17, 19",
)
