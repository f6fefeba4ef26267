"""`whence runs`: list earlier runs, show one step by step, make the calls of one again."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...tools.domain.evidence import Evidence
from ..home import home_folder
from ..runs import RunRecord, RunStore
from ..state import Answer
from ..turns import Turn
from .text import one_line

WIDTH = 120
ACTS = ("read", "plan", "act", "write")
"""What a model is asked to do at the steps that are shown; anything else is shown with the calls."""
SUM = ("prompt_tokens", "completion_tokens", "cached_tokens", "seconds")


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub = parser.add_subparsers(dest="action", metavar="ACTION")
    listing = sub.add_parser("list", help="the latest runs")
    listing.add_argument("--limit", type=int, default=20)
    show = sub.add_parser("show", help="one run, step by step")
    again = sub.add_parser("replay", help="make the calls of a run again, offline; exit status 1 when a result differs")
    again.add_argument("--data", metavar="FILE", help="the run's data file, where its table is gone")
    for each in (show, again):
        each.add_argument("id", help="the id of the run, or its beginning")
        each.add_argument("--json", action="store_true", help="print it as one JSON object")


def main(args: argparse.Namespace) -> int:
    """List runs, show one or make one again."""
    store = RunStore(home_folder() / "runs.sqlite")
    if args.action == "show":
        return _show(store, store.get(args.id), args.json)
    if args.action == "replay":
        return _replay(store, store.get(args.id), args)
    return _list(store, getattr(args, "limit", 20))


def _list(store: RunStore, limit: int) -> int:
    runs = store.recent(limit)
    for run in runs:
        status = run.answer.status if run.answer else "unfinished"
        sys.stdout.write(f"{run.id}  {run.started}  {status:<16} {one_line(run.words, WIDTH)}\n")
    if not runs:
        sys.stdout.write("No runs yet.\n")
    return 0


def _show(store: RunStore, run: RunRecord, as_json: bool) -> int:
    evidence, turns = store.evidence(run.id), store.turns(run.id)
    if as_json:
        sys.stdout.write(json.dumps(_record(run, evidence, turns), ensure_ascii=False, indent=2) + "\n")
        return 0
    sys.stdout.write(
        f"run {run.id}, {run.started}, policy {run.policy}, seed {run.seed}\nasked: {one_line(run.words, WIDTH)}\n"
    )
    if run.answer:
        _section("read", _of(turns, "read"), run.answer.reading)
        _section("plan", _of(turns, "plan"), _plan(run.answer))
    _section("calls", [t for t in turns if t.act not in ACTS or t.act == "act"], ())
    for e in evidence:
        _call(e)
    if run.answer is None:
        sys.stdout.write(f"\nThis run is unfinished; `whence resume {run.id}` goes on.\n")
        return 0
    _section("written and verified", _of(turns, "write"), _written(run.answer))
    _total(run.answer, turns)
    from .show import show_answer

    sys.stdout.write("\n")
    sys.stdout.flush()
    show_answer(run.answer)
    return 0


def _record(run: RunRecord, evidence: Sequence[Evidence], turns: Sequence[Turn]) -> dict[str, Any]:
    """Everything that is known of a run, with every request as it was sent."""
    known = run.model_dump(mode="json", exclude={"answer", "catalog"})
    return {
        **known,
        "turns": [t.model_dump(mode="json", exclude={"key"}) for t in turns],
        "evidence": [e.model_dump(mode="json") for e in evidence],
        "answer": run.answer.model_dump(mode="json", exclude={"evidence"}) if run.answer else None,
    }


def _section(title: str, turns: Sequence[Turn], lines: Iterable[str]) -> None:
    """A step: what the model was asked at it, and what came of it."""
    sys.stdout.write(f"\n{title}\n")
    for turn in turns:
        sys.stdout.write(f"  model: {one_line(turn.act, 40)}, {_cost(turn.model_dump())}\n")
    for line in lines:
        sys.stdout.write(f"  {one_line(line, 400)}\n")


def _of(turns: Sequence[Turn], act: str) -> list[Turn]:
    return [t for t in turns if t.act == act]


def _cost(counts: dict[str, Any]) -> str:
    cached = f", {counts['cached_tokens']:,} of them seen before" if counts["cached_tokens"] else ""
    about = "about " if counts["estimated"] else ""
    return (
        f"{about}{counts['prompt_tokens']:,} tokens sent{cached}, {counts['completion_tokens']:,} written, "
        f"{counts['seconds']:.1f} s"
    )


def _plan(answer: Answer) -> Iterable[str]:
    if answer.design:
        yield f"design: {answer.design}"
    yield from (f"because {reason}" for reason in answer.design_reasons)
    yield from (f"{n}. {step}" for n, step in enumerate(answer.plan, 1))


def _call(evidence: Evidence) -> None:
    """One call with its arguments and what came of it."""
    marks = f"{' exploratory' if evidence.exploratory else ''}{'' if evidence.ok else ' FAILED'}"
    sys.stdout.write(f"\n  {evidence.id} {evidence.tool} ({evidence.provenance.seconds:.2f} s){marks}\n")
    for key, value in evidence.args.items():
        if value not in (None, [], {}, ""):
            sys.stdout.write(f"      {one_line(key, 40)} = {one_line(str(value), WIDTH)}\n")
    sys.stdout.write(f"    {one_line(evidence.summary, 400)}\n")
    for check in evidence.checks:
        sys.stdout.write(f"      check {check.name}: {check.status}\n")


def _written(answer: Answer) -> Iterable[str]:
    """The sentences that passed, each with its evidence, and what was said of those that did not."""
    for claim in answer.claims or ():
        yield f"[{' '.join(claim.evidence) or 'no evidence'}] {claim.text}"
    yield f"identified: {answer.identified}; status: {answer.status}"


def _total(answer: Answer, turns: Sequence[Turn]) -> None:
    if turns:
        counts: dict[str, Any] = {name: sum(getattr(t, name) for t in turns) for name in SUM}
        counts["estimated"] = any(t.estimated for t in turns)
        sys.stdout.write(f"\nmodel: {len(turns)} turns, {_cost(counts)}\n")


def _replay(store: RunStore, run: RunRecord, args: argparse.Namespace) -> int:
    from ..replay import replay

    found = replay(run, store.evidence(run.id), Path(args.data) if args.data else None)
    if args.json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
        return int(not found.is_equal)
    if found.table:
        sys.stdout.write(f"table: {one_line(found.table, WIDTH)}\n")
    if found.given:
        sys.stdout.write(f"taken as recorded: {', '.join(found.given)}\n")
    for difference in found.differences:
        sys.stdout.write(
            f"{difference.evidence} {one_line(difference.where, 80)}: recorded {one_line(difference.recorded, WIDTH)}, "
            f"now {one_line(difference.again, WIDTH)}\n"
        )
    for name, version in found.versions.items():
        sys.stdout.write(f"{name} {version}\n")
    verdict = "all equal" if found.is_equal else f"{found.calls - found.equal} differ"
    sys.stdout.write(f"{found.calls} calls made again in {found.seconds:.1f} s: {verdict}\n")
    return int(not found.is_equal)
