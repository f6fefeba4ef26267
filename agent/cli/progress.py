"""Show what a run is doing, on stderr: one line a step, a spinner for what takes long."""

from __future__ import annotations

import sys
from types import TracebackType

from ..events import (
    Event,
    ModelReplied,
    PlanMade,
    QuestionRead,
    RunStarted,
    TokenStreamed,
    ToolFinished,
    ToolStarted,
    Warned,
)  # fmt: skip
from ..state import Plan
from .text import one_line


class Progress:
    """Listen to a run's events and show them; plain lines when stderr is no terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False)
        self.quiet = quiet
        self._plan: tuple[str, ...] = ()
        self._draft = ""
        self._status = None if quiet or not sys.stderr.isatty() else self.console.status("loading …", spinner="dots")

    def __enter__(self) -> Progress:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the spinner away."""
        if self._status:
            self._status.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if self.quiet:
            return
        if isinstance(event, RunStarted):
            if event.policy:
                self.console.print(f"  [dim]decides:[/] {_escape(event.policy)}")
        elif isinstance(event, ToolStarted):
            self._say(f"{event.call.tool}: {one_line(event.call.why)}")
        elif isinstance(event, ModelReplied):
            self._say("thinking")
        elif isinstance(event, TokenStreamed):
            self._stream(event)
        elif isinstance(event, ToolFinished):
            e = event.evidence
            mark = "[green]✓[/]" if e.ok else "[red]✗[/]"
            self.console.print(
                f"  {mark} [dim]{e.id:>3}[/] {e.tool} [dim]{e.provenance.seconds:.1f} s[/]  {_escape(one_line(e.summary, 110))}"
            )
        elif isinstance(event, QuestionRead):
            for line in event.reading.because:
                self.console.print(f"  [dim]read:[/] {_escape(line)}")
        elif isinstance(event, PlanMade):
            self._show_plan(event.plan)
        elif isinstance(event, Warned):
            self.console.print(f"  [yellow]![/] {_escape(event.text)}")

    def _say(self, text: str) -> None:
        """Put a text beside the spinner."""
        if self._status:
            self._status.update(f"{_escape(text)} …")

    def _show_plan(self, plan: Plan) -> None:
        """Print a plan of more than one step, and again only when it was changed."""
        steps = tuple(step.text for step in plan.steps)
        if steps == self._plan or len(steps) < 2:
            return
        if self._plan:
            self.console.print("  [bold]the plan was changed:[/]")
        self._plan = steps
        for i, text in enumerate(steps, 1):
            self.console.print(f"  [bold]{i}.[/] {_escape(text)}")

    def _stream(self, event: TokenStreamed) -> None:
        """Show a draft sentence by sentence; what is said in the end is in the answer."""
        self._draft = "" if event.restart else self._draft + event.text
        *whole, self._draft = self._draft.split("\n")
        for sentence in whole:
            self.console.print(f"  [dim]draft: {_escape(sentence)}[/]")
        if self._draft:
            self._say(f"writing: {self._draft[-60:]}")


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(one_line(text))
