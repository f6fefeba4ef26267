"""Turn tools into function schemas in the strict subset, and the arguments a model wrote back into ours.

In the strict subset every object is closed and every property required; what may be left out is null instead.
Defaults, lengths of text and fixed-length lists have no keyword there: they go into the description or are
checked when the arguments come back. A map from any names travels as a list of
`key` and `value`, a free-form object as JSON text.

Reference: OpenAI, "Structured outputs: supported schemas" (2026).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from ....tools.domain.errors import BadArguments
from ....tools.spec import Tool

Schema = dict[str, Any]
KEPT = ("enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems")
LONGEST_ARGUMENTS = 200_000
"""Characters of one call's arguments."""
SIMPLE = ("string", "number", "integer", "boolean")
AS_TEXT = "A JSON object, written as text."


def function_schema(tool: Tool[Any, Any], strict: bool = True) -> Schema:
    """The entry for a tool in the `tools` of a request.

    Args:
        tool: The tool.
        strict: Whether to ask the endpoint to hold the model to the schema.
    """
    parameters = strict_schema(tool.args.model_json_schema())
    function: Schema = {"name": tool.name, "description": tool.description[:1024], "parameters": parameters}
    if strict:
        function["strict"] = True
    return {"type": "function", "function": function}


def strict_schema(schema: Schema) -> Schema:
    """A schema of pydantic's in the strict subset: definitions inlined, everything required, titles left out.

    Raises:
        ValueError: it contains itself, or something the subset has no word for.
    """
    converted = _convert(schema, schema.get("$defs", {}), ())
    converted.pop("description", None)  # of the class; the tool has its own
    return converted


def _convert(schema: Schema, defs: Mapping[str, Schema], inside: tuple[str, ...]) -> Schema:
    if ref := schema.get("$ref"):
        name = str(ref).rsplit("/", 1)[-1]
        if name in inside:
            raise ValueError(f"The schema of {name!r} contains itself; the arguments of a tool must be finite.")
        target = {k: v for k, v in defs[name].items() if k != "description"}
        rest = {k: v for k, v in schema.items() if k != "$ref"}
        return _convert(target | rest, defs, (*inside, name))
    if _is_map(schema):
        entry = {"key": {"type": "string"}, "value": schema["additionalProperties"]}
        pairs = {"type": "array", "items": {"type": "object", "properties": entry, "required": ["key", "value"]}}
        bounds = {"minItems": "minProperties", "maxItems": "maxProperties"}
        pairs |= {items: schema[properties] for items, properties in bounds.items() if properties in schema}
        return _convert(pairs | {k: v for k, v in schema.items() if k == "description"}, defs, inside)
    if _is_free(schema):
        return {"type": "string", "description": " ".join(filter(None, (schema.get("description"), AS_TEXT)))}
    converted: Schema = {k: schema[k] for k in ("type", *KEPT) if k in schema}
    if "const" in schema:
        converted["enum"] = [schema["const"]]
    if "anyOf" in schema or "oneOf" in schema:
        branches = [_convert(s, defs, inside) for s in schema.get("anyOf") or schema["oneOf"]]
        converted |= _union(branches)
    if schema.get("type") == "object":
        converted |= _object(schema, defs, inside)
    if schema.get("type") == "array":
        converted["items"] = _items(schema, defs, inside)
    if description := schema.get("description"):
        converted["description"] = " ".join(str(description).split("\n\n")[0].split())
    if not {"type", "anyOf", "enum"} & set(converted):
        raise ValueError(f"The strict subset has no word for {json.dumps(schema)[:200]}.")
    return converted


def _is_map(schema: Schema) -> bool:
    """Any names to values of one kind; the subset has no such objects, so it travels as a list of pairs."""
    values = schema.get("additionalProperties")
    return schema.get("type") == "object" and "properties" not in schema and isinstance(values, dict) and bool(values)


def _is_free(schema: Schema) -> bool:
    """Any names to any values; travels as JSON text."""
    return (
        schema.get("type") == "object"
        and "properties" not in schema
        and schema.get("additionalProperties", True) is not False
    )


def _object(schema: Schema, defs: Mapping[str, Schema], inside: tuple[str, ...]) -> Schema:
    required = schema.get("required", [])
    properties: Schema = {}
    for name, inner in schema.get("properties", {}).items():
        converted = _convert(inner, defs, inside)
        plain = name in required or (
            inner.get("default") in ([], {}) and converted.get("type") == "array"
        )  # [] leaves it out
        properties[name] = converted if plain else _or_null(converted, inner.get("default"))
    return {"properties": properties, "required": list(properties), "additionalProperties": False}


def _or_null(schema: Schema, default: object) -> Schema:
    """The schema of a property that may be left out, which is said by null."""
    description = str(schema.pop("description", ""))
    if isinstance(default, str | int | float) and default != "":
        description = f"{description} Null for {json.dumps(default, ensure_ascii=False)}.".strip()
    if not any(b.get("type") == "null" for b in schema.get("anyOf", [])) and "null" not in _types(schema):
        schema = _union([schema, {"type": "null"}])
    return schema | ({"description": description} if description else {})


