"""Run measurements by name, or all of them."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    "real_data",
    "pitfalls",
    "hostile",
    "crash",
    "memory",
    "speed",
    "tracing",
    "planted",
    "attacks",
    "reading",
    "llm_faults",
    "llm_questions",
    "evals",
)


def main(names: list[str]) -> int:
    """Run each; exit status 1 when one falls short of what it must show."""
    if unknown := [n for n in names if n not in NAMES]:
        sys.stderr.write(f"There is no measurement {unknown[0]!r}; there are: {', '.join(NAMES)}.\n")
        return 2
    failed = [n for n in names or NAMES if import_module(f".{n}", __package__).main()]
    if failed:
        sys.stderr.write(f"Fell short: {', '.join(failed)}.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
