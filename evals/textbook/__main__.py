"""Print the published figures for the rule policy: `python -m whence.evals.textbook [FILE OR FOLDER]`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from .figures import figures
from .load import load
from .marks import mark
from .solve import solve


def main() -> int:
    """Answer every item and print each mark, then the figures."""
    parser = argparse.ArgumentParser(prog="python -m whence.evals.textbook", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="JSON file or folder; the bundled sample by default")
    parser.add_argument("--only", choices=("even", "odd"), help="every second item, to develop on one half only")
    given = parser.parse_args()
    started = time.perf_counter()
    answered = []
    for number, item in enumerate(load(given.data)):
        if given.only and ("even", "odd")[number % 2] != given.only:
            continue
        answer = solve(item).answer
        answered.append((item, answer))
        sys.stdout.write(f"{item.id:14} {_shown(item.target, answer, bool(item.label_error))}\n")
    sys.stdout.write(f"\n{figures(answered).table()}\n{'seconds':40} {time.perf_counter() - started:7.1f}\n")
    return 0


def _shown(target: str, answer: str | None, turned: bool) -> str:
    m = mark(target, answer, turned=turned)
    parts = ("treatment", "outcome", "method", "significant")
    wrong = [name for name in parts if getattr(m, name) is False]
    error = "" if m.error is None else f"error {m.error:6.1%}"
    return f"{error:14} {'wrong: ' + ', '.join(wrong) if wrong else ''}  {answer or 'no answer'}"[:230]


if __name__ == "__main__":
    sys.exit(main())
