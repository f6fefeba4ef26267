"""Read discrete Bayesian networks in the Bayesian interchange format (BIF), and draw rows from them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...tools.domain.edges import edge
from ...tools.domain.errors import BadArguments, UsageError
from ...tools.domain.graphs import Dag

MOST_CHARACTERS = 20_000_000
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_BLOCK = re.compile(r"(variable|probability)\s+([^{]+?)\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", re.DOTALL)
_LEVELS = re.compile(r"type\s+discrete\s*\[\s*\d+\s*\]\s*\{([^}]*)\}")
_ENTRY = re.compile(r"(table|default|\([^)]*\))\s*([^;]*);")


class Node(NamedTuple):
    """One variable: its levels, its causes, and a row of chances for every combination of their levels."""

    levels: tuple[str, ...]
    parents: tuple[str, ...]
    chances: npt.NDArray[np.float64]
    """One row per combination of the parents' levels, the last parent's changing fastest."""


class Network(NamedTuple):
    """A discrete Bayesian network."""

    name: str
    nodes: dict[str, Node]
    dag: Dag

    def sample(self, n_samples: int, seed: int) -> dict[str, list[str]]:
        """Draw rows; levels as words."""
        rng = np.random.default_rng(seed)
        codes: dict[str, npt.NDArray[np.intp]] = {}
        for name in self.dag.topological_order():
            node = self.nodes[name]
            row = np.zeros(n_samples, dtype=np.intp)
            for parent in node.parents:
                row = row * len(self.nodes[parent].levels) + codes[parent]
            reached = np.cumsum(node.chances, axis=1)[row]
            drawn = (rng.random(n_samples)[:, None] >= reached).sum(axis=1)
            codes[name] = np.minimum(drawn, len(node.levels) - 1)
        return {n: [self.nodes[n].levels[c] for c in codes[n]] for n in self.nodes}


def read_bif(path: Path) -> Network:
    """Read a network of a `.bif` or `.bif.gz` file.

    Raises:
        UsageError: the file cannot be read, is too large, or is no network; the message names the variable.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            text = file.read(MOST_CHARACTERS + 1).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"Network {str(path)[:200]!r} cannot be read: {error}.") from error
    name = path.name.removesuffix(".gz").removesuffix(".bif")
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"Network {name!r} has more than {MOST_CHARACTERS:,} characters.")
    blocks = [(m[1], m[2], m[3]) for m in _BLOCK.finditer(_COMMENT.sub("", text))]
    levels = {head.strip(): _levels(body, head) for kind, head, body in blocks if kind == "variable"}
    nodes = dict(_node(head, body, levels) for kind, head, body in blocks if kind == "probability")
    if not nodes or set(nodes) != set(levels):
        odd = sorted(set(nodes) ^ set(levels))
        raise UsageError(f"Network {name!r} lacks a variable or its probabilities: {odd[:5]!r}.")
    arrows = [edge(p, "->", n) for n in levels for p in nodes[n].parents]
    try:
        return Network(name, {n: nodes[n] for n in levels}, Dag.build(arrows, nodes=levels))
    except BadArguments as error:
        raise UsageError(f"Network {name!r} is no DAG: {error}") from error


def _levels(body: str, name: str) -> tuple[str, ...]:
    found = _LEVELS.search(body)
    if found is None:
        raise UsageError(f"Variable {name[:80]!r} has no line `type discrete [ k ] {{ … }};`.")
    return tuple(level.strip() for level in found[1].split(","))


def _node(head: str, body: str, levels: dict[str, tuple[str, ...]]) -> tuple[str, Node]:
    inside = head.strip().removeprefix("(").removesuffix(")")
    name, _, behind = (part.strip() for part in inside.partition("|"))
    parents = tuple(p.strip() for p in behind.split(",") if p.strip())
    if unknown := [n for n in (name, *parents) if n not in levels]:
        raise UsageError(f"Probabilities name {unknown[0][:80]!r}, which is no variable of the network.")
    rows = dict(_rows(name, body, parents, levels))
    points = list(product(*(levels[p] for p in parents)))
    default = rows.get(("default",))
    if missing := [p for p in points if p not in rows and default is None]:
        raise UsageError(f"Variable {name!r} has no probabilities for {missing[0]!r} of {parents!r}.")
    return name, Node(levels[name], parents, np.array([rows.get(p, default) for p in points], dtype=np.float64))


def _rows(
    name: str, body: str, parents: tuple[str, ...], levels: dict[str, tuple[str, ...]]
) -> Iterator[tuple[tuple[str, ...], npt.NDArray[np.float64]]]:
    n_levels = len(levels[name])
    for key, values in _ENTRY.findall(body):
        try:
            chances = np.array([float(v) for v in values.replace(",", " ").split()])
        except ValueError:
            raise UsageError(f"Probabilities of {name!r} hold no numbers: {values[:80]!r}.") from None
        points = [tuple(part.strip() for part in key.strip("()").split(","))] if key[0] == "(" else [(key,)]
        if key == "table":  # the levels of the variable change slowest
            points = list(product(*(levels[p] for p in parents)))
            chances = chances.reshape(n_levels, -1).T if len(chances) == n_levels * len(points) else chances[None, :]
        for point, row in zip(points, np.atleast_2d(chances), strict=False):
            if len(row) != n_levels or (row < 0).any() or abs(row.sum() - 1) > 0.02:
                raise UsageError(f"Probabilities of {name!r} at {point!r} are not {n_levels} chances that sum to 1.")
            yield point, row / row.sum()
