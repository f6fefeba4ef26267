"""Show an answer to a person: claim first, then what makes it trustworthy."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ...tools.domain.evidence import Check
from ..state import Answer, ModelUsage
from .text import clean

MARKS = {
    "pass": "[green]pass[/]",
    "fail": "[red]FAIL[/]",
    "not_run": "[yellow]not run[/]",
    "uninformative": "[yellow]told nothing[/]",
}
STATUS = {
    "tested_passed": "[green]tested, passed[/]", "tested_failed": "[red]tested, FAILED[/]",
    "untestable": "[yellow]cannot be tested[/]", "not_tested": "[yellow]not tested[/]",
}  # fmt: skip
TITLES = {
    "answered": "Answer", "not_identifiable": "This cannot be known from these data", "range": "A range, not one number",
    "cannot_read": "The question was not understood", "incomplete": "Incomplete", "failed": "No answer", "needs_input": "Which one?",
}  # fmt: skip


def show_answer(answer: Answer, console: Console | None = None) -> None:
    """Print the answer: claim, reasons, numbers, assumptions, checks, warnings, how to look further."""
    console = console or Console(highlight=False)
    body: list[RenderableType] = [Text(clean(answer.claim), style="bold")]
    if answer.claims[1:]:
        body.append(Text(""))
        body += [_bullet(c.text, c.evidence) for c in answer.claims[1:]]
    style = "green" if answer.status == "answered" else "yellow"
    console.print(Panel(Group(*body), title=TITLES[answer.status], title_align="left", border_style=style))
    if answer.status == "cannot_read":
        for hint in answer.would_change:
            console.print(f"  {escape(clean(hint))}")
        return
    _facts(answer, console)
    _estimates(answer, console)
    _assumptions(answer, console)
    _checks(answer.checks, console)
    for warning in answer.warnings:
        console.print(f"[yellow]![/] {escape(clean(warning))}")
    if answer.usage:
        console.print(f"[dim]{escape(clean(_usage(answer.policy, answer.usage)))}[/]")
    console.print(f"[dim]run {answer.run}, {answer.seconds:.1f} s; `whence runs show {answer.run}` shows every step[/]")


def _usage(policy: str, usage: ModelUsage) -> str:
    about = "about " if usage.estimated else ""
    cost = "" if usage.cost is None else f", cost {usage.cost:.4f}"
    return (
        f"decided by {policy}: {usage.calls} model calls, {about}{usage.prompt_tokens:,} prompt tokens "
        f"({usage.cached_tokens:,} cached), {usage.completion_tokens:,} written{cost}"
    )


def _bullet(text: str, evidence: tuple[str, ...]) -> Text:
    line = Text("• " + clean(text))
    if evidence:
        line.append(f"  [{' '.join(evidence)}]", style="dim")
    return line


def _facts(answer: Answer, console: Console) -> None:
    grid = Table.grid(padding=(0, 2))
    rows = [
        ("read as", "; ".join(answer.reading)),
        (
            "design",
            ": ".join(filter(None, ((answer.design or "").replace("_", " "), "; ".join(answer.design_reasons)))),
        ),
        ("estimand", answer.estimand.formula if answer.estimand else ""),
        ("adjusted for", ", ".join(answer.adjustment_set or ()) or ("nothing" if answer.adjustment_set == () else "")),
    ]
    for name, text in rows:
        if text:
            grid.add_row(f"[dim]{name}[/]", escape(clean(text)))
    console.print(grid)


def _estimates(answer: Answer, console: Console) -> None:
    if not answer.ledger:
        return
    table = Table(
        title="Every estimate that was tried", title_justify="left", title_style="bold", box=None, padding=(0, 2)
    )
    for heading, justify in (("", "left"), ("by", "left"), ("estimate", "right"), ("95 % interval", "left")):
        table.add_column(heading, justify=justify)  # pyright: ignore[reportArgumentType]
    for entry in answer.ledger:
        low, high = entry.ci_low, entry.ci_high
        bounds = "" if low is None or high is None else f"{low:,.4g} to {high:,.4g}"
        value = "" if entry.value is None else f"{entry.value:,.4g}"
        label = entry.tool.removeprefix("estimate_") + (" (exploratory)" if entry.exploratory else "")
        table.add_row(f"[dim]{entry.evidence}[/]", label, value, bounds)
    console.print(table)


def _assumptions(answer: Answer, console: Console) -> None:
    if not answer.assumptions:
        return
    table = Table(
        title="It rests on", title_justify="left", title_style="bold", box=None, padding=(0, 2), show_header=False
    )
    for a in answer.assumptions:
        table.add_row(STATUS[a.status], f"[bold]{escape(clean(a.name))}[/]: {escape(clean(a.meaning))}")
    console.print(table)


def _checks(checks: tuple[Check, ...], console: Console) -> None:
    """What did not pass, in full; what passed, by name."""
    if not checks:
        return
    table = Table(title="Checks", title_justify="left", title_style="bold", box=None, padding=(0, 2), show_header=False)
    for check in (c for c in checks if c.status != "pass"):
        table.add_row(MARKS[check.status], escape(clean(check.name.replace("_", " "))), escape(clean(check.meaning)))
    passed = dict.fromkeys(c.name.replace("_", " ") for c in checks if c.status == "pass")
    if passed:
        table.add_row(MARKS["pass"], "", escape(clean(", ".join(passed))))
    console.print(table)
