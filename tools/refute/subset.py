"""Estimate on random parts of the rows, and see whether the estimate holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..domain.results import Refutation
from ..spec import Env, Tool
from ._rerun import (
    ALPHA,
    FEW_CLUSTERS,
    Altered,
    Original,
    RefuteArgs,
    Runs,
    Verdict,
    cluster_codes,
    conclude,
    load,
    not_for,
    repeat,
    rerun_cost,
    scatter,
    yardstick,
)

if TYPE_CHECKING:
    import numpy as np

NAME = "subset"
VALIDATED = (
    "estimate_difference", "estimate_regression", "estimate_ipw", "estimate_aipw", "estimate_matching", "estimate_iv",
    "estimate_frontdoor",
)  # fmt: skip
MOVED = 0.75
"""Mean shift, in standard errors of the estimate, from which a few rows must be carrying it."""
SPREAD = 1.6
"""Factor by which parts may scatter more than sampling explains; cross-fitting and matching add scatter of their own."""


class SubsetArgs(RefuteArgs):
    """Arguments of `refute_subset`."""

    share: float = Field(default=0.8, ge=0.5, le=0.95)
    """Share of the rows (of the clusters, when there are any) in each part."""


def run(args: SubsetArgs, env: Env) -> Refutation:
    """Null: rows are alike, so an estimate on a share s of them differs by chance only, with variance se² (1/s - 1).

    Raises:
        BadArguments: the evidence is not an estimate.
    """
    original = load(args, env)
    if original.tool not in VALIDATED:
        return not_for(NAME, original, f"Parts of the rows have not been validated for {original.tool}.")
    if original.result.std_error is None:
        return not_for(NAME, original, "The estimate has no standard error, so there is no yardstick for its parts.")
    codes = cluster_codes(original)
    n_units = len(original.frame) if codes is None else int(codes.max()) + 1
    n_kept = max(round(args.share * n_units), 2)
    if codes is not None and n_units < FEW_CLUSTERS:
        return not_for(
            NAME, original, f"{n_units} clusters are too few to draw parts of them; at least {FEW_CLUSTERS} are needed."
        )

    def alter(rng: np.random.Generator) -> Altered:
        import numpy as np

        kept = np.zeros(n_units, dtype=np.bool_)
        kept[rng.permutation(n_units)[:n_kept]] = True
        rows = kept if codes is None else kept[codes]
        return original.frame.loc[rows].reset_index(drop=True), {}

    runs = repeat(args, env, original, alter)
    return conclude(NAME, original, runs, lambda: _judge(runs, original, n_kept / n_units), by_own_errors=False)


def _judge(runs: Runs, original: Original, share: float) -> Verdict:
    error = yardstick(original, original.result.std_error or 0.0)
    differences = runs.values - original.result.value
    shift = float(differences.mean()) / error
    ratio, p_spread = scatter(differences / (error * (1 / share - 1) ** 0.5))
    moved, wide = abs(shift) > MOVED, ratio > SPREAD and p_spread < ALPHA
    words = (
        f"On {len(runs.values)} random parts with {100 * share:.0f} % of the rows the estimate averages {float(runs.values.mean()):.4g} "
        f"(all rows: {original.result.value:.4g}) and scatters {ratio:.2f} times as widely as sampling explains"
    )
    if moved:
        words += f"; it moves by {abs(shift):.1f} standard errors: few rows carry it."
    elif wide:
        words += ": a few rows carry it, or the standard error is too small."
    else:
        words += ": no fault found."
    return Verdict(moved or wide, words, ratio, p_spread)


TOOL = Tool(
    "refute_subset",
    SubsetArgs,
    run,
    example=SubsetArgs(estimate="E1", n_runs=10),
    reference="Politis, Romano and Wolf 1999, Subsampling; as a refuter, Sharma and Kiciman 2020, section 5",
    cost=rerun_cost,
)
