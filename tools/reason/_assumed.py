"""Say what a further assumption adds, where the given numbers alone only bound a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..domain.estimands import Assumption
from ..domain.graphs import Dag
from ..domain.results import QueryAnswer
from ._wald import wald

if TYPE_CHECKING:
    from .query import QueryArgs

Answer = Callable[["QueryArgs", Dag], QueryAnswer]


def assumed(args: QueryArgs, dag: Dag, bounds: QueryAnswer, answer: Answer) -> QueryAnswer:
    """The answer under the assumptions of the query that apply to it; the bounds stay beside it.

    Args:
        args: The query.
        dag: Its graph.
        bounds: What is known without the assumptions.
        answer: Answers a simpler query over a graph.
    """
    if "homogeneous_effect" in args.assume and args.query == "ATE":
        return wald(args, dag, bounds, answer) or bounds
    plain = args.model_copy(update={"assume": tuple(a for a in args.assume if a == "monotonicity")})
    if "treated_like_all" in args.assume and args.query in ("ATT", "ATC"):
        found = answer(plain.model_copy(update={"query": "ATE"}), dag)
        meaning = f"Those with and without {args.treatment} are alike in what else changes its effect."
        return _stated(bounds, found, "treated like all", meaning)
    if "unconfounded_mediator" in args.assume and args.query in ("NDE", "NIE"):
        meaning = f"What is hidden behind the mediators does not change {args.outcome} in another way."
        return _stated(bounds, answer(plain, _cut(args, dag)), "unconfounded mediator", meaning)
    return bounds


def _cut(args: QueryArgs, dag: Dag) -> Dag:
    """The graph without arrows into the outcome from hidden causes that are causes of a mediator as well."""
    between = (dag.descendants(args.treatment) & dag.ancestors(args.outcome)) - {args.treatment, args.outcome}
    behind = {n for n in dag.latent if set(dag.children(n)) & between}
    kept = [e for e in dag.edges if not (e.source in behind and e.target == args.outcome)]
    return Dag.build(kept, nodes=dag.nodes, latent=dag.latent)


def _stated(bounds: QueryAnswer, found: QueryAnswer, name: str, meaning: str) -> QueryAnswer:
    if found.status != "exact":
        return bounds
    return bounds.model_copy(
        update={
            "status": "exact",
            "value": found.value,
            "method": found.method,
            "reason": f"This takes that {meaning[0].lower()}{meaning[1:].rstrip('.')}; without it only "
            f"{bounds.lower:.6g} to {bounds.upper:.6g} follows.",
            "assumptions": (*bounds.assumptions, Assumption(name=name, meaning=meaning, status="untestable")),
        }
    )
