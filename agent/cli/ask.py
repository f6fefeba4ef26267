"""`whence ask DATA "question"`: one question, one answer."""

from __future__ import annotations

import argparse
import sys

from ..budget import Budget
from ..files import named_file, read_text, report_target
from ..session import Session
from ..state import Answer
from . import values

STATUS = {"cannot_read": 3, "incomplete": 4, "failed": 5}


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "data", metavar="DATA", help="CSV, TSV, Parquet, Excel or JSON file; '-' to ask of a graph alone"
    )
    parser.add_argument("question", metavar="QUESTION", help="a causal question in plain English")
    parser.add_argument("--about", metavar="FILE", help="codebook: what the study is and what the columns mean")
    parser.add_argument(
        "--graph", metavar="GRAPH", help="graph file, name of a remembered graph, or text such as 'z -> t; z -> y'"
    )
    parser.add_argument("--knowledge", metavar="TEXT|FILE", help="what you know: 'nothing causes age; age -> income'")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of an Excel file")
    parser.add_argument(
        "--report", metavar="FILE", action="append", default=[], help="write a report: .html, .md, .json or .py"
    )
    parser.add_argument("--save-graph", metavar="NAME", help="remember the graph of the answer under this name")
    parser.add_argument("--json", action="store_true", help="print the answer as one JSON object (see docs/answer.md)")
    parser.add_argument("--seed", type=values.seed, default=0, help="seed of everything random (default 0)")
    parser.add_argument("--seconds", type=values.seconds, default=900, help="stop after so many seconds (default 900)")
    parser.add_argument(
        "--thorough", action="store_true", help="also estimate with a second library (DoWhy) and compare"
    )
    values.add_policy(parser)
    parser.add_argument(
        "--propose",
        action="store_true",
        help="have the language model draw a graph first, and show it beside the data's",
    )
    parser.add_argument(
        "--trust-model", action="store_true", help="the same, and let its directions constrain the search for a graph"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")


def main(args: argparse.Namespace) -> int:
    """Load, ask, print."""
    from .progress import Progress

    for path in args.report:
        report_target(path, [p for p in (args.data, args.about, args.graph, args.knowledge) if p])
    with Progress(quiet=args.quiet or args.json) as progress, Session(
        policy=args.policy, seed=args.seed, on_event=progress, budget=Budget(seconds=args.seconds), thorough=args.thorough,
        trust_model=args.trust_model,
    ) as session:  # fmt: skip
        if args.data != "-":
            session.load(args.data, sheet=args.sheet)
        if args.about:
            session.about(args.about)
        if args.knowledge:
            session.know(_knowledge(args.knowledge))
        if args.graph:
            session.use_graph(args.graph)
        if args.propose or args.trust_model:
            session.propose_graph()
        answer = session.ask(args.question)
        written = [session.report(answer, path).path for path in args.report]
        if args.save_graph:
            session.save_graph(args.save_graph)
        progress.stop()
        _print(answer, written, as_json=args.json)
    return STATUS.get(answer.status, 0)


def _knowledge(given: str) -> str:
    """The text itself, or the content of the file it names."""
    path = named_file(given)
    return read_text(path, "knowledge file") if path is not None else given


def _print(answer: Answer, written: list[str], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
        return
    from .show import show_answer

    show_answer(answer)
    for path in written:
        sys.stdout.write(f"Report written to {path}\n")
