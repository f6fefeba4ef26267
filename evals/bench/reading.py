"""Does the same question asked many ways get the same reading, and are the variables of public questions found?

Without a folder only our own wordings are measured. `python -m whence.evals.bench.reading FOLDER` also reads the
questions of two public benchmarks from copies that you have: `FOLDER/causcibench_textbook/qrdata.json` with its tables
beside it, and `FOLDER/causalpitfalls/*/questions.json`.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from ...agent.policies.rules.codebook import read_codebook
from ...agent.policies.rules.read import read_question
from ...agent.state import Catalog, Reading
from ._cards import card_of, card_of_names
from ._groups import Group
from ._phrasings import GROUPS
from ._schemas import schemas
from ._table import Table

MUST_READ = 0.98
"""Share of our own wordings that must be read as their group says."""


def main(folder: str | None = None) -> int:
    """Print the shares read right; 1 when our own wordings fall short."""
    table = Table("Reading", ("questions", "asked", "read right", "share", "not read", "slowest, ms"))
    wrong, slowest = _wordings(table)
    if folder is None:
        table.note("- public benchmarks: not measured, no folder was given")
    else:
        _pitfalls(table, Path(folder) / "causalpitfalls")
        _textbook(table, Path(folder) / "causcibench_textbook")
    for words in wrong[:20]:
        table.note(f"- read otherwise: {words}")
    table.publish("reading")
    n = sum(len(g.wordings) for g in GROUPS)
    return int(len(wrong) > (1 - MUST_READ) * n or slowest > 500)


def _timed(words: str, catalog: Catalog) -> tuple[Reading, float]:
    start = perf_counter()
    reading = read_question(words, catalog)
    return reading, 1000 * (perf_counter() - start)


def matches(expected: dict[str, Any], got: dict[str, Any]) -> bool:
    """Whether every field that is expected has its value; nested fields that are not named are free."""
    return all(
        matches(value, got.get(key) or {}) if isinstance(value, dict) and key == "hints" else got.get(key) == value
        for key, value in expected.items()
    )


def wrong_wordings(group: Group, catalog: Catalog) -> Iterator[tuple[str, Reading]]:
    """The wordings of a group that are not read as the group says."""
    for words in group.wordings:
        reading = read_question(words, catalog)
        got = reading.question.model_dump(mode="json") if reading.question else {}
        if not matches(group.expected, got):
            yield words, reading


def _wordings(table: Table) -> tuple[list[str], float]:
    catalogs = schemas()
    wrong: list[str] = []
    slowest = 0.0
    for name, catalog in catalogs.items():
        groups = [g for g in GROUPS if g.schema == name]
        bad = [(w, r) for g in groups for w, r in wrong_wordings(g, catalog)]
        slow = max(_timed(w, catalog)[1] for g in groups for w in g.wordings)
        n = sum(len(g.wordings) for g in groups)
        unread = sum(r.question is None for _, r in bad)
        table.add(
            f"{name}: {len(groups)} groups of wordings", n, n - len(bad), (n - len(bad)) / n, unread, f"{slow:.0f}"
        )
        wrong += [w for w, _ in bad]
        slowest = max(slowest, slow)
    return wrong, slowest


def _pitfalls(table: Table, folder: Path) -> None:
    """Treatment and outcome of the prompts, filled with the variables of the answer key."""
    keys = (("TREATMENT", "OUTCOME"), ("VARIABLE_X", "VARIABLE_Y"), ("VARIABLE_X1", "VARIABLE_X2"))
    for challenge in sorted(p for p in folder.glob("*") if (p / "questions.json").exists()):
        asked = right = unread = 0
        slow = 0.0
        for answer in json.loads((challenge / "answer_key.json").read_text()):
            first, second = next(k for k in keys if k[0] in answer)
            catalog = Catalog(table=card_of(challenge / answer["dataset"]))
            for question in json.loads((challenge / "questions.json").read_text()):
                words = question["prompt"]
                for key, value in answer.items():
                    words = words.replace("{" + key + "}", str(value))
                reading, took = _timed(words, catalog)
                asked, slow, unread = asked + 1, max(slow, took), unread + (reading.question is None)
                right += _same(reading, (answer[first], answer[second]))
        table.add(f"CausalPitfalls {challenge.name}", asked, right, right / max(asked, 1), unread, f"{slow:.0f}")


def _same(reading: Reading, wanted: tuple[str, str]) -> bool:
    question = reading.question
    if question is None:
        return False
    got = (question.treatment, question.outcome) if question.kind == "effect" else ()
    if question.kind == "discovery":
        got = question.variables
    plain = [_plain(w) for w in wanted]
    return len(got) == 2 and all(
        _plain(g)[:7] == p[:7] or p.endswith(_plain(g)) for g, p in zip(got, plain, strict=True)
    )


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _textbook(table: Table, folder: Path) -> None:
    """Treatment, outcome and design columns of the textbook questions; labels with known faults are counted as they are."""
    if not (folder / "qrdata.json").exists():
        table.note(f"- textbook questions: not measured, {folder / 'qrdata.json'} is not there")
        return
    counts: dict[str, list[int]] = {
        k: [0, 0] for k in ("treatment", "outcome", "instrument", "running variable", "before/after")
    }
    slow, unread, faults = 0.0, 0, 0
    for row in json.loads((folder / "qrdata.json").read_text()):
        path = folder / Path(row["dataset_path"]).name
        names = [row[f"{k}_var"] for k in ("treatment", "outcome", "instrument", "running", "temporal")]
        columns = card_of(path) if path.exists() else card_of_names([n for n in names if isinstance(n, str)], row)
        text = row["dataset_description"]
        catalog = Catalog(table=columns, codebook=read_codebook(text, [c.name for c in columns.columns]))
        reading, took = _timed(row["query"], catalog)
        slow, unread = max(slow, took), unread + (reading.question is None)
        present = {c.name for c in columns.columns}
        faults += any(isinstance(n, str) and n not in present for n in names[:2])
        for kind, wanted, got in zip(counts, names, _columns(reading), strict=True):
            if isinstance(wanted, str) and wanted in present:
                counts[kind][0] += 1
                counts[kind][1] += got == wanted
    for kind, (asked, right) in counts.items():
        table.add(
            f"textbook questions: {kind}", asked, right, right / asked if asked else math.nan, unread, f"{slow:.0f}"
        )
    table.note(
        f"- textbook questions: {faults} rows whose labelled variable is not a column of their table are left out of that line;"
    )
    table.note("  two rows have treatment and outcome exchanged in the labels and count as wrong")


def _columns(reading: Reading) -> tuple[str | None, ...]:
    question = reading.question
    if question is None or question.kind != "effect":
        return (None,) * 5
    hints = question.hints
    return question.treatment, question.outcome, hints.instrument, hints.running_variable, hints.time


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
