"""Tell cause from effect between two columns by others that are known to move one of them directly: instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import code_covariates, find_column, kind_of, show
from ..design import complete_rows
from ..domain.edges import edge
from ..domain.errors import AssumptionViolated, BadArguments
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.graphs import Cpdag, Dag
from ..domain.results import GraphResult
from ..linear import fit_ols, independent_columns
from ..spec import Args, Tool
from ._common import MEANINGS

if TYPE_CHECKING:
    from ..coding import Floats
    from ..spec import Env

ASSUMES = ("instrument independence", "one target each", "faithfulness", "linear effects", "independent rows")
LEAST_ROWS_PER_COLUMN = 10


class InstrumentsArgs(Args):
    """Arguments of `discover_instruments`."""

    dataset: str
    """Name of a loaded table."""
    source: str
    """One numeric column."""
    target: str
    """The other numeric column."""
    instruments: tuple[str, ...] = Field(min_length=2)
    """Columns caused by neither, each of which acts directly on one of the two."""
    alpha: float = Field(default=0.01, gt=0, lt=1)
    """Level at which an instrument counts as moving a column, a probability, over all tests together."""
    name: str = Field(default="learned", min_length=1, max_length=200)
    """Name under which the graph is kept."""


def run(args: InstrumentsArgs, env: Env) -> GraphResult:
    """Regress both columns on all instruments: what moves the cause moves the effect too, and not the other way round.

    The effect is the column that an instrument moves alone, when another instrument moves both.

    Returns:
        A directed edge; no edge when each column is moved by its own instruments only; else an undirected one, because these
        data do not tell.

    Raises:
        BadArguments: a column is named for two parts, or does not exist.
        AssumptionViolated: a column holds no numbers, the instruments are not distinct, or there are too few rows.
    """
    named = (args.source, args.target, *args.instruments)
    if len(set(named)) < len(named):
        raise BadArguments(f"A column is named twice among {named!r}; source, target and instruments must differ.")
    frame, n_dropped, notes = complete_rows(env.table(args.dataset), named)
    for column in named[:2]:
        if kind_of(find_column(frame, column, "a variable")) not in ("number", "bool"):
            raise AssumptionViolated(f"Column {show(column)} holds no numbers; the direction is told for numbers only.")
    z, labels = code_covariates(frame, args.instruments, env.card(args.dataset))
    if not independent_columns(z).all():
        raise AssumptionViolated("One instrument is constant or determined by the others. Leave it out.")
    if len(frame) < LEAST_ROWS_PER_COLUMN * (1 + z.shape[1]):
        raise AssumptionViolated(
            f"{len(frame)} complete rows are too few for {z.shape[1]} instruments; {LEAST_ROWS_PER_COLUMN * (1 + z.shape[1])} are "
            f"needed. Use fewer instruments."
        )
    p_values = [_p_values(z, find_column(frame, c, "a variable").to_numpy(dtype=float)) for c in named[:2]]
    bound = args.alpha / (2 * z.shape[1])
    moved = [(first < bound, second < bound) for first, second in zip(*p_values, strict=True)]
    return GraphResult(
        name=args.name,
        graph=_graph(args, moved),
        method="instruments",
        notes=(f"{len(frame)} rows used, {n_dropped} left out",),
        assumptions=_premises(args),
        checks=tuple(_check(args, label, a, b, bound) for label, a, b in zip(labels, *p_values, strict=True)),
        warnings=notes,
    )


def _p_values(z: Floats, y: Floats) -> list[float]:
    """Of each instrument's coefficient given the others, by robust errors (HC2)."""
    import numpy as np
    from scipy.special import ndtr

    fit = fit_ols(np.column_stack([np.ones(len(y)), z]), y)
    found: list[float] = []
    for pick in np.eye(fit.x.shape[1])[1:]:
        scores = fit.scores(pick)
        error = float(scores @ scores) ** 0.5
        found.append(2 * float(ndtr(-abs(float(pick @ fit.coef)) / max(error, 1e-300))))
    return found


def _graph(args: InstrumentsArgs, moved: list[tuple[bool, bool]]) -> Dag | Cpdag:
    pair = (args.source, args.target)
    both, first, second = (any(m == kind for m in moved) for kind in ((True, True), (True, False), (False, True)))
    if both and first != second:
        cause, effect = pair if second else pair[::-1]
        return Dag.build([edge(cause, "->", effect, "data")], nodes=pair)
    if first and second and not both:
        return Dag.build([], nodes=pair)
    return Cpdag.build([edge(args.source, "--", args.target, "data")], nodes=pair)


def _check(args: InstrumentsArgs, label: str, first: float, second: float, bound: float) -> Check:
    moves = [c for c, p in ((args.source, first), (args.target, second)) if p < bound]
    what = " and ".join(moves) if moves else "neither"
    return Check(
        name=f"what {label} moves",
        status="pass" if moves else "uninformative",
        p_value=min(first, second),
        meaning=f"{label} moves {what} (p = {first:.2g} for {args.source}, {second:.2g} for {args.target}).",
        does_not_show="That it acts on one of them directly and shares no cause with either: that must be known.",
    )


def _premises(args: InstrumentsArgs) -> tuple[Assumption, ...]:
    listed = ", ".join(args.instruments)
    meanings = MEANINGS | {
        "instrument independence": f"None of {listed} shares a cause with {args.source} or {args.target}, or is caused by them.",
        "one target each": f"Each of {listed} acts directly on one of {args.source} and {args.target} at most.",
    }
    return tuple(Assumption(name=a, meaning=meanings[a], status="untestable") for a in ASSUMES)


TOOL = Tool(
    "discover_instruments",
    InstrumentsArgs,
    run,
    assumes=ASSUMES,
    example=InstrumentsArgs(dataset="napkin", source="t", target="y", instruments=("w", "z")),
    reference="Pearl 2009, section 3.2 (a cause passes on what moves it); Burgess & Thompson 2015 (bidirectional instruments)",
)
