"""Items of the two halves: tables written for a seed, in the form of textbook data questions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np

from ...agent.home import home_folder
from ...tools.domain.errors import UsageError
from ..harness.spec import Item
from . import a_natural, a_observed, a_trials, b_natural, b_observed, b_trials
from .study import Asked, Study

HALVES: dict[str, tuple[Study, ...]] = {
    "A": (*a_trials.STUDIES, *a_natural.STUDIES, *a_observed.STUDIES),
    "B": (*b_trials.STUDIES, *b_natural.STUDIES, *b_observed.STUDIES),
}
"""Half A is developed on, half B is only measured."""


def load(path: Path | None) -> Iterator[Item]:
    """Every question of both halves, on tables drawn with seed 0.

    Raises:
        UsageError: a path is given; the tables are made here and there is no published file of them.
    """
    if path is not None:
        raise UsageError(
            f"The studies are made here, so {str(path)[:200]!r} cannot be read; leave --data out or take --generate."
        )
    yield from one_draw(0)


def generate(number: int, seed: int) -> Iterator[Item]:
    """Questions on tables drawn anew, all of them on one draw before the next is made."""
    yield from islice((item for draw in count() for item in one_draw(seed * 1000 + draw)), number)


def one_draw(seed: int, half: str | None = None) -> Iterator[Item]:
    """The questions of one half, or of both, on tables drawn with one seed."""
    for name, studies in HALVES.items():
        if half in (None, name):
            for study in studies:
                yield from _items(study, name, seed)


def _items(study: Study, half: str, seed: int) -> Iterator[Item]:
    drawn = study.draw(np.random.default_rng([seed, *study.name.encode()]))
    table = home_folder() / "evals" / "studies" / str(seed) / f"{study.name}.csv"
    _write(drawn.columns, table)
    for number, asked in enumerate(study.asked):
        yield Item(
            id=f"{half}-{study.name}-{seed}-{number}",
            prompt=f"{study.about}\n\nThe table {table.name} has the columns: {', '.join(drawn.columns)}\n\n{asked.words}",
            target=json.dumps(_target(asked, drawn.truth)),
            answer_kind="text",
            groups={"half": half, "method": asked.method[0] if asked.method else "none"},
            cluster=study.name,
            data={"table": str(table), "about": study.about, "question": asked.words, "form": "parts"},
        )


def _target(asked: Asked, truth: Mapping[str, float]) -> dict[str, object]:
    """What is right, in the words of the textbook marks; empty where there is nothing to answer."""
    if not asked.truth:
        return {}
    variable = {"running": asked.running} if asked.running else {"treatment": asked.treatment}
    return {**variable, "outcome": asked.outcome, "method": " or ".join(asked.method), "effect": truth[asked.truth]}


def _write(columns: Mapping[str, Any], table: Path) -> None:
    """Write a table whole or not at all."""
    import pandas as pd

    table.parent.mkdir(parents=True, exist_ok=True)
    draft = table.with_suffix(f".{os.getpid()}")
    pd.DataFrame(dict(columns)).to_csv(draft, index=False, float_format="%.6g")
    draft.replace(table)
