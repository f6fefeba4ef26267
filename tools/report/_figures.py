"""The statistical figures of a report: forest plot, love plot, overlap."""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import Any

from ..domain.results import BalanceReport
from ._numbers import short_number
from ._svg import BLUE, FAINT, GREEN, GREY, INK, ORANGE, RED, bar, diamond, dot, line, picture, text

WIDTH, LABEL, ROW = 760.0, 190.0, 26.0
MAX_COVARIATES, MAX_ESTIMATES = 40, 40


def forest_plot(ledger: list[dict[str, Any]], primary: str | None) -> str | None:
    """Every estimate that was tried with its interval; the one that answers is a blue diamond."""
    rows = [e for e in ledger if _finite(e.get("value"))][:MAX_ESTIMATES]
    if not rows:
        return None
    values: list[Any] = [v for e in rows for v in (e["value"], e.get("ci_low"), e.get("ci_high"))]
    bounds = [0.0, *(float(v) for v in values if _finite(v))]
    right = WIDTH - 190
    low, high = _range(bounds)
    bottom = 14 + ROW * len(rows)
    parts = [line(_x(0, low, high, right), 8, _x(0, low, high, right), bottom, color=GREY, dash="3 3")]
    for i, e in enumerate(rows):
        y, main = 20 + i * ROW, e["evidence"] == primary
        color = BLUE if main else INK
        value, interval = _x(e["value"], low, high, right), ""
        parts.append(text(8, y + 4, f"{e['evidence']}  {_estimator(e)}", color=color, bold=main))
        if _finite(e.get("ci_low")) and _finite(e.get("ci_high")):
            ends = [_x(e[k], low, high, right) for k in ("ci_low", "ci_high")]
            parts.append(line(ends[0], y, ends[1], y, color=color, width=2))
            interval = f" [{short_number(e['ci_low'])}, {short_number(e['ci_high'])}]"
        parts.append(diamond(value, y, color=color) if main else dot(value, y, color=color))
        parts.append(text(right + 14, y + 4, short_number(e["value"]) + interval, size=11, color=color, bold=main))
    return picture(WIDTH, bottom + 26, [*parts, *_axis(low, high, bottom + 8, right)], "estimates with intervals")


def _estimator(entry: dict[str, Any]) -> str:
    name = str(entry["tool"]).removeprefix("estimate_").replace("_", " ")
    return name + (" (exploratory)" if entry.get("exploratory") else "")


def love_plot(balance: BalanceReport) -> str | None:
    """Standardised mean differences before (hollow) and after weighting (filled)."""
    rows = sorted((c for c in balance.covariates if isfinite(c.smd)), key=lambda c: -abs(c.smd))[:MAX_COVARIATES]
    if not rows:
        return None
    after = [c.smd_weighted for c in rows if c.smd_weighted is not None and isfinite(c.smd_weighted)]
    low, high = _range([c.smd for c in rows] + after + [-0.15, 0.15])
    bottom = 14 + ROW * len(rows)
    parts = [
        line(_x(v, low, high), 8, _x(v, low, high), bottom, color=GREY, dash="2 4" if v else "") for v in (-0.1, 0, 0.1)
    ]
    for i, c in enumerate(rows):
        y = 20 + i * ROW
        parts.append(text(8, y + 4, c.covariate, length=28))
        if c.smd_weighted is not None and isfinite(c.smd_weighted):
            parts.append(line(_x(c.smd, low, high), y, _x(c.smd_weighted, low, high), y, color=FAINT, width=2))
            parts.append(dot(_x(c.smd_weighted, low, high), y, color=GREEN if abs(c.smd_weighted) <= 0.1 else RED))
        parts.append(dot(_x(c.smd, low, high), y, color=INK, hollow=True))
    words = "standardised differences before and after weighting"
    return picture(WIDTH, bottom + 26, [*parts, *_axis(low, high, bottom + 8)], words)


def overlap_plot(balance: BalanceReport) -> str | None:
    """Histogram of propensity scores: share of the treated above the line, of the control below."""
    edges, up, down = balance.propensity_bins, balance.treated_counts, balance.control_counts
    if len(edges) < 2 or len(up) != len(edges) - 1 or len(down) != len(up):
        return None
    n_up, n_down = max(sum(up), 1), max(sum(down), 1)
    tall = max(max(c / n_up for c in up), max(c / n_down for c in down), 1e-9)
    middle, reach, left, span = 116.0, 84.0, 40.0, WIDTH - 80
    parts = [
        line(left + span * v, 26, left + span * v, 206, color=FAINT, dash="3 3") for v in (0.1, 0.9)
    ]  # where one arm becomes rare
    for i, (treated, control) in enumerate(zip(up, down, strict=True)):
        x, width = left + span * edges[i], max(span * (edges[i + 1] - edges[i]) - 1, 1)
        parts.append(bar(x, middle - reach * treated / n_up / tall, width, reach * treated / n_up / tall, BLUE))
        parts.append(bar(x, middle, width, reach * control / n_down / tall, ORANGE))
    parts.append(line(left, middle, left + span, middle))
    parts.append(text(left, 16, f"treated: {sum(up):,} rows", color=BLUE))
    parts.append(text(left, 236, f"control: {sum(down):,} rows", color=ORANGE))
    for v in (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0):
        parts.append(text(left + span * v, 220, f"{v:g}", size=10, anchor="middle", color=GREY))
    parts.append(text(left + span, 236, "propensity score", size=11, anchor="end", color=GREY))
    return picture(WIDTH, 244, parts, "overlap of propensity scores by arm")


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    pad = 0.06 * (high - low) or 1.0
    return low - pad, high + pad


def _x(value: float, low: float, high: float, right: float = WIDTH - 16) -> float:
    return LABEL + (right - LABEL) * (value - low) / (high - low)


def ticks(low: float, high: float) -> list[float]:
    """Three to eight round numbers (1, 2, 2.5 or 5 times a power of ten) within the bounds."""
    rough = (high - low) / 7
    power = 10.0 ** floor(log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * (1 - 1e-9))
    first = floor(low / step) + (0 if low / step == floor(low / step) else 1)
    return [k * step for k in range(first, floor(high / step) + 1)]


def _axis(low: float, high: float, y: float, right: float = WIDTH - 16) -> list[str]:
    return [
        line(LABEL, y, right, y, color=FAINT),
        *(
            text(_x(t, low, high, right), y + 14, short_number(t), size=10, anchor="middle", color=GREY)
            for t in ticks(low, high)
        ),
    ]
