"""Answer by the asymmetry of the data; names alone are for models."""

from __future__ import annotations

from pathlib import Path

from ...tools.domain.errors import ToolError
from ...tools.domain.results import PairwiseDirection
from ..harness.spec import Item, Response
from ..structural.desk import Desk
from .load import CHOICES


def solve(item: Item) -> Response:
    """The direction that `discover_pairwise` leans to, decided or not, as the benchmark forces a choice."""
    if "table" not in item.data:
        return Response(answer=None, because="only the names are given, and no tool knows what they mean")
    try:
        found = Desk(Path(item.data["table"])).on_data("discover_pairwise", source="A", target="B")
    except ToolError as error:
        return Response(answer=None, because=f"{type(error).__name__}: {error}")
    assert isinstance(found, PairwiseDirection)
    return Response(answer=CHOICES[found.leans == "<-"], because=found.summary())


def first_causes_second(item: Item) -> Response:
    """What never looks says: A."""
    return Response(answer=item.choices[0])
