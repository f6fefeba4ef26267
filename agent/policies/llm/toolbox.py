"""Which tools a model may use in a run, which of them it is shown, and how it finds the others.

A model is shown the few tools of the step it is at; the rest of the plan's stages it can search. Tools that read or
write files, or that bring in a graph nobody gave or learned, are never offered: the session does those for the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from ....tools.registry import get_tool, list_tools
from ....tools.spec import Tool
from ...state import Plan
from .schemas import Schema, function_schema

NEVER = frozenset({"data_load", "graph_read", "graph_edit"})
NEVER_STAGES = frozenset({"report"})
STAGES: dict[str, tuple[str, ...]] = {
    "effect": ("data", "discover", "graph", "identify", "estimate", "refute"),
    "discovery": ("data", "discover", "graph"),
    "relation": ("data", "discover", "graph", "identify"),
    "adjustment": ("data", "discover", "graph", "identify"),
    "attribution": ("data", "discover", "graph", "simulate"),
    "counterfactual": ("data", "discover", "graph", "identify", "simulate"),
    "formal": ("reason",),
}
"""Stages that a question of each kind may use."""
FIND, DETAIL = "find_tools", "detail"
PSEUDO: tuple[Schema, ...] = (
    {
        "type": "function",
        "function": {
            "name": FIND,
            "description": "Search more tools of the plan's stages.",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {"query": {"type": "string"}},
                "required": ["query"],
                "additionalProperties": False,
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": DETAIL,
            "description": "Show a piece of evidence again.",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {
                    "evidence": {"type": "string", "description": "Such as E3."},
                    "level": {"type": "string", "enum": ["line", "summary", "full"]},
                },
                "required": ["evidence", "level"],
                "additionalProperties": False,
            },
        },
    },
)


def offered(kind: str) -> tuple[str, ...]:
    """Names of the tools that a question of a kind may use, in the order of the stages."""
    stages = STAGES.get(kind, ())
    return tuple(n for n in list_tools() if n not in NEVER and _stage(n) in stages and _stage(n) not in NEVER_STAGES)


def index(kind: str) -> list[str]:
    """One line a stage with the names of its tools: names cost little and say most of it."""
    by_stage: dict[str, list[str]] = {}
    for name in offered(kind):
        by_stage.setdefault(_stage(name), []).append(name)
    return [f"{stage}: {', '.join(names)}" for stage, names in by_stage.items()]


def stages_of(plan: Plan) -> tuple[str, ...]:
    """The stages that a plan goes through."""
    return tuple(dict.fromkeys(step.stage for step in plan.steps))


def within(plan: Plan, kind: str) -> tuple[str, ...]:
    """The tools that a plan allows: those of its stages that the kind of question may use."""
    stages = stages_of(plan)
    return tuple(n for n in offered(kind) if _stage(n) in stages)


def schemas(
    names: Iterable[str], found: Iterable[str] = (), *, unused: Iterable[str] = (), more: bool = True
) -> list[Schema]:
    """Function schemas of tools, and of those that are answered here; what two tools share is described once.

    Args:
        names: Tools of the plan.
        found: Further tools, that the model searched for; shown with all their arguments.
        unused: Optional arguments that the question gives no value for; left out of the plan's tools.
        more: Whether there are other tools to be found.
    """
    told: set[tuple[str, str]] = set()
    planned = [_untold(_schema(n), told, frozenset(unused)) for n in names]
    others = [_untold(_schema(n), told, frozenset()) for n in found]
    return [*planned, *others, *(s for s in PSEUDO if more or s["function"]["name"] != FIND)]


def _untold(schema: Schema, told: set[tuple[str, str]], unused: frozenset[str]) -> Schema:
    """A schema without unused arguments, and without descriptions that an earlier tool of the same request has given."""
    function = schema["function"]
    properties: Schema = {}
    for name, inner in function["parameters"]["properties"].items():
        if name in unused and _may_be_null(inner):
            continue
        key = (name, str(inner.get("description", "")))
        properties[name] = {k: v for k, v in inner.items() if k != "description"} if key in told else inner
        told.add(key)
    parameters = function["parameters"] | {"properties": properties, "required": list(properties)}
    return schema | {"function": function | {"parameters": parameters}}


def _may_be_null(schema: Schema) -> bool:
    """Whether an argument may be left out: null or an empty list stands for that."""
    kinds = [schema.get("type"), *(branch.get("type") for branch in schema.get("anyOf", ()))]
    return "array" in kinds or any(k == "null" or (isinstance(k, list) and "null" in k) for k in kinds)


def tool(name: str) -> Tool[Any, Any]:
    """The tool of a name that is offered."""
    return get_tool(name)


@cache
def _schema(name: str) -> Schema:
    return function_schema(get_tool(name))


def _stage(name: str) -> str:
    return name.split("_", 1)[0]
