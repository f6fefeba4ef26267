"""BIC scores by the type of the columns, higher is better, equal for graphs of one equivalence class.

Numbers: Gaussian. Labels: multinomial tables. Both: the degenerate Gaussian score, in which labels are indicators
(Andrews, Ramsey and Cooper 2019). Each is `log likelihood - log(n) / 2 x parameters`, up to a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Literal

from ..domain.knowledge import Knowledge
from ._columns import Columns
from ._knowledge import banned_pairs

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Score = Callable[[int, tuple[int, ...]], float]
ScoreName = Literal["auto", "gaussian", "multinomial", "mixed"]

NEVER = -1e9
"""Added for an edge the knowledge bans; far below any likelihood."""
ALWAYS = 1e6
"""Added for an edge the knowledge requires; the same from either end, so that equivalent graphs stay equal."""

WORDS: dict[str, str] = {
    "gaussian": "Gaussian BIC",
    "multinomial": "multinomial BIC",
    "mixed": "degenerate Gaussian BIC, labels as indicators",
}
_LOCK = Lock()


def choose_score(columns: Columns, n_parents: int = 2) -> Literal["gaussian", "multinomial", "mixed"]:
    """The score that fits the columns' types.

    Labels with so many levels that a table of a child and `n_parents` parents would be empty are scored as indicators.
    """
    if all(columns.n_levels):
        largest = sorted(columns.n_levels)[-(n_parents + 1) :]
        cells = 1
        for k in largest:
            cells *= k
        return "multinomial" if cells <= columns.n_samples else "mixed"
    return "mixed" if any(k for k in columns.n_levels) else "gaussian"


class BlockScore:
    """Degenerate Gaussian BIC of blocks of columns; with one column a block it is the Gaussian BIC."""

    def __init__(self, columns: Columns) -> None:
        import numpy as np

        blocks = [columns.block(j) for j in range(len(columns.names))]
        x = np.hstack(blocks)
        self._covariance = np.cov(x.T, ddof=0).reshape(x.shape[1], x.shape[1])
        ends = np.cumsum([b.shape[1] for b in blocks])
        self._rows = [list(range(end - b.shape[1], end)) for end, b in zip(ends, blocks, strict=True)]
        self._n_samples = columns.n_samples
        self._log_dets: dict[tuple[int, ...], float] = {}

    def __call__(self, child: int, parents: tuple[int, ...]) -> float:
        """Log likelihood of the child given its parents, less the price of its parameters."""
        import numpy as np

        own = len(self._rows[child])
        given = sum(len(self._rows[p]) for p in parents)
        spread = self._log_det(tuple(sorted((child, *parents)))) - self._log_det(tuple(sorted(parents)))
        n_parameters = own * given + own * (own + 1) / 2
        return -0.5 * self._n_samples * spread - 0.5 * float(np.log(self._n_samples)) * n_parameters

    def _log_det(self, group: tuple[int, ...]) -> float:
        import numpy as np

        if group not in self._log_dets:
            rows = [k for j in group for k in self._rows[j]]
            self._log_dets[group] = float(np.linalg.slogdet(self._covariance[np.ix_(rows, rows)])[1]) if rows else 0.0
        return self._log_dets[group]


class TableScore:
    """Multinomial BIC of labels: a free distribution of the child for every combination of its parents."""

    def __init__(self, columns: Columns) -> None:
        import numpy as np

        self._codes: npt.NDArray[np.int64] = columns.values.astype(np.int64)
        self._levels = columns.n_levels
        self._n_samples = columns.n_samples

    def __call__(self, child: int, parents: tuple[int, ...]) -> float:
        """Log likelihood of the child's table, less the price of its cells."""
        import numpy as np

        cell = np.zeros(self._n_samples, dtype=np.int64)
        n_cells = 1
        for p in parents:
            cell = cell * self._levels[p] + self._codes[:, p]
            n_cells *= self._levels[p]
            if n_cells > self._n_samples:
                cell = np.unique(cell, return_inverse=True)[1].astype(np.int64)
        seen = int(cell.max()) + 1
        own = self._levels[child]
        counts = np.bincount(cell * own + self._codes[:, child], minlength=seen * own).reshape(seen, own)
        totals = counts.sum(axis=1, keepdims=True)
        share = np.divide(counts, totals, out=np.ones(counts.shape), where=counts > 0)
        likelihood = float((counts * np.log(share)).sum())
        return likelihood - 0.5 * float(np.log(self._n_samples)) * (own - 1) * n_cells


def with_knowledge(score: Score, columns: Columns, knowledge: Knowledge) -> Score:
    """The score with a price on banned pairs and a reward for required ones, the same from either end."""
    position = {n: i for i, n in enumerate(columns.names)}
    banned = {frozenset(position[n] for n in pair) for pair in banned_pairs(knowledge, columns.names)}
    required = {frozenset((position[a], position[b])) for a, b in knowledge.required}
    if not banned and not required:
        return score

    def scored(child: int, parents: tuple[int, ...]) -> float:
        pairs = [frozenset((child, p)) for p in parents]
        extra = sum(NEVER * (pair in banned) + ALWAYS * (pair in required) for pair in pairs)
        return score(child, parents) + extra

    return scored


@contextmanager
def scoring(score: Score) -> Generator[str]:
    """Let causal-learn's GES use a score of ours; yields the name to pass.

    `ges` takes scores by name only and looks the function up in its module, so the function of that name is exchanged
    while the search runs.
    """
    from causallearn.search.ScoreBased import GES

    def local_score(data: object, child: int, parents: list[int], parameters: object) -> float:
        return score(int(child), tuple(sorted(int(p) for p in parents)))

    with _LOCK:
        original = GES.local_score_BDeu
        GES.local_score_BDeu = local_score
        try:
            yield "local_score_BDeu"
        finally:
            GES.local_score_BDeu = original
