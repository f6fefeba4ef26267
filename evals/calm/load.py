"""Read CaLM-Lite: a folder of task files, or one file, as JSON lines or as a JSON array."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ...tools.domain.errors import UsageError
from ..harness.rows import read_rows
from ..harness.spec import AnswerKind, Item
from .audit import known_error
from .prompts import Row, prompt_of
from .tasks import TASKS, Task

SAMPLE = Path(__file__).with_name("sample.jsonl")
ROUNDING = 0.00005
"""CaLM compares numbers after rounding both to four decimals."""

KIND: dict[str, AnswerKind] = {"binary": "yes_no", "choice": "choice", "probability": "number", "open": "text"}
OTHER_LANGUAGE = re.compile(r"_CN(\.|$)")
MARKS = (
    ("ar_edges", "AR-B_CaLM-AR"),
    ("sampled_ancestor", "CA-B_FA"),
    ("sampled_parent", "CA-B_FP"),
    ("ESC_rel", "ECI-B_ESC"),
    ("QCC", "CR-C_CRASS"),
    ("cause", "CEG-O_E-CARE"),
    ("input", "AC-B_causal_judgement"),
)
"""A field that only one task's records have."""
STORIES = {
    "correlation": "CORR-B_correlation",
    "exp_away": "EAE-B_exp-away",
    "backadj": "BAS-B_backadj",
    "collider_bias": "CB-B_collider-bias",
    "det-counterfactual": "CR-B_det-counterfactual",
}


def load(path: Path | None) -> Iterator[Item]:
    """Items of a file or folder, in the order of the names; None for the bundled sample.

    Raises:
        UsageError: a file cannot be read, or a record belongs to no task; the message names the file and the row.
    """
    for file in _files(path or SAMPLE):
        named = task_named(file.name)
        for number, (where, row) in enumerate(read_rows(file)):
            yield item_of(task_of_row(row, where, named), row, where, number)


def task_named(text: str) -> Task | None:
    """The task whose name the text has, as `intervention__…__ATE-P_ATE-basic_EN.jsonl` has."""
    found = [name for name in TASKS if re.search(rf"(^|[^\w-]|_){re.escape(name)}(?![\w]*-)(_|\.|$)", text)]
    return TASKS[max(found, key=len)] if found else None


def task_of_row(row: Row, where: str, named: Task | None = None) -> Task:
    """The task of a record: what it says itself, else what its file is called, else what its fields tell.

    Raises:
        UsageError: none of these tells it.
    """
    said = str(row.get("task") or row.get("task_name") or "")
    if task := (task_named(said) or named or _task_by_fields(row)):
        return task
    raise UsageError(
        f"The task of {where} cannot be told: its fields are {sorted(map(str, row))[:12]!r}. Name the file as CaLM does, such as "
        "'BAS-C_min-BAS_EN.jsonl', or give every record a field 'task'."
    )


def item_of(task: Task, row: Row, where: str, number: int = 0) -> Item:
    """One record as an item.

    Raises:
        UsageError: a field is missing, or the answer is not of the task's form.
    """
    try:
        prompt = prompt_of(task, row)
    except (KeyError, TypeError, IndexError) as error:
        raise UsageError(f"Field {error} of {where} is missing or broken; a record of {task.name} needs it.") from error
    error, corrected = known_error(task, row)
    target, choices = _target(task, row, where)
    return Item(
        id=f"{task.name}/{row.get('index', number)}",
        prompt=prompt,
        target=target,
        answer_kind=KIND[task.form],
        choices=choices,
        tolerance=ROUNDING if task.form == "probability" else 0.0,
        groups=_groups(task, row),
        cluster=_cluster(task, row),
        label_error=error,
        corrected=corrected,
    )


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(chain(path.rglob("*.jsonl"), path.rglob("*.json")), key=lambda f: str(f))
    found = [f for f in found if not OTHER_LANGUAGE.search(f.name) and task_named(f.name)]
    if not found:
        raise UsageError(f"No task file of CaLM, such as 'ATE-P_ATE-basic_EN.jsonl', is in the folder {str(path)!r}.")
    return found


def _task_by_fields(row: Row) -> Task | None:
    for field, name in MARKS:
        if field in row:
            return TASKS[name]
    meta = row.get("meta")
    if isinstance(meta, dict) and meta.get("query_type") in STORIES:
        return TASKS[STORIES[meta["query_type"]]]
    if "Type" in row and "Question" in row:
        form = "B" if isinstance(row.get("gt_answer"), str) else "P"
        return next((t for t in TASKS.values() if t.name.startswith(f"{row['Type']}-{form}_")), None)
    if "di_edges" in row:
        return TASKS["CEI-B_0.2-UC"]
    if "words" in row:
        return TASKS["ECI-B_CTB"]
    if "premise" in row:
        return TASKS["PCD-C_COPA" if "hypothesis1" in row else "PCD-B_COPA"]
    return None


def _target(task: Task, row: Row, where: str) -> tuple[str, tuple[str, ...]]:
    """The published answer in the harness's form, and what may be chosen."""
    if "gt_answer" not in row:
        raise UsageError(
            f"There is no 'gt_answer' in {where}; CaLM-Lite has the answers inside, the full CaLM has not."
        )
    given = row["gt_answer"]
    text = str(given).strip()
    choices: tuple[str, ...] = ()
    if task.form == "binary":
        target = {"1": "yes", "0": "no", "yes": "yes", "no": "no", "true": "yes", "false": "no"}.get(text.lower())
    elif task.form == "choice":
        choices = (
            ("1", "2") if task.family == "PCD" else ("1", "2", "3", "4") if task.family == "CR" else ("1", "2", "3")
        )
        # pairwise discovery counts its options from 0, the other tasks from 1
        shifted = str(int(text) + (task.family == "PCD")) if text.isdecimal() else ""
        target = shifted if shifted in choices else None
    elif task.form == "probability":
        target = _four_decimals(given)
    else:
        target = text
    if target is None:
        raise UsageError(f"The answer {text[:60]!r} of {where} is not of the form of {task.name} ({task.form}).")
    return target, choices


def _four_decimals(given: object) -> str | None:
    try:
        value = float(str(given))
    except ValueError:
        return None
    return f"{round(value, 4) + 0.0:.4f}" if math.isfinite(value) else None


def _groups(task: Task, row: Row) -> dict[str, str]:
    groups = {
        "decided by": "premises" if task.formal else "a model",
        "rung": task.rung,
        "scenario": task.scenario,
        "task": task.name,
        "form": task.form,
    }
    if isinstance(mode := row.get("Mode"), str):
        groups["names"] = {"REAL": "real", "RANDOM": "permuted", "FAKE": "invented"}.get(mode, mode.lower())
    return groups


def _cluster(task: Task, row: Row) -> str:
    """Items on the same graph or story; the numeric tasks reuse few graphs."""
    background, meta = row.get("Background"), row.get("meta")
    if isinstance(background, dict):
        return str(background.get("graph", ""))
    if isinstance(meta, dict):
        return f"{meta.get('story_id', '')}/{meta.get('graph_id', '')}"
    return ""
