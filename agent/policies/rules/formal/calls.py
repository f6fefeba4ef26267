"""Turn premises and a query into the one call of `reason_query`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .....tools.domain.results import Result
from ....state import ToolCall
from .types import Event, FormalReading, FormalVerdict, Premises

Decide = Callable[[Result], FormalVerdict]


def query_reading(
    premises: Premises,
    query: str,
    outcome: Event,
    decide: Decide,
    because: Sequence[str],
    *,
    treatment: Event | None = None,
    given: Iterable[Event] = (),
    do: Iterable[Event] = (),
    mediators: Iterable[str] = (),
    assume: Iterable[str] = (),
    edges: Sequence[tuple[str, str]] | None = None,
    when_inconsistent: str = "report",
) -> FormalReading:
    """The reading whose one call is `reason_query`.

    Args:
        premises: All that is stated.
        query: A query of the ladder, as the tool names it.
        outcome: The event whose probability is asked.
        decide: What the result says to the question.
        because: How the parts were read, in words.
        treatment: The event whose effect is asked; the other level of a binary variable is what it is compared with.
        given: Facts the query is conditioned on.
        do: What is held fixed.
        mediators: Of natural effects.
        assume: Assumptions beyond the graph, as the tool names them.
        edges: Instead of those stated.
        when_inconsistent: What the tool does with numbers that the graph rules out, as it names it.
    """
    edges = premises.edges if edges is None else edges
    spoken = {n for e in edges for n in e}
    args: dict[str, Any] = {
        "edges": tuple(edges),
        "nodes": tuple(n for n in premises.nodes if n not in spoken),
        "latent": tuple(premises.latent),
        "probabilities": tuple(
            {"event": _levels(c.event), "given": _levels(c.given), "do": _levels(c.do), "value": c.value}
            for c in premises.chances
        ),
        "query": query,
        "outcome": outcome.variable,
        "outcome_level": outcome.level,
        "given": _levels(given),
        "do": _levels(do),
        "mediators": tuple(mediators),
        "assume": tuple(assume),
        "rounding": _rounding(premises),
        "when_inconsistent": when_inconsistent,
    }
    if treatment is not None:
        args |= {
            "treatment": treatment.variable,
            "treatment_level": treatment.level,
            "control_level": 1 - treatment.level if isinstance(treatment.level, int) else 0,
        }
    return FormalReading(
        ToolCall(tool="reason_query", args=args, why=f"asks for {query}"), decide, premises, tuple(because)
    )


def _rounding(premises: Premises) -> float:
    """Half of the last digit that any number is printed with; whole per cents are off by up to 0.005."""
    digits = max(
        (next((d for d in range(2, 9) if round(c.value, d) == c.value), 9) for c in premises.chances), default=9
    )
    return 0.5 * 10.0**-digits


def _levels(events: Iterable[Event]) -> dict[str, int | str]:
    return {e.variable: e.level for e in events}
