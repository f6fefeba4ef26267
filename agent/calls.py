"""When two tool calls are the same call, so that nothing is executed twice."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from ..tools.domain.errors import BadArguments
from ..tools.domain.evidence import Evidence
from ..tools.registry import get_tool
from .state import ToolCall


def call_key(tool: str, args: dict[str, Any]) -> str:
    """Name a call by what it does: arguments that were left out count as their defaults."""
    with suppress(BadArguments):  # arguments that do not fit are compared as they came
        args = get_tool(tool).parse(args).model_dump(mode="json")
    return tool + json.dumps(args, sort_keys=True, default=str)


def not_made(calls: Iterable[ToolCall], ledger: Iterable[Evidence]) -> tuple[ToolCall, ...]:
    """The calls, each once, that the ledger does not have; one that failed is not made again either."""
    done = {call_key(e.tool, e.args) for e in ledger}
    fresh: dict[str, ToolCall] = {}
    for call in calls:
        key = call_key(call.tool, call.args)
        if key not in done:
            fresh.setdefault(key, call)
    return tuple(fresh.values())
