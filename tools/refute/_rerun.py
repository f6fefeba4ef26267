"""Run an estimate again on altered tables, and judge the numbers that come back.

Every refuter states what the estimate must be if the pipeline works. None can see a hidden common cause: it is in the
altered data too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..coding import find_column, levels_of
from ..domain.errors import BadArguments, TooLarge, ToolError
from ..domain.evidence import Check, Evidence
from ..domain.results import EffectEstimate, Refutation
from ..linear import ROUNDING
from ..spec import Args, Cost

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ..spec import Env

Altered = tuple["pd.DataFrame", dict[str, Any]]
"""A changed table, and arguments of the estimator to change with it."""

DEFAULT_RUNS = 20
SLOW_RUNS = 8
SLOW_TOOLS = ("estimate_aipw", "estimate_matching")
SLOW_ROWS = 5000
MAX_SECONDS = 110.0
ALPHA = 0.01
"""Level of each of the tests that can fail a refuter; two are run, so about 2 in 100 sound analyses fail."""
TOLERANCE = 0.25
"""A shift smaller than this share of the standard error is no fault, however surely it is seen."""
SPREAD = 1.3
"""Runs that scatter by this factor more than the standard error says make the standard error wrong."""
FEW_CLUSTERS = 30

NOT_SHOWN = (
    "Hidden common causes: the altered data share them or break all links at once, so a biased estimate passes just as well. "
    "Passing means that this fault was not found, not that the estimate is right."
)


class RefuteArgs(Args):
    """The arguments of every refuter."""

    estimate: str
    """Evidence id of the estimate to put to the test, such as `E3`."""
    n_runs: int | None = Field(default=None, ge=5, le=500)
    """How often the estimate is run on altered data; None is 20, or 8 for slow estimators on more than 5,000 rows."""


@dataclass(frozen=True)
class Original:
    """The estimate under test."""

    evidence: Evidence
    result: EffectEstimate
    dataset: str
    frame: pd.DataFrame
    cluster: str | None

    @property
    def tool(self) -> str:
        """The estimator's name."""
        return self.evidence.tool


@dataclass(frozen=True)
class Runs:
    """What came back: one value and standard error a run."""

    values: npt.NDArray[np.float64]
    errors: npt.NDArray[np.float64]
    """NaN where the estimator gives none."""
    n_failed: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Verdict:
    """The outcome of the tests on the runs."""

    fail: bool
    words: str
    statistic: float | None
    p_value: float | None


def load(args: RefuteArgs, env: Env) -> Original:
    """The estimate that an evidence id names, and its table.

    Raises:
        BadArguments: the evidence is not an estimate.
    """
    evidence = env.evidence(args.estimate)
    if not evidence.ok or (evidence.result or {}).get("kind") != "estimate":
        kind = (evidence.result or {}).get("kind", "a failed call")
        raise BadArguments(
            f"Evidence {args.estimate[:20]!r} is not an estimate but {kind!r}; a refuter needs the id of an estimate_* call."
        )
    result = EffectEstimate.model_validate(evidence.result)
    dataset = str(evidence.args["dataset"])
    cluster = evidence.args.get("cluster")
    return Original(evidence, result, dataset, env.table(dataset), None if cluster is None else str(cluster))


