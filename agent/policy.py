"""The seam between who decides and everything else.

A policy does four things: it reads the question, plans, chooses the next typed tool calls, and writes. It is
a function of what the run knows, so a run that was killed goes on from its ledger alone.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ..tools.domain.evidence import Evidence
from ..tools.domain.model import Model
from ..tools.domain.questions import CausalQuestion
from .events import Listener
from .state import Catalog, Draft, ModelUsage, Objection, Plan, Reading, ToolCall
from .turns import Transcript


class Situation(Model):
    """All that a policy may look at when it decides: no rows, only summaries and typed results."""

    words: str
    catalog: Catalog
    question: CausalQuestion
    plan: Plan | None = None
    ledger: tuple[Evidence, ...] = ()
    complaints: tuple[str, ...] = ()
    """What the verifier refused in the last draft."""
    draft: Draft | None = None
    """The last draft, when it was refused or objected to."""
    objections: tuple[Objection, ...] = ()
    """What a critic holds against the last draft, which the verifier accepted; the writer sees them once."""


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


@runtime_checkable
class ModelPolicy(Policy, Protocol):
    """A policy that asks a language model: it needs a place for its turns, and it costs."""

    def begin(self, transcript: Transcript, emit: Listener) -> None:
        """Take up a run: turns that its transcript holds are not asked again."""
        ...

    def criticise(self, situation: Situation, draft: Draft) -> tuple[Objection, ...]:
        """What speaks against a draft that the verifier accepted; nothing when there is no critic."""
        ...

    def usage(self) -> ModelUsage:
        """What the model was asked for in this run, before it was stopped included."""
        ...
