"""Estimate with the tool that the item names, adjusted for all covariates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...tools.domain.errors import ToolError
from ...tools.domain.results import EffectEstimate
from ..harness.spec import Item, Response
from ..structural.desk import desk
from .load import AVERAGED


def estimate(item: Item) -> EffectEstimate:
    """The estimate with its interval.

    Raises:
        ToolError: the tool refuses the table.
    """
    args: dict[str, Any] = {"treatment": "t", "outcome": "y"}
    tool = item.data["estimator"]
    if tool not in AVERAGED:
        args |= {"adjustment_set": item.data["covariates"], "estimand": item.data["estimand"]}
    found = desk(Path(item.data["table"])).on_data(tool, **args)
    assert isinstance(found, EffectEstimate)
    return found


def solve(item: Item) -> Response:
    """The number; a tool that refuses the table gives none."""
    try:
        found = estimate(item)
    except ToolError as error:
        return Response(answer=None, because=f"{type(error).__name__}: {error}")
    return Response(answer=repr(found.value), because=found.summary())
