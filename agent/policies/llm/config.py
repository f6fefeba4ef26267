"""Where the model is and how to reach it, from the environment or a TOML file.

The file is `$WHENCE_CONFIG`, or `config.toml` in the folder of the memory (`$WHENCE_HOME`). It holds one table:

    [model]
    model = "qwen3:14b"
    base_url = "http://localhost:11434/v1"
    api_key_env = "MY_KEY"      # the name of the variable that holds the key

    [model.headers]             # sent with every request, where a provider asks for some
    X-Title = "Whence"

`WHENCE_MODEL`, `WHENCE_CRITIC`, `OPENAI_API_KEY` and `OPENAI_BASE_URL` win over the file, but a key that it names by `api_key_env` wins
over `OPENAI_API_KEY`, so that the key of one provider is not sent to another. Azure's own variables are read when
`OPENAI_BASE_URL` is not set: `AZURE_OPENAI_ENDPOINT`, `AZURE_OPENAI_API_KEY`, and `OPENAI_API_VERSION` where the
resource wants a version; the model is then the name of the deployment.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, ValidationError

from ....memory.store import default_folder
from ....tools.domain.errors import UsageError
from ....tools.domain.model import Model

OPENAI = "https://api.openai.com/v1"
DUMMY_KEY = "none"
"""Sent to local servers that need no key; the client library insists on one."""
ApiName = Literal["chat", "responses", "auto"]
MOST_HEADERS = 20
OURS = frozenset({"authorization", "api-key", "host", "content-length", "content-type", "transfer-encoding", "cookie"})
"""Headers that the client sets itself."""
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
_HOLDS_KEY = re.compile(r"key|token|secret|auth|password|cookie", re.IGNORECASE)


class LlmConfig(Model):
    """A model endpoint that speaks Chat Completions or Responses."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)

    model: str = Field(min_length=1, max_length=200)
    """Name of the model, as the endpoint calls it."""
    base_url: str = OPENAI
    """Address of the endpoint, up to and with `/v1`."""
    api_key: SecretStr = SecretStr(DUMMY_KEY)
    """The key; never printed, logged, traced or saved."""
    api: ApiName = "chat"
    """`chat`, which nearly every server has; `responses`; or `auto`: Responses where the endpoint has it, else Chat."""
    azure_api_version: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.-]{1,40}$")
    """Version of Azure's API, such as `2024-10-21`; `base_url` is then the resource, the model the deployment."""
    headers: dict[str, SecretStr] = Field(default={}, max_length=MOST_HEADERS)
    """Further headers of every request; their values are not shown either."""
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    """Not sent when None: some models refuse it."""
    max_reply_tokens: int | None = Field(default=None, ge=16)
    """Longest reply in tokens; the endpoint's own limit when None."""
    connect_s: float = Field(default=10, gt=0, allow_inf_nan=False)
    """Longest wait for a connection, in seconds."""
    read_s: float = Field(default=120, gt=0, allow_inf_nan=False)
    """Longest silence of the endpoint while we wait for it, in seconds."""
    total_s: float = Field(default=600, gt=0, le=86_400)
    """Longest time of one attempt, in seconds, whatever trickles in meanwhile."""
    retries_per_call: int = Field(default=5, ge=0, le=50)
    """How often one call is tried again."""
    retries_per_run: int = Field(default=30, ge=0, le=1000)
    """How often all calls of a run together are tried again."""
    longest_wait_s: float = Field(default=60, ge=0, le=3600)
    """Longest pause before a retry, in seconds; an endpoint that asks for more ends the run, saved."""
    context_tokens: int = Field(default=32_000, ge=3000)
    """How long a conversation with the model may be, reply included; what is older is folded to fit."""
    tools: bool = True
    """Whether the endpoint takes tools. One that refuses them is found out; one that ignores them has to be told here."""
    json_schema: bool = True
    """Whether the endpoint holds replies to a JSON schema; else the schema is part of the prompt."""
    critic: str = Field(default="same", min_length=1, max_length=200)
    """Who argues against a draft before it is the answer: `same` model, the name of another at the endpoint, or `off`,
    which saves a request or two."""
    prompt_price: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Price of a million prompt tokens, in any currency; with it the cost of a run is shown."""
    cached_price: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Price of a million prompt tokens that the endpoint had seen before; `prompt_price` when None."""
    completion_price: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Price of a million tokens that the model writes."""

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this machine or a private network."""
        return _is_local(urlsplit(self.base_url).hostname or "")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen: the key, and headers that are named like one."""
        named = (v.get_secret_value() for k, v in self.headers.items() if _HOLDS_KEY.search(k))
        return (self.api_key.get_secret_value(), *named)


def load_config(environment: Mapping[str, str] | None = None) -> LlmConfig:
    """Read the configuration.

    Args:
        environment: The variables to look at; those of the process when None.

    Raises:
        UsageError: no model is named, the key is missing or malformed, or the file cannot be used.
    """
    found = find_config(environment)
    if found is None:
        raise UsageError(
            "No model is named. Set WHENCE_MODEL (and OPENAI_API_KEY, and OPENAI_BASE_URL for an endpoint other than "
            'OpenAI\'s), or write [model] model = "…" into config.toml in WHENCE_HOME.'
        )
    return found


def find_config(environment: Mapping[str, str] | None = None) -> LlmConfig | None:
    """Read the configuration, if a model is named; raises as `load_config` does when one is."""
    variables = os.environ if environment is None else environment
    settings = _file_settings(variables)
    named = settings.pop("api_key_env", None)
    for field, variable in (
        ("model", "WHENCE_MODEL"),
        ("api_key", "OPENAI_API_KEY"),
        ("base_url", "OPENAI_BASE_URL"),
        ("critic", "WHENCE_CRITIC"),
    ):
        if value := variables.get(variable, "").strip():
            settings[field] = value
    if not settings.get("model"):
        return None
    if named is not None:
        settings["api_key"] = _named_key(named, variables)
    if "base_url" not in settings:
        settings |= _azure(variables)
    settings["base_url"] = _checked_url(settings.get("base_url", OPENAI))
    settings["api_key"] = _checked_key(settings.get("api_key"), settings["base_url"])
    _check_headers(settings.get("headers", {}))
    return _validated(settings)


def _azure(variables: Mapping[str, str]) -> dict[str, Any]:
    """What Azure's variables say; a resource without a version has the newer address, which needs none."""
    found = {
        field: value
        for field, variable in (
            ("base_url", "AZURE_OPENAI_ENDPOINT"),
            ("api_key", "AZURE_OPENAI_API_KEY"),
            ("azure_api_version", "OPENAI_API_VERSION"),
        )
        if (value := variables.get(variable, "").strip())
    }
    if "base_url" not in found:
        return {}
    resource = found["base_url"].rstrip("/").removesuffix("/v1").removesuffix("/openai")
    return found | {"base_url": resource if "azure_api_version" in found else f"{resource}/openai/v1"}


