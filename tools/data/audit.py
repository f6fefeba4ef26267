"""Audit a table for problems that would mislead an analysis, such as codes, copies, gaps and leaks."""

from __future__ import annotations

from difflib import get_close_matches

from ..domain.errors import BadArguments
from ..domain.results import AuditReport, ColumnCard, DatasetCard
from ..spec import Args, Cost, Env, Tool
from ._audit import USABLE, Audited
from ._audit_columns import audit_columns
from ._audit_pairs import audit_pairs
from ._audit_roles import audit_roles

_ORDER = {"stop": 0, "warning": 1, "note": 2}


class AuditArgs(Args):
    """The table, and what the question is about if that is known."""

    dataset: str
    """Name of a loaded table."""
    treatment: str | None = None
    """Column whose effect is asked for; adds the checks by arm."""
    outcome: str | None = None
    """Column in which the effect is looked for; adds the check for leaks."""


def run(args: AuditArgs, env: Env) -> AuditReport:
    """Look for problems of single columns, of rows and pairs of columns, and of the treatment and outcome.

    Returns:
        What was found, the worst first, and the columns fit for analysis; nothing is altered.

    Raises:
        BadArguments: the treatment or outcome is not a column of the table.
    """
    card = env.card(args.dataset)
    frame = env.table(args.dataset)
    audited = Audited(frame, tuple(c for c in card.columns if c.name in frame.columns))
    treatment, outcome = (
        _column(card, name, role) for name, role in ((args.treatment, "treatment"), (args.outcome, "outcome"))
    )
    audit_columns(audited)
    audit_pairs(audited)
    audit_roles(audited, treatment, outcome)
    findings = sorted(audited.findings, key=lambda f: _ORDER[f.severity])
    return AuditReport(
        name=card.name, findings=tuple(findings), usable=tuple(audited.of_type(*USABLE)), checks=tuple(audited.checks)
    )


def _column(card: DatasetCard, name: str | None, role: str) -> ColumnCard | None:
    if name is None:
        return None
    found = card.column(name)
    if found is None:
        names = [c.name for c in card.columns]
        near = get_close_matches(name, names, n=3) or names[:10]
        raise BadArguments(
            f"The {role} {name[:80]!r} is not a column of {card.name[:80]!r}. Did you mean {', '.join(repr(n[:60]) for n in near)}?"
        )
    return found


def _cost(n: int, p: int) -> Cost:
    return Cost(
        seconds=0.5 + 3e-6 * n * p + 2e-8 * n * p * p,
        megabytes=150 + 1e-4 * n * p,
        advice="Audit a sample of the rows.",
    )


TOOL = Tool(
    "data_audit",
    AuditArgs,
    run,
    example=AuditArgs(dataset="confounder", treatment="t", outcome="y"),
    reference="Goodnight 1979 (sweep); Holm 1979; Fisher's exact test; thresholds in the docstrings",
    cost=_cost,
)
