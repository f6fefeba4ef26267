"""`whence runs`: list earlier runs, show one step by step."""

from __future__ import annotations

import argparse
import sys

from ..home import home_folder
from ..runs import RunStore
from .text import one_line


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub = parser.add_subparsers(dest="action", metavar="ACTION")
    listing = sub.add_parser("list", help="the latest runs")
    listing.add_argument("--limit", type=int, default=20)
    show = sub.add_parser("show", help="one run, step by step")
    show.add_argument("id", help="the id of the run, or its beginning")
    show.add_argument("--json", action="store_true", help="print the answer with all evidence as JSON")


def main(args: argparse.Namespace) -> int:
    """List runs or show one."""
    store = RunStore(home_folder() / "runs.sqlite")
    if args.action != "show":
        runs = store.recent(getattr(args, "limit", 20))
        for run in runs:
            status = run.answer.status if run.answer else "unfinished"
            sys.stdout.write(f"{run.id}  {run.started}  {status:<16} {one_line(run.words, 120)}\n")
        if not runs:
            sys.stdout.write("No runs yet.\n")
        return 0
    run = store.get(args.id)
    evidence = store.evidence(run.id)
    if args.json and run.answer:
        sys.stdout.write(run.answer.model_dump_json(indent=2) + "\n")
        return 0
    sys.stdout.write(
        f"run {run.id}, {run.started}, policy {run.policy}, seed {run.seed}\nasked: {one_line(run.words, 120)}\n"
    )
    for e in evidence:
        sys.stdout.write(f"\n{e.id} {e.tool} ({e.provenance.seconds:.2f} s){'' if e.ok else ' FAILED'}\n")
        for key, value in e.args.items():
            if value not in (None, [], {}, ""):
                sys.stdout.write(f"    {key} = {one_line(str(value), 120)}\n")
        sys.stdout.write(f"  {one_line(e.summary, 400)}\n")
    if run.answer is None:
        sys.stdout.write(f"\nThis run is unfinished; `whence resume {run.id}` goes on.\n")
    else:
        from .show import show_answer

        show_answer(run.answer)
    return 0
