"""Every benchmark by the rule policy: scores with errors, beside shortcuts and published results; speed; Inspect.

Items are the bundled samples, or those of the folder `WHENCE_EVAL_DATA`, which holds one folder for each benchmark in
its published format (`cladder/…`, `corr2cause/…`).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ...tools.domain.errors import UsageError
from ..harness.registry import benchmark_files, get_benchmark
from ..harness.run import Limits, Run, begin
from ..harness.scores import Score, Scores, score
from ..harness.source import Selection
from ._table import Table

VARIABLE = "WHENCE_EVAL_DATA"
LEAST_ACCURACY = {"cladder": 0.97, "counterbench": 0.95}
LEAST_F1 = {"corr2cause": 0.95}
"""Against the published labels of the data named, wrong ones included; the samples are too small to say."""
HEADINGS = (
    "benchmark", "n", "accuracy ± s.e.", "F1", "credit", "abstained", "wrong, label sound", "without label errors",
    "corrected labels", "best shortcut", "best published", "items/s",
)  # fmt: skip
N_FEW = 10
"""Items of the shorter of the two runs from which the time of an item is told."""


def main() -> int:
    """Run each benchmark, write the table; 1 when one that must reach a score falls short of it."""
    table = Table("Benchmarks by the rule policy", HEADINGS)
    short: list[str] = []
    timed: Run | None = None
    with TemporaryDirectory() as home:
        for name in benchmark_files():
            run = _run(Path(home), name, table)
            if run is None:
                continue
            scores = score(run.tally)
            _add(table, name, run, scores)
            overall = scores.overall
            is_sample = run.info.selection.data is None
            best = max(s.accuracy.value for s in (overall, scores.corrected) if s)  # wrong labels can bar the way
            low = best < LEAST_ACCURACY.get(name, 0) or overall.f1.value < LEAST_F1.get(name, 0)
            if low and not is_sample:
                short.append(name)
            if is_sample and (timed is None or len(run.tally) > len(timed.tally)):
                timed = run
        table.note(
            "Abstentions count as not correct. Standard errors are clustered by story, graph or table; shares in %."
        )
        _note_overhead(table, timed, Path(home))
    table.publish("evals")
    if short:
        sys.stdout.write(f"Below what is required: {', '.join(short)}\n")
    return int(bool(short))


def _run(home: Path, name: str, table: Table) -> Run | None:
    """Answer all items of one benchmark; None, and a note, where the rules cannot or there is nothing to read."""
    if get_benchmark(name).solve is None:
        table.note(f"{name}: only a model can answer.")
        return None
    data = folder_of(name, os.environ.get(VARIABLE))
    try:
        run = begin(home, name, "rules", Selection(data=str(data) if data else None), Limits())
        run.answer_all(lambda tally: None)
    except UsageError as error:
        table.note(f"{name}: not run. {error}")
        return None
    return run


def folder_of(name: str, root: str | None) -> Path | None:
    """The folder of a benchmark's data: the one whose name holds the benchmark's, underscores aside."""
    if not root:
        return None
    folders = sorted((f for f in Path(root).iterdir() if f.is_dir()), key=lambda f: len(f.name))
    plain = name.replace("_", "")
    return next((f.absolute() for f in folders if plain in f.name.replace("_", "")), None)


def _add(table: Table, name: str, run: Run, scores: Scores) -> None:
    overall = scores.overall
    error = overall.accuracy.std_error
    beside = [p for p in scores.published if p.measure != "error"] or list(scores.published)
    best = max(beside, key=lambda p: p.score, default=None)
    baseline = max(scores.shortcuts.items(), key=lambda s: s[1].accuracy.value, default=None)
    table.add(
        name,
        overall.n,
        _percent(overall) + (f" ± {100 * error:.2f}" if error is not None else ""),
        f"{100 * overall.f1.value:.2f}",
        f"{100 * overall.mean_credit:.2f}",
        overall.abstained,
        scores.wrong_unexplained,
        _percent(scores.without_label_errors),
        _percent(scores.corrected),
        f"{baseline[0]}: {_percent(baseline[1])}, F1 {100 * baseline[1].f1.value:.1f}" if baseline else "",
        f"{best.system}: {best.measure} {best.score:.2f}" if best else "",
        overall.n / run.info.seconds,
    )


def _percent(score: Score | None) -> str:
    return f"{100 * score.accuracy.value:.2f}" if score else ""


def _note_overhead(table: Table, run: Run | None, folder: Path) -> None:
    """What an item costs in processor time, solving included, under our runner and under Inspect."""
    if run is None or len(run.tally) <= 2 * N_FEW:
        return
    name = run.benchmark.name
    ours = ("whence", "eval", name, "--workers", "1", "--quiet")
    note = f"Processor time on {name}, solving included: {_per_item(ours, len(run.tally), folder)} by `whence eval`"
    if find_spec("inspect_ai"):
        theirs = ("inspect_ai", "eval", f"whence/{name}", "--model", "none", "--display", "none")
        note += f", {_per_item(theirs, len(run.tally), folder)} by `inspect eval`"
    table.note(note + ".")


def _per_item(arguments: tuple[str, ...], n: int, folder: Path) -> str:
    few, many = _processor_seconds(arguments, N_FEW, folder), _processor_seconds(arguments, n, folder)
    return f"{1000 * (many - few) / (n - N_FEW):.1f} ms an item and {few:.1f} s to start"


def _processor_seconds(arguments: tuple[str, ...], limit: int, folder: Path) -> float:
    """Processor time of one command, which other work on the machine changes little."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", *arguments, "--limit", str(limit)]
    variables = os.environ | {"WHENCE_HOME": str(folder), "INSPECT_LOG_DIR": str(folder / "logs")}
    subprocess.run(command, check=True, cwd=folder, env=variables, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
