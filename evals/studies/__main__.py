"""Print what the rule policy gets right on each half: `python -m whence.evals.studies [--half A] [--seed S]`."""

from __future__ import annotations

import argparse
import json
import sys

from .load import HALVES, one_draw
from .marks import figures, is_answerable, parts_right
from .task import solve


def main() -> int:
    """Answer every question, print each mark, then the figures of each half."""
    parser = argparse.ArgumentParser(prog="python -m whence.evals.studies", description=__doc__)
    parser.add_argument("--half", choices=tuple(HALVES), help="one half only")
    parser.add_argument("--seed", type=int, default=0, help="tables are drawn with it")
    parser.add_argument("--only", help="questions whose id holds this")
    parser.add_argument("--quiet", action="store_true", help="the figures alone")
    given = parser.parse_args()
    for half in [given.half] if given.half else HALVES:
        items = [i for i in one_draw(given.seed, half) if given.only is None or given.only in i.id]
        answered = [(item, solve(item)) for item in items]
        for item, response in () if given.quiet else answered:
            marks = parts_right(item, response.answer) if is_answerable(item) else None
            parts = ("treatment", "outcome", "method")
            wrong = [p for p in parts if marks is not None and getattr(marks, p) is False]
            error = "" if marks is None else f"error {marks.error or 0:6.1%}"
            truth = json.loads(item.target).get("effect", "none")
            line = f"{item.id:30} {error:13} truth {truth!s:8.8} {'wrong: ' + ', '.join(wrong) if wrong else ''} {response.answer}"
            sys.stdout.write(line[:260] + "\n")
        sys.stdout.write(f"\nHalf {half}\n{figures((i, r.answer) for i, r in answered).table()}\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
