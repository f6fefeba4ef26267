"""Credit for one answer: right or wrong, within the tolerance, or the F1 of the edges of a graph."""

from __future__ import annotations

from ..harness.answers import as_number
from ..harness.spec import Item
from ..structural.marks import f1, read_edges


def score(item: Item, answer: str) -> float:
    """Credit in [0, 1]; a graph that is not written as asked gets none."""
    if item.answer_kind == "number":
        given = as_number(answer)
        return float(given is not None and abs(given - float(item.target)) <= item.tolerance)
    if item.answer_kind == "text":
        mine = read_edges(answer)
        return 0.0 if mine is None else f1(mine, read_edges(item.target) or ())
    return float(answer == item.target)
