"""Schemas of every tool in the strict subset, and what comes back under them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from whence.agent.policies.llm.schemas import (
    decode_arguments,
    decode_object,
    estimated_tokens,
    function_schema,
    strict_schema,
)
from whence.agent.policies.llm.subset import depth_of, strict_subset_errors
from whence.tools.domain.errors import BadArguments
from whence.tools.registry import all_tools
from whence.tools.spec import Tool

TOOLS = all_tools()

STRICT = {
    "$defs": {
        "node": {
            "type": "object",
            "propertyNames": {
                "enum": [
                    "type", "description", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
                    "minItems", "maxItems", "properties", "required", "additionalProperties", "items", "anyOf",
                ]
            },
            "properties": {
                "properties": {"additionalProperties": {"$ref": "#/$defs/node"}},
                "items": {"$ref": "#/$defs/node"},
                "anyOf": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                "additionalProperties": {"const": False},
            },
            "anyOf": [{"required": ["type"]}, {"required": ["anyOf"]}],
            "if": {"properties": {"type": {"const": "object"}}, "required": ["type"]},
            "then": {"required": ["properties", "required", "additionalProperties"]},
        }
    },
    "$ref": "#/$defs/node",
    "properties": {"type": {"const": "object"}},
}  # fmt: skip
"""The published rules once more, as a schema of schemas, so that the validator is not its own judge."""


def parameters(tool: Tool[Any, Any]) -> dict[str, Any]:
    return function_schema(tool)["function"]["parameters"]


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_every_tool_is_in_the_strict_subset(tool: Tool[Any, Any]) -> None:
    schema = parameters(tool)
    assert strict_subset_errors(schema) == []
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(STRICT).validate(schema)
    assert depth_of(schema) <= 5  # the limit of older endpoints
    assert len(function_schema(tool)["function"]["description"]) > 10


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_the_example_of_every_tool_comes_back_equal(tool: Tool[Any, Any]) -> None:
    full = tool.example.model_dump_json()
    assert tool.parse(decode_arguments(tool, full)) == tool.example
    said = tool.example.model_dump(mode="json", exclude_defaults=True)
    properties = parameters(tool)["properties"]
    left_out = {k: [] if p.get("type") == "array" else None for k, p in properties.items() if k not in said}
    text = {k: as_sent(v, properties[k]) for k, v in said.items()}
    assert tool.parse(decode_arguments(tool, json.dumps(text | left_out))) == tool.example


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_arguments_produced_under_the_schema_parse(tool: Tool[Any, Any]) -> None:
    """Types always fit; what a tool refuses beyond them (a name that is no edge) it says as a value error."""
    schema, rng = parameters(tool), Random(0)
    for _ in range(20):
        produced = instance(schema, rng)
        Draft202012Validator(schema).validate(produced)
        refused = refusal(tool, json.dumps(produced))
        assert refused is None or "Value error" in refused, refused


def as_sent(value: Any, schema: dict[str, Any]) -> Any:
    """An object of any names as the strict subset carries it."""
    branches = [schema, *schema.get("anyOf", [])]
    if isinstance(value, dict) and any(b.get("type") == "array" for b in branches):
        return [{"key": k, "value": v} for k, v in value.items()]
    if isinstance(value, dict) and not any("properties" in b for b in branches):
        return json.dumps(value)
    return value


def refusal(tool: Tool[Any, Any], text: str) -> str | None:
    try:
        tool.parse(decode_arguments(tool, text))
    except BadArguments as error:
        return str(error)
    return None


def instance(schema: dict[str, Any], rng: Random) -> Any:
    """A value that the schema allows."""
    if "anyOf" in schema:
        return instance(rng.choice(schema["anyOf"]), rng)
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema["type"]
    kind = rng.choice(kind) if isinstance(kind, list) else kind
    if kind == "object":
        return {k: instance(v, rng) for k, v in schema["properties"].items()}
    if kind == "array":
        low = schema.get("minItems", 0)
        return [
            instance(schema["items"], rng) for _ in range(rng.randint(low, min(schema.get("maxItems", 2), low + 2)))
        ]
    if kind in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + 2))
        middle = (low + high) / 2
        return int(middle) if kind == "integer" else middle
    as_text = schema.get("description", "").endswith("written as text.")
    return {"boolean": True, "null": None, "string": '{"a": 1}' if as_text else f"name{rng.randrange(10**6)}"}[kind]


def test_all_tools_together_cost_a_known_number_of_tokens() -> None:
    schemas = [function_schema(t) for t in TOOLS.values()]
    assert estimated_tokens(schemas) / len(schemas) < 400


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "array", "items": {"type": "string"}}, "root"),
        ({"type": "object", "properties": {}, "required": []}, "additionalProperties"),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": [], "additionalProperties": False},
            "required",
        ),
        ({"a": {"type": "string", "default": "x"}}, "'default' is not permitted"),
        ({"a": {"type": "string", "minLength": 1}}, "'minLength' is not permitted"),
        ({"a": {"allOf": [{"type": "string"}]}}, "'allOf' is not permitted"),
        ({"a": {"oneOf": [{"type": "string"}]}}, "'oneOf' is not permitted"),
        ({"a": {"type": "text"}}, "unknown"),
        ({"a": {}}, "has no type"),
        ({"a": {"type": "array"}}, "needs items"),
        ({"a": {"type": "array", "items": {"type": "object"}}}, "needs properties"),
        ({"a": {"type": "string", "format": "uri"}}, "format"),
        ({"a": {"$ref": "#/$defs/Nothing"}}, "leads nowhere"),
        ({"a": {"enum": []}}, "enum"),
        ({"a": {"enum": [str(i) for i in range(1001)]}}, "more than 1000"),
        ({"a": {"enum": [str(i) * 30 for i in range(300)]}}, "longer than 15000"),
    ],
)
def test_what_is_outside_the_subset_is_named(schema: dict[str, Any], problem: str) -> None:
    if "type" not in schema:
        schema = {"type": "object", "properties": schema, "required": list(schema), "additionalProperties": False}
    assert any(problem in e for e in strict_subset_errors(schema))


def test_too_deep_a_schema_is_named_and_a_recursive_one_refused() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(11):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"], "additionalProperties": False}
    assert any("levels" in e for e in strict_subset_errors(schema))
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/N"}}, "required": ["next"]}
    with pytest.raises(ValueError, match="contains itself"):
        strict_schema(
            {"$defs": {"N": node}, "type": "object", "properties": {"n": {"$ref": "#/$defs/N"}}, "required": ["n"]}
        )


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "3",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1, "a": 2}',
        "{",
        "{} {}",
        "[" * 100_000,
        "x" * 300_000,
        "{'a': 1}",
    ],
)
def test_what_is_not_one_json_object_is_refused(text: str) -> None:
    with pytest.raises(BadArguments, match="The arguments"):
        decode_object(text, "The arguments")
