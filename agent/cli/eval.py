"""`whence eval`: list the benchmarks, run one, compare runs, explain one answer."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ...tools.domain.errors import Cancelled, LimitReached, UsageError
from ..files import report_target
from ..home import home_folder
from . import values
from .text import clean, one_line

if TYPE_CHECKING:
    from ...evals.harness.run import Run

EXAMPLES = """examples:
  whence eval                                        the benchmarks
  whence eval cladder                                the bundled sample, by the rule policy
  whence eval cladder --data cladder-v1.json --json  an official file, one JSON object
  whence eval corr2cause --generate 10000 --seed 7   new items with exact answers
  whence eval cladder --policy cot --limit 200       a model (WHENCE_MODEL), 200 items drawn at random
  whence eval --resume last                          go on with a run that was stopped
  whence eval runs                                   earlier runs
  whence eval compare RUN_A RUN_B                    item by item, with McNemar's exact test
  whence eval explain RUN ITEM                       one answer: question, derivation, what is known of the label
"""


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXAMPLES
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="a benchmark, the path of a task.py, or: runs, compare, explain"
    )
    parser.add_argument("of", nargs="*", metavar="RUN", help="for compare two runs; for explain a run and an item")
    parser.add_argument("--data", metavar="PATH", help="file or folder in a published format (default: bundled sample)")
    parser.add_argument("--policy", choices=("rules", "llm", "direct", "cot"), default="rules",
                        help="who answers: the rules, a model with our tools, a model alone, a model that thinks first")  # fmt: skip
    parser.add_argument(
        "--limit", type=values.count, metavar="N", help="only so many items, drawn at random by the seed"
    )
    parser.add_argument("--generate", type=values.count, metavar="N", help="make N new items instead of reading any")
    parser.add_argument(
        "--perturb", nargs="+", default=[], metavar="NAME", help="rewrite the items, keeping the answers"
    )
    parser.add_argument("--seed", type=values.seed, default=0, help="of generating, rewriting and drawing (default 0)")
    parser.add_argument(
        "--workers", type=values.count, metavar="K", help="processes for the rules, threads for a model"
    )
    parser.add_argument("--resume", metavar="RUN", help="go on with this run (its id, the beginning of it, or 'last')")
    parser.add_argument("--budget-tokens", type=values.count, metavar="N", help="stop, saved, after so many tokens")
    parser.add_argument(
        "--budget-calls", type=values.count, metavar="N", help="stop, saved, after so many calls of a model"
    )
    parser.add_argument(
        "--no-cache", action="store_true", help="ask a model again what it has answered in earlier runs"
    )
    parser.add_argument("--out", metavar="FILE", help="write the scores as a page: .html, or .json")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")


def main(args: argparse.Namespace) -> int:
    """List, run, compare or explain."""
    known = {"runs": (_runs, 0), "compare": (_compare, 2), "explain": (_explain, 2)}
    action, n_more = known.get(args.name, (_run, 0))
    if len(args.of) != n_more:
        raise UsageError(
            f"`whence eval {args.name or ''}` takes {n_more or 'nothing'} more, and got {len(args.of)}: {args.of!r}"[
                :300
            ]
            + ". See `whence eval --help`."
        )
    if args.name is None and args.resume is None:
        return _list(as_json=args.json)
    return action(args)


def _list(*, as_json: bool) -> int:
    from ...evals.harness.registry import list_benchmarks

    benchmarks = list_benchmarks()
    if as_json:
        sys.stdout.write(json.dumps(benchmarks, indent=2) + "\n")
        return 0
    for name, title in benchmarks.items():
        sys.stdout.write(f"  {name:<18} {title}\n")
    sys.stdout.write("\n`whence eval NAME` runs one on its bundled sample.\n")
    return 0


def _run(args: argparse.Namespace) -> int:
    from ...evals.harness.progress import Progress
    from ...evals.harness.scores import score
    from ...evals.harness.summary import summary

    target = _target(args.out)
    run = _prepared(args)
    try:
        with Progress(run, quiet=args.quiet) as progress:
            run.answer_all(progress)
    except KeyboardInterrupt:
        raise Cancelled(f"Stopped after {len(run.tally):,} items, saved. {_go_on(run)}") from None
    except LimitReached as error:
        raise LimitReached(f"{error} {len(run.tally):,} items are saved. {_go_on(run)}") from error
    scores = score(run.tally)
    found = json.dumps(summary(run.info, run.tally, scores), ensure_ascii=False)
    if args.json:
        sys.stdout.write(found + "\n")
    else:
        from ...evals.harness.table import show

        show(run.info, run.tally, scores)
    if target and target.suffix == ".json":
        target.write_text(found + "\n", encoding="utf-8")
    elif target:
        from ...evals.harness.page import write_page

        write_page(target, run.folder, run.info, run.tally, scores)
    return 0


def _target(out: str | None) -> Path | None:
    """Where the page goes; what is wrong with it is said before anything is computed."""
    if out is None:
        return None
    path, _ = report_target(out)
    if path.suffix not in (".html", ".json"):
        raise UsageError(f"Scores cannot be written as {path.suffix!r}. Use .html or .json.")
    return path


def _go_on(run: Run) -> str:
    return f"`whence eval --resume {run.info.id}` goes on."


def _prepared(args: argparse.Namespace) -> Run:
    from ...evals.harness.record import find_run
    from ...evals.harness.run import Limits, begin, resume
    from ...evals.harness.source import Selection

    limits = Limits(
        workers=args.workers, tokens=args.budget_tokens, calls=args.budget_calls, use_cache=not args.no_cache
    )
    home = home_folder()
    if args.resume is not None:
        folder = find_run(home, args.resume)
        if args.name not in (None, folder.info.benchmark):
            raise UsageError(
                f"The run {folder.info.id!r} is of {folder.info.benchmark}, not of {args.name[:80]!r}. Leave the name out."
            )
        return resume(folder, limits)
    selection = Selection(
        data=str(Path(args.data).expanduser().absolute()) if args.data else None, generate=args.generate,
        perturb=tuple(args.perturb), limit=args.limit, seed=args.seed,
    )  # fmt: skip
    return begin(home, args.name, args.policy, selection, limits)


def _runs(args: argparse.Namespace) -> int:
    from ...evals.harness.record import all_runs

    runs = [folder.info for folder in all_runs(home_folder())]
    if args.json:
        sys.stdout.write(json.dumps([run.model_dump(mode="json") for run in runs]) + "\n")
        return 0
    for run in runs:
        state = f"{run.seconds:,.0f} s" if run.finished else "unfinished"
        what = run.selection.data or (f"{run.selection.generate:,} generated" if run.selection.generate else "sample")
        sys.stdout.write(f"{run.id:<44} {run.policy:<6} {run.model:<16} {state:<12} {one_line(what, 60)}\n")
    if not runs:
        sys.stdout.write("No evaluations yet. `whence eval` lists the benchmarks.\n")
    return 0


def _compare(args: argparse.Namespace) -> int:
    from ...evals.harness.compare import compare
    from ...evals.harness.record import find_run
    from ...evals.harness.table import show_comparison

    home = home_folder()
    found = compare(find_run(home, args.of[0]), find_run(home, args.of[1]))
    if args.json:
        sys.stdout.write(found.model_dump_json() + "\n")
    else:
        show_comparison(found)
    return 0


def _explain(args: argparse.Namespace) -> int:
    from ...evals.harness.answers import credit
    from ...evals.harness.compare import explained
    from ...evals.harness.record import find_run
    from ...evals.harness.registry import get_benchmark

    folder = find_run(home_folder(), args.of[0])
    record = folder.find(args.of[1])
    given = credit(get_benchmark(folder.info.benchmark), record.item, record.response.answer)
    sys.stdout.write(record.model_dump_json() + "\n" if args.json else clean(explained(record, given)) + "\n")
    return 0
