"""Tell cause from effect between two numeric columns, by which direction leaves noise that is independent of the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import find_column, kind_of, measured, show
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.results import PairwiseDirection
from ..spec import Args, Cost, Tool
from ._additive import fit_additive_noise
from ._common import MEANINGS

if TYPE_CHECKING:
    from ..coding import Floats
    from ..spec import Env

ASSUMES = ("no hidden common cause", "additive noise", "one causes the other", "independent rows")
LEAST_ROWS = 30
MOST_ROWS = 600
FEW_VALUES = 10


class PairwiseArgs(Args):
    """Arguments of `discover_pairwise`."""

    dataset: str
    """Name of a loaded table."""
    source: str
    """One numeric column."""
    target: str
    """The other numeric column."""
    alpha: float = Field(default=0.05, gt=0, lt=1)
    """Level at which noise counts as dependent on the cause, a probability."""


def run(args: PairwiseArgs, env: Env) -> PairwiseDirection:
    """Fit both directions and compare.

    Returns:
        A direction that is `decided` only when one fits and the other is rejected. With linear effects and Gaussian noise
        both fit, and nothing can be told.

    Raises:
        BadArguments: a name is no column, or is given twice.
        AssumptionViolated: a column is no number or takes too few values, or there are too few rows.
    """
    x, y, n_dropped = _values(args, env)
    n_complete = len(x)
    if n_complete > MOST_ROWS:
        rows = env.rng().choice(n_complete, MOST_ROWS, replace=False)
        x, y = x[rows], y[rows]
    forward, backward = fit_additive_noise(x, y), fit_additive_noise(y, x)
    fits = (forward.p_value >= args.alpha, backward.p_value >= args.alpha)
    taken = (f"{len(x)} of {n_complete} rows were drawn at random: the test compares every row with every other.",)
    return PairwiseDirection(
        source=args.source,
        target=args.target,
        leans="->" if forward.dependence <= backward.dependence else "<-",
        decided=fits[0] != fits[1],
        forward=forward,
        backward=backward,
        n_used=len(x),
        n_dropped=n_dropped,
        assumptions=_premises(args),
        checks=(_asymmetry(args, fits),),
        warnings=taken if n_complete > MOST_ROWS else (),
    )


def _values(args: PairwiseArgs, env: Env) -> tuple[Floats, Floats, int]:
    import numpy as np

    frame = env.table(args.dataset)
    if args.source == args.target:
        raise BadArguments(f"source and target are both {show(args.source)}; give two columns.")
    columns: list[Floats] = []
    for name, role in ((args.source, "the source"), (args.target, "the target")):
        column = find_column(frame, name, role)
        if kind_of(column) not in ("number", "bool"):
            raise AssumptionViolated(
                f"Column {show(name)} holds no numbers; the direction of labels cannot be told so."
            )
        columns.append(measured(column, name))
    keep = ~(np.isnan(columns[0]) | np.isnan(columns[1]))
    x, y = columns[0][keep], columns[1][keep]
    if len(x) < LEAST_ROWS:
        raise AssumptionViolated(f"Only {len(x)} rows have both values; the direction needs at least {LEAST_ROWS}.")
    for name, values in ((args.source, x), (args.target, y)):
        if len(np.unique(values)) < FEW_VALUES:
            raise AssumptionViolated(
                f"Column {show(name)} takes {len(np.unique(values))} values; noise that adds needs at least {FEW_VALUES}. "
                "Use discover_pc with more columns."
            )
    return x, y, int((~keep).sum())


def _asymmetry(args: PairwiseArgs, fits: tuple[bool, bool]) -> Check:
    words = {
        (True, False): ("pass", f"{args.source} -> {args.target} fits and the reverse is rejected."),
        (False, True): ("pass", f"{args.target} -> {args.source} fits and the reverse is rejected."),
        (True, True): ("uninformative", "Both directions fit, so these data do not tell which is right."),
        (False, False): ("fail", "Neither direction fits: noise that adds is not how these data came about."),
    }
    status, meaning = words[fits]
    return Check.model_validate(
        {
            "name": "asymmetry",
            "status": status,
            "meaning": meaning,
            "does_not_show": "That one causes the other: a hidden common cause, or the choice of rows, can look the same.",
        }
    )


def _premises(args: PairwiseArgs) -> tuple[Assumption, ...]:
    pair = f"{args.source} and {args.target}"
    meanings = MEANINGS | {
        "additive noise": "The effect is a smooth function of the cause plus noise that does not depend on it.",
        "one causes the other": f"{pair} are related because one causes the other, not by a third or by selection.",
    }
    return tuple(Assumption(name=a, meaning=meanings[a], status="untestable") for a in ASSUMES)


def _cost(n: int, p: int) -> Cost:
    rows = min(n, MOST_ROWS)
    return Cost(seconds=0.5 + 3e-6 * rows**2 + 1e-7 * n, megabytes=150 + 1e-4 * rows**2 + 3e-5 * n * p)


TOOL = Tool(
    "discover_pairwise",
    PairwiseArgs,
    run,
    assumes=ASSUMES,
    example=PairwiseArgs(dataset="confounder", source="z", target="y"),
    reference="Hoyer et al. 2009; Mooij et al. 2016; Gretton et al. 2008 (HSIC)",
    cost=_cost,
)
