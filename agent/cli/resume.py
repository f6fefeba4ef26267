"""`whence resume ID`: go on with a run that was stopped."""

from __future__ import annotations

import argparse
import sys

from ..session import Session
from . import values
from .ask import STATUS


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", help="the id of the run, or its beginning")
    values.add_policy(parser, default=None)
    parser.add_argument("--json", action="store_true", help="print the answer as one JSON object")


def main(args: argparse.Namespace) -> int:
    """Go on and print the answer."""
    from .progress import Progress
    from .show import show_answer

    with Progress(quiet=args.json) as progress, Session(policy="rules", on_event=progress) as session:
        answer = session.resume(args.id, args.policy)
        progress.stop()
        if args.json:
            sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
        else:
            show_answer(answer)
    return STATUS.get(answer.status, 0)
