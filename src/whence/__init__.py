"""Whence: ask a causal question of a table; get an answer whose numbers can be traced.

    >>> import whence
    >>> answer = whence.ask("nsw.csv", "did the training raise earnings in 1978?")  # doctest: +SKIP
    >>> answer.claim, answer.estimate.value, answer.assumptions                     # doctest: +SKIP

Importing this module loads nothing heavy; names are resolved when first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agent.api import Agent, ask
    from .agent.budget import Budget
    from .agent.state import Answer
    from .memory.store import open_memory
    from .tools.domain.errors import UsageError, WhenceError
    from .tools.domain.graphs import Admg, Cpdag, Dag, LaggedDag, Pag
    from .tools.domain.knowledge import Knowledge

__version__ = "0.1.0.dev0"

_HOME = {
    "Admg": "tools.domain.graphs",
    "Agent": "agent.api",
    "Answer": "agent.state",
    "Budget": "agent.budget",
    "Cpdag": "tools.domain.graphs",
    "Dag": "tools.domain.graphs",
    "Knowledge": "tools.domain.knowledge",
    "LaggedDag": "tools.domain.graphs",
    "Pag": "tools.domain.graphs",
    "UsageError": "tools.domain.errors",
    "WhenceError": "tools.domain.errors",
    "ask": "agent.api",
    "open_memory": "memory.store",
}

__all__ = [
    "Admg", "Agent", "Answer", "Budget", "Cpdag", "Dag", "Knowledge", "LaggedDag", "Pag", "UsageError", "WhenceError",
    "ask", "open_memory",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'whence' has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
