"""Show scores as tables in the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .compare import Comparison
from .estimates import Share
from .record import RunInfo
from .scores import Score, Scores
from .tally import Tally

if TYPE_CHECKING:
    from rich.table import Table

PLAIN_WIDTH = 120
"""Columns where the output is no terminal."""
HEADINGS = ("", "n", "accuracy", "± s.e.", "95 % interval", "F1", "abstained")


def show(info: RunInfo, tally: Tally, scores: Scores) -> None:
    """Print the tables of a run."""
    from rich.console import Console
    from rich.text import Text

    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    console = Console(file=sys.stdout, highlight=False, soft_wrap=False, width=width)
    console.print(Text(f"\n{tally.benchmark.title}", style="bold"))
    console.print(Text(caption(info, tally, scores), style="dim"))
    table = _table()
    for name, score, style in rows(info, scores):
        table.add_row(Text(name, style=style), *(Text(cell, style=style) for cell in cells(score)))
    console.print(table, "")
    for group, values in scores.by_group.items():
        table = _table(group)
        for value, score in values.items():
            table.add_row(Text(value), *map(Text, cells(score)))
        console.print(table, "")
    if scores.published:
        console.print(Text("published", style="bold"))
        for p in scores.published:
            console.print(Text(f"  {p.score:6.2f} % {p.measure:<9} {p.system}  ({p.source})"))
    for note in notes(tally, scores):
        console.print(Text(note))


def rows(info: RunInfo, scores: Scores) -> list[tuple[str, Score, str]]:
    """The scores to be compared with one another: name, score, style."""
    found = [(f"{info.policy} {info.model}".strip(), scores.overall, "bold")]
    if scores.without_label_errors:
        found.append((f"without {scores.label_errors} known label errors", scores.without_label_errors, ""))
    if scores.corrected:
        found.append(("against corrected labels", scores.corrected, ""))
    if scores.majority:
        found.append(("most frequent answer", scores.majority, "dim"))
    return found + [(f"shortcut: {name}", score, "dim") for name, score in scores.shortcuts.items()]


def cells(score: Score) -> tuple[str, ...]:
    """One row of numbers."""
    interval = f"{100 * score.accuracy.low:.1f} – {100 * score.accuracy.high:.1f}"
    return (
        f"{score.n:,}",
        percent(score.accuracy),
        error(score.accuracy),
        interval,
        percent(score.f1),
        f"{score.abstained:,}",
    )


def percent(share: Share) -> str:
    """A share in per cent."""
    return f"{100 * share.value:.2f}"


def error(share: Share) -> str:
    """A standard error in per cent points."""
    return "" if share.std_error is None else f"{100 * share.std_error:.2f}"


def caption(info: RunInfo, tally: Tally, scores: Scores) -> str:
    """What was asked, how fast, at what cost."""
    chosen = info.selection
    what = f"{chosen.generate:,} generated items" if chosen.generate else chosen.data or "bundled sample"
    rewritten = f", rewritten: {', '.join(chosen.perturb)}" if chosen.perturb else ""
    speed = f", {scores.overall.n / info.seconds:,.1f} items/s" if info.seconds else ""
    tokens = tally.prompt_tokens + tally.completion_tokens
    spent = f", {tally.model_calls:,} calls, {tokens:,} tokens" if tally.model_calls else ""
    cost = info.cost(tally.prompt_tokens, tally.completion_tokens)
    spent += f", cost {cost:.4g}" if spent and cost is not None else ""
    return f"run {info.id}; {what}{rewritten}; seed {chosen.seed}; {info.seconds:,.1f} s{speed}{spent}"


def notes(tally: Tally, scores: Scores) -> list[str]:
    """What else a reader must know to judge the numbers."""
    found = ["Abstentions count as not correct. Standard errors are clustered by story, graph or table."]
    if tally.unreadable:
        found.append(f"{tally.unreadable:,} replies were unreadable; they are among the abstentions.")
    if tally.failed:
        found.append(f"The solver broke on {tally.failed:,} items; they are among the abstentions.")
    if tally.cached:
        found.append(f"{tally.cached:,} answers were known from earlier runs; their tokens are not counted again.")
    if scores.label_errors:
        found.append(f"{scores.wrong_unexplained:,} wrong answers are on items whose label is not known to be wrong.")
    return found


def show_comparison(c: Comparison) -> None:
    """Print the comparison of two runs."""
    from rich.console import Console
    from rich.text import Text

    reach = (
        "one cluster: no interval"
        if c.low is None or c.high is None
        else f"95 % interval {100 * c.low:+.2f} to {100 * c.high:+.2f}"
    )
    lines = (
        f"first   {c.first}   {100 * c.accuracy_first:.2f} %",
        f"second  {c.second}   {100 * c.accuracy_second:.2f} %",
        f"{c.n:,} items in both ({c.left_out:,} left out); only the first right {c.only_first:,}, only the second {c.only_second:,}",
        f"second minus first {100 * c.difference:+.2f} points, {reach} (clustered)",
        f"McNemar's exact test: p = {c.p_value:.4g}",
    )
    Console(file=sys.stdout, highlight=False).print(Text("\n".join(lines)))


def _table(title: str = "") -> Table:
    from rich.table import Table

    table = Table(show_edge=False, pad_edge=False, box=None, header_style="dim")
    for heading in (title, *HEADINGS[1:]):
        table.add_column(heading, justify="left" if heading == title else "right", no_wrap=heading != title)
    return table
