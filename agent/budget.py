"""How much a run may spend; every limit is explicit, none is a library's default."""

from __future__ import annotations

import time

from pydantic import Field

from ..tools.domain.errors import LimitReached
from ..tools.domain.evidence import Evidence
from ..tools.domain.model import Model


class Budget(Model):
    """Limits over a whole run; reaching one ends it, saved and marked incomplete."""

    tool_calls: int = Field(default=60, ge=1)
    bad_calls: int = Field(default=8, ge=0)
    """Tool calls that failed, of any kind, counted over the run and never reset."""
    seconds: float = Field(default=900, gt=0)
    rounds: int = Field(default=25, ge=1)
    """Times the policy is asked for its next calls."""
    call_seconds: float = Field(default=180, gt=0)
    """Wall time of one tool call."""
    memory_mb: int = Field(default=4096, ge=256)

    def check(self, ledger: tuple[Evidence, ...], started: float, rounds: int) -> None:
        """Stop a run that has spent its budget.

        Args:
            ledger: All evidence so far.
            started: `time.monotonic()` at the start.
            rounds: How often the policy was asked.

        Raises:
            LimitReached: naming the limit and its value.
        """
        bad = sum(not e.ok for e in ledger)
        spent = time.monotonic() - started
        for name, used, allowed in (
            ("tool calls", len(ledger), self.tool_calls),
            ("failed calls", bad, self.bad_calls),
            ("rounds of decisions", rounds, self.rounds),
            ("seconds", round(spent, 1), self.seconds),
        ):
            if used > allowed or (name == "tool calls" and used >= allowed):
                raise LimitReached(
                    f"The run reached its limit of {allowed} {name} (used {used}). What is known is saved."
                )
