"""The published formalisation of a question as a call of the engine: graph, query and the printed numbers, no reader.

What can then still differ from the label is the engine, or the label.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from ...tools.domain.edges import edge
from ...tools.domain.graphs import Dag
from ...tools.domain.results import QueryAnswer
from ...tools.reason.query import Assume, Probability, QueryArgs, answer

GRAPHS = {
    "chain": "X>V2 V2>Y", "fork": "X>Y V2>Y", "collision": "X>V3 Y>V3", "confounding": "V1>X V1>Y X>Y", "mediation": "X>V2 X>Y V2>Y",
    "frontdoor": "V1>X X>V3 V1>Y V3>Y", "IV": "V1>X V2>X V1>Y X>Y", "arrowhead": "X>V3 V2>V3 X>Y V2>Y V3>Y",
    "diamond": "X>V3 X>V2 V2>Y V3>Y", "diamondcut": "V1>V3 V1>X X>Y V3>Y",
}  # fmt: skip
LATENT = {"frontdoor": ("V1",), "IV": ("V1",), "arrowhead": ("V2",)}
Term = tuple[str, ...]
"""A node and those it is conditioned on."""
TERMS: dict[tuple[str, str], tuple[Term, ...]] = {
    **{(q, g): (("Y", "X"),) for q in ("ate", "ett") for g in ("chain", "diamond", "fork", "mediation", "arrowhead")},
    **{("nie", g): (("Y", "X"),) for g in ("chain", "diamond")},
    **{("marginal", g): (("X",), ("Y", "X")) for g in GRAPHS},
    ("exp_away", "collision"): (("X",), ("Y", "X", "V3")),
    ("ate", "confounding"): (("Y", "V1", "X"), ("V1",)),
    ("ett", "confounding"): (("Y", "V1", "X"), ("V1",)),
    ("ate", "diamondcut"): (("Y", "V1", "X"), ("V1",)),
    ("ett", "diamondcut"): (("Y", "X", "V3"), ("V3", "X")),
    ("ate", "IV"): (("Y", "V2"), ("X", "V2")),
    ("ate", "frontdoor"): (("V3", "X"), ("Y", "X", "V3"), ("X",)),
    ("nie", "frontdoor"): (("V3", "X"), ("Y", "X", "V3"), ("X",)),
    ("ett", "frontdoor"): (("Y", "X", "V3"), ("V3", "X")),
    ("nde", "mediation"): (("Y", "X", "V2"), ("V2", "X")),
    ("nie", "mediation"): (("Y", "X", "V2"), ("V2", "X")),
    ("nde", "arrowhead"): (("Y", "X", "V3"), ("V3", "X", "V2"), ("V2",)),
    ("nie", "arrowhead"): (("Y", "X", "V3"), ("V3", "X", "V2"), ("V2",)),
}
"""By query and graph, the conditional tables in the order in which their numbers are printed, the last cause fastest."""
KINDS = {
    "ate": "ATE", "ett": "ATT", "nde": "NDE", "nie": "NIE", "marginal": "marginal", "correlation": "association",
    "exp_away": "association",
}  # fmt: skip
ASSUMED: tuple[Assume, ...] = ("homogeneous_effect", "treated_like_all", "unconfounded_mediator")
"""What the published labels take for granted."""


def ask(query: str, graph: str, numbers: Sequence[float]) -> QueryAnswer | None:
    """What the engine makes of a published formalisation; None where the query has no number or prints other ones.

    Args:
        query: Published query type.
        graph: Published name of the graph.
        numbers: As printed, as probabilities.
    """
    given = _joint(numbers) if query == "correlation" else _tables(TERMS.get((query, graph), ()), numbers)
    if given is None or query not in KINDS:
        return None
    args = QueryArgs.model_validate(
        {
            "edges": tuple(tuple(e.split(">")) for e in GRAPHS[graph].split()),
            "latent": LATENT.get(graph, ()),
            "probabilities": given,
            "query": KINDS[query],
            "treatment": "X",
            "outcome": "Y",
            "given": {"V3": 1} if query == "exp_away" else {},
            "assume": ASSUMED,
            "rounding": 0.005,
        }
    )
    return answer(args, Dag.build([edge(a, "->", b) for a, b in args.edges], latent=args.latent))


def _tables(terms: Sequence[Term], numbers: Sequence[float]) -> tuple[Probability, ...] | None:
    """The printed numbers as conditional probabilities; None when there are more or fewer."""
    cells = [
        (node, dict(zip(given, at, strict=True))) for node, *given in terms for at in product((0, 1), repeat=len(given))
    ]
    if not cells or len(cells) != len(numbers):
        return None
    return tuple(
        Probability(event={node: 1}, given={**at}, value=n) for (node, at), n in zip(cells, numbers, strict=True)
    )


def _joint(numbers: Sequence[float]) -> tuple[Probability, ...] | None:
    """P(x), P(not x, y) and P(x, y)."""
    if len(numbers) != 3:
        return None
    x, without, both = numbers
    return (
        Probability(event={"X": 1}, value=x),
        Probability(event={"X": 0, "Y": 1}, value=without),
        Probability(event={"X": 1, "Y": 1}, value=both),
    )
