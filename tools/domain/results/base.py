"""The base of every result."""

from __future__ import annotations

from ..estimands import Assumption
from ..evidence import Check
from ..model import Model


class Result(Model):
    """The base: whatever was found comes with its premises, diagnostics and warnings."""

    assumptions: tuple[Assumption, ...] = ()
    checks: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = ()

    def summary(self) -> str:
        """One or two sentences for a person or a model, numbers included."""
        raise NotImplementedError
