"""How much a run may spend; every limit is explicit, none is a library's default."""

from __future__ import annotations

import time

from pydantic import Field

from ..tools.domain.errors import LimitReached
from ..tools.domain.evidence import Evidence
from ..tools.domain.model import Model
from .state import ModelUsage


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
    model_calls: int = Field(default=40, ge=1)
    """Replies of the model, corrections included."""
    prompt_tokens: int = Field(default=300_000, ge=1000)
    """Tokens sent to the model over the run."""
    completion_tokens: int = Field(default=60_000, ge=100)
    """Tokens written by the model over the run."""

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
                raise _reached(name, used, allowed)

    def check_model(self, usage: ModelUsage | None) -> None:
        """Stop asking the model when it has used up what a run may spend on it.

        Args:
            usage: Of the run so far; None when no model decides.

        Raises:
            LimitReached: naming the limit and its value.
        """
        if usage is None:
            return
        for name, used, allowed in (
            ("model calls", usage.calls, self.model_calls),
            ("prompt tokens", usage.prompt_tokens, self.prompt_tokens),
            ("completion tokens", usage.completion_tokens, self.completion_tokens),
        ):
            if used >= allowed:
                raise _reached(name, used, allowed)


def _reached(name: str, used: float, allowed: float) -> LimitReached:
    return LimitReached(f"The run reached its limit of {allowed} {name} (used {used}). What is known is saved.")
