"""Evidence: what a tool call returned, with everything needed to trust or repeat it."""

from __future__ import annotations

from typing import Any, Literal

from .estimands import Assumption
from .model import Model

CheckStatus = Literal["pass", "fail", "not_run", "uninformative"]


class Check(Model):
    """The outcome of one diagnostic; a check that could not run never reads as passed."""

    name: str
    status: CheckStatus
    statistic: float | None = None
    p_value: float | None = None
    meaning: str
    """What this outcome tells, in one plain sentence."""
    does_not_show: str
    """What it cannot tell, so that nobody reads more into it."""


class Provenance(Model):
    """Where a result comes from."""

    datasets: dict[str, str] = {}
    """Name of each table used, and the SHA-256 of its content."""
    n_rows_used: int | None = None
    n_rows_dropped: int | None = None
    versions: dict[str, str] = {}
    seed: int = 0
    seconds: float = 0.0


class Evidence(Model):
    """One entry of the ledger; never changed once written."""

    id: str
    """`E1`, `E2`, … in order within a run."""
    tool: str
    args: dict[str, Any]
    ok: bool = True
    """False when the tool failed; `summary` then holds the error, `result` is None."""
    result: dict[str, Any] | None = None
    """The typed result as JSON; `result["kind"]` names its class."""
    summary: str
    assumptions: tuple[Assumption, ...] = ()
    checks: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    """Class name of the error when `ok` is False."""
    exploratory: bool = False
    """True for a specification that was not in the plan when it was written down."""
    provenance: Provenance = Provenance()
