"""Write the answer as a Markdown report."""

from __future__ import annotations

from ..domain.results import ReportFile
from ..spec import Env, Tool
from ._answer import EXAMPLE_ANSWER, ReportArgs
from ._view import view
from ._write import render, write_report


def run(args: ReportArgs, env: Env) -> ReportFile:
    """Write claim, estimates, assumptions, checks and steps as Markdown; data cannot inject markup."""
    return write_report(env, args.path, render("report.md.j2", view(args.answer)), "markdown")


TOOL = Tool(
    "report_markdown",
    ReportArgs,
    run,
    example=ReportArgs(path="example.md", answer=EXAMPLE_ANSWER),
    reference="TARGET 2025; STROBE items 12, 13, 16, 17, 19",
)
