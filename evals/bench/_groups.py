"""A group of wordings, and how the question that they all put is written down."""

from __future__ import annotations

from typing import Any, NamedTuple

from ._schemas import SchemaName


class Group(NamedTuple):
    """A table, what every wording must be read as (only the fields named here), and the wordings."""

    schema: SchemaName
    expected: dict[str, Any]
    wordings: tuple[str, ...]


def effect(treatment: str, outcome: str, **more: Any) -> dict[str, Any]:
    """An effect question for everyone, unless more says otherwise."""
    base: dict[str, Any] = {
        "kind": "effect",
        "treatment": treatment,
        "outcome": outcome,
        "estimand": "ATE",
        "population": [],
    }
    return {**base, **more}


def where(column: str, op: str, value: Any) -> dict[str, Any]:
    """A condition on the rows."""
    return {"column": column, "op": op, "value": value}


def relation(relation: str, source: str, target: str, *given: str) -> dict[str, Any]:
    """A question about the relation of two variables."""
    return {"kind": "relation", "relation": relation, "source": source, "target": target, "given": list(given)}


def lines(text: str) -> tuple[str, ...]:
    """One wording a line."""
    return tuple(line.strip() for line in text.strip().splitlines())
