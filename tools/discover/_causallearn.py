"""The seam with causal-learn: positional names in, our graphs out, silence in between.

In causal-learn's edge matrices entry [i, j] is the mark at i of the edge between i and j: -1 tail, 1 arrow, 2 circle.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

from ..domain.edges import Edge, Mark
from ..domain.errors import BackendFailed, ToolError
from ..domain.graphs import Cpdag, Pag

if TYPE_CHECKING:
    from ..coding import Floats

T = TypeVar("T")

MARKS: dict[int, Mark] = {-1: "tail", 1: "arrow", 2: "circle"}
"""causal-learn's `Endpoint` codes."""


@contextmanager
def silenced() -> Generator[None]:
    """No print, progress bar or warning of the library reaches the user."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def call(algorithm: str, function: Callable[[], T]) -> T:
    """Make the one library call of a tool.

    Raises:
        BackendFailed: the library raised; its error is the cause.
    """
    try:
        with silenced():
            return function()
    except ToolError:
        raise
    except Exception as error:
        raise BackendFailed(
            f"causal-learn's {algorithm} failed: {type(error).__name__}: {str(error)[:160]}. Try another tool, or fewer variables."
        ) from error


def positional(n: int) -> list[str]:
    """Names that no column name can clash with or break: X1, X2, …"""
    return [f"X{i + 1}" for i in range(n)]


def skeleton_of(matrix: Floats, names: tuple[str, ...]) -> frozenset[frozenset[str]]:
    """Adjacent pairs of an edge matrix."""
    return frozenset(
        frozenset((names[i], names[j])) for i, j in combinations(range(len(names)), 2) if matrix[i, j] or matrix[j, i]
    )


def cpdag_from(matrix: Floats, names: tuple[str, ...]) -> Cpdag:
    """An edge matrix with tails and arrows as a CPDAG."""
    return Cpdag.build(_edges(matrix, names), nodes=names)


def pag_from(matrix: Floats, names: tuple[str, ...]) -> Pag:
    """An edge matrix with tails, arrows and circles as a PAG."""
    return Pag.build(_edges(matrix, names), nodes=names)


def _edges(matrix: Any, names: tuple[str, ...]) -> list[Edge]:
    found: list[Edge] = []
    for i, j in combinations(range(len(names)), 2):
        at_i, at_j = int(matrix[i, j]), int(matrix[j, i])
        if not at_i and not at_j:
            continue
        if at_i not in MARKS or at_j not in MARKS:
            raise BackendFailed(f"causal-learn gave the edge codes {at_i}, {at_j}, which stand for no edge of ours.")
        e = Edge(source=names[i], target=names[j], mark_source=MARKS[at_i], mark_target=MARKS[at_j], origin="data")
        found.append(e.reversed() if e.symbol in ("<-", "<-o", "--o") else e)
    return found
