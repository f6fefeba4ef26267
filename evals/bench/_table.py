"""One small Markdown table, printed and kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path


class Table:
    """Rows under headings; every measurement prints one and writes it to a file."""

    def __init__(self, title: str, headings: Sequence[str]) -> None:
        self.title = title
        self.headings = tuple(headings)
        self.rows: list[tuple[str, ...]] = []
        self.notes: list[str] = []

    def add(self, *cells: object) -> None:
        """Add a row; numbers are shortened."""
        self.rows.append(tuple(f"{c:,.4g}" if isinstance(c, float) else str(c) for c in cells))

    def note(self, text: str) -> None:
        """Add a line below the table."""
        self.notes.append(text)

    def __str__(self) -> str:
        widths = [max(len(r[i]) for r in (self.headings, *self.rows)) for i in range(len(self.headings))]
        lines = [self._line(self.headings, widths), "| " + " | ".join("-" * w for w in widths) + " |"]
        lines += [self._line(row, widths) for row in self.rows]
        return "\n".join([f"## {self.title}", "", *lines, "", *self.notes])

    def _line(self, row: tuple[str, ...], widths: list[int]) -> str:
        return "| " + " | ".join(cell.replace("|", "/").ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"

    def publish(self, name: str, folder: Path = Path("out")) -> None:
        """Print the table and write it to `out/NAME.md`."""
        sys.stdout.write(f"\n{self}\n")
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.md").write_text(f"{self}\n", encoding="utf-8")
