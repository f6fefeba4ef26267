"""Print distances and F1 by network and algorithm: `python -m whence.evals.discovery [FILE OR FOLDER]`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from ..structural.marks import compare, read_edges
from .load import load
from .solve import solve


def main() -> int:
    """One line an item; no answer is said as such."""
    parser = argparse.ArgumentParser(prog="python -m whence.evals.discovery", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="network file or folder; the bundled ones by default")
    given = parser.parse_args()
    write = sys.stdout.write
    write(
        f"{'network':14} {'rows':>6}  {'algorithm':22} {'SHD':>4} {'skeleton':>9} {'arrows':>7} {'edges':>6} {'seconds':>8}\n"
    )
    for item in load(given.data):
        started = time.perf_counter()
        response = solve(item)
        seconds = time.perf_counter() - started
        g = item.groups
        head = f"{g['network']:14} {g['rows']:>6}  {g['algorithm']:22}"
        mine = read_edges(response.answer) if response.answer else None
        if mine is None:
            write(f"{head} no answer: {response.because[:120]}\n")
            continue
        m = compare(mine, read_edges(item.target) or frozenset())
        write(f"{head} {m.shd:4d} {m.skeleton_f1:9.3f} {m.arrow_f1:7.3f} {m.edge_f1:6.3f} {seconds:8.2f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
