"""Say where a schema leaves the strict subset of JSON Schema that endpoints can hold a model to.

Reference: OpenAI, "Structured outputs: supported schemas" (2026): keywords, closed objects, and the limits below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

ALLOWED = frozenset(
    {
        "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "description",
        "title", "$ref", "$defs", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern",
        "format", "minItems", "maxItems",
    }
)  # fmt: skip
TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
MOST_PROPERTIES, DEEPEST, MOST_ENUM_VALUES, MOST_CHARACTERS = 5000, 10, 1000, 120_000
LONG_ENUM, LONG_ENUM_CHARACTERS = 250, 15_000


def strict_subset_errors(schema: object) -> list[str]:
    """Every place where a schema leaves the strict subset; empty when it is inside."""
    if not isinstance(schema, Mapping):
        return ["the schema is not an object"]
    errors: list[str] = []
    if schema.get("type") != "object" or "anyOf" in schema:
        errors.append("the root must be of type object, not a union")
    nodes = list(_walk(schema, "", 0))
    for path, depth, node in nodes:
        errors += [f"{path or 'root'}: {problem}" for problem in _problems(node, schema)]
        if depth > DEEPEST:
            errors.append(f"{path}: {depth} levels of objects exceed {DEEPEST}")
    return errors + _too_much([n for _, _, n in nodes])


def depth_of(schema: Mapping[str, Any]) -> int:
    """Levels of objects inside one another, the root counted."""
    return max(depth for _, depth, _ in _walk(schema, "", 0))


def _walk(node: Any, path: str, depth: int) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    if not isinstance(node, Mapping):
        yield path, depth, {"not a schema": True}
        return
    depth += node.get("type") == "object" or "properties" in node
    yield path, depth, node
    for keyword in ("properties", "$defs"):
        inner = node.get(keyword)
        for name, child in inner.items() if isinstance(inner, Mapping) else ():
            yield from _walk(child, f"{path}/{name}", depth if keyword == "properties" else 0)
    if "items" in node:
        yield from _walk(node["items"], f"{path}[]", depth)
    branches = node.get("anyOf", ())
    for n, child in enumerate(branches if isinstance(branches, list) else ()):
        yield from _walk(child, f"{path}|{n}", depth)


def _problems(node: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[str]:
    for keyword in sorted(set(node) - ALLOWED):
        yield f"{keyword!r} is not permitted"
    kinds = node.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not isinstance(kinds, list) or not set(kinds) <= TYPES:
        yield f"type {node['type']!r} is unknown"
        kinds = []
    if not kinds and not {"anyOf", "$ref", "enum", "const"} & set(node):
        yield "has no type"
    if "object" in kinds or "properties" in node:
        yield from _object_problems(node)
    if "array" in kinds and "items" not in node:
        yield "an array needs items"
    if "anyOf" in node and not (isinstance(node["anyOf"], list) and node["anyOf"]):
        yield "anyOf must be a list of schemas"
    if "enum" in node and not (isinstance(node["enum"], list) and node["enum"]):
        yield "enum must be a list of values"
    if "format" in node and node["format"] not in FORMATS:
        yield f"format {node['format']!r} is not permitted"
    if "$ref" in node and not _resolves(node["$ref"], root):
        yield f"$ref {node['$ref']!r} leads nowhere"


def _object_problems(node: Mapping[str, Any]) -> Iterator[str]:
    properties = node.get("properties")
    if not isinstance(properties, Mapping):
        yield "an object needs properties"
        return
    if node.get("additionalProperties") is not False:
        yield "additionalProperties must be false"
    required = node.get("required")
    if not isinstance(required, list) or set(required) != set(properties) or len(required) != len(properties):
        yield "required must name every property"


def _resolves(ref: object, root: Mapping[str, Any]) -> bool:
    node: Any = root
    if not isinstance(ref, str) or not ref.startswith("#"):
        return False
    for part in ref.lstrip("#/").split("/") if ref != "#" else ():
        if not isinstance(node, Mapping) or part not in node:
            return False
        node = node[part]
    return isinstance(node, Mapping)


def _too_much(nodes: list[Mapping[str, Any]]) -> list[str]:
    names = [str(n) for node in nodes for k in ("properties", "$defs") for n in _mapping(node.get(k))]
    enums = [[str(v) for v in node.get("enum", [])] for node in nodes if isinstance(node.get("enum", []), list)]
    errors: list[str] = []
    if sum(len(_mapping(n.get("properties"))) for n in nodes) > MOST_PROPERTIES:
        errors.append(f"more than {MOST_PROPERTIES} properties")
    if sum(map(len, enums)) > MOST_ENUM_VALUES:
        errors.append(f"more than {MOST_ENUM_VALUES} enum values")
    if any(len(e) > LONG_ENUM and sum(map(len, e)) > LONG_ENUM_CHARACTERS for e in enums):
        errors.append(f"an enum of more than {LONG_ENUM} values is longer than {LONG_ENUM_CHARACTERS} characters")
    if sum(map(len, names)) + sum(len(v) for e in enums for v in e) > MOST_CHARACTERS:
        errors.append(f"names and enum values are longer than {MOST_CHARACTERS} characters")
    return errors


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
