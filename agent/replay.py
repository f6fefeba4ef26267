"""Make the calls of a recorded run again, offline, and say what comes out differently.

The record becomes a script: whoever decided then, a model or the rules, is not asked now. Only the tools run, on
the same table with the same seed.
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..tools.domain.errors import BadArguments, UsageError
from ..tools.domain.evidence import Evidence
from ..tools.domain.model import Model
from ..tools.domain.results import DatasetCard, result_from_json
from ..tools.registry import get_tool, tool_files
from ..tools.runtime import Runtime
from ..tools.workspace import Workspace
from .budget import Budget
from .policies.scripted import ScriptedPolicy
from .policy import Situation
from .runs import RunRecord
from .state import Claim, Draft, Plan, PlanStep, Reading, ToolCall

RELATIVE = 1e-9
"""Numbers nearer than this count as equal: another machine adds in another order."""
COMPARED = ("tool", "args", "ok", "result", "summary", "assumptions", "checks", "warnings", "error")
MOST_SHOWN = 200


class Difference(Model):
    """One value that came out differently."""

    evidence: str
    where: str
    """Path to the value, such as `result.value`."""
    recorded: str
    again: str


class Replay(Model):
    """What came of making the calls of a run again."""

    run: str
    table: str | None = None
    """Where the table came from; None when the run had none."""
    calls: int
    """How many were made again."""
    equal: int
    """How many of them gave the same in everything: ids, numbers, words, checks."""
    differences: tuple[Difference, ...] = ()
    given: tuple[str, ...] = ()
    """Evidence taken as recorded: what the run was given, and what no tool can make again."""
    versions: dict[str, str] = {}
    """Libraries that have another version now: `1.2, was 1.1`."""
    seconds: float = 0.0

    @property
    def is_equal(self) -> bool:
        """Whether every call gave the same."""
        return self.equal == self.calls and not self.differences


def script_of(record: RunRecord, evidence: Sequence[Evidence]) -> ScriptedPolicy:
    """A policy that decides as the run did: the same reading, calls in the same order, the same words.

    Args:
        record: A finished run.
        evidence: Of the run, in order.

    Raises:
        UsageError: the run is not finished.
    """
    answer = record.answer
    if answer is None:
        raise UsageError(f"Run {record.id} is unfinished. `whence resume {record.id}` goes on; replay it then.")
    calls = [ToolCall(tool=e.tool, args=e.args, exploratory=e.exploratory) for e in evidence if _is_made(record, e)]
    number = answer.estimate.value if answer.estimate else None
    primary = next((e.evidence for e in answer.ledger if e.value == number and number is not None), None)
    identified = [e.id for e in evidence if e.ok and e.tool.startswith("identify_")]
    claims = answer.claims or (Claim(text=answer.claim),)
    return ScriptedPolicy(
        Reading(question=answer.question, because=answer.reading, problem=None if answer.question else answer.claim),
        [[call] for call in calls],
        [Draft(headline=claims[0], claims=claims[1:], primary=primary, identification=identified[-1] if identified else None)],
        Plan(
            design=answer.design, reasons=answer.design_reasons,
            steps=tuple(PlanStep(text=text, stage="data") for text in answer.plan),
        ),
    )  # fmt: skip


def _is_made(record: RunRecord, evidence: Evidence) -> bool:
    """Whether a call was made by the run and can be made again.

    The table was given to it. So was evidence whose arguments do not fit its tool, such as a graph that was given
    as an object, and evidence of what no tool here makes.
    """
    is_table = evidence.id == "E1" and record.catalog.table is not None
    if is_table or evidence.tool not in tool_files():
        return False
    try:
        get_tool(evidence.tool).parse(evidence.args)
    except BadArguments:
        return not evidence.ok  # a wrong call that was told so; it is told so again
    return True


def replay(
    record: RunRecord, evidence: Sequence[Evidence], data: Path | None = None, *, isolate: bool = True
) -> Replay:  # fmt: skip
    """Make the calls of a run again.

    Args:
        record: A finished run.
        evidence: Of the run, in order.
        data: The run's data file, where its table is gone; found by itself when it is still where it was.
        isolate: False runs the tools in this process, without limits.

    Raises:
        UsageError: the run is not finished, its table is gone, or the file holds another table.
    """
    script = script_of(record, evidence)
    started = time.monotonic()
    with TemporaryDirectory(prefix="whence-replay-") as scratch:
        folder = Path(scratch).resolve()
        loaded = [_path(e.args["path"]) for e in evidence if e.ok and e.tool == "data_load"]
        files = (*loaded, *([_path(data)] if data else ()))
        limits = Budget()
        workspace = Workspace(folder=folder, files=files)
        with Runtime(
            workspace, seed=record.seed, time_limit_s=limits.call_seconds, memory_limit_mb=limits.memory_mb, isolate=isolate
        ) as runtime:  # fmt: skip
            table = _bring_table(record, evidence, data, runtime)
            given = {e.id: e for e in evidence if not _is_made(record, e)}
            _run(script, record, runtime, given)
        again = {e.id: e for e in workspace.ledger}
    made = [(e, again.get(e.id)) for e in evidence if e.id not in given]
    found = [list(differences(then, now)) for then, now in made]
    return Replay(
        run=record.id, table=table, calls=len(made), equal=sum(not each for each in found), given=tuple(given),
        differences=tuple(d for each in found for d in each), versions=_versions(made),
        seconds=round(time.monotonic() - started, 3),
    )  # fmt: skip


def _run(script: ScriptedPolicy, record: RunRecord, runtime: Runtime, given: dict[str, Evidence]) -> None:
    """Ask the script for its calls and make them; what is only given takes its place in the ledger in between."""
    ledger = runtime.workspace.ledger
    while True:
        while kept := given.get(f"E{len(ledger) + 1}"):
            runtime.workspace.absorb(kept, result_from_json(kept.result) if kept.result else None)
        question = record.answer.question if record.answer else None
        if question is None:  # it was not understood, so nothing was called
            return
        situation = Situation(words=record.words, catalog=record.catalog, question=question, ledger=tuple(ledger))
        calls = script.next_calls(situation)
        if not calls:
            return
        runtime.run_many(calls)


def _bring_table(record: RunRecord, evidence: Sequence[Evidence], data: Path | None, runtime: Runtime) -> str | None:
    """Put the run's table into the folder of the replay; return where it came from.

    Raises:
        UsageError: it is gone, or is another one.
    """
    card = record.catalog.table
    if card is None:
        return None
    saved = Path(record.workspace) / card.stored
    if data is None and saved.is_file():
        shutil.copyfile(saved, runtime.workspace.folder / card.stored)
        return "the run's own copy"
    loading = next(e for e in evidence if e.tool == "data_load")
    file = _path(data if data else loading.args["path"])
    if data is None and not file.is_file():
        raise UsageError(
            f"The table {card.name!r} of run {record.id} is gone: its copy was removed when the run ended, and there is no "
            f"file {str(file)!r}. Name the file: whence runs replay {record.id} --data FILE."
        )
    loaded = runtime.run("data_load", loading.args | {"path": str(file), "name": card.name})
    runtime.workspace.ledger.clear()
    if not loaded.ok:
        raise UsageError(f"The table of run {record.id} cannot be loaded again. {loaded.summary}")
    found = result_from_json(loaded.result or {})
    assert isinstance(found, DatasetCard)
    if found.sha256 != card.sha256:
        raise UsageError(
            f"The file {str(file)!r} does not hold the table of run {record.id}: its content has the SHA-256 "
            f"{found.sha256[:12]}…, that of the run {card.sha256[:12]}…. Name the right file with --data FILE."
        )
    return str(file)


def _path(path: str | Path) -> Path:
    return Path(path).expanduser().resolve()


def differences(recorded: Evidence, again: Evidence | None) -> Iterator[Difference]:
    """What differs between a recorded call and the same call made again; seconds and versions are no result."""
    if again is None:
        yield Difference(evidence=recorded.id, where="", recorded=recorded.summary[:MOST_SHOWN], again="not made")
        return
    then, now = (e.model_dump(mode="json", include=set(COMPARED)) for e in (recorded, again))
    for field in COMPARED:
        for where, a, b in _differing(then[field], now[field], field):
            yield Difference(evidence=recorded.id, where=where, recorded=str(a)[:MOST_SHOWN], again=str(b)[:MOST_SHOWN])


def _differing(then: Any, now: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Walk two JSON values at once."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted({*then, *now}):
            yield from _differing(then.get(key), now.get(key), f"{where}.{key}")
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for n, (a, b) in enumerate(zip(then, now, strict=True)):
            yield from _differing(a, b, f"{where}[{n}]")
    elif not _same(then, now):
        yield where, then, now


def _same(then: Any, now: Any) -> bool:
    if isinstance(then, float) and isinstance(now, int | float):
        return math.isclose(then, now, rel_tol=RELATIVE) or (math.isnan(then) and math.isnan(now))
    return bool(type(then) is type(now) and then == now)


def _versions(made: Sequence[tuple[Evidence, Evidence | None]]) -> dict[str, str]:
    """Libraries that have another version than the run had."""
    return {
        name: f"{now.provenance.versions[name]}, was {version}"
        for then, now in made
        if now
        for name, version in then.provenance.versions.items()
        if now.provenance.versions.get(name, version) != version
    }
