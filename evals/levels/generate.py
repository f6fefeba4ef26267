"""Make new questions over new structural models, any number, seeded and streamed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from ...agent.home import home_folder
from ..harness.spec import Item
from ..structural.models import KINDS, RandomModel, draw
from .questions import questions

N_ROWS = 1500
SMALLEST, LARGEST = 4, 7
"""Columns of a table."""
SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo")


def generate(number: int, seed: int) -> Iterator[Item]:
    """Questions of about eight a model; tables are written into Whence's own folder, each model's before its questions."""
    folder = home_folder() / "evals" / "levels" / f"seed-{seed}"
    yield from islice(stream(seed, folder), number)


def stream(seed: int, folder: Path, n_rows: int = N_ROWS) -> Iterator[Item]:
    """Questions without end; the model with the same seed and place is always the same."""
    folder.mkdir(parents=True, exist_ok=True)
    place = 0
    while True:
        rng = np.random.default_rng([seed, place])
        kind = KINDS[place % len(KINDS)]
        names = made_up(int(rng.integers(SMALLEST, LARGEST + 1)), rng)
        model = draw(kind, names, rng)
        table = folder / f"model-{place}.csv"
        write(model, table, n_rows, rng)
        yield from questions(model, table, f"levels-{seed}-{place}", rng)
        place += 1


def made_up(number: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Names that mean nothing and whose order tells nothing."""
    found: dict[str, None] = {}
    while len(found) < number:
        found["".join(str(s) for s in rng.choice(SYLLABLES, 2))] = None
    return tuple(found)


def write(model: RandomModel, table: Path, n_rows: int, rng: np.random.Generator) -> None:
    """Draw a table and write it as CSV; 0 and 1 stay whole numbers."""
    values = model.sample(n_rows, rng)
    form = "%d" if model.kind == "binary" else "%.5g"
    np.savetxt(
        table, np.column_stack(list(values.values())), delimiter=",", header=",".join(values), comments="", fmt=form
    )
