"""Credit for one answer: right or wrong, within the tolerance, or the F1 of the edges of a graph."""

from __future__ import annotations

import re

from ..harness.answers import as_number
from ..harness.spec import Item
from ..structural.marks import Mark, f1

_EDGE = re.compile(r"\s*(?P<a>.+?)\s*(?P<mark>->|<-|--)\s*(?P<b>.+?)\s*")


def score(item: Item, answer: str) -> float:
    """Credit in [0, 1]; a graph that is not written as asked gets none."""
    if item.answer_kind == "number":
        given = as_number(answer)
        return float(given is not None and abs(given - float(item.target)) <= item.tolerance)
    if item.answer_kind == "text":
        mine = edges(answer)
        return 0.0 if mine is None else f1(mine, edges(item.target) or ())
    return float(answer == item.target)


def edges(text: str) -> frozenset[Mark] | None:
    """The edges of a graph in words, each written one way; None when it is no list of edges."""
    found: set[Mark] = set()
    for part in re.split(r"[;\n]", text):
        if part.strip().lower() in ("", "none"):
            continue
        match = _EDGE.fullmatch(part)
        if match is None:
            return None
        a, mark, b = match["a"], match["mark"], match["b"]
        found.add((a, mark, b) if a < b else (b, {"->": "<-", "<-": "->"}.get(mark, mark), a))
    return frozenset(found)