def repeat(args: RefuteArgs, env: Env, original: Original, alter: Callable[[np.random.Generator], Altered]) -> Runs:
    """Run the estimator on altered tables; the contrast stays the one that was estimated.

    Raises:
        TooLarge: the first run shows that all of them would take too long.
    """
    import numpy as np

    rng = env.rng()
    n_runs = args.n_runs or _default_runs(original)
    fixed = {"contrast": original.result.contrast.model_dump()} if "contrast" in original.evidence.args else {}
    found: list[EffectEstimate] = []
    n_failed, problem = 0, ""
    start = time.monotonic()
    for k in range(n_runs):
        frame, changed = alter(rng)
        try:
            result = env.rerun(original.evidence.id, {original.dataset: frame}, **(fixed | changed))
        except ToolError as error:
            n_failed, problem = n_failed + 1, problem or str(error)
            continue
        if isinstance(result, EffectEstimate):
            found.append(result)
        seconds = time.monotonic() - start
        if k == 0 and seconds * n_runs > MAX_SECONDS:
            raise TooLarge(
                f"One run took {seconds:.1f} s, so {n_runs} would take about {seconds * n_runs:.0f} s, over {MAX_SECONDS:.0f} s. "
                f"Use n_runs={max(int(MAX_SECONDS / seconds), 5)}, or refute an estimate by estimate_regression."
            )
    return Runs(
        values=np.array([r.value for r in found], dtype=np.float64),
        errors=np.array([np.nan if r.std_error is None else r.std_error for r in found], dtype=np.float64),
        n_failed=n_failed,
        problem=problem,
    )


def yardstick(original: Original, error: float) -> float:
    """A standard error to measure shifts of the estimate by, no smaller than rounding: an exact fit leaves none of its own."""
    size = max(abs(original.result.value), original.result.diagnostics.get("outcome_sd", 0.0))
    return max(error, ROUNDING * size)


def _default_runs(original: Original) -> int:
    slow = original.tool in SLOW_TOOLS and len(original.frame) > SLOW_ROWS
    return SLOW_RUNS if slow else DEFAULT_RUNS


def judge_zero(runs: Runs, original: Original, null: str) -> Verdict:
    """Test that the estimator returns zero where the effect is zero, with the standard error it claims.

    Two tests at 0.01 each: a t-test on the mean of the runs, and the sum of squared z values against chi-squared. Each
    counts only when the departure is also large enough to matter.
    """
    import numpy as np

    mean, spread = float(runs.values.mean()), float(runs.values.std(ddof=1))
    error = float(np.sqrt(np.nanmean(runs.errors**2)))
    p_mean = _t_test(mean, spread, len(runs.values))
    shift = mean / error if error else float("inf")
    shifted = p_mean < ALPHA and abs(shift) > TOLERANCE
    ratio, p_spread = scatter(runs.values / runs.errors)
    wide = p_spread < ALPHA and ratio > SPREAD and not _few_clusters(original)
    words = f"{null} the {len(runs.values)} runs average {mean:.3g} (p = {p_mean:.2g} for zero)"
    if shifted:
        words += f", {abs(shift):.1f} standard errors away from the zero they should give: the pipeline itself makes an effect."
    elif wide:
        words += f", but scatter {ratio:.1f} times as widely as the standard error says (p = {p_spread:.2g}): intervals are too narrow."
    else:
        words += f", and scatter {ratio:.2f} times as widely as the standard error says: no fault found."
    return Verdict(shifted or wide, words, shift, p_spread if wide and not shifted else p_mean)


def _t_test(mean: float, spread: float, n: int) -> float:
    from scipy.special import stdtr

    if not spread:
        return 1.0 if not mean else 0.0
    return 2 * float(stdtr(n - 1, -abs(mean) / (spread / n**0.5)))