def _union(branches: list[Schema]) -> Schema:
    """One of several; simple types with null become a list of types, which is shorter."""
    if any(b == {"type": "number"} for b in branches):
        branches = [b for b in branches if b != {"type": "integer"}]  # every integer is a number
    others = [b for b in branches if b != {"type": "null"}]
    if len(others) == 1 and len(branches) == 2 and others[0].get("type") in SIMPLE:
        one = dict(others[0])
        if "enum" in one:
            one["enum"] = [*one["enum"], None]
        return one | {"type": [one["type"], "null"]}
    flat = [inner for b in branches for inner in (b["anyOf"] if set(b) == {"anyOf"} else [b])]
    return {"anyOf": flat}


def _items(schema: Schema, defs: Mapping[str, Schema], inside: tuple[str, ...]) -> Schema:
    if "prefixItems" in schema:
        kinds = [_convert(s, defs, inside) for s in schema["prefixItems"]]
        distinct = [k for i, k in enumerate(kinds) if k not in kinds[:i]]
        return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
    return _convert(schema["items"], defs, inside)


def _types(schema: Schema) -> Iterable[str]:
    kind = schema.get("type", ())
    return (kind,) if isinstance(kind, str) else kind


def decode_arguments(tool: Tool[Any, Any], text: str) -> dict[str, Any]:
    """The arguments that a model wrote, ready for `Tool.parse`: null where a default stands is left out.

    Raises:
        BadArguments: it is not one JSON object, holds NaN or a key twice, or is too long.
    """
    return decode_as(tool.args, text, f"The arguments of {tool.name}")


def decode_as(shape: type[BaseModel], text: str, what: str) -> dict[str, Any]:
    """The JSON object that a model wrote for a shape: null where a default stands is left out.

    Raises:
        BadArguments: it is not one JSON object, holds NaN or a key twice, or is too long.
    """
    schema = shape.model_json_schema()
    decoded: dict[str, Any] = _drop_nulls(decode_object(text, what), schema, schema.get("$defs", {}))
    return decoded


def decode_object(text: str, what: str) -> dict[str, Any]:
    """One JSON object, strictly read.

    Args:
        text: What the model wrote; nothing at all counts as an empty object.
        what: How to call it in messages.

    Raises:
        BadArguments: it is something else.
    """
    if len(text) > LONGEST_ARGUMENTS:
        raise BadArguments(f"{what} are {len(text):,} characters long; at most {LONGEST_ARGUMENTS:,} are read.")
    problem = ""
    try:
        value = json.loads(text.strip() or "{}", object_pairs_hook=_unique, parse_constant=_not_a_number)
        if isinstance(value, dict):
            return value
        problem = f"it is a {type(value).__name__}"
    except (ValueError, RecursionError) as error:
        problem = str(error) or type(error).__name__
    raise BadArguments(f"{what} must be one JSON object: {problem[:200]} (got {text[:80]!r}).")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def _not_a_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _drop_nulls(value: Any, schema: Schema, defs: Mapping[str, Schema]) -> Any:
    if ref := schema.get("$ref"):
        schema = defs[str(ref).rsplit("/", 1)[-1]]
    for branch in schema.get("anyOf", schema.get("oneOf", [])):
        value = _drop_nulls(value, branch, defs)
    if _is_map(schema):
        inner = schema["additionalProperties"]
        found = _from_pairs(value) if isinstance(value, list) else value
        return {k: _drop_nulls(v, inner, defs) for k, v in found.items()} if isinstance(found, dict) else found
    if isinstance(value, str) and _is_free(schema):
        return decode_object(value, "A JSON object written as text")
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_drop_nulls(v, schema["items"], defs) for v in value]
    if isinstance(value, dict) and "properties" in schema:
        required, properties = schema.get("required", []), schema["properties"]
        return {
            k: _drop_nulls(v, properties.get(k, {}), defs)
            for k, v in value.items()
            if v is not None or k in required or k not in properties
        }
    return value


def _from_pairs(pairs: list[Any]) -> Any:
    """A list of {key, value} as the object it stands for; anything else stays, and is refused by the tool."""
    if not all(isinstance(p, dict) and set(p) == {"key", "value"} and isinstance(p["key"], str) for p in pairs):
        return pairs
    if len({p["key"] for p in pairs}) < len(pairs):
        raise BadArguments(f"A key comes twice among {[p['key'] for p in pairs]!r}"[:200] + "; name each once.")
    return {p["key"]: p["value"] for p in pairs}


def estimated_tokens(schemas: Iterable[Schema]) -> int:
    """Roughly how many tokens schemas cost in a prompt: a token is about four characters of compact JSON."""
    return sum(len(json.dumps(s, separators=(",", ":"), ensure_ascii=False)) for s in schemas) // 4
