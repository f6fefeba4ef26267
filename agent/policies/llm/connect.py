"""Open the `openai` package's client on an endpoint: no retries, no redirections, explicit time limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .config import LlmConfig
from .deadline import Deadline

if TYPE_CHECKING:
    import openai


def open_sdk(config: LlmConfig, deadline: Deadline) -> openai.OpenAI:
    """The client of the protocol, of Azure's kind where a version of its API is configured.

    Args:
        config: Where the model is.
        deadline: Watches the connections that are opened.
    """
    import httpx2
    import openai

    limits = httpx2.Timeout(
        connect=config.connect_s, read=config.read_s, write=config.read_s, pool=config.connect_s
    )  # fmt: skip
    shared: dict[str, Any] = {
        "api_key": config.api_key.get_secret_value(),
        "timeout": limits,
        "max_retries": 0,
        "default_headers": {name: value.get_secret_value() for name, value in config.headers.items()},
        "http_client": openai.DefaultHttpxClient(
            timeout=limits,
            follow_redirects=False,
            mounts=_past_proxies(config),
            event_hooks={"request": [deadline.hook]},
        ),
    }
    if config.azure_api_version:
        return openai.AzureOpenAI(azure_endpoint=config.base_url, api_version=config.azure_api_version, **shared)
    return openai.OpenAI(base_url=config.base_url, **shared)


def library_errors() -> tuple[type[Exception], ...]:
    """What the library raises when an endpoint or the network fails."""
    import httpx2
    import openai

    return openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError


def _past_proxies(config: LlmConfig) -> dict[str, None]:
    """A local server is reached directly, whatever proxy the environment names for the world."""
    host = urlsplit(config.base_url).hostname or ""
    return {f"all://[{host}]" if ":" in host else f"all://{host}": None} if config.is_local else {}
