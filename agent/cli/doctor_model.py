"""What `whence doctor` says of the language model: what is configured and, with `--live`, what it can do."""

from __future__ import annotations

from typing import NamedTuple

from ...tools.domain.errors import ToolError, UsageError, WhenceError
from ..policies.llm.abilities import Abilities, probe
from ..policies.llm.client import ChatClient
from ..policies.llm.config import DUMMY_KEY, LlmConfig, find_config
from ..policies.llm.errors import EndpointDown, KeyRejected, ModelUnknown, PathUnknown, QuotaSpent


class Row(NamedTuple):
    """One thing that was looked at."""

    ok: bool | None
    """None for what is neither right nor wrong."""
    name: str
    state: str
    todo: str = ""
    """The next step, or what Whence does in this case."""


ABILITY_ROWS: tuple[tuple[str, str, str], ...] = (
    ("tools", "tool calls", "calls go as one JSON object a turn, strictly read; set tools = false in the file"),
    ("parallel_tools", "parallel tool calls", "one call a turn: more turns, the same answer"),
    ("strict_schemas", "strict schemas", "arguments are checked here only, and mistakes told to the model"),
    ("json_mode", "JSON mode", "objects are asked for in words and checked here"),
    ("json_schema", "JSON by schema", "the schema goes into the prompt; set json_schema = false in the file"),
    ("streaming", "streaming", "text is shown when the reply is complete"),
    ("usage", "token counts", "tokens are estimated, about four characters each"),
    (
        "usage_streamed",
        "token counts in streams",
        "tokens of streamed replies are estimated, about four characters each",
    ),
)
"""Field of `Abilities`, its name for a person, and what Whence does without it."""
QUICK = {"retries_per_call": 1, "longest_wait_s": 5.0, "total_s": 120.0}
"""A person waits in front of the doctor; a run has more patience."""


def configured() -> tuple[list[Row], LlmConfig | None]:
    """What is configured; the key is never shown."""
    try:
        config = find_config()
    except UsageError as error:
        return [Row(False, "language model", str(error))], None
    if config is None:
        return [Row(None, "language model", "none configured; the rule policy decides")], None
    kind = f"Azure, version {config.azure_api_version}" if config.azure_api_version else f"API: {config.api}"
    needs_none = config.api_key.get_secret_value() == DUMMY_KEY
    rows = [
        Row(True, "language model", f"{config.model} at {config.base_url} ({kind})"),
        Row(True, "key", "none; a local server needs none" if needs_none else "set (not shown)"),
    ]
    if config.headers:
        rows.append(Row(True, "headers", ", ".join(config.headers)))
    return rows, config


def live(config: LlmConfig) -> tuple[list[Row], Abilities | None]:
    """Ask the endpoint: a few short requests, which may cost a fraction of a cent."""
    with ChatClient(config.model_copy(update=QUICK)) as client:
        try:
            abilities = probe(client)
        except WhenceError as error:
            return [*_reached(error), *_todo(client, error)], None
    return [*_reached(None), _known(config, abilities), *_ability_rows(config, abilities)], abilities


def _reached(error: WhenceError | None) -> list[Row]:
    """How far the requests came: each step that was passed, and nothing of what lies beyond the one that was not."""
    steps = (("endpoint", "reachable", (EndpointDown, PathUnknown)), ("key", "accepted", (KeyRejected, QuotaSpent)))
    rows: list[Row] = []
    for name, passed, stops in steps:
        if isinstance(error, stops):
            break
        rows.append(Row(True, name, passed))
    return rows


def _todo(client: ChatClient, error: WhenceError) -> list[Row]:
    """What is wrong and the next step; the message of the error holds both."""
    names: dict[type[WhenceError], str] = {
        EndpointDown: "endpoint",
        PathUnknown: "endpoint",
        KeyRejected: "key",
        QuotaSpent: "account",
        ModelUnknown: "model",
    }
    row = Row(False, names.get(type(error), "reply"), str(error))
    if isinstance(error, PathUnknown):
        return [row._replace(todo=_better_address(client.config))]
    if isinstance(error, ModelUnknown):
        return [row._replace(todo=_served(client))]
    return [row]


def _better_address(config: LlmConfig) -> str:
    """Whether the address with `/v1` works, found out by trying."""
    if config.azure_api_version or config.base_url.endswith("/v1"):
        return ""
    better = f"{config.base_url}/v1"
    with ChatClient(config.model_copy(update={**QUICK, "base_url": better})) as client:
        try:
            client.model_cards()
        except WhenceError:
            return ""
    return f"{better} answers: set OPENAI_BASE_URL to it"


def _served(client: ChatClient) -> str:
    try:
        names = client.models()
    except (UsageError, ToolError, EndpointDown):
        return ""
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return f"set WHENCE_MODEL to one that is served: {', '.join(sorted(names)[:10]) or 'none'}{more}"


def _known(config: LlmConfig, abilities: Abilities) -> Row:
    lists = {True: "answers, and is in its list", False: "answers, though it is not in its list", None: "answers"}
    return Row(True, "model", f"{config.model} {lists[abilities.listed]}")


def _ability_rows(config: LlmConfig, abilities: Abilities) -> list[Row]:
    words = {True: "yes", False: "no", None: "unknown"}
    rows = [Row(None, "API spoken", abilities.api)]
    for field, name, without in ABILITY_ROWS:
        has: bool | None = getattr(abilities, field)
        rows.append(Row(True if has else None, name, words[has], "" if has else without))
    rows.append(_context(config, abilities.context_tokens))
    rows += [Row(None, "refused field", *refused.split(": ", 1)) for refused in abilities.refused]
    rows += [Row(None, "said", note) for note in abilities.notes]
    return rows


def _context(config: LlmConfig, told: int | None) -> Row:
    """Whether the context is as long as it is configured to be."""
    set_to = f"context_tokens is {config.context_tokens:,}"
    if told is None:
        return Row(None, "context length", "unknown", f"{set_to}; set it lower if the server's is shorter")
    if told < config.context_tokens:
        return Row(
            False, "context length", f"{told:,} tokens, but {set_to}", f"set context_tokens = {told} in the file"
        )
    return Row(True, "context length", f"{told:,} tokens; {set_to}")
