"""Write the scores of a run as one self-contained HTML page: no script, nothing to fetch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ...tools.domain.errors import UsageError
from ...tools.report._svg import BLUE, FAINT, GREY, ORANGE, bar, dot, line, picture, text
from .record import Record, RunFolder, RunInfo
from .registry import get_benchmark
from .scores import Score, Scores
from .table import HEADINGS, caption, cells, notes, rows
from .tally import Tally

LEFT, SPAN, WIDTH, ROW = 230.0, 420.0, 760.0, 24.0
MOST_ROWS, MOST_MISTAKES = 60, 40


def write_page(path: Path, folder: RunFolder, info: RunInfo, tally: Tally, scores: Scores) -> None:
    """Write the page, whole or not at all.

    Raises:
        UsageError: it cannot be written.
    """
    content = page(folder, info, tally, scores)
    temporary = path.with_name(f".whence-{os.getpid()}-{path.name}")
    try:
        temporary.write_text(content, encoding="utf-8", errors="backslashreplace")
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(
            f"The page {str(path)[:200]!r} cannot be written: {error.strerror}. Choose another file."
        ) from error


def page(folder: RunFolder, info: RunInfo, tally: Tally, scores: Scores) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("whence.evals.harness", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        benchmark=tally.benchmark,
        caption=caption(info, tally, scores),
        headings=HEADINGS,
        rows=[(name, cells(score)) for name, score, _ in rows(info, scores)],
        baselines=_plot({name: score for name, score, _ in rows(info, scores)}, scores.overall, "all items"),
        groups=[_group(name, values, scores.overall) for name, values in scores.by_group.items()],
        published=scores.published,
        notes=notes(tally, scores),
        mistakes=_mistakes(folder),
        run=info.id,
    )


def _group(name: str, values: dict[str, Score], overall: Score) -> dict[str, Any]:
    return {
        "name": name,
        "rows": [(value, cells(score)) for value, score in values.items()],
        "plot": _plot(values, overall, name),
    }


def _plot(values: dict[str, Score], overall: Score, title: str) -> str:
    """A bar with its interval for each row; the dashed line is the accuracy over all items."""
    shown = dict(list(values.items())[:MOST_ROWS])
    bottom = 8 + ROW * len(shown)
    parts = [line(_x(v / 100), 4, _x(v / 100), bottom, color=FAINT) for v in (0, 25, 50, 75, 100)]
    parts.append(line(_x(overall.accuracy.value), 4, _x(overall.accuracy.value), bottom, color=GREY, dash="4 3"))
    for i, (name, score) in enumerate(shown.items()):
        y, share = 8 + ROW * i + ROW / 2, score.accuracy
        color = BLUE if score.n >= 30 else ORANGE
        parts.append(text(LEFT - 10, y + 4, name, anchor="end", length=34))
        parts.append(bar(LEFT, y - 7, SPAN * share.value, 14, color))
        parts.append(line(_x(share.low), y, _x(share.high), y, width=2))
        parts.append(dot(_x(share.value), y, radius=3))
        parts.append(text(LEFT + SPAN + 14, y + 4, f"{100 * share.value:.1f} % of {score.n:,}", size=11))
    parts += [text(_x(v / 100), bottom + 16, f"{v} %", size=11, anchor="middle", color=GREY) for v in (0, 50, 100)]
    return picture(WIDTH, bottom + 24, parts, f"accuracy with 95 % interval by {title}")


def _x(share: float) -> float:
    return LEFT + SPAN * share


def _mistakes(folder: RunFolder) -> list[Record]:
    """The first wrong answers, those on items with a sound label before the others."""
    from .answers import credit

    benchmark = get_benchmark(folder.info.benchmark)
    sound: list[Record] = []
    known: list[Record] = []
    for record in folder.records():
        if credit(benchmark, record.item, record.response.answer) < 1 - 1e-9:
            kept = known if record.item.label_error else sound
            if len(kept) < MOST_MISTAKES:
                kept.append(record)
        if len(sound) == MOST_MISTAKES:
            break
    return (sound + known)[:MOST_MISTAKES]
