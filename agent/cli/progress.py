"""Show what a run is doing, on stderr: one line a step, a spinner for what takes long."""

from __future__ import annotations

import sys
from types import TracebackType

from ..events import Event, PlanMade, QuestionRead, ToolFinished, ToolStarted, Warned
from .text import one_line


class Progress:
    """Listen to a run's events and show them; plain lines when stderr is no terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False)
        self.quiet = quiet
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
        if isinstance(event, ToolStarted):
            if self._status:
                self._status.update(f"{event.call.tool}: {one_line(event.call.why)} …")
        elif isinstance(event, ToolFinished):
            e = event.evidence
            mark = "[green]✓[/]" if e.ok else "[red]✗[/]"
            self.console.print(
                f"  {mark} [dim]{e.id:>3}[/] {e.tool} [dim]{e.provenance.seconds:.1f} s[/]  {_escape(one_line(e.summary, 110))}"
            )
        elif isinstance(event, QuestionRead):
            for line in event.reading.because:
                self.console.print(f"  [dim]read:[/] {_escape(line)}")
        elif isinstance(event, PlanMade) and not event.plan.provisional:
            for i, step in enumerate(event.plan.steps, 1):
                self.console.print(f"  [bold]{i}.[/] {_escape(step.text)}")
        elif isinstance(event, Warned):
            self.console.print(f"  [yellow]![/] {_escape(event.text)}")


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(one_line(text))
