"""Mark an answer field by field: numbers within the key's tolerance, directions by their sign, edges as a set.

The published protocol lets a language model grade a text against a rubric; this marks what needs no judge.
"""

from __future__ import annotations

import json
import re
from typing import cast

from ..harness.spec import Item

SIGNS = {
    "positive": "up", "beneficial": "up", "increase": "up", "increases": "up", "up": "up",
    "negative": "down", "harmful": "down", "decrease": "down", "decreases": "down", "down": "down",
    "no association": "none", "none": "none", "no effect": "none", "independent": "none", "no relationship": "none",
}  # fmt: skip


def score(item: Item, answer: str) -> float:
    """Share of the asked fields that are right."""
    marks = mark(item.target, answer)
    return sum(marks.values()) / len(marks)


def mark(target: str, answer: str | None) -> dict[str, bool]:
    """Each field of the key, and whether the answer has it right."""
    gold = _object(target)
    said = _object(answer)
    tolerance = gold.get("tolerance")
    allowed = float(tolerance) if isinstance(tolerance, int | float) else 0.0
    answers = cast("dict[str, object]", gold.get("answers") or {})
    return {name: _right(value, said.get(name), allowed) for name, value in answers.items()}


def _right(gold: object, said: object, tolerance: float) -> bool:
    if said is None:
        return False
    if isinstance(gold, int | float):
        return isinstance(said, int | float) and abs(said - gold) <= tolerance * (1 + 1e-9) + 1e-12
    if isinstance(gold, list):
        named = cast("list[object]", said) if isinstance(said, list) else re.split(r"[;,]", str(said))
        return {_plain(g) for g in cast("list[object]", gold)} == {_plain(n) for n in named}
    a, b = (str(v).strip().lower() for v in (gold, said))
    return SIGNS.get(a, a) == SIGNS.get(b, b)


def _plain(edge: object) -> str:
    return re.sub(r"\s+", "", str(edge).replace("→", "->")).lower()


def _object(text: str | None) -> dict[str, object]:
    try:
        found: object = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}
