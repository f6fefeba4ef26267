"""Answer from numbers that show dependences which the graph rules out, by adding the arrows that these need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..domain.edges import edge
from ..domain.graphs import Dag
from ..domain.results import QueryAnswer

if TYPE_CHECKING:
    from .query import QueryArgs

Answer = Callable[["QueryArgs", Dag], QueryAnswer]


def with_arrows(args: QueryArgs, dag: Dag, answer: Answer) -> QueryAnswer:
    """The answer over the graph if all numbers fit it, else over the graph with direct effects of what they condition on.

    Measured frequencies never have an independence exactly. Where they were taken on more conditions than the graph
    needs, the formula that uses them all (adjustment, mediation) is the one over the larger graph. Its answer is
    taken only if it is exact; the causes that the graph does have, and the mediators, stay what they are.
    """
    strict = args.model_copy(update={"when_inconsistent": "report", "rounding": 0.0})
    result = answer(strict, dag)
    if result.status != "inconsistent":
        return result
    added = missing_arrows(args, dag)
    wider = Dag.build([*dag.edges, *(edge(a, "->", b) for a, b in added)], nodes=dag.nodes, latent=dag.latent)
    held = {"mediators": args.mediators or _between(args, dag)} if args.query in ("NDE", "NIE") else {}
    for rounding in (0.0, args.rounding):
        found = answer(strict.model_copy(update={"rounding": rounding, **held}), wider)
        if found.status == "exact":
            shown = ", ".join(f"{a} -> {b}" for a, b in added)
            note = f"The numbers show dependences that the graph rules out; it was answered with {shown} added."
            return found.model_copy(update={"reason": f"{note} {found.reason}".strip()}) if added else found
    return answer(args.model_copy(update={"when_inconsistent": "report"}), dag)


def missing_arrows(args: QueryArgs, dag: Dag) -> list[tuple[str, str]]:
    """Arrows from each condition to the event it is given for, where there is none and none would close a cycle."""
    found: dict[tuple[str, str], None] = {}
    grown = dag
    for given in args.probabilities:
        for node in given.event:
            for condition in given.given:
                known = condition in grown.parents(node) or condition in grown.descendants(node)
                if not known and condition not in given.event:
                    found[condition, node] = None
                    grown = Dag.build([*grown.edges, edge(condition, "->", node)], nodes=dag.nodes, latent=dag.latent)
    return list(found)


def _between(args: QueryArgs, dag: Dag) -> tuple[str, ...]:
    between = (dag.descendants(args.treatment) & dag.ancestors(args.outcome)) - {args.treatment, args.outcome}
    return tuple(n for n in dag.nodes if n in between)
