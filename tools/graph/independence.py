"""Test on the data whether two variables are independent, given others or not.

The test follows from what the columns are; see `_ci.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import show
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.results import IndependenceResult
from ..spec import Args, Cost, Tool
from ._ci import Outcome, detectable, find_dependence
from ._columns import read_variables

if TYPE_CHECKING:
    import pandas as pd

    from ..domain.results import DatasetCard
    from ..spec import Env

ASSUMES = ("independent rows", "linear dependence", "missing at random")
WEAK = 0.3
"""When only dependence above this size (as a correlation) would be found, not finding it says little."""


class IndependenceArgs(Args):
    """Arguments of `graph_independence`."""

    dataset: str
    """Name of a loaded table."""
    source: str
    """One column."""
    target: str
    """The other column."""
    given: tuple[str, ...] = ()
    """Columns conditioned on."""
    alpha: float = Field(default=0.05, gt=0, lt=1)
    """Significance level, a probability."""


def run(args: IndependenceArgs, env: Env) -> IndependenceResult:
    """Test one independence.

    Returns:
        The test that fits the columns, by name, with its statistic and p-value. A large p-value is no proof of
        independence; the check `power` says how strong a dependence would have been found.

    Raises:
        BadArguments: a name is not a column, or is used twice.
        AssumptionViolated: too few rows, a constant column, or one that the given columns determine.
    """
    result, _ = examine(args, env.table(args.dataset), env.card(args.dataset), env)
    return result


def examine(
    args: IndependenceArgs, frame: pd.DataFrame, card: DatasetCard, env: Env
) -> tuple[IndependenceResult, Outcome]:
    """Test one independence on a table that is already read."""
    (x, y, *given), n_dropped = read_variables(frame, card, args.source, args.target, args.given)
    found = find_dependence(x, y, tuple(given), env.rng())
    warnings: list[str] = []
    if n_dropped:
        warnings.append(f"{n_dropped} of {len(frame)} rows were left out because a named column is missing there.")
    if len(frame) - n_dropped > found.n_used:
        warnings.append(
            f"{len(frame) - n_dropped - found.n_used} rows are in strata in which {show(args.source)} or {show(args.target)} "
            f"does not vary, and say nothing."
        )
    result = IndependenceResult(
        source=args.source,
        target=args.target,
        given=args.given,
        test=found.test,
        statistic=found.statistic,
        p_value=found.p_value,
        n_used=found.n_used,
        n_dropped=len(frame) - found.n_used,
        alpha=args.alpha,
        assumptions=_premises(args, found, n_dropped),
        checks=(_power(args, found),),
        warnings=tuple(warnings),
    )
    return result, found


def _power(args: IndependenceArgs, found: Outcome) -> Check:
    least = detectable(found.dof, found.n_used, args.alpha)
    size = f"a dependence of size {least:.2f} (on the scale of a correlation)"
    dependent = found.p_value < args.alpha
    weak = least > WEAK and not dependent
    return Check(
        name="power",
        status="uninformative" if weak else "pass",
        statistic=least,
        meaning=f"With {found.n_used} rows this test finds {size} in 4 of 5 samples; it found {found.detail}."
        + (" Not finding dependence says little here." if weak else ""),
        does_not_show="It does not show independence: a weaker dependence, or one of another shape, may be there.",
    )


def _premises(args: IndependenceArgs, found: Outcome, n_dropped: int) -> tuple[Assumption, ...]:
    pair = f"{args.source} and {args.target}"
    said = [
        Assumption(
            name="independent rows",
            meaning="Each row is a draw of its own, not a repeat of another.",
            status="untestable",
        )
    ]
    if found.linear:
        said.append(
            Assumption(
                name="linear dependence",
                meaning=f"If {pair} depend on each other, it shows as a slope or a shift of means; a U-shape or a change of "
                f"spread alone goes unnoticed. What they owe to the given numbers is linear.",
            )
        )
    if n_dropped:
        said.append(
            Assumption(
                name="missing at random",
                meaning=f"Whether a row is complete does not depend on {pair} beyond the given variables.",
                status="untestable",
            )
        )
    return tuple(said)


def _cost(n: int, p: int) -> Cost:
    return Cost(seconds=0.3 + 1.5e-6 * n, megabytes=120 + 2e-4 * n + 2e-5 * n * p)


TOOL = Tool(
    "graph_independence",
    IndependenceArgs,
    run,
    assumes=ASSUMES,
    example=IndependenceArgs(dataset="chain_of_three", source="t", target="y", given=("m",)),
    reference="Fisher 1924 (partial correlation); Cochran 1954 (strata); Wilks 1938 (likelihood ratio); Cohen 1988 (power)",
    cost=_cost,
)
