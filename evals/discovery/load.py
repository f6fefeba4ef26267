"""Items of graph discovery: a network or a table with its graph, a number of rows, an algorithm."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from ...agent.home import home_folder
from ...tools.domain.errors import UsageError
from ...tools.domain.formats import read_graph
from ...tools.domain.graphs import Dag, Graph
from ..harness.spec import Item
from ..structural.marks import class_of, edges_in_words
from .bif import read_bif

SAMPLE = Path(__file__).with_name("sample")
SACHS = Path(__file__).parents[1] / "data" / "sachs"
SIZES = (1000, 5000)
SEED = 1
DISCRETE = ("chosen", "discover_pc", "discover_ges")
CONTINUOUS = (*DISCRETE, "discover_directlingam")
"""`chosen` is what `discover_select` picks, as the rule policy does."""


def load(path: Path | None) -> Iterator[Item]:
    """Items of a network file, or of all `.bif` and `.bif.gz` files of a folder; None: the bundled ones, and Sachs' cells.

    Rows are drawn with a fixed seed into Whence's own folder, so that everyone has the same tables.

    Raises:
        UsageError: there is no network, or a file is none.
    """
    folder = path or SAMPLE
    files = sorted(f for f in folder.iterdir() if f.name.endswith((".bif", ".bif.gz"))) if folder.is_dir() else [folder]
    if not files:
        raise UsageError(f"There is no .bif or .bif.gz file in {str(folder)[:200]!r}.")
    for file in files:
        network = read_bif(file)
        for n_rows in SIZES:
            table = home_folder() / "evals" / "discovery" / f"{network.name}-n{n_rows}-s{SEED}.csv"
            if not table.is_file():
                _write(network.sample(n_rows, SEED), table)
            yield from _items(network.name, network.dag, table, n_rows, DISCRETE)
    if path is None:
        truth = read_graph((SACHS / "truth.txt").read_text(encoding="utf-8"))
        yield from _items("sachs-cells", truth, SACHS / "sachs.csv", 853, CONTINUOUS)


def _write(columns: dict[str, list[str]], table: Path) -> None:
    """Write a table whole or not at all: another process may be looking for it."""
    table.parent.mkdir(parents=True, exist_ok=True)
    draft = table.with_suffix(f".{os.getpid()}")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    draft.replace(table)


def _items(name: str, truth: Graph, table: Path, n_rows: int, tools: tuple[str, ...]) -> Iterator[Item]:
    assert isinstance(truth, Dag)
    for tool in tools:
        yield Item(
            id=f"{name}-n{n_rows}-{tool}",
            prompt=(
                f"The table {table.name} has {n_rows} rows and the columns {', '.join(truth.nodes)}. What is the causal "
                "graph? Give its equivalence class, every edge once, separated by semicolons: `a -> b` where the direction "
                "is decided, `a -- b` where it is not."
            ),
            target=edges_in_words(class_of(truth)),
            answer_kind="text",
            groups={"network": name, "rows": str(n_rows), "algorithm": tool},
            cluster=name,
            data={"table": str(table), "tool": tool},
        )
