"""Learn what the data tell when hidden common causes are possible, with the FCI algorithm."""

from __future__ import annotations

from typing import Any, cast

from ..domain.edges import Edge
from ..domain.graphs import Pag
from ..domain.knowledge import Knowledge
from ..domain.results import GraphResult
from ..spec import Env, Tool
from . import _marks
from ._causallearn import call, pag_from, positional
from ._columns import Columns
from ._common import Learned, TestedArgs, learn, search_cost
from ._tests import REGISTERED, WORDS, Guard, choose_test, p_values, register
from .pc import thin_tables, unsupported

ASSUMES = ("faithfulness", "acyclicity", "independent rows")


class FciArgs(TestedArgs):
    """Arguments of `discover_fci`."""


def run(args: FciArgs, env: Env) -> GraphResult:
    """Learn a PAG: `->` is a cause, `<->` a hidden common cause, a circle a mark the data leave open.

    A missing edge means that some set separates the two; an edge a -> b may still run through unmeasured steps.

    Raises:
        BadArguments: columns or knowledge do not fit the table.
        AssumptionViolated: unusable columns, a test that does not fit them, or knowledge the data cannot keep.
        BackendFailed: causal-learn failed.
    """

    def search(columns: Columns, knowledge: Knowledge) -> Learned:
        test = choose_test(columns, args.test)
        p_value = p_values(columns, test)
        guard = Guard(columns, p_value, knowledge, args.alpha)
        graph, overruled = _marks.apply(_search(columns, guard, args.alpha), knowledge)
        return Learned(
            graph=graph,
            checks=thin_tables(p_value, guard),
            warnings=(*overruled, *unsupported(columns, knowledge, guard)),
            notes=(f"{WORDS[test]} at level {args.alpha:g}; {guard.n_tests} tests",),
        )

    return learn(args, env, search, method="fci", assumes=ASSUMES)


def _search(columns: Columns, guard: Guard, alpha: float) -> Pag:
    """One call of causal-learn, without knowledge: it would turn "a does not cause b" into "b causes a"."""
    from causallearn.search.ConstraintBased.FCI import fci

    register()
    names = columns.names
    if len(names) == 2:
        # causal-learn has no search left to do for two variables, and fails
        related = guard.search(0, 1, ()) <= alpha
        edges = [Edge(source=names[0], target=names[1], mark_source="circle", mark_target="circle", origin="data")]
        return Pag.build(edges if related else [], nodes=names)
    graph, _ = call(
        "FCI",
        lambda: fci(
            dataset=columns.values,
            independence_test_method=REGISTERED,
            alpha=alpha,
            depth=-1,
            max_path_length=-1,
            verbose=False,
            background_knowledge=None,
            show_progress=False,
            node_names=positional(len(names)),
            guard=guard,
        ),
    )
    return pag_from(cast("Any", graph).graph, names)


TOOL = Tool(
    "discover_fci",
    FciArgs,
    run,
    assumes=ASSUMES,
    example=FciArgs(dataset="front_door"),
    reference="Spirtes, Glymour and Scheines 2000; Zhang 2008",
    cost=search_cost,
)
