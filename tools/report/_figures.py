"""The statistical figures of a report: forest plot, love plot, overlap."""

from __future__ import annotations

from typing import Any

from ..domain.results import BalanceReport
from ._svg import BLUE, FAINT, GREEN, GREY, INK, ORANGE, RED, bar, dot, line, picture, text

WIDTH, LABEL, ROW = 720.0, 250.0, 24.0
MAX_COVARIATES = 30


def forest_plot(ledger: list[dict[str, Any]], primary: str | None) -> str | None:
    """Every estimate that was tried with its interval, the one that answers in colour."""
    rows = [e for e in ledger if e.get("value") is not None]
    bounds: list[float] = [
        v for e in rows for v in (e["value"], e.get("ci_low"), e.get("ci_high"), 0.0) if isinstance(v, int | float)
    ]
    if not rows:
        return None
    low, high = _range(bounds)
    parts = [line(_x(0, low, high), 8, _x(0, low, high), 14 + ROW * len(rows), color=GREY, dash="3 3")]
    for i, e in enumerate(rows):
        y = 20 + i * ROW
        color = BLUE if e["evidence"] == primary else INK
        label = e["tool"].removeprefix("estimate_").replace("_", " ") + (
            " (exploratory)" if e.get("exploratory") else ""
        )
        parts.append(text(8, y + 4, f"{e['evidence']}  {label}", color=color, bold=color == BLUE))
        if isinstance(e.get("ci_low"), int | float) and isinstance(e.get("ci_high"), int | float):
            parts.append(line(_x(e["ci_low"], low, high), y, _x(e["ci_high"], low, high), y, color=color, width=2))
        parts.append(dot(_x(e["value"], low, high), y, color=color))
    return picture(
        WIDTH, 40 + ROW * len(rows), [*parts, *_axis(low, high, 22 + ROW * len(rows))], "estimates with intervals"
    )


def love_plot(balance: BalanceReport) -> str | None:
    """Standardised mean differences before (hollow) and after weighting (filled)."""
    rows = sorted(balance.covariates, key=lambda c: -abs(c.smd))[:MAX_COVARIATES]
    if not rows:
        return None
    low, high = _range([v for c in rows for v in (c.smd, c.smd_weighted or 0.0)] + [-0.15, 0.15])
    bottom = 14 + ROW * len(rows)
    parts = [
        line(_x(v, low, high), 8, _x(v, low, high), bottom, color=FAINT if v else GREY, dash="3 3")
        for v in (-0.1, 0.0, 0.1)
    ]
    for i, c in enumerate(rows):
        y = 20 + i * ROW
        parts.append(text(8, y + 4, c.covariate))
        if c.smd_weighted is not None:
            parts.append(line(_x(c.smd, low, high), y, _x(c.smd_weighted, low, high), y, color=FAINT, width=2))
            parts.append(dot(_x(c.smd_weighted, low, high), y, color=GREEN if abs(c.smd_weighted) <= 0.1 else RED))
        parts.append(dot(_x(c.smd, low, high), y, color=INK, hollow=True))
    return picture(
        WIDTH,
        bottom + 26,
        [*parts, *_axis(low, high, bottom + 8)],
        "standardised differences before and after weighting",
    )


def overlap_plot(balance: BalanceReport) -> str | None:
    """Histogram of propensity scores: treated above the line, control below."""
    edges, up, down = balance.propensity_bins, balance.treated_counts, balance.control_counts
    if len(edges) < 2 or not up or not down:
        return None
    n_up, n_down = max(sum(up), 1), max(sum(down), 1)
    tall = max(max(c / n_up for c in up), max(c / n_down for c in down), 1e-9)
    middle, reach = 110.0, 90.0
    parts: list[str] = []
    for i, (treated, control) in enumerate(zip(up, down, strict=True)):
        x, width = 60 + 600 * edges[i], max(600 * (edges[i + 1] - edges[i]) - 1, 1)
        parts.append(bar(x, middle - reach * treated / n_up / tall, width, reach * treated / n_up / tall, BLUE))
        parts.append(bar(x, middle, width, reach * control / n_down / tall, ORANGE))
    parts += [line(60, middle, 660, middle), text(60, 14, f"treated ({sum(up)} rows)", color=BLUE)]
    parts += [text(60, 216, f"control ({sum(down)} rows)", color=ORANGE)]
    parts += [
        text(60 + 600 * v, middle + 4, f"{v:g}", size=10, anchor="end" if v == 0 else "start") for v in (0.0, 1.0)
    ]
    return picture(WIDTH, 226, parts, "overlap of propensity scores by arm")


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    pad = 0.06 * (high - low) or 1.0
    return low - pad, high + pad


def _x(value: float, low: float, high: float) -> float:
    return LABEL + (WIDTH - LABEL - 16) * (value - low) / (high - low)


def _axis(low: float, high: float, y: float) -> list[str]:
    ticks = [low + (high - low) * k / 4 for k in range(5)]
    return [
        line(LABEL, y, WIDTH - 16, y, color=FAINT),
        *(text(_x(t, low, high), y + 14, f"{t:,.3g}", size=10, anchor="middle", color=GREY) for t in ticks),
    ]
