"""Read cause-effect pairs in the formats in which they are published; each pair is turned round at random.

The published tables hold the cause first nearly always, so an order that was kept would give every answer away.
"""

from __future__ import annotations

import csv
import io
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ...agent.home import home_folder
from ...tools.domain.errors import UsageError
from ..harness.spec import Item

SAMPLE = Path(__file__).with_name("sample")
MOST_CHARACTERS = 200_000_000
CHOICES = ("A causes B", "B causes A")


class Pair(NamedTuple):
    """One pair as published."""

    name: str
    values: tuple[tuple[float, ...], tuple[float, ...]]
    first_is_cause: bool
    weight: float


def load(path: Path | None) -> Iterator[Item]:
    """Items of a folder or file: `*_pairs.csv` with `*_targets.csv`, `pairNNNN.txt` with `pairmeta.txt`, `*names.csv`.

    Pairs of several columns, and pairs whose direction is not known, are left out. None: the bundled sample.

    Raises:
        UsageError: nothing of these formats is there, or a file is damaged.
    """
    path = path or SAMPLE
    files = sorted(f for f in path.iterdir() if f.is_file()) if path.is_dir() else [path]
    known = [f for f in files if f.name.endswith(("_pairs.csv", "names.csv")) or f.name == "pairmeta.txt"]
    if not known:
        raise UsageError(
            f"{str(path)[:200]!r} holds no *_pairs.csv, *names.csv or pairmeta.txt; see evals/tuebingen/README.md."
        )
    for file in known:
        if file.name.endswith("names.csv"):
            yield from _named(file)
        else:
            pairs = _from_text(file) if file.name == "pairmeta.txt" else _from_table(file)
            yield from (_item(p) for p in pairs)


def _from_table(file: Path) -> Iterator[Pair]:
    """Two cells of numbers a row; the targets say 1 where the first is the cause and -1 where the second is."""
    targets_file = file.with_name(file.name.removesuffix("_pairs.csv") + "_targets.csv")
    targets = {row["SampleID"]: row["Target"] for row in _rows(targets_file, ("SampleID", "Target"))}
    for row in _rows(file, ("SampleID", "A", "B")):
        name = row["SampleID"]
        target = _number(targets.get(name, "nan"), file)
        a, b = (tuple(_number(v, file) for v in row[key].split()) for key in ("A", "B"))
        if len(a) != len(b):
            raise UsageError(f"Pair {name[:80]!r} of {file.name!r} has {len(a)} and {len(b)} values.")
        if target in (1, -1):
            yield Pair(name, (a, b), target == 1, 1.0)


def _from_text(meta: Path) -> Iterator[Pair]:
    """`pairmeta.txt`: number, first and last column of the cause, of the effect, weight; one file of rows a pair."""
    for line in _text(meta).splitlines():
        parts = line.split()
        if len(parts) < 6:
            continue
        cause, cause_end, effect, effect_end = (int(_number(p, meta)) for p in parts[1:5])
        file = meta.with_name(f"pair{parts[0].zfill(4)}.txt")
        if cause != cause_end or effect != effect_end or not file.is_file():
            continue
        rows = [[_number(v, file) for v in row.split()] for row in _text(file).splitlines() if row.strip()]
        columns = tuple(zip(*rows, strict=True))
        first, second = sorted((cause, effect))
        yield Pair(file.stem, (columns[first - 1], columns[second - 1]), cause < effect, _number(parts[5], meta))


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(MOST_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file.name!r} cannot be read: {error}.") from error
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"{file.name!r} has more than {MOST_CHARACTERS:,} characters.")
    return text


def _rows(file: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    csv.field_size_limit(MOST_CHARACTERS)
    reader = csv.DictReader(io.StringIO(_text(file)))
    if missing := [n for n in needed if n not in (reader.fieldnames or ())]:
        raise UsageError(f"{file.name!r} has no column {missing[0]!r}.")
    yield from reader


def _number(text: str, file: Path) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{file.name!r} holds {text[:40]!r} where a number belongs.") from None


def _item(pair: Pair) -> Item:
    turned = _turned(pair.name)
    a, b = reversed(pair.values) if turned else pair.values
    table = home_folder() / "evals" / "tuebingen" / f"{pair.name}.csv"
    table.parent.mkdir(parents=True, exist_ok=True)
    draft = table.with_suffix(f".{os.getpid()}")
    draft.write_text("A,B\n" + "".join(f"{x!r},{y!r}\n" for x, y in zip(a, b, strict=True)), encoding="utf-8")
    draft.replace(table)
    return Item(
        id=f"data-{pair.name}",
        prompt=f"The table {table.name} has {len(pair.values[0])} rows and the columns A and B. One causes the other. Which?",
        target=CHOICES[pair.first_is_cause == turned],
        answer_kind="choice",
        choices=CHOICES,
        groups={"from": "data", "weight": f"{pair.weight:g}"},
        cluster=pair.name,
        data={"table": str(table)},
    )


def _turned(name: str) -> bool:
    """Whether the pair is shown the other way round: a coin that is the same in every run."""
    return random.Random(f"tuebingen {name}").random() < 0.5


def _named(file: Path) -> Iterator[Item]:
    """Names alone: the numbers are not shown, and no tool can help."""
    for row in _rows(file, ("pair", "var1", "var2", "truth_ab", "truth_ba")):
        if (row["truth_ab"], row["truth_ba"]) not in (("1", "0"), ("0", "1")):
            continue
        turned = _turned(f"names {row['pair']}")
        a, b = (row["var2"], row["var1"]) if turned else (row["var1"], row["var2"])
        yield Item(
            id=f"names-{row['pair']}",
            prompt=f"Which is more likely: that a change of A brings about a change of B, or the reverse?\nA: {a}\nB: {b}",
            target=CHOICES[(row["truth_ab"] == "1") == turned],
            answer_kind="choice",
            choices=CHOICES,
            groups={"from": "names"},
            cluster=row["pair"],
        )
