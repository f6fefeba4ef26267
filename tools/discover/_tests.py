"""Independence tests by the type of the columns, behind causal-learn's interface.

`fisherz`, `gsq` and `chisq` are causal-learn's. `mixed` is the generalised covariance measure (Shah & Peters 2020): residuals of
two columns given a third set, labels as indicators and numbers as splines, are tested for correlation with an error that does not
assume equal variances. A wrapper adds what every test must keep: required edges and order in time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from ..coding import show
from ..domain.errors import AssumptionViolated
from ..domain.knowledge import Knowledge
from ._columns import Columns

if TYPE_CHECKING:
    from ..coding import Floats, Ints

TestName = Literal["auto", "fisherz", "gsq", "chisq", "mixed"]
PValue = Callable[[int, int, tuple[int, ...]], float]

ROWS_PER_CELL = 5
"""A contingency-table test with fewer rows per cell is not run; the edge then stays."""
MAX_TABLE_LEVELS = 10
KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
FEW_KNOTS = (0.1, 0.5, 0.9)
ROWS_FOR_KNOTS = 300
MAX_CELLS = 64
ROWS_PER_CROSSED_CELL = 20
CACHE_BYTES = 200_000_000
REGISTERED = "whence"

WORDS: dict[str, str] = {
    "fisherz": "Fisher-z test of partial correlation",
    "gsq": "G² test of contingency tables",
    "chisq": "chi² test of contingency tables",
    "mixed": "generalised covariance measure, labels as indicators and conditioned numbers as splines",
}


def choose_test(columns: Columns, test: TestName) -> Literal["fisherz", "gsq", "chisq", "mixed"]:
    """The test that fits the columns' types; a named test is refused where it would be wrong.

    Raises:
        AssumptionViolated: Fisher-z on labels, or a contingency table of many-valued numbers.
    """
    import numpy as np

    if test == "auto":
        return "gsq" if all(columns.n_levels) else "mixed" if any(columns.n_levels) else "fisherz"
    if test == "fisherz":
        labels = [n for n, k in zip(columns.names, columns.n_levels, strict=True) if k > 2]
        if labels:
            raise AssumptionViolated(
                f"Fisher-z reads labels as amounts, and {', '.join(map(show, labels[:5]))} hold labels. Use test='auto' (or 'mixed')."
            )
    if test in ("gsq", "chisq"):
        many = [
            n
            for j, (n, k) in enumerate(zip(columns.names, columns.n_levels, strict=True))
            if not k and len(np.unique(columns.values[:, j])) > MAX_TABLE_LEVELS
        ]
        if many:
            raise AssumptionViolated(
                f"A contingency table needs few distinct values, and {', '.join(map(show, many[:5]))} have more than "
                f"{MAX_TABLE_LEVELS}. Use test='auto' (or 'mixed')."
            )
    return test


class Guard:
    """What surrounds a test: required edges stay, nothing is conditioned on its own future, no test runs twice.

    `separator` keeps, for each separated pair, the set with the largest p-value of those tried at the depth where it was
    separated: the first one found depends on the order of the columns, and may be a chance result.
    """

    def __init__(self, columns: Columns, p_value: PValue, knowledge: Knowledge, alpha: float) -> None:
        self._p_value = p_value
        self._alpha = alpha
        self._required = {frozenset((columns.names.index(a), columns.names.index(b))) for a, b in knowledge.required}
        tiers = [knowledge.tier_of(n) for n in columns.names]
        self._tier = [
            len(knowledge.tiers) if n in knowledge.leaves else t for n, t in zip(columns.names, tiers, strict=True)
        ]
        self._known: dict[tuple[int, int, tuple[int, ...]], float] = {}
        self.separator: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
        self.n_tests = 0

    def search(self, x: int, y: int, given: tuple[int, ...]) -> float:
        """The p-value as the skeleton search may see it: 0 keeps an edge."""
        a, b = min(x, y), max(x, y)
        if self._in_future(a, b, given):
            return 0.0
        p_value = self.plain(a, b, given)
        if p_value > max(self._alpha, self.separator.get((a, b), (0.0, ()))[0]):
            self.separator[a, b] = (p_value, given)
        return 0.0 if frozenset((a, b)) in self._required else p_value

    def plain(self, x: int, y: int, given: tuple[int, ...]) -> float:
        """The p-value of the test itself."""
        key = (min(x, y), max(x, y), tuple(sorted(given)))
        if key not in self._known:
            self.n_tests += 1
            self._known[key] = self._p_value(*key)
        return self._known[key]

    def _in_future(self, x: int, y: int, given: tuple[int, ...]) -> bool:
        """Whether a conditioning variable comes after both: parents never do."""
        tier_x, tier_y = self._tier[x], self._tier[y]
        if tier_x is None or tier_y is None:
            return False
        latest = max(tier_x, tier_y)
        return any((t := self._tier[s]) is not None and t > latest for s in given)


@cache
def register() -> type[Any]:
    """Make `Guard` known to causal-learn under the name `whence`; returns the class it asks for."""
    from causallearn.utils.cit import CIT_Base, register_ci_test

    class GuardedTest(CIT_Base):
        """Adapter: causal-learn's interface around a `Guard`."""

        def __init__(self, data: Floats, guard: Guard) -> None:
            super().__init__(data)
            self.method = REGISTERED
            self.guard = guard

        def __call__(self, x: Any, y: Any, given: Any = None) -> float:
            return self.guard.search(int(x), int(y), tuple(map(int, () if given is None else given)))

    return register_ci_test(REGISTERED, GuardedTest)


