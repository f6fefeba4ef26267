"""Choose who decides: the rules, or a language model when one is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast, get_args

from ...tools.domain.errors import UsageError
from ..policy import Policy

if TYPE_CHECKING:
    from .llm.client import ChatClient

PolicyName = Literal["auto", "rules", "llm"]
POLICIES: tuple[str, ...] = get_args(PolicyName)


def choose_policy(name: str) -> Policy:
    """The policy of a name; `auto` is a model when one is configured (`WHENCE_MODEL` or the file), else the rules.

    Raises:
        UsageError: the name is unknown, or a model is asked for and none is configured.
    """
    if name not in POLICIES:
        raise UsageError(f"There is no policy {name[:40]!r}; there are {', '.join(POLICIES)}.")
    if name != "rules":
        from .llm.config import find_config, load_config

        config = load_config() if name == "llm" else find_config()
        if config is not None:
            from .llm.client import ChatClient
            from .llm.policy import LlmPolicy

            return LlmPolicy(ChatClient(config))
    from .rules.policy import RulePolicy

    return RulePolicy()


def choose_client(policy: Policy) -> ChatClient:
    """The model to ask for knowledge: the one that decides, else the one that is configured.

    Raises:
        UsageError: none is configured.
    """
    from .llm.client import ChatClient
    from .llm.config import load_config
    from .llm.policy import LlmPolicy

    return policy.client if isinstance(policy, LlmPolicy) else ChatClient(load_config())


def label(policy: Policy) -> str:
    """Who decides, in words for people: with the model's name where there is one."""
    return cast(str, getattr(policy, "label", policy.name))
