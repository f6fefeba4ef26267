"""Read challenges in CausalPitfalls' layout: `NAME/{questions.json, answer_key.json, *.csv}`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ...tools.domain.errors import UsageError
from ..harness.rows import read_rows
from ..harness.spec import Item
from .audit import unobtainable

SAMPLE = Path(__file__).with_name("sample")
PLACEHOLDER = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")
NOT_ASKED = re.compile(r"^(?:TOLERANCE|CAUSAL_METHOD|CORRECTION_METHOD|ASSUMPTION\w*|dataset)$")
SIDES = {"SOURCE", "TARGET", "BEFORE", "AFTER", "EARLY", "LATE", "EARLIER", "LATER"}
"""Words of a field that stand for one of two groups, which the key names."""
VERDICT = re.compile(
    r"DIRECTION|RELATIONSHIP|CONCLUSION|VERDICT|EDGES?$|STABILITY|INTERACTION_PRESENT|TRANSPORTABILITY|TRANSFERABILITY"
)


def load(path: Path | None) -> Iterator[Item]:
    """Items of a challenge's folder, or of a folder of challenges; None for the bundled sample.

    One item for each question and table: the placeholders of the question are filled from the key, as the benchmark does.

    Raises:
        UsageError: no challenge is there, or a file cannot be read.
    """
    root = path or SAMPLE
    folders = (
        [root] if (root / "questions.json").is_file() else sorted(f.parent for f in root.glob("**/questions.json"))
    )
    if not folders:
        raise UsageError(
            f"There is no challenge in {str(root)[:200]!r}: a folder with questions.json and answer_key.json."
        )
    for folder in folders:
        questions, keys = _read(folder / "questions.json"), _read(folder / "answer_key.json")
        for key in keys:
            for question in questions:
                item = item_of(folder, question, key)
                if item is not None:
                    yield item


def item_of(folder: Path, question: Mapping[str, Any], key: Mapping[str, Any]) -> Item | None:
    """One question about one table; None when its table is missing or nothing of its key can be marked."""
    table = folder / str(key.get("dataset", ""))
    if not table.is_file():
        return None
    template = str(question["prompt"])
    asked = {name: value for name, value in key.items() if _is_marked(name, value, template)}
    lost = unobtainable(asked, table)
    target = {name: value for name, value in asked.items() if name not in lost}
    if not target:
        return None
    words = PLACEHOLDER.sub(lambda m: _words(key.get(m[1], m[0])), template)
    difficulty = str(question.get("difficulty", "?"))
    levels = _legend(key, target)
    names = {
        name: value
        for name, value in key.items()
        if isinstance(value, str) and name not in target and name != "dataset"
    }
    return Item(
        id=f"{folder.name}/{table.stem}/{difficulty}",
        prompt=_prompt(words, table, target, levels),
        target=json.dumps({"answers": target, "tolerance": float(key.get("TOLERANCE", 0.0))}),
        answer_kind="text",
        groups={"challenge": folder.name, "difficulty": difficulty},
        cluster=f"{folder.name}/{table.stem}",
        data={"table": str(table.resolve()), "question": words, "asked": sorted(target), "levels": levels, "names": names},
    )  # fmt: skip


def _legend(key: Mapping[str, Any], target: Mapping[str, object]) -> dict[str, str]:
    """What the names of the asked fields stand for, as far as the key says it: a field cannot be read without.

    `P_LEVEL1_YES` needs LEVEL1, `EFFECT_SOURCE` needs SOURCE_POPULATION, `INDIRECT_EFFECT_M1` needs MEDIATOR1.
    """
    words = {p for name in target for p in name.upper().split("_")}
    numbered = {p for p in words if re.fullmatch(r"[A-Z]+\d", p)}
    found: dict[str, str] = {}
    for name, value in key.items():
        if name in target or isinstance(value, list | dict | float | bool) or NOT_ASKED.match(name):
            continue
        parts = name.upper().split("_")
        short = {f"{p[0]}{p[-1]}" for p in parts if p[-1:].isdigit()}
        if numbered & ({*parts} | short) or SIDES & {*parts} & words:
            found[name] = str(value)
    return found


def _is_marked(name: str, value: object, template: str) -> bool:
    """Whether a field of the key is an answer that can be marked without a judge: a number, a direction, edges."""
    if NOT_ASKED.match(name) or isinstance(value, bool) or f"{{{name}}}" in template:
        return False
    if isinstance(value, int | float):
        return True
    if VERDICT.search(name) is None:
        return False
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(v, str) for v in cast("list[object]", value))
    )


def _words(value: object) -> str:
    return ", ".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)


def _prompt(words: str, table: Path, target: Mapping[str, object], levels: Mapping[str, str]) -> str:
    with table.open(encoding="utf-8", errors="replace") as lines:
        header = next(lines, "").strip()[:2000]
    where = "".join(f" {name} is {level!r}." for name, level in levels.items())
    return (
        f"{words}\n\nThe table {table.name} has the columns: {header}\n\nReport as one line of JSON with these keys: "
        f"{', '.join(sorted(target))}.{where}"
    )


def _read(file: Path) -> list[dict[str, Any]]:
    return [row for _, row in read_rows(file)]