class TableTest:
    """causal-learn's contingency-table test, run only where the table has enough rows."""

    def __init__(self, columns: Columns, method: str) -> None:
        import numpy as np
        from causallearn.utils.cit import CIT

        self._test: Any = cast("Any", CIT)(columns.values, method)
        self._levels = [len(np.unique(columns.values[:, j])) for j in range(len(columns.names))]
        self._n_samples = columns.n_samples
        self.n_skipped = 0

    def __call__(self, x: int, y: int, given: tuple[int, ...]) -> float:
        """The p-value; 0 when the table is too thin to say anything."""
        cells = 1
        for j in (x, y, *given):
            cells *= self._levels[j]
        if given and self._n_samples < ROWS_PER_CELL * cells:
            self.n_skipped += 1
            return 0.0
        return float(self._test(x, y, list(given)))


class MixedTest:
    """Generalised covariance measure with regression on indicators and splines.

    Numbers enter by their normal scores. One that is conditioned on enters as a restricted cubic spline, so that a bent
    dependence on it is taken out too; several columns of labels enter as their combinations where the rows allow it.

    Reference: Shah and Peters 2020, The hardness of conditional independence testing, section 3; the statistic is the
    uncentred (score) form, which keeps its size in small samples.
    """

    def __init__(self, columns: Columns) -> None:
        import numpy as np

        linear: list[Floats] = [
            columns.block(j) if columns.n_levels[j] else normal_scores(columns.values[:, j])[:, None]
            for j in range(len(columns.names))
        ]
        parts: list[Floats] = []
        self._linear: list[list[int]] = []
        self._given: list[list[int]] = []
        start = 0
        for j, block in enumerate(linear):
            width = block.shape[1]
            self._linear.append(list(range(start, start + width)))
            given = [block]
            if not columns.n_levels[j]:
                given.append(spline_terms(block[:, 0]))
            full = np.hstack(given)
            self._given.append(list(range(start, start + full.shape[1])))
            parts.append(full)
            start += full.shape[1]
        self._x = np.asfortranarray(np.hstack(parts))
        self._gram = self._x.T @ self._x
        self._n_samples = columns.n_samples
        self._n_levels, self._codes = columns.n_levels, columns.values.astype(np.int64)
        self._combined: dict[tuple[int, ...], Ints | None] = {}
        self._last: tuple[tuple[int, ...], Floats] = ((), self._x[:, :0])
        self._residuals: dict[tuple[int, tuple[int, ...]], Floats] = {}
        self._room = max(CACHE_BYTES // max(self._n_samples * 8, 1), 2)

    def __call__(self, x: int, y: int, given: tuple[int, ...]) -> float:
        """The p-value of no correlation left between the residuals."""
        import numpy as np
        from scipy.special import gammaincc

        u, v = self._residual(x, given), self._residual(y, given)
        products = (u[:, :, None] * v[:, None, :]).reshape(self._n_samples, -1)
        total = products.sum(axis=0)
        spread, axes = np.linalg.eigh(products.T @ products)
        keep = spread > 1e-10 * max(float(spread[-1]), 1e-300)
        if not keep.any() or spread[-1] <= 0:
            return 1.0
        projected = (axes.T @ total)[keep]
        statistic = float((projected**2 / spread[keep]).sum())
        return float(gammaincc(keep.sum() / 2, statistic / 2))

    def _residual(self, x: int, given: tuple[int, ...]) -> Floats:
        import numpy as np

        target = self._x[:, self._linear[x]]
        if not given:
            return target
        key = (x, given)
        if key not in self._residuals:
            if len(self._residuals) >= self._room:
                self._residuals.clear()
            cell = self._cells(given)
            if cell is None:
                rows = [k for s in given for k in self._given[s]]
                coef = _ridged(self._gram[np.ix_(rows, rows)], self._gram[np.ix_(rows, self._linear[x])])
                self._residuals[key] = target - self._x[:, rows] @ coef
            else:
                left, within = _within(target, cell), self._within_cells(given, cell)
                self._residuals[key] = left - within @ _ridged(within.T @ within, within.T @ left)
        return self._residuals[key]

    def _cells(self, given: tuple[int, ...]) -> Ints | None:
        """Several label columns as one: a code for each combination that occurs, when there are rows enough for that."""
        import numpy as np

        labels = tuple(s for s in given if self._n_levels[s])
        if len(labels) < 2:
            return None
        if labels not in self._combined:
            code, size = np.zeros(self._n_samples, dtype=np.int64), 1
            for s in labels:
                code = code * self._n_levels[s] + self._codes[:, s]
                size *= self._n_levels[s]
                seen = np.flatnonzero(np.bincount(code, minlength=size))
                place = np.zeros(size, dtype=np.int64)
                place[seen] = np.arange(len(seen))
                code, size = place[code], len(seen)
            fits = size <= min(MAX_CELLS, self._n_samples / ROWS_PER_CROSSED_CELL)
            self._combined[labels] = code if fits else None
        return self._combined[labels]

    def _within_cells(self, given: tuple[int, ...], cell: Ints) -> Floats:
        """The splines of the conditioned numbers, less their means within cells; both columns of a test ask for the same."""
        if self._last[0] != given:
            rows = [k for s in given if not self._n_levels[s] for k in self._given[s]]
            self._last = (given, _within(self._x[:, rows], cell))
        return self._last[1]


def _within(x: Floats, cell: Ints) -> Floats:
    """Columns less their means within cells."""
    import numpy as np

    counts = np.bincount(cell)
    means = np.column_stack([np.bincount(cell, weights=column) / counts for column in x.T]) if x.shape[1] else x[:1]
    return x - means[cell] if x.shape[1] else x


def _ridged(gram: Floats, right: Floats) -> Floats:
    """Solve the normal equations; a part in 1e9 on the diagonal keeps redundant columns harmless."""
    import numpy as np

    gram = gram.copy()
    gram[np.diag_indices(len(gram))] *= 1 + 1e-9
    return np.asarray(np.linalg.solve(gram, right), dtype=np.float64)


def normal_scores(values: Floats) -> Floats:
    """The column in Gaussian shape by its ranks: independence stays what it is, outliers lose their leverage.

    Reference: Liu, Lafferty and Wasserman 2009, The nonparanormal.
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores = ndtri((rankdata(values) - 0.5) / len(values))
    return (scores - scores.mean()) / max(float(scores.std()), 1e-300)


def spline_terms(values: Floats) -> Floats:
    """The terms that a restricted cubic spline adds to a straight line: smooth inside, straight beyond the outer knots.

    Args:
        values: One column of n_samples.

    Returns:
        n_samples x (knots - 2), standardised; fewer columns, or none, where values coincide.

    Reference: Harrell 2015, Regression Modeling Strategies, section 2.4.5.
    """
    import numpy as np

    knots = np.unique(np.quantile(values, KNOTS if len(values) >= ROWS_FOR_KNOTS else FEW_KNOTS))
    if len(knots) < 3:
        return np.zeros((len(values), 0))
    last, before = knots[-1], knots[-2]

    def cube(at: float) -> Floats:
        return np.maximum(values - at, 0.0) ** 3

    terms = np.column_stack(
        [
            cube(k) - cube(before) * (last - k) / (last - before) + cube(last) * (before - k) / (last - before)
            for k in knots[:-2]
        ]
    )
    terms -= terms.mean(axis=0)
    spread = terms.std(axis=0)
    return terms[:, spread > 1e-9] / spread[spread > 1e-9]


def p_values(columns: Columns, test: Literal["fisherz", "gsq", "chisq", "mixed"]) -> PValue:
    """The test as a function of two column positions and a conditioning set."""
    from causallearn.utils.cit import CIT

    if test == "mixed":
        return MixedTest(columns)
    if test in ("gsq", "chisq"):
        return TableTest(columns, test)
    inner: Any = cast("Any", CIT)(columns.values, "fisherz")
    return lambda x, y, given: float(inner(x, y, list(given)))
