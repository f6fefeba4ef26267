"""Refuse what the real API refuses: the same statuses, codes and shapes of errors.

Reference: OpenAI API reference, "Create chat completion" (2026).
"""

from __future__ import annotations

import re
from typing import Any

from ....agent.policies.llm.subset import strict_subset_errors

FIELDS = frozenset(
    {
        "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "stream", "stream_options",
        "temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop", "n", "user", "metadata",
    }
)  # fmt: skip
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Invalid(Exception):
    """The request is answered with an error.

    Args:
        message: What is wrong.
        param: The field.
        code: The API's code.
        status: HTTP status.
    """

    def __init__(self, message: str, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def check_request(body: Any) -> None:
    """Check a request for a chat completion.

    Raises:
        Invalid: it would be refused.
    """
    if not isinstance(body, dict):
        raise Invalid("We could not parse the JSON body of your request.")
    if unknown := sorted(set(body) - FIELDS):
        raise Invalid(f"Unrecognized request argument supplied: {unknown[0]}", unknown[0], "unknown_parameter")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise Invalid("you must provide a model parameter", "model", "missing_required_parameter")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Invalid("Missing required parameter: 'messages'.", "messages", "missing_required_parameter")
    _check_conversation(messages)
    _check_tools(body)
    _check_format(body, messages)
    if "stream_options" in body and not body.get("stream"):
        raise Invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    temperature = body.get("temperature", 1)
    if isinstance(temperature, bool) or not isinstance(temperature, int | float) or not 0 <= temperature <= 2:
        raise Invalid("Invalid 'temperature'.", "temperature", "decimal_out_of_range")


def _check_conversation(messages: list[Any]) -> None:
    """Roles, contents, and that every tool call has its result before the next message."""
    open_ids: set[str] = set()
    for n, message in enumerate(messages):
        where = f"messages[{n}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ("system", "developer", "user", "assistant", "tool"):
            raise Invalid(f"Invalid value: {role!r}.", f"{where}.role", "invalid_value")
        if role == "tool":
            if message.get("tool_call_id") not in open_ids:
                raise Invalid(
                    "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
                    f"{where}.role",
                )
            open_ids.discard(message["tool_call_id"])
        elif open_ids:
            raise Invalid(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                f"'tool_call_id'. The following tool_call_ids did not have response messages: {sorted(open_ids)}",
                where,
            )
        calls = message.get("tool_calls")
        content = message.get("content")
        if not isinstance(content, str) and not (role == "assistant" and content is None and calls):
            raise Invalid("Invalid value for 'content': expected a string.", f"{where}.content", "invalid_type")
        if calls is not None:
            open_ids = _check_calls(calls, role, where)
    if open_ids:
        raise Invalid("An assistant message with 'tool_calls' must be followed by tool messages.", "messages")


def _check_calls(calls: Any, role: str, where: str) -> set[str]:
    if role != "assistant" or not isinstance(calls, list) or not calls:
        raise Invalid("Invalid 'tool_calls': expected a non-empty array.", f"{where}.tool_calls", "invalid_type")
    for call in calls:
        function = call.get("function", {})
        texts = (call.get("id"), function.get("name"), function.get("arguments"))
        if call.get("type") != "function" or not all(isinstance(t, str) for t in texts) or not call["id"]:
            raise Invalid("Invalid tool call.", f"{where}.tool_calls", "invalid_type")
    ids = [c["id"] for c in calls]
    if len(set(ids)) < len(ids):
        raise Invalid("Duplicate value for 'tool_call_id'.", f"{where}.tool_calls")
    return set(ids)


def _check_tools(body: dict[str, Any]) -> None:
    tools = body.get("tools")
    if tools is None:
        if "tool_choice" in body or "parallel_tool_calls" in body:
            raise Invalid("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
        return
    if not isinstance(tools, list) or not 0 < len(tools) <= 128:
        raise Invalid("Invalid 'tools': expected an array of 1 to 128.", "tools")
    names: set[str] = set()
    for n, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
        if not isinstance(function, dict) or set(function) - {"name", "description", "parameters", "strict"}:
            raise Invalid("Invalid tool.", f"tools[{n}]")
        name = function.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name) or name in names:
            raise Invalid(f"Invalid 'tools[{n}].function.name': {name!r}", f"tools[{n}].function.name", "invalid_value")
        names.add(name)
        if len(function.get("description", "")) > 1024:
            raise Invalid("Invalid description: string too long.", f"tools[{n}].function.description")
        if function.get("strict") and (errors := strict_subset_errors(function.get("parameters"))):
            raise Invalid(
                f"Invalid schema for function '{name}': {errors[0]}", f"tools[{n}].function.parameters",
                "invalid_function_parameters",
            )  # fmt: skip
    choice = body.get("tool_choice", "auto")
    if choice not in ("auto", "none", "required") and choice.get("function", {}).get("name") not in names:
        raise Invalid("Tool choice not found in 'tools'.", "tool_choice")


def _check_format(body: dict[str, Any], messages: list[Any]) -> None:
    form = body.get("response_format")
    if form is None:
        return
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "json_object" and not any("json" in str(m.get("content")).lower() for m in messages):
        raise Invalid("'messages' must contain the word 'json' in some form, to use 'json_object'.", "messages")
    if kind == "json_schema":
        inner = form.get("json_schema", {})
        if not isinstance(inner.get("name"), str):
            raise Invalid(
                "Missing required parameter.", "response_format.json_schema.name", "missing_required_parameter"
            )
        if inner.get("strict") and (errors := strict_subset_errors(inner.get("schema"))):
            raise Invalid(f"Invalid schema for response_format: {errors[0]}", "response_format")
    elif kind not in ("json_object", "text"):
        raise Invalid("Invalid value for 'response_format.type'.", "response_format.type", "invalid_value")