def _validated(settings: dict[str, Any]) -> LlmConfig:
    try:
        return LlmConfig.model_validate(settings)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
    allowed = ", ".join((*LlmConfig.model_fields, "api_key_env"))
    raise UsageError(f"The settings of the model cannot be used: {problems}. There are: {allowed}.")


def _file_settings(variables: Mapping[str, str]) -> dict[str, Any]:
    """The `[model]` table of the file; nothing when there is no file and none was named."""
    if named := variables.get("WHENCE_CONFIG"):
        path = Path(named).expanduser()
    else:
        home = variables.get("WHENCE_HOME")
        path = (Path(home).expanduser() if home else default_folder()) / "config.toml"
        if not path.exists():
            return {}
    problem = ""
    content: dict[str, Any] = {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text"
    except tomllib.TOMLDecodeError:
        problem = "it is not TOML"  # the parser's own words may quote the line, and the line may hold a key
    if problem:
        raise UsageError(f"The configuration {str(path)!r} cannot be read: {problem}. Mend it, or unset WHENCE_CONFIG.")
    table = content.get("model", {})
    if not isinstance(table, dict):
        raise UsageError(f'The configuration {str(path)!r} needs a table: a line [model], below it model = "…".')
    return dict(table)


def _named_key(named: object, variables: Mapping[str, str]) -> str:
    if not isinstance(named, str):
        raise UsageError('api_key_env is the name of the variable that holds the key, such as "MY_KEY".')
    if not (value := variables.get(named, "")):
        # not quoted: people paste the key itself here
        raise UsageError("The variable that api_key_env names is not set. Set it, or leave api_key_env out.")
    return value


def _checked_url(url: object) -> str:
    text = str(url).strip().rstrip("/")
    problem = ""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise UsageError("The base URL of the model cannot be read. It looks like http://localhost:11434/v1.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        problem = "it must begin with http:// or https:// and name a host"
    elif parts.username or parts.password:
        problem = "it holds a user name or password; put the key into OPENAI_API_KEY"
    elif parts.query or parts.fragment:
        problem = "it holds a query or fragment"
    if problem:
        shown = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
        raise UsageError(f"The base URL {shown!r} cannot be used: {problem}, such as http://localhost:11434/v1.")
    return text


def _checked_key(key: object, base_url: str) -> SecretStr:
    """The key as it can be sent; a dummy for local servers.

    Raises:
        UsageError: it is missing, cannot be a header, or would be sent unencrypted; its value is not shown.
    """
    text = "" if key is None else str(key).strip()
    parts = urlsplit(base_url)
    local = _is_local(parts.hostname or "")
    if not text:
        if local:
            return SecretStr(DUMMY_KEY)
        raise UsageError(f"No key for the endpoint {base_url!r}. Set OPENAI_API_KEY; only local servers need none.")
    if wrong := [i for i, c in enumerate(text) if not "!" <= c <= "~"]:
        raise UsageError(
            f"The key of the endpoint holds a blank or a character that cannot be sent, at position {wrong[0] + 1} of "
            f"{len(text)}. Copy it again."
        )
    if parts.scheme == "http" and not local:
        raise UsageError(f"The key would travel unencrypted to {base_url!r}. Use https://.")
    return SecretStr(text)


def _check_headers(headers: object) -> None:
    """Refuse headers that cannot be sent or that the client sets itself; values are not shown.

    Raises:
        UsageError: naming the header.
    """
    if not isinstance(headers, dict):
        raise UsageError('The headers of the model are a table: a line [model.headers], below it X-Title = "…".')
    for name, value in headers.items():
        if name.lower() in OURS:
            raise UsageError(f"The header {name!r} is set by Whence itself. The key goes into api_key_env.")
        sendable = isinstance(value, str) and all(" " <= ch <= "~" for ch in value)
        if not _HEADER.fullmatch(name) or not sendable:
            raise UsageError(f"The header {name[:80]!r} cannot be sent: names and values are plain ASCII text.")


def _is_local(host: str) -> bool:
    """Loopback, a private address, or a name that no public network resolves."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))
    return address.is_private or address.is_loopback
