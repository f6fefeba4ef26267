"""Test on the data the independencies that a graph implies.

One test for each pair of variables without an edge, with Holm's correction over all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..coding import show
from ..domain.errors import AssumptionViolated, BadArguments, TooLarge
from ..domain.evidence import Check
from ..domain.results import ImplicationsResult, IndependenceResult
from ..domain.separation import implied_independencies
from ..spec import Args, Cost, Tool
from .independence import ASSUMES, IndependenceArgs, examine

if TYPE_CHECKING:
    from ..domain.graphs import AnyGraph
    from ..spec import Env

NO_PROOF = (
    "It does not show that the graph is right: every graph with the same independencies passes too, superfluous arrows are never "
    "noticed, and with few rows a false independence is easily missed."
)


class ImplicationsArgs(Args):
    """Arguments of `graph_implications`."""

    graph: str
    """Name of a graph, or the id of the evidence that holds one."""
    dataset: str
    """Name of a loaded table with a column for each variable."""
    alpha: float = Field(default=0.05, gt=0, lt=1)
    """Probability of contradicting a right graph by chance, over all tests together."""
    limit: int = Field(default=200, ge=1, le=2000)
    """Most independencies to test."""


def run(args: ImplicationsArgs, env: Env) -> ImplicationsResult:
    """Test what the graph says must be independent.

    Returns:
        Each test with its own p-value, and how many are rejected after Holm's correction. A graph that implies
        nothing that can be tested is uninformative, which is not a pass.

    Raises:
        BadArguments: fewer than two variables of the graph are columns of the table, or it is a graph over time.
    """
    graph, frame, card = env.graph(args.graph), env.table(args.dataset), env.card(args.dataset)
    columns = {str(c) for c in frame.columns}
    if len(columns & set(graph.observed)) < 2:
        raise BadArguments(
            f"Table {show(args.dataset)} has fewer than two of the graph's variables ({', '.join(graph.observed[:10])}) as columns."
        )
    implied = implied_independencies(graph, limit=args.limit + 1)
    testable = [i for i in implied[: args.limit] if {i[0], i[1], *i[2]} <= columns]
    tests: list[IndependenceResult] = []
    skipped: list[Check] = []
    for source, target, given in testable:
        one = IndependenceArgs(dataset=args.dataset, source=source, target=target, given=given, alpha=args.alpha)
        try:
            tests.append(examine(one, frame, card, env)[0])
        except (AssumptionViolated, TooLarge) as error:
            skipped.append(_not_run(source, target, given, str(error)))
    adjusted = holm([t.p_value for t in tests])
    rejected = [(t, p) for t, p in zip(tests, adjusted, strict=True) if p < args.alpha]
    overall = _overall(args, len(implied), tests, adjusted, len(rejected))
    return ImplicationsResult(
        tests=tuple(tests),
        n_implied=min(len(implied), args.limit),
        n_rejected=len(rejected),
        checks=(overall, *(_contradicted(t, p) for t, p in rejected), *skipped),
        warnings=_warnings(args, graph, columns, len(implied), len(testable)),
    )


def holm(p_values: list[float]) -> list[float]:
    """Adjust p-values for testing many hypotheses at once.

    Reference: Holm 1979.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return adjusted


def _overall(
    args: ImplicationsArgs, n_implied: int, tests: list[IndependenceResult], adjusted: list[float], n_rejected: int
) -> Check:
    name = "implied independencies"
    if n_implied == 0:
        return Check(
            name=name,
            status="uninformative",
            meaning=f"Graph {args.graph!r} implies no independence among its measured variables: no data could contradict it.",
            does_not_show="It does not show that the graph fits: nothing was put to the test.",
        )
    if not tests:
        return Check(
            name=name,
            status="not_run",
            meaning=f"None of the {n_implied} implied independencies could be tested on table {args.dataset!r}.",
            does_not_show="It does not show that the graph fits: nothing was put to the test.",
        )
    lowest = min(adjusted)
    if n_rejected:
        return Check(
            name=name,
            status="fail",
            p_value=lowest,
            meaning=f"{n_rejected} of {len(tests)} independencies that the graph implies are contradicted by the data "
            f"(Holm-corrected, alpha = {args.alpha:g}): an arrow or a hidden common cause is missing, or one is turned round.",
            does_not_show="It does not show which arrow is wrong, nor whether the effect asked about changes when it is put right.",
        )
    weak = sum(t.checks[0].status == "uninformative" for t in tests if t.checks)
    if weak == len(tests):
        return Check(
            name=name,
            status="uninformative",
            p_value=lowest,
            meaning=f"None of {len(tests)} implied independencies is contradicted, but with so few rows hardly anything would be.",
            does_not_show=NO_PROOF,
        )
    return Check(
        name=name,
        status="pass",
        p_value=lowest,
        meaning=f"None of {len(tests)} implied independencies is contradicted by the data (Holm-corrected, alpha = {args.alpha:g}).",
        does_not_show=NO_PROOF,
    )


def _contradicted(test: IndependenceResult, p_value: float) -> Check:
    return Check(
        name=f"independence of {_statement(test.source, test.target, test.given)}",
        status="fail",
        statistic=test.statistic,
        p_value=p_value,
        meaning=f"The graph implies that {_statement(test.source, test.target, test.given)} are independent; the data contradict it "
        f"({test.test}, p = {test.p_value:.3g}, Holm-corrected {p_value:.3g}).",
        does_not_show="It does not show why they depend on each other: a missing arrow, a hidden common cause, or selection would do.",
    )


def _not_run(source: str, target: str, given: tuple[str, ...], reason: str) -> Check:
    return Check(
        name=f"independence of {_statement(source, target, given)}",
        status="not_run",
        meaning=f"It could not be tested: {reason}",
        does_not_show="It does not show that the graph is right here, nor that it is wrong.",
    )


def _statement(source: str, target: str, given: tuple[str, ...]) -> str:
    return f"{source} and {target}" + (f" given {', '.join(given)}" if given else "")


def _warnings(
    args: ImplicationsArgs, graph: AnyGraph, columns: set[str], n_implied: int, n_testable: int
) -> tuple[str, ...]:
    said: list[str] = []
    if n_implied > args.limit:
        said.append(f"The graph implies more than {args.limit} independencies; the first {args.limit} were looked at.")
    if missing := [n for n in graph.observed if n not in columns]:
        left = min(n_implied, args.limit) - n_testable
        said.append(
            f"{', '.join(map(show, missing[:10]))} are not columns of the table: {left} independencies were left out."
        )
    if any(e.origin == "data" for e in graph.edges):
        said.append(
            "The graph was learned from data; on the same data these tests agree with it more than they should."
        )
    return tuple(said)


def _cost(n: int, p: int) -> Cost:
    return Cost(
        seconds=0.5 + min(p * p / 2, 200) * (2e-3 + 1e-6 * n),
        megabytes=120 + 2e-4 * n + 2e-5 * n * p,
        advice="Lower limit, or test on a sample of the rows.",
    )


TOOL = Tool(
    "graph_implications",
    ImplicationsArgs,
    run,
    assumes=ASSUMES,
    example=ImplicationsArgs(graph="chain_of_three", dataset="chain_of_three"),
    reference="Pearl 1988 (d-separation); van der Zander, Liśkiewicz, Textor 2019 (minimal separators); Holm 1979",
    cost=_cost,
)
