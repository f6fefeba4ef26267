"""The turns of a run with a language model: what was asked, what came, what it cost.

A turn is on disk before anything is done with the reply, so a resumed run does not ask again what was answered.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from ..tools.domain.model import Model


class Turn(Model):
    """One complete reply of a model. Keys are redacted before a turn is made."""

    act: str
    """What the model was asked to do: `read`, `plan`, `act`, `write`, …"""
    key: str
    """SHA-256 of the request, by which it is found again."""
    request: dict[str, Any]
    """Messages, tools and options, as they were sent."""
    reply: dict[str, Any]
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    """True when the endpoint did not count tokens."""
    seconds: float = 0.0


class Transcript(Protocol):
    """The turns of one run."""

    def find(self, key: str) -> Turn | None:
        """The turn whose request has this key, if it was answered before."""
        ...

    def add(self, turn: Turn) -> None:
        """Keep a turn."""
        ...

    def all(self) -> tuple[Turn, ...]:
        """All turns, in order."""
        ...


class Remembered:
    """A transcript in memory: for one-off questions to a model, and for tests."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []

    def find(self, key: str) -> Turn | None:
        """The turn whose request has this key, if it was answered before."""
        return next((t for t in self._turns if t.key == key), None)

    def add(self, turn: Turn) -> None:
        """Keep a turn."""
        self._turns.append(turn)

    def all(self) -> tuple[Turn, ...]:
        """All turns, in order."""
        return tuple(self._turns)


def request_key(request: dict[str, Any]) -> str:
    """Name a request by its content."""
    return hashlib.sha256(
        json.dumps(request, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
    ).hexdigest()