def scatter(z: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Root mean square of the z values, and the probability of one as large if they are standard normal."""
    from scipy.special import gammaincc

    total = float((z**2).sum())
    return (total / len(z)) ** 0.5, float(gammaincc(len(z) / 2, total / 2))


def _few_clusters(original: Original) -> bool:
    if original.cluster is None:
        return False
    column = find_column(original.frame, original.cluster, "cluster")
    return int(column.nunique(dropna=True)) < FEW_CLUSTERS


def conclude(
    refuter: str,
    original: Original,
    runs: Runs,
    judge: Callable[[], Verdict],
    warnings: Iterable[str] = (),
    by_own_errors: bool = True,
) -> Refutation:
    """Put the runs and the verdict into a result; too many failed runs, or no standard error, make no verdict.

    Args:
        refuter: Its name.
        original: The estimate under test.
        runs: What came back.
        judge: Called when the runs can be judged.
        warnings: To be said beside the verdict.
        by_own_errors: Whether `judge` measures the runs by their own standard errors.
    """
    import numpy as np

    n_runs = len(runs.values)
    attempted = n_runs + runs.n_failed
    notes = tuple(warnings)
    if n_runs < 5 or runs.n_failed > attempted / 2:
        check = Check(
            name=refuter,
            status="not_run",
            meaning=f"{runs.n_failed} of {attempted} runs failed, so nothing can be said. First problem: {runs.problem[:300]}",
            does_not_show=NOT_SHOWN,
        )
    elif by_own_errors and not (np.isfinite(runs.errors) & (runs.errors > 0)).all():
        check = Check(
            name=refuter,
            status="uninformative",
            meaning="The estimator gives no standard error on the altered data, so there is no yardstick for its numbers.",
            does_not_show=NOT_SHOWN,
        )
    else:
        verdict = judge()
        check = Check(
            name=refuter,
            status="fail" if verdict.fail else "pass",
            statistic=verdict.statistic,
            p_value=verdict.p_value,
            meaning=verdict.words,
            does_not_show=NOT_SHOWN,
        )
        if runs.n_failed:
            notes += (f"{runs.n_failed} of {attempted} runs failed and were left out: {runs.problem[:200]}",)
    return Refutation(
        refuter=refuter,
        estimate_id=original.evidence.id,
        original=original.result.value,
        refuted_mean=float(runs.values.mean()) if n_runs else None,
        refuted_std=float(runs.values.std(ddof=1)) if n_runs > 1 else None,
        n_runs=n_runs,
        n_failed=runs.n_failed,
        checks=(check,),
        warnings=notes,
    )


def not_for(refuter: str, original: Original, reason: str) -> Refutation:
    """The result of a refuter that says nothing about this kind of estimate."""
    check = Check(name=refuter, status="not_run", meaning=reason, does_not_show=NOT_SHOWN)
    return Refutation(
        refuter=refuter,
        estimate_id=original.evidence.id,
        original=original.result.value,
        refuted_mean=None,
        refuted_std=None,
        n_runs=0,
        checks=(check,),
    )


def shuffled(column: pd.Series, rng: np.random.Generator, groups: npt.NDArray[np.int64] | None = None) -> pd.Series:
    """A column in random order; with `groups`, whole groups exchange their values."""
    import numpy as np

    if groups is None:
        return column.iloc[rng.permutation(len(column))].set_axis(column.index)
    first = np.unique(groups, return_index=True)[1]
    given = first[rng.permutation(len(first))]
    return column.iloc[given[groups]].set_axis(column.index)


def replace_column(frame: pd.DataFrame, name: str, column: pd.Series) -> pd.DataFrame:
    """The table with one column exchanged."""
    changed = frame.copy()
    changed.isetitem([str(c) for c in changed.columns].index(name), column)
    return changed


def cluster_codes(original: Original) -> npt.NDArray[np.int64] | None:
    """Which cluster each row belongs to; None without clusters. Rows without one are a cluster of their own."""
    import numpy as np

    if original.cluster is None:
        return None
    column = find_column(original.frame, original.cluster, "cluster")
    missing = column.isna().to_numpy(dtype=np.bool_)
    codes = np.empty(len(column), dtype=np.int64)
    codes[~missing] = levels_of(column.loc[~missing])[1]
    start = int(codes[~missing].max(initial=-1)) + 1
    codes[missing] = np.arange(start, start + int(missing.sum()))
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def rerun_cost(n: int, p: int) -> Cost:
    """Twenty runs of a quick estimator; slow ones are stopped after their first run if they would take too long."""
    return Cost(
        seconds=2 + 6e-6 * n * (p + 5),
        megabytes=250 + 1e-4 * n * p,
        advice="Use a smaller n_runs, or refute an estimate on a random part of the rows.",
    )
