"""Put questions about a structural model into words, with the answers that the model itself gives.

About edges only what the true equivalence class decides is asked, so that data can tell; about effects, what was
measured before the treatment is said, so that adjustment can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from pathlib import Path
from typing import Any, cast

import numpy as np

from ...tools.domain.equivalence import cpdag_of
from ...tools.domain.graphs import Cpdag
from ...tools.domain.separation import separated
from ..harness.spec import Item
from ..structural.marks import edges_in_words
from ..structural.models import RandomModel

TOLERANCE = 0.15
"""How far an effect may be from the true one, in standard deviations of the outcome."""
Draft = tuple[str, str, dict[str, Any]]
"""Question, answer, and the question as typed fields."""


def questions(model: RandomModel, table: Path, identity: str, rng: np.random.Generator) -> Iterator[Item]:
    """One question of each kind that the model has, balanced between yes and no where both are there."""
    truth = cpdag_of(model.dag)
    columns = np.column_stack(list(_read(table).values()))
    yield from _items(
        model, table, identity, {
            "variable": [*_independence(model, rng, conditional=False), *_independence(model, rng, conditional=True)],
            "edge": [*_direct(truth, rng), *_fork(truth, rng, "collider"), *_fork(truth, rng, "confounder")],
            "graph": [_graph(truth)],
            "effect": [*_effect(model, _read(table), rng)],
        }, n_rows=len(columns),
    )  # fmt: skip


def _items(
    model: RandomModel, table: Path, identity: str, drafts: dict[str, list[Draft]], n_rows: int
) -> Iterator[Item]:
    names = ", ".join(model.dag.nodes)
    head = (
        f"The table {table.name} has {n_rows} rows, each a draw of its own, and the columns {names}. No common cause of two "
        "columns is left out."
    )
    for level, found in drafts.items():
        for question, answer, asked in found:
            kind = {"graph": "text", "effect": "number"}.get(level, "yes_no")
            tolerance = asked.pop("tolerance", 0.0)
            yield Item(
                id=f"{identity}-{level}-{asked['kind']}",
                prompt=f"{head} {question}",
                target=answer,
                answer_kind=cast("Any", kind),
                tolerance=tolerance,
                groups={
                    "level": level,
                    "kind": asked["kind"],
                    "model": model.kind,
                    "n_variables": str(len(model.dag.nodes)),
                },
                cluster=identity,
                data={"table": str(table), "asked": asked},
            )


def _read(table: Path) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """The table as written, rounding included."""
    with table.open(encoding="utf-8") as lines:
        names = next(lines).strip().split(",")
    values = np.loadtxt(table, delimiter=",", skiprows=1, ndmin=2)
    return {n: values[:, i] for i, n in enumerate(names)}


def _pick(cases: dict[str, list[Draft]], rng: np.random.Generator) -> Iterator[Draft]:
    """One draft, its answer drawn first, so that yes and no come about equally often."""
    open_ = [answer for answer in ("yes", "no") if cases[answer]]
    if open_:
        found = cases[str(rng.choice(open_))]
        yield found[int(rng.integers(len(found)))]


def _independence(model: RandomModel, rng: np.random.Generator, *, conditional: bool) -> Iterator[Draft]:
    cases: dict[str, list[Draft]] = {"yes": [], "no": []}
    kind = "conditional_independence" if conditional else "independence"
    for a, b in combinations(model.dag.nodes, 2):
        others = [n for n in model.dag.nodes if n not in (a, b)]
        sets = [s for size in (1, 2) for s in combinations(others, size)] if conditional else [()]
        for given in sets:
            answer = "yes" if separated(model.dag, (a,), (b,), given) else "no"
            behind = f" given {' and '.join(given)}" if given else ""
            asked = {"kind": kind, "source": a, "target": b, "given": list(given)}
            cases[answer].append((f"Is {a} independent of {b}{behind}?", answer, asked))
    yield from _pick(cases, rng)


def _direct(truth: Cpdag, rng: np.random.Generator) -> Iterator[Draft]:
    cases: dict[str, list[Draft]] = {"yes": [], "no": []}
    for a, b in permutations(truth.nodes, 2):
        if b in truth.undirected_neighbours(a):
            continue
        answer = "yes" if b in truth.children(a) else "no"
        question = f"Is {a} a direct cause of {b}, among these columns?"
        cases[answer].append((question, answer, {"kind": "direct_cause", "source": a, "target": b}))
    yield from _pick(cases, rng)


def _fork(truth: Cpdag, rng: np.random.Generator, kind: str) -> Iterator[Draft]:
    """Whether a third column is a direct effect, or a direct cause, of two."""
    cases: dict[str, list[Draft]] = {"yes": [], "no": []}
    words = {"collider": "a common direct effect (a collider)", "confounder": "a common direct cause (a confounder)"}[
        kind
    ]
    for a, b in combinations(truth.nodes, 2):
        for c in truth.nodes:
            if c in (a, b) or not {a, b}.isdisjoint(truth.undirected_neighbours(c)):
                continue
            near = truth.parents(c) if kind == "collider" else truth.children(c)
            answer = "yes" if {a, b} <= set(near) else "no"
            # a node joined to neither would make every "no" easy
            if answer == "no" and truth.edge_between(a, c) is None and truth.edge_between(b, c) is None:
                continue
            asked = {"kind": kind, "source": a, "target": b, "via": c}
            cases[answer].append((f"Is {c} {words} of {a} and {b}?", answer, asked))
    yield from _pick(cases, rng)


def _graph(truth: Cpdag) -> Draft:
    question = (
        "What is the causal graph? Give every edge once, separated by semicolons: `a -> b` where the data decide the "
        "direction, `a -- b` where graphs of the same equivalence class differ."
    )
    return question, edges_in_words(truth), {"kind": "equivalence_class"}


def _effect(model: RandomModel, table: dict[str, Any], rng: np.random.Generator) -> Iterator[Draft]:
    """The average effect of a column on a later one; half of the time on one that it does affect."""
    order = model.order
    pairs = list(combinations(order, 2))
    moved = [(a, b) for a, b in pairs if b in model.dag.descendants(a)]
    pool = moved if moved and rng.random() < 0.75 else pairs
    t, y = pool[int(rng.integers(len(pool)))]
    control, treated = (0.0, 1.0)
    if model.kind != "binary":
        control, treated = (round(float(np.quantile(table[t], q)), 2) for q in (0.25, 0.75))
    before = sorted(order[: order.index(t)])
    said = f"Measured before {t}: {', '.join(before)}. " if before else f"Nothing was measured before {t}. "
    question = (
        f"{said}By how much does the mean of {y} change when {t} is set from {control:g} to {treated:g} for every row?"
    )
    asked = {
        "kind": "average_effect", "treatment": t, "outcome": y, "control": control, "treated": treated, "before": before,
        "tolerance": TOLERANCE * float(table[y].std()),
    }  # fmt: skip
    yield question, f"{model.effect(t, y, control, treated):.6f}", asked
