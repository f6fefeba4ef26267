"""Assign groups of phrases to variables: by words in common, by the graph, and by elimination."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from .likeness import covered, head, sense

MOST_ASSIGNMENTS = 20_000
HEAD = 0.2
HIDDEN = 0.45
"""What is not observed is seldom what the numbers are about."""
WHOLE = 1.0
"""What it counts that a rule has all direct causes of its effect."""
SURE = 0.99
"""A group that has all words of one name, and of no longer one, is that variable's."""


@dataclass(frozen=True)
class Axis:
    """Phrases for the levels of one variable, in the order of the text."""

    phrases: tuple[str, ...]


class Row(NamedTuple):
    """Groups that one statement relates, by their places: they are of different variables."""

    effect: int
    others: tuple[int, ...]
    conditional: bool
    """Whether the others are what the effect depends on."""
    whole: bool = False
    """Whether they are all that it depends on."""


def assign(
    axes: Sequence[Axis],
    rows: Sequence[Row],
    nodes: tuple[str, ...],
    edges: Sequence[tuple[str, str]],
    latent: Collection[str] = (),
) -> list[str | None]:
    """The variable of each group of phrases; None where nothing decides."""
    if not nodes:
        return [None] * len(axes)
    stems = [tuple(dict.fromkeys(s for p in a.phrases for s in sense(p).stems)) for a in axes]
    words = _likeness_to_names(axes, stems, nodes)
    for row in words:
        row |= {n: row[n] - HIDDEN for n in latent if n in row}
    choices = [_choices(w, nodes) for w in words]
    _release(choices, rows, nodes)
    ties = _ties(stems)
    size = 1
    for c in choices:
        size *= len(c)
    if size > MOST_ASSIGNMENTS:
        choices = [sorted(c, key=lambda n, w=w: -w[n])[:2] for c, w in zip(choices, words, strict=True)]
    graph = _Graph(nodes, edges)
    best: tuple[float, tuple[str, ...]] | None = None
    for tried in product(*choices) if _count(choices) <= MOST_ASSIGNMENTS else [tuple(c[0] for c in choices)]:
        score = sum(w[n] for w, n in zip(words, tried, strict=True))
        score += sum(value if tried[i] == tried[j] else -0.5 * value for (i, j), value in ties.items())
        score += sum(graph.fit(tried[r.effect], tuple(tried[i] for i in r.others), r) for r in rows)
        score += 0.1 * len(set(tried))
        if best is None or score > best[0] + 1e-9:
            best = score, tried
    return list(best[1]) if best else [None] * len(axes)


def _count(choices: Sequence[Sequence[str]]) -> int:
    size = 1
    for c in choices:
        size *= len(c)
    return size


def _likeness_to_names(
    axes: Sequence[Axis], stems: Sequence[tuple[str, ...]], nodes: tuple[str, ...]
) -> list[dict[str, float]]:
    """How much of each name is in each group."""
    names = {n: sense(n).stems for n in nodes}
    found: list[dict[str, float]] = []
    for axis, own in zip(axes, stems, strict=True):
        heads = {head(p) for p in axis.phrases}
        row: dict[str, float] = {}
        for n, wanted in names.items():
            shared = 0.75 * covered(wanted, own) + 0.25 * covered(own, wanted)
            # that no word of a long name occurs is less likely than that a short one was replaced
            # and the last word says what a phrase is about: a smoking gene is a gene
            bonus = HEAD if head(n) in heads else 0.0
            row[n] = shared + bonus or -0.05 * len(wanted)
        found.append(row)
    return found


def _choices(likeness: dict[str, float], nodes: tuple[str, ...]) -> list[str]:
    top = max(likeness.values())
    sure = [n for n, v in likeness.items() if v == top]
    return sure if top >= SURE and len(sure) == 1 else list(nodes)


def _release(choices: list[list[str]], rows: Sequence[Row], nodes: tuple[str, ...]) -> None:
    """Let groups that a statement relates go free where their words point to one and the same variable."""
    for row in rows:
        fixed = [i for i in dict.fromkeys((row.effect, *row.others)) if len(choices[i]) == 1]
        taken = [choices[i][0] for i in fixed]
        for i, name in zip(fixed, taken, strict=True):
            if taken.count(name) > 1:
                choices[i] = list(nodes)


def _ties(stems: Sequence[tuple[str, ...]]) -> dict[tuple[int, int], float]:
    """How much groups have in common with each other."""
    found: dict[tuple[int, int], float] = {}
    for i, one in enumerate(stems):
        for j in range(i + 1, len(stems)):
            value = 0.5 * (covered(one, stems[j]) + covered(stems[j], one))
            if value:
                found[i, j] = value
    return found


class _Graph:
    """What the graph says about a statement's variables."""

    def __init__(self, nodes: tuple[str, ...], edges: Sequence[tuple[str, str]]) -> None:
        self.parents = {n: {a for a, b in edges if b == n} for n in nodes}
        self.children = {n: {b for a, b in edges if a == n} for n in nodes}
        self.ancestors: dict[str, set[str]] = {}
        for n in nodes:
            found: set[str] = set()
            todo = list(self.parents[n])
            while todo:
                a = todo.pop()
                if a not in found:
                    found.add(a)
                    todo += self.parents[a]
            self.ancestors[n] = found

    def fit(self, effect: str, others: tuple[str, ...], row: Row) -> float:
        """How well a statement fits: its variables differ, and the effect comes after what it depends on."""
        if len({effect, *others}) <= len(others):
            return -5.0
        if not others:
            return 0.0 if self.parents[effect] else 0.1
        if not row.conditional:
            return 0.0
        if row.whole and self.parents[effect]:
            return WHOLE if set(others) == self.parents[effect] else -WHOLE
        if any(effect in self.ancestors[o] for o in others):
            return -0.6
        score = 0.4 if set(others) <= self.ancestors[effect] else 0.0
        if len(others) > 1:
            return score + (0.3 if set(others) == self.parents[effect] else 0.0)
        # one condition tells little of its place: mostly it is a first cause, and the effect the last one
        return score + 0.1 * all(not self.parents[o] for o in others) + 0.1 * (not self.children[effect])
