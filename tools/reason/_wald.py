"""Use an instrument: the Wald ratio, when the effect is taken to be the same for all that it moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..domain.estimands import Assumption
from ..domain.graphs import Dag
from ..domain.results import QueryAnswer
from ..domain.separation import separated

if TYPE_CHECKING:
    from .query import QueryArgs


def wald(
    args: QueryArgs, dag: Dag, bounds: QueryAnswer, answer: Callable[[QueryArgs, Dag], QueryAnswer]
) -> QueryAnswer | None:
    """The ratio for the first instrument whose four conditional probabilities follow from what is given, or None.

    Args:
        args: The query, an ATE.
        dag: Its graph.
        bounds: What is known without the assumption.
        answer: Answers a simpler query over the graph.

    Reference: Wald 1940; Angrist, Imbens, Rubin 1996.
    """
    t, y = args.treatment, args.outcome
    cut = Dag.build([e for e in dag.edges if e.source != t], nodes=dag.nodes, latent=dag.latent)
    for z in dag.observed:
        if z in (t, y) or separated(dag, [z], [t]) or not separated(cut, [z], [y]):
            continue
        if any(len(args.levels.get(n, (0, 1))) != 2 for n in (t, y, z)):
            continue
        arms: list[float] = []
        for node, level in ((y, args.outcome_level), (t, args.treatment_level)):
            for value in args.levels.get(z, (0, 1)):
                update = {
                    "query": "conditional",
                    "treatment": "",
                    "outcome": node,
                    "outcome_level": level,
                    "given": {z: value},
                }
                found = answer(args.model_copy(update={**update, "assume": ()}), dag)
                if found.status == "exact" and found.value is not None:
                    arms.append(found.value)
        if len(arms) == 4 and abs(arms[3] - arms[2]) > 1e-12:
            value = (arms[1] - arms[0]) / (arms[3] - arms[2])
            premise = Assumption(
                name="homogeneous effect",
                meaning=f"The effect of {t} is the same for all whom {z} moves.",
                status="untestable",
            )
            return bounds.model_copy(
                update={
                    "status": "exact",
                    "value": value,
                    "method": f"Wald ratio with the instrument {z}",
                    "reason": f"Without a homogeneous effect only {bounds.lower:.6g} to {bounds.upper:.6g} follows.",
                    "assumptions": (*bounds.assumptions, premise),
                }
            )
    return None
