"""What the discovery tools share: arguments, premises, bootstrap support, and the result."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import Field

from ..domain.errors import TooLarge, ToolError
from ..domain.estimands import Assumption
from ..domain.evidence import Check
from ..domain.graphs import Cpdag, Dag, Pag
from ..domain.knowledge import Knowledge
from ..domain.results import GraphResult
from ..spec import Args, Cost
from ._columns import Columns, read_columns
from ._knowledge import usable_knowledge, verify
from ._tests import TestName

if TYPE_CHECKING:
    from ..spec import Env

MAX_BOOTSTRAP_S = 100.0
"""Resampling is refused when the first run predicts more than this."""

MEANINGS: dict[str, str] = {
    "no hidden common cause": "No unmeasured variable causes two of the variables.",
    "faithfulness": "Effects along different paths do not cancel exactly, so that what is independent is not connected.",
    "acyclicity": "No variable causes itself through others.",
    "independent rows": "Rows are independent draws from one population; repeated measures and time series are not.",
    "linear effects": "Effects are linear in the columns as coded.",
    "non-Gaussian errors": "At most one error is Gaussian; without that the direction cannot be told.",
    "independent errors": "The errors of the variables are independent of each other.",
}


class DiscoverArgs(Args):
    """The arguments of every discovery tool."""

    dataset: str
    """Name of a loaded table."""
    variables: tuple[str, ...] = ()
    """Columns that become nodes; empty for all that can be used."""
    knowledge: Knowledge = Knowledge()
    """What is known beforehand; it wins over the data, and is checked again in the result."""
    name: str = Field(default="learned", min_length=1, max_length=200)
    """Name under which the graph is kept."""
    n_bootstrap: int = Field(default=0, ge=0, le=200)
    """Resamples of the rows on which the search is repeated to count how often each edge comes back; 0 for none."""


class TestedArgs(DiscoverArgs):
    """The arguments of a discovery tool that tests independencies."""

    alpha: float = Field(default=0.05, gt=0, lt=1)
    """Significance level of each independence test, a probability."""
    test: TestName = "auto"
    """`auto` by column types: Fisher-z for numbers, G² for labels, `mixed` (generalised covariance measure) for both."""


@dataclass(frozen=True)
class Learned:
    """What a search returns, before it is put into words."""

    graph: Dag | Cpdag | Pag
    checks: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


Search = Callable[[Columns, Knowledge], Learned]


def learn(args: DiscoverArgs, env: Env, search: Search, *, method: str, assumes: tuple[str, ...]) -> GraphResult:
    """Prepare the columns, search, count how stable each edge is, verify the knowledge.

    Raises:
        BadArguments: columns or knowledge do not fit the table.
        AssumptionViolated: the data or the knowledge break a premise.
        TooLarge: so many resamples would take too long.
    """
    columns = read_columns(env, args.dataset, args.variables)
    table_columns = tuple(c.name for c in env.card(args.dataset).columns)
    knowledge, left_out = usable_knowledge(args.knowledge, columns.names, table_columns)
    start = time.monotonic()
    found = search(columns, knowledge)
    verify(found.graph, knowledge)
    graph, notes = found.graph, found.notes
    if args.n_bootstrap:
        graph, note = _with_support(args, env, columns, knowledge, found.graph, search, time.monotonic() - start)
        notes += (note,)
    rows = f"{columns.n_samples} rows used, {columns.n_dropped} left out"
    return GraphResult(
        name=args.name,
        graph=graph,
        method=method,
        notes=(rows, *notes, *columns.notes),
        assumptions=tuple(Assumption(name=a, meaning=MEANINGS[a], status="untestable") for a in assumes),
        checks=found.checks,
        warnings=tuple(dict.fromkeys((*columns.warnings, *left_out, *found.warnings))),
    )


def _with_support(
    args: DiscoverArgs,
    env: Env,
    columns: Columns,
    knowledge: Knowledge,
    graph: Dag | Cpdag | Pag,
    search: Search,
    seconds: float,
) -> tuple[Dag | Cpdag | Pag, str]:
    """The graph with the share of resamples that have each edge with the same marks."""
    if seconds * args.n_bootstrap > MAX_BOOTSTRAP_S:
        raise TooLarge(
            f"{args.n_bootstrap} resamples of a search that takes {seconds:.1f} s need about {seconds * args.n_bootstrap:.0f} s, over "
            f"{MAX_BOOTSTRAP_S:.0f} s. Use n_bootstrap={max(int(MAX_BOOTSTRAP_S / seconds), 1)}, or fewer variables."
        )
    rng = env.rng()
    counts = dict.fromkeys(range(len(graph.edges)), 0)
    n_failed = 0
    for _ in range(args.n_bootstrap):
        rows = rng.integers(0, columns.n_samples, columns.n_samples)
        try:
            other = search(columns.take(rows), knowledge).graph
        except ToolError:
            n_failed += 1
            continue
        for k, e in enumerate(graph.edges):
            again = other.edge_between(e.source, e.target)
            counts[k] += again is not None and again.symbol == e.symbol
    n_run = args.n_bootstrap - n_failed
    if not n_run:
        return graph, f"support could not be measured: all {args.n_bootstrap} resamples failed"
    edges = [e.model_copy(update={"support": counts[k] / n_run}) for k, e in enumerate(graph.edges)]
    failed = f" ({n_failed} failed)" if n_failed else ""
    return type(graph).build(
        edges, nodes=graph.nodes
    ), f"support of each edge counted over {n_run} bootstrap resamples{failed}"


def search_cost(n: int, p: int) -> Cost:
    """Seconds of a constraint-based search, from runs on sparse graphs of 10 to 200 variables."""
    return Cost(
        seconds=2.5 + 2e-5 * p**3 + 1.5e-7 * n * p**2,
        megabytes=350 + 1e-4 * n * p,
        advice="Name the variables that matter for the question (at most about 150) in variables.",
    )
