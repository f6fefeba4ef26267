"""The seam between who decides and everything else.

A policy does four things: it reads the question, plans, chooses the next typed tool calls, and writes. It is
a function of what the run knows, so a run that was killed goes on from its ledger alone.
"""

from __future__ import annotations

from typing import Protocol

from ..tools.domain.evidence import Evidence
from ..tools.domain.model import Model
from ..tools.domain.questions import CausalQuestion
from .state import Catalog, Draft, Plan, Reading, ToolCall


class Situation(Model):
    """All that a policy may look at when it decides: no rows, only summaries and typed results."""

    words: str
    catalog: Catalog
    question: CausalQuestion
    plan: Plan | None = None
    ledger: tuple[Evidence, ...] = ()
    complaints: tuple[str, ...] = ()
    """What the verifier refused in the last draft."""


class Policy(Protocol):
    """Whoever decides: the rule policy, a language model, or a script."""

    name: str

    def read(self, words: str, catalog: Catalog) -> Reading:
        """Turn words into a typed causal question, or say what is ambiguous or unreadable."""
        ...

    def plan(self, situation: Situation) -> Plan:
        """Choose the design and the steps, before any estimate exists."""
        ...

    def next_calls(self, situation: Situation) -> tuple[ToolCall, ...]:
        """Choose the next tool calls; none when there is enough to answer. Calls in one batch are independent."""
        ...

    def write(self, situation: Situation) -> Draft:
        """Say what the evidence shows, each sentence with the ids of its evidence."""
        ...
