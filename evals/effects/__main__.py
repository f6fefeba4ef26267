"""Print bias, error and coverage: `python -m whence.evals.effects [--studies N] [--seed S] [FILE OR FOLDER]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .designs import DESIGNS
from .figures import measure
from .load import ESTIMATORS, generate, load


def main() -> int:
    """One line a design and estimator."""
    parser = argparse.ArgumentParser(prog="python -m whence.evals.effects", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="IHDP file or folder; studies of our own designs by default")
    parser.add_argument("--studies", type=int, default=20, help="replicates of every design")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    number = given.studies * len(DESIGNS) * len(ESTIMATORS)
    items = load(given.data) if given.data else generate(number, given.seed)
    write = sys.stdout.write
    write(
        f"{'design':16} {'estimator':20} {'studies':>7} {'refused':>7} {'bias':>8} {'(se)':>7} {'RMSE':>7} {'cover':>6} {'width':>7}\n"
    )
    for (design, estimator), f in measure(items).items():
        write(
            f"{design:16} {estimator:20} {f.n_studies:7d} {f.n_refused:7d} {f.bias:8.3f} {f.bias_se:7.3f} {f.rmse:7.3f} "
            f"{f.coverage:6.2f} {f.width:7.3f}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
