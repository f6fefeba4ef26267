"""Learn the equivalence class of DAGs with the best score, with greedy equivalence search (GES)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.equivalence import v_structures
from ..domain.knowledge import Knowledge
from ..domain.results import GraphResult
from ..spec import Cost, Env, Tool
from ._causallearn import call, cpdag_from, positional
from ._columns import Columns
from ._common import DiscoverArgs, Learned, learn
from ._orient import direct, direction_check
from ._scores import WORDS, BlockScore, TableScore, choose_score, scoring, with_knowledge

if TYPE_CHECKING:
    from ..domain.graphs import Cpdag
    from ._scores import Score

ASSUMES = ("no hidden common cause", "faithfulness", "acyclicity", "independent rows", "linear effects")
MAX_PARENTS = 10


class GesArgs(DiscoverArgs):
    """Arguments of `discover_ges`."""


def run(args: GesArgs, env: Env) -> GraphResult:
    """Learn a CPDAG: edges the data cannot direct stay undirected.

    Pairs that the knowledge bans or requires are settled in the score; one-sided knowledge directs edges afterwards.

    Raises:
        BadArguments: columns or knowledge do not fit the table.
        AssumptionViolated: unusable columns, or knowledge that the data cannot keep.
        BackendFailed: causal-learn failed.
    """

    def search(columns: Columns, knowledge: Knowledge) -> Learned:
        name = choose_score(columns)
        plain: Score = TableScore(columns) if name == "multinomial" else BlockScore(columns)
        score = with_knowledge(plain, columns, knowledge)
        graph = _search(columns, score)
        notes = (f"score: {WORDS[name]}",)
        if knowledge.empty:
            return Learned(graph=graph, notes=notes)
        pairs = {frozenset((e.source, e.target)) for e in graph.edges}
        found = direct(columns.names, pairs, v_structures(graph), knowledge)
        return Learned(
            graph=found.graph,
            checks=(direction_check(found),),
            warnings=_unsupported(columns, knowledge, plain),
            notes=notes,
        )

    return learn(args, env, search, method="ges", assumes=ASSUMES)


def _search(columns: Columns, score: Score) -> Cpdag:
    from causallearn.search.ScoreBased.GES import ges

    def library() -> Cpdag:
        with scoring(score) as name:
            record = ges(
                X=columns.values,
                score_func=name,
                maxP=min(MAX_PARENTS, len(columns.names)),
                parameters=None,
                node_names=positional(len(columns.names)),
            )
        return cpdag_from(record["G"].graph, columns.names)

    return call("GES", library)


def _unsupported(columns: Columns, knowledge: Knowledge, score: Score) -> tuple[str, ...]:
    """Warnings on required edges that the score alone would leave out."""
    position = {n: i for i, n in enumerate(columns.names)}
    return tuple(
        f"{cause} -> {effect} was kept because the knowledge requires it; alone, the data score better without it."
        for cause, effect in knowledge.required
        if score(position[effect], (position[cause],)) < score(position[effect], ())
    )


def _cost(n: int, p: int) -> Cost:
    """From runs on sparse graphs of 10 to 100 variables: time grows as the cube of their number."""
    return Cost(
        seconds=2 + 1.2e-4 * p**3 + 1e-8 * n * p**2,
        megabytes=350 + 1e-4 * n * p,
        advice="Use discover_pc, which is faster, or name the variables that matter (at most about 90) in variables.",
    )


TOOL = Tool(
    "discover_ges",
    GesArgs,
    run,
    assumes=ASSUMES,
    example=GesArgs(dataset="chain_of_three"),
    reference="Chickering 2002; Andrews, Ramsey and Cooper 2019 (mixed data)",
    cost=_cost,
)
