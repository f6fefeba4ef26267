"""Answers to CounterBench that never read the rules."""

from __future__ import annotations

from ..harness.spec import Item, Response


def always_no(item: Item) -> Response:
    """Say that nothing happens without its first cause."""
    del item
    return Response(answer="no")


def any_denial(item: Item) -> Response:
    """Say yes when any rule has a "not", whatever it is about."""
    return Response(answer="yes" if " not " in item.prompt.partition("\n")[0] else "no")
