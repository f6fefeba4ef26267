"""Fields of a request that some endpoints refuse: what is sent instead, learned from the refusal once per client.

Endpoints differ in what they take, and their model's name does not tell. So the fields are sent, and an endpoint
that answers 400 and names one of them is asked again without it; it is remembered for the calls that follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Adaptation:
    """One field that may be refused."""

    field: str
    instead: str | None
    """Name of the field that carries the value then; None leaves it out."""
    then: str
    """What follows for the person, in words."""


TABLE = (
    Adaptation("max_tokens", "max_completion_tokens", "the longest reply is asked for as max_completion_tokens"),
    Adaptation("max_completion_tokens", "max_tokens", "the longest reply is asked for as max_tokens"),
    Adaptation("temperature", None, "the model runs at its own temperature"),
    Adaptation("parallel_tool_calls", None, "the endpoint decides whether calls come together"),
    Adaptation("stream_options", None, "tokens of streamed replies are not counted"),
    Adaptation("tool_choice", None, "the model decides whether it calls a tool"),
    Adaptation("strict", None, "the endpoint does not hold calls to their schema; they are checked here"),
)
_REFUSAL = re.compile(
    r"un(supported|recognized|recognised|known|expected)|(not|n't|never|no longer) (be )?(support|permit|allow|accept|recogni|a valid)"
    r"|extra.?(inputs|fields|forbidden)|only .{0,60}(supported|allowed|permitted)|instead|deprecated",
    re.IGNORECASE,
)


class Adapter:
    """What one endpoint was found to refuse."""

    def __init__(self) -> None:
        self.learned: tuple[Adaptation, ...] = ()

    def adapted(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The request as this endpoint takes it."""
        changed = dict(request)
        for each in self.learned:
            changed = _without(changed, each)
        return changed

    def learn(self, request: Mapping[str, Any], reason: str) -> bool:
        """Take note of a refusal.

        Args:
            request: What was refused.
            reason: What the endpoint said, with the name of the parameter where it gave one.

        Returns:
            Whether it names a field of the request that can be done without and was not yet learned.
        """
        if not _REFUSAL.search(reason):
            return False
        for each in TABLE:
            if (
                each not in self.learned
                and _has(request, each.field)
                and re.search(rf"(?<!\w){each.field}(?!\w)", reason)
            ):
                self.learned = (*self.learned, each)
                return True
        return False


def _has(request: Mapping[str, Any], field: str) -> bool:
    return any(t.get(field) for t in _schemas(request)) if field == "strict" else field in request


def _without(request: dict[str, Any], each: Adaptation) -> dict[str, Any]:
    if each.field == "strict":
        return _not_strict(request)
    if each.field not in request:
        return request
    rest = {k: v for k, v in request.items() if k != each.field}
    return rest | {each.instead: request[each.field]} if each.instead else rest


def _not_strict(request: dict[str, Any]) -> dict[str, Any]:
    """Without the promise to keep to the schema; in Chat it stands in `function`, in Responses in the tool itself."""
    if "tools" not in request:
        return request
    bare = [
        t | {"function": {k: v for k, v in t["function"].items() if k != "strict"}}
        if "function" in t
        else t | {"strict": False}
        for t in request["tools"]
    ]
    return request | {"tools": bare}


def _schemas(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [t.get("function", t) for t in request.get("tools", ())]
