"""A policy that plays a script: for tests, for replays of recorded runs, and for worst cases."""

from __future__ import annotations

from collections.abc import Sequence

from ...tools.domain.errors import UsageError
from ..calls import not_made
from ..policy import Situation
from ..state import Catalog, Draft, Plan, PlanStep, Reading, ToolCall


class ScriptedPolicy:
    """Say what the script says, in order.

    Args:
        reading: The reading of the question.
        batches: Tool calls, one batch a round; when they are used up the run goes on to the answer.
        drafts: What to write: the first draft, then what follows each refusal; the last one repeats.
        plan: The plan; a plain one when None.
    """

    name = "scripted"

    def __init__(
        self,
        reading: Reading,
        batches: Sequence[Sequence[ToolCall]],
        drafts: Sequence[Draft],
        plan: Plan | None = None,
    ) -> None:
        if not drafts:
            raise UsageError("A scripted policy needs at least one draft to write.")
        self._reading = reading
        self._batches = [tuple(b) for b in batches]
        self._drafts = list(drafts)
        self._plan = plan or Plan(reasons=("scripted",), steps=(PlanStep(text="follow the script", stage="data"),))

    def read(self, words: str, catalog: Catalog) -> Reading:
        """Return the scripted reading."""
        return self._reading

    def plan(self, situation: Situation) -> Plan:
        """Return the scripted plan."""
        return self._plan

    def next_calls(self, situation: Situation) -> tuple[ToolCall, ...]:
        """Return the next batch that the ledger does not show as made."""
        for batch in self._batches:
            if waiting := not_made(batch, situation.ledger):
                return waiting
        return ()

    def write(self, situation: Situation) -> Draft:
        """Return the first draft, or the next one after a complaint."""
        if situation.complaints and len(self._drafts) > 1:
            self._drafts.pop(0)
        return self._drafts[0]
