"""Nearest neighbours with replacement and all ties, on distinct points so that discrete covariates stay cheap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..coding import Floats, Ints

TIE = 1e-9
"""Distances that differ by less than this share are equal."""


@dataclass(frozen=True)
class Pool:
    """Rows that can be matched to, gathered into distinct points."""

    points: Floats
    """Distinct positions, n_points x q."""
    member: Ints
    """Point of each row of the pool."""
    counts: Ints
    """Rows at each point."""


@dataclass(frozen=True)
class Matches:
    """For every target row, the points it is matched to: all rows of such a point count equally.

    Entry e says that target row `target[e]` uses point `point[e]`; `n_matched[i]` rows in all are used by target i.
    """

    target: Ints
    point: Ints
    n_matched: Ints
    distance: Floats
    """Of the farthest match of each target."""

    def mean_of(self, sums: Floats) -> Floats:
        """Mean over the matches of every target, from the sum at every point."""
        import numpy as np

        return np.bincount(self.target, weights=sums[self.point], minlength=len(self.n_matched)) / self.n_matched

    def times_used(self, n_points: int, power: int = 1) -> Floats:
        """For every point, the sum over targets that use it of `1 / n_matched ** power`: what one row there counts."""
        import numpy as np

        shares = 1.0 / self.n_matched[self.target] ** power
        return np.bincount(self.point, weights=shares, minlength=n_points).astype(np.float64)


def gather(positions: Floats) -> Pool:
    """Gather rows into distinct points."""
    import numpy as np

    points, member, counts = np.unique(positions, axis=0, return_inverse=True, return_counts=True)
    return Pool(points, member.reshape(-1).astype(np.int64), counts.astype(np.int64))


def match(positions: Floats, pool: Pool, n_matches: int, own: Ints | None = None) -> Matches:
    """The nearest points that hold at least `n_matches` rows, with everything as near as the last one.

    Args:
        positions: Where each target row is.
        pool: What it can be matched to; holds at least `n_matches` rows besides the target.
        n_matches: Rows wanted.
        own: Point of each target in the pool when targets are rows of the pool: a row is never matched to itself.
    """
    import numpy as np
    from scipy.spatial import KDTree

    where, back = np.unique(positions, axis=0, return_inverse=True)
    back = back.reshape(-1)
    at = None
    if own is not None:
        at = np.empty(len(where), dtype=np.int64)
        at[back] = own
    tree: Any = KDTree(pool.points)
    todo = np.arange(len(where))
    k = min(n_matches + 3, len(pool.points))
    found: list[tuple[Ints, Ints]] = []
    size, reach = np.zeros(len(where), dtype=np.int64), np.zeros(len(where))
    while len(todo):
        distance, near = cast("tuple[Floats, Ints]", tree.query(where[todo], k=[*range(1, k + 1)]))
        taken, counts, last, open_ended = _nearest_enough(
            distance, near, pool, n_matches, None if at is None else at[todo]
        )
        done = ~open_ended | (k == len(pool.points))
        rows, columns = np.nonzero(taken & done[:, None])
        found.append((todo[rows], near[rows, columns]))
        size[todo[done]], reach[todo[done]] = counts[done], last[done]
        todo, k = todo[~done], min(4 * k, len(pool.points))
    return _spread(np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found]), back, size, reach)


def _nearest_enough(
    distance: Floats, near: Ints, pool: Pool, n_matches: int, at: Ints | None
) -> tuple[npt.NDArray[np.bool_], Ints, Floats, npt.NDArray[np.bool_]]:
    """Which of the sorted neighbours are taken, rows they hold, distance of the last, and whether more may tie with it."""
    import numpy as np

    held = pool.counts[near] - (0 if at is None else (near == at[:, None]).astype(np.int64))
    enough = np.cumsum(held, axis=1) >= n_matches
    reached = enough[:, -1]
    first = np.where(reached, enough.argmax(axis=1), distance.shape[1] - 1)
    last = distance[np.arange(len(near)), first]
    taken = (distance <= (last * (1 + TIE) + 1e-300)[:, None]) & (held > 0)
    return taken, (held * taken).sum(axis=1), last, ~reached | (distance[:, -1] <= last * (1 + TIE) + 1e-300)


def _spread(target: Ints, point: Ints, back: Ints, size: Ints, reach: Floats) -> Matches:
    """From distinct target positions to target rows."""
    import numpy as np

    order = np.argsort(target, kind="stable")
    target, point = target[order], point[order]
    starts = np.searchsorted(target, np.arange(len(size) + 1))
    lengths = np.diff(starts)[back]
    rows = np.repeat(np.arange(len(back)), lengths)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return Matches(rows, point[np.repeat(starts[back], lengths) + within], size[back], reach[back])
