"""The model policy: a language model reads, plans, chooses tool calls and writes; tools compute, and others check.

Every act is a function of the situation, so a run goes on from its ledger; replies that were received before it was
stopped are taken from its transcript and not asked for again.
"""

from __future__ import annotations

from ...events import Listener, ignore
from ...policy import Situation
from ...state import Catalog, Draft, ModelUsage, Objection, Plan, Reading, ToolCall
from ...turns import Transcript
from . import act, critic, plan, read, write
from .ask import Asker
from .client import ChatClient


class LlmPolicy:
    """Decide by asking a model.

    Args:
        client: The model.

    Example:
        >>> policy = LlmPolicy(ChatClient(load_config()))  # doctest: +SKIP
    """

    name = "llm"

    def __init__(self, client: ChatClient) -> None:
        self.client = client
        self.asker = Asker(client)

    @property
    def label(self) -> str:
        """Who decides, for people."""
        return f"llm ({self.client.config.model})"

    def begin(self, transcript: Transcript, emit: Listener = ignore) -> None:
        """Take up a run: its turns are looked up and kept in the transcript, with retries of its own."""
        self.client.budget.reset()
        asker = Asker(self.client, transcript, emit)
        asker.takes_tools, asker.formats = self.asker.takes_tools, self.asker.formats
        self.asker = asker

    def usage(self) -> ModelUsage:
        """Calls and tokens of the run."""
        return self.asker.usage()

    def read(self, words: str, catalog: Catalog) -> Reading:
        """Turn words into a typed causal question over the columns."""
        return read.read(self.asker, words, catalog)

    def plan(self, situation: Situation) -> Plan:
        """Choose design, estimators and steps before any estimate exists."""
        return plan.plan(self.asker, situation)

    def next_calls(self, situation: Situation) -> tuple[ToolCall, ...]:
        """Choose the calls of the step that the plan is at."""
        return act.next_calls(self.asker, situation)

    def write(self, situation: Situation) -> Draft:
        """Say what the evidence shows, each sentence with its evidence."""
        return write.write(self.asker, situation)

    def criticise(self, situation: Situation, draft: Draft) -> tuple[Objection, ...]:
        """Argue against an accepted draft, with the model that the configuration names for it."""
        return critic.criticise(self.asker, situation, draft)
