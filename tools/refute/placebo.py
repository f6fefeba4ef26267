"""Shuffle the treatment, so that its effect is zero, and see whether the estimator finds one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..coding import find_column
from ..domain.results import Refutation
from ..spec import Env, Tool
from ._rerun import (
    Altered,
    Original,
    RefuteArgs,
    cluster_codes,
    conclude,
    judge_zero,
    load,
    not_for,
    repeat,
    replace_column,
    rerun_cost,
    shuffled,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

NAME = "placebo"
VALIDATED = (
    "estimate_difference",
    "estimate_regression",
    "estimate_ipw",
    "estimate_aipw",
    "estimate_matching",
    "estimate_frontdoor",
)


class PlaceboArgs(RefuteArgs):
    """Arguments of `refute_placebo`."""


def run(args: PlaceboArgs, env: Env) -> Refutation:
    """Null: with the treatment in random order the effect is exactly zero, so estimates scatter around zero by their error.

    Where the estimate is clustered and a cluster has one treatment, whole clusters exchange their treatment.

    Raises:
        BadArguments: the evidence is not an estimate.
    """
    original = load(args, env)
    if original.tool not in VALIDATED:
        return not_for(NAME, original, _why_not(original))
    name = original.result.treatment
    column = find_column(original.frame, name, "treatment")
    groups = _assigned_together(original, column.isna().to_numpy())

    def alter(rng: np.random.Generator) -> Altered:
        return replace_column(original.frame, name, shuffled(column, rng, groups)), {}

    runs = repeat(args, env, original, alter)
    unit = "clusters" if groups is not None else "rows"
    null = f"With {name} shuffled among {unit} its effect is zero;"
    return conclude(NAME, original, runs, lambda: judge_zero(runs, original, null))


def _assigned_together(original: Original, missing: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64] | None:
    """Cluster of each row, when every cluster has a single treatment; None otherwise."""
    import numpy as np

    codes = cluster_codes(original)
    if codes is None or missing.any():
        return None
    column = find_column(original.frame, original.result.treatment, "treatment")
    values = np.unique(column.astype(str).to_numpy(dtype=str), return_inverse=True)[1]
    first = np.unique(codes, return_index=True)[1]
    return codes if bool((values == values[first][codes]).all()) else None


def _why_not(original: Original) -> str:
    if original.tool == "estimate_iv":
        return (
            "A shuffled treatment has no first stage, so two-stage least squares on it returns arbitrary numbers. Use "
            "refute_dummy_outcome, which leaves the first stage as it is."
        )
    return f"Shuffling the treatment has not been validated for {original.tool}; what it should return is not known to be zero."


TOOL = Tool(
    "refute_placebo",
    PlaceboArgs,
    run,
    example=PlaceboArgs(estimate="E1", n_runs=10),
    reference="Permutation of the treatment: Fisher 1935; as a refuter, Sharma and Kiciman 2020, section 5",
    cost=rerun_cost,
)
