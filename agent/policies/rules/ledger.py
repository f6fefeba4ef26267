"""Look things up in the ledger: which tools ran, and what they found, as typed results."""

from __future__ import annotations

from typing import TypeVar

from ....tools.domain.evidence import Evidence
from ....tools.domain.results import AuditReport, Result, result_from_json

R = TypeVar("R", bound=Result)


class Seen:
    """A read-only view of the ledger by tool and by type of result."""

    def __init__(self, ledger: tuple[Evidence, ...]) -> None:
        self.ledger = ledger

    def of(self, *tools: str) -> tuple[Evidence, ...]:
        """Evidence of these tools that holds a result, in order."""
        return tuple(e for e in self.ledger if e.ok and e.tool in tools)

    def ran(self, tool: str) -> bool:
        """Whether the tool was called, well or not."""
        return any(e.tool == tool for e in self.ledger)

    def failed(self, tool: str) -> bool:
        """Whether the tool was called and never succeeded."""
        return self.ran(tool) and not self.of(tool)

    def pair(self, kind: type[R]) -> tuple[Evidence, R] | None:
        """The latest evidence whose result is of this type, with the result."""
        found = self.pairs(kind)
        return found[-1] if found else None

    def pairs(self, kind: type[R]) -> tuple[tuple[Evidence, R], ...]:
        """All evidence whose results are of this type, in order."""
        found: list[tuple[Evidence, R]] = []
        for e in self.ledger:
            if e.ok and e.result is not None:
                result = result_from_json(e.result)
                if isinstance(result, kind):
                    found.append((e, result))
        return tuple(found)

    def result(self, kind: type[R]) -> R | None:
        """The latest result of this type."""
        pair = self.pair(kind)
        return pair[1] if pair else None

    def audit(self) -> AuditReport | None:
        """The audit of the data, if it was made."""
        return self.result(AuditReport)
