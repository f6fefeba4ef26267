"""Learn a DAG, directions included, from linear effects with non-Gaussian errors, with DirectLiNGAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..coding import show
from ..domain.edges import Edge
from ..domain.errors import AssumptionViolated
from ..domain.graphs import Dag
from ..domain.knowledge import Knowledge
from ..domain.results import GraphResult
from ..spec import Cost, Env, Tool
from ._causallearn import call
from ._columns import Columns
from ._common import DiscoverArgs, Learned, learn
from ._errors import dependence_check, gaussian_check
from ._knowledge import path_matrix

if TYPE_CHECKING:
    from ..coding import Floats

ASSUMES = (
    "no hidden common cause", "acyclicity", "independent rows", "linear effects", "non-Gaussian errors", "independent errors",
)  # fmt: skip


class DirectlingamArgs(DiscoverArgs):
    """Arguments of `discover_directlingam`."""


def run(args: DirectlingamArgs, env: Env) -> GraphResult:
    """Learn a DAG in which every edge is directed.

    Raises:
        BadArguments: columns or knowledge do not fit the table.
        AssumptionViolated: columns of labels, or knowledge the data cannot keep.
        BackendFailed: causal-learn failed.
    """
    return learn(args, env, _search, method="directlingam", assumes=ASSUMES)


def _search(columns: Columns, knowledge: Knowledge) -> Learned:
    labels = [n for n, k in zip(columns.names, columns.n_levels, strict=True) if k]
    if labels:
        raise AssumptionViolated(
            f"DirectLiNGAM needs numbers with many values, and {', '.join(map(show, labels[:5]))} hold labels or two values. Use "
            f"discover_pc or discover_ges, or leave those columns out of variables."
        )
    x = (columns.values - columns.values.mean(axis=0)) / columns.values.std(axis=0)
    weights = fit_weights(x, columns.names, knowledge)
    names = columns.names
    edges: list[Edge] = []
    missing: list[str] = []
    required = set(knowledge.required)
    for i, effect in enumerate(names):
        for j, cause in enumerate(names):
            if weights[i, j]:
                origin = "user" if (cause, effect) in required else "data"
                edges.append(Edge(source=cause, target=effect, origin=origin))
            elif (cause, effect) in required:
                edges.append(Edge(source=cause, target=effect, origin="user"))
                missing.append(
                    f"{cause} -> {effect} was kept because the knowledge requires it; the data give it no weight."
                )
    residuals = x - x @ weights.T
    return Learned(
        graph=Dag.build(edges, nodes=names),
        checks=(gaussian_check(residuals, names), dependence_check(residuals, names)),
        warnings=tuple(missing),
    )


def fit_weights(x: Floats, names: tuple[str, ...], knowledge: Knowledge) -> Floats:
    """Weights, entry [i, j] of the edge j -> i; edges that the knowledge forbids are taken out and their effect refitted."""
    import numpy as np
    from causallearn.search.FCMBased.lingam import DirectLiNGAM
    from causallearn.search.FCMBased.lingam.utils import predict_adaptive_lasso

    def library() -> Floats:
        model = DirectLiNGAM(
            random_state=None,
            prior_knowledge=path_matrix(knowledge, names),
            apply_prior_knowledge_softly=False,
            measure="pwling",
        )
        model.fit(x)
        weights = np.array(model.adjacency_matrix_, dtype=np.float64)
        order = [int(k) for k in cast("list[int]", model.causal_order_)]
        for place, i in enumerate(order):
            allowed = [j for j in order[:place] if knowledge.forbids(names[j], names[i]) is None]
            if any(weights[i, j] for j in order[:place] if j not in allowed):
                weights[i] = 0.0
                if allowed:
                    weights[i, allowed] = predict_adaptive_lasso(x, allowed, i)
        return weights

    return call("DirectLiNGAM", library)


def _cost(n: int, p: int) -> Cost:
    """From runs with 10 to 100 variables and 1,000 to 10,000 rows."""
    return Cost(
        seconds=2.5 + 2.4e-5 * p**3.2 * max(n / 1000, 0.2) ** 0.42,
        megabytes=350 + 1e-4 * n * p,
        advice="Use discover_pc, or name the variables that matter (at most about 50) in variables.",
    )


TOOL = Tool(
    "discover_directlingam",
    DirectlingamArgs,
    run,
    assumes=ASSUMES,
    example=DirectlingamArgs(dataset="chain_of_three", variables=("t", "m", "y")),
    reference="Shimizu et al. 2011, Journal of Machine Learning Research 12",
    cost=_cost,
)
