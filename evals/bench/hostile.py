"""Hostile inputs through the real command line: one paragraph with the next step, nothing executed, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ._hostile_cases import CASES, Case, good_table
from ._table import Table

LIMIT_S = 15.0
STOP_S = 90.0
MAX_ERROR = 1500
"""Characters of an error that is still one paragraph."""


class Outcome(NamedTuple):
    """What the command line did with one case."""

    status: int | None
    """None: it was still running after `STOP_S`."""
    stderr: str
    seconds: float
    faults: tuple[str, ...]


def main() -> int:
    """Run every case and print what happened."""
    table = Table("Hostile inputs", ("input", "exit", "seconds", "first words of the error", "right"))
    wrong = 0
    slowest = 0.0
    for case in CASES:
        with TemporaryDirectory() as scratch:
            outcome = run_case(case, Path(scratch))
        slow = outcome.seconds > LIMIT_S
        faults = (*outcome.faults, *([f"took over {LIMIT_S:.0f} s"] if slow else []))
        wrong += bool(faults)
        slowest = max(slowest, outcome.seconds)
        shown = "".join(ch if ch.isprintable() else " " for ch in outcome.stderr.removeprefix("whence: "))[:70]
        table.add(case.name, outcome.status, outcome.seconds, shown, "; ".join(faults) or "yes")
    table.note(f"{wrong} wrong of {len(CASES)}; the slowest took {slowest:.1f} s.")
    table.publish("hostile")
    return int(wrong > 0)


def run_case(case: Case, scratch: Path) -> Outcome:
    """Run one case in its own process and folder."""
    folder, home = prepare_case(case, scratch)
    before = listing(folder)
    started = time.monotonic()
    with open(case.stdout or os.devnull, "w") as sink:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "whence", *map(os.fsencode, case.arguments)],
                cwd=folder, env=os.environ | {"WHENCE_HOME": str(home)}, stdin=subprocess.DEVNULL, timeout=STOP_S,
                stdout=sink if case.stdout else subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(None, "", STOP_S, (f"still running after {STOP_S:.0f} s",))
    seconds = time.monotonic() - started
    output = (done.stdout or b"").decode(errors="replace")
    stderr = done.stderr.decode(errors="replace")
    return Outcome(
        done.returncode, stderr, seconds, faults_of(case, done.returncode, output, stderr, before, listing(folder))
    )


def prepare_case(case: Case, scratch: Path) -> tuple[Path, Path]:
    """Make the working directory and the home of a case; returns both."""
    folder, home = scratch / "work", scratch / "home"
    folder.mkdir()
    home.mkdir()
    good_table(folder)
    case.prepare(folder, home)
    return folder, home


def listing(folder: Path) -> dict[str, int]:
    """The files of the working directory with their sizes."""
    return {str(p.relative_to(folder)): p.lstat().st_size for p in folder.rglob("*")}


def faults_of(
    case: Case, status: int, stdout: str, stderr: str, before: dict[str, int], after: dict[str, int]
) -> tuple[str, ...]:
    """What is wrong with how a case ended, in words; none when all is well."""
    message = stderr.strip()
    refused = status == 2
    found = {
        f"exit {status}, not {' or '.join(map(str, case.statuses))}": status not in case.statuses,
        "a traceback": "Traceback" in stdout + stderr,
        "the planted code ran": any("pwned" in name for name in after.keys() - before.keys()),
        f"left behind: {', '.join(sorted(after.keys() - before.keys()))[:80]}": after.keys() != before.keys(),
        "changed a file that was there": any(after.get(name) != size for name, size in before.items()),
        "said nothing": refused and not message,
        "more than one paragraph": refused and not _one_paragraph(message),
        f"does not name {case.says!r}": refused and case.says not in message,
        "terminal codes in the output": "\x1b]" in stdout + stderr or "\x07" in stdout + stderr,
    }
    return tuple(fault for fault, there in found.items() if there)


def _one_paragraph(message: str) -> bool:
    """One line of ours, or argparse's usage line before it."""
    lines = message.splitlines()
    usage = bool(lines) and lines[0].startswith("usage:")
    return len(message) <= MAX_ERROR and (len(lines) == 1 or usage)
