"""What an endpoint can do, and the words in which endpoints refuse what they cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .validate import Invalid

KEY = "sk-local-0123456789abcdef"
MODEL = "scripted-1"


@dataclass
class Traits:
    """What the endpoint can do; what it cannot is refused, or ignored where endpoints ignore it."""

    tools: bool = True
    parallel: bool = True
    """Makes several calls in a turn; one that cannot makes the first."""
    strict: bool = True
    json_mode: bool = True
    json_schema: bool = True
    streaming: bool = True
    models: bool = True
    """Has a list of models."""
    chat: bool = True
    responses: bool = True
    longest_reply: Literal["both", "max_tokens", "max_completion_tokens"] = "both"
    """Name of the field for the longest reply."""
    temperature: bool = True
    parallel_parameter: bool = True
    """Takes `parallel_tool_calls`."""
    stream_options: bool = True
    context_tokens: int | None = None
    """Told in the list of models, where some servers tell it."""
    azure: bool = False
    """Addresses and the key's header are as on Azure: a deployment in the path, a version in the query."""
    base_path: str = "/v1"

    def path(self, api: str) -> str:
        """Path of one of the two APIs, or of the list of models."""
        last = {"chat": "/chat/completions", "responses": "/responses", "models": "/models"}[api]
        if not self.azure:
            return f"{self.base_path}{last}"
        return f"/openai/deployments/{MODEL}{last}" if api == "chat" else f"/openai{last}"


def check_traits(traits: Traits, api: str, body: dict[str, Any]) -> None:
    """Refuse what the endpoint cannot do.

    Args:
        api: Over which of the two it came; Responses has one name for the longest reply.
        body: A request in the shape of Chat Completions.

    Raises:
        Invalid: in words that endpoints use.
    """
    if body["model"] != MODEL:
        raise Invalid(f"The model `{body['model']}` does not exist", "model", "model_not_found", 404)
    if "tools" in body and not traits.tools:
        raise Invalid(f"{MODEL} does not support tools")
    if not traits.strict and any(t["function"].get("strict") for t in body.get("tools", [])):
        raise Invalid("strict is not supported")
    kind = (body.get("response_format") or {}).get("type")
    if (kind == "json_object" and not traits.json_mode) or (kind == "json_schema" and not traits.json_schema):
        raise Invalid(f"response_format type {kind!r} is not supported", "response_format")
    for name in ("max_tokens", "max_completion_tokens"):
        if api == "chat" and name in body and traits.longest_reply not in ("both", name):
            raise Invalid(
                f"Unsupported parameter: '{name}' is not supported with this model. Use '{traits.longest_reply}' instead.",
                name, "unsupported_parameter",
            )  # fmt: skip
    if "temperature" in body and not traits.temperature:
        raise Invalid(
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
            "temperature", "unsupported_value",
        )  # fmt: skip
    if "parallel_tool_calls" in body and not traits.parallel_parameter:
        raise Invalid(
            "[{'type': 'extra_forbidden', 'loc': ['body', 'parallel_tool_calls'], 'msg': 'Extra inputs are not permitted'}]"
        )
    if "stream_options" in body and not traits.stream_options:
        raise Invalid("Unrecognized request argument supplied: stream_options")
