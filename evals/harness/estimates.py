"""Means and ratios with standard errors that know which items belong together.

Items of one story, graph or table are answered right or wrong together; counted as independent they would make the
standard error too small. With residuals e_i of cluster g, of n items in G clusters,

    Var(mean) = G / (G - 1) * sum_g (sum_{i in g} e_i)^2 / n^2,

which for clusters of one is the usual s^2 / n. A ratio such as F1 = sum a / sum b is linear to first order, with
e_i = a_i - F1 b_i in place of the residual and sum b in place of n.

Reference: Liang and Zeger 1986; Miller 2024, "Adding error bars to evals", equation 4, with the factor for few clusters.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...tools.domain.model import Model

if TYPE_CHECKING:
    import numpy as np

    Column = np.ndarray[tuple[int], np.dtype[np.float64]]
    Codes = np.ndarray[tuple[int], np.dtype[np.int64]]

NORMAL_95 = 1.959963984540054


class Share(Model):
    """A share with its uncertainty."""

    value: float
    """In [0, 1]."""
    std_error: float | None
    """Clustered; None with one cluster, which says nothing about other clusters."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of the 95 % interval."""


def mean(values: Column, clusters: Codes) -> Share:
    """The mean of values in [0, 1] with its clustered standard error."""
    import numpy as np

    n, n_clusters = len(values), len(np.unique(clusters))
    value = float(values.mean())
    return share(value, clustered_error((values - value) / n, clusters), n_clusters if n_clusters > 1 else n)


def ratio(above: Column, below: Column, clusters: Codes) -> Share:
    """The ratio of two sums with its clustered standard error; 0 when the lower sum is 0, as is usual for F1."""
    import numpy as np

    total = float(below.sum())
    value = float(above.sum()) / total if total else 0.0
    error = clustered_error((above - value * below) / total, clusters) if total else None
    return share(value, error, len(np.unique(clusters)))


def clustered_error(parts: Column, clusters: Codes) -> float | None:
    """The standard error of a sum of residuals, each already divided as its estimate is; None for one cluster."""
    import numpy as np

    _, codes = np.unique(clusters, return_inverse=True)
    sums = np.bincount(codes, weights=parts)
    n_clusters = len(sums)
    if n_clusters < 2:
        return None
    return float(math.sqrt(n_clusters / (n_clusters - 1) * float((sums**2).sum())))


def share(value: float, std_error: float | None, n_units: int) -> Share:
    """A share with Wilson's interval at the number of independent items that its standard error amounts to.

    Wilson's interval stays within [0, 1] and does not shrink to a point when everything was right.

    Args:
        value: The share.
        std_error: Its standard error; None or 0 when it cannot be told from the items.
        n_units: Independent units to count on when the standard error is 0: the clusters.

    Reference: Wilson 1927; Kish 1965 on the effective sample size.
    """
    value = min(1.0, max(0.0, value))
    variance = value * (1 - value)
    is_told = std_error is not None and std_error > 1e-9 and variance > 0  # below, it is rounding
    n = variance / std_error**2 if is_told and std_error else float(max(n_units, 1))
    z2 = NORMAL_95**2
    centre = (value + z2 / (2 * n)) / (1 + z2 / n)
    half = NORMAL_95 / (1 + z2 / n) * math.sqrt(variance / n + z2 / (4 * n * n))
    return Share(value=value, std_error=std_error, low=max(0.0, centre - half), high=min(1.0, centre + half))
