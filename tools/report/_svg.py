"""A few lines of SVG: figures that need no library, no font and no network."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

INK, FAINT, GREY = "#1d2733", "#d8dee6", "#667485"
BLUE, ORANGE, GREEN, RED, PURPLE, TEAL = "#2b6cb0", "#b4490f", "#2f7d55", "#c53030", "#6b46c1", "#0f766e"
FONT = 'font-family="system-ui, sans-serif"'


def picture(width: float, height: float, parts: Iterable[str], title: str) -> str:
    """Wrap parts into one SVG image with a title for screen readers."""
    body = "".join(parts)
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img" aria-label="{escape(title, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{body}</svg>'
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 12,
    anchor: str = "start",
    color: str = INK,
    bold: bool = False,
    length: int = 40,
) -> str:
    """A line of text; names from data are escaped and cut in the middle."""
    words = words if len(words) <= length else words[: length - 6] + "…" + words[-5:]
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}" text-anchor="{anchor}" fill="{color}"{weight}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, *, color: str = INK, width: float = 1, dash: str = "") -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" stroke-width="{width}"{dashed}/>'


def dot(x: float, y: float, *, color: str = INK, radius: float = 4, hollow: bool = False) -> str:
    """A point, filled or hollow."""
    fill = "white" if hollow else color
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{fill}" stroke="{color}" stroke-width="1.5"/>'


def bar(x: float, y: float, width: float, height: float, color: str) -> str:
    """A filled rectangle, half transparent."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}" fill-opacity="0.6"/>'
    )


def diamond(x: float, y: float, *, color: str = INK, radius: float = 7) -> str:
    """A filled diamond, the mark of the estimate that answers."""
    corners = ((x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius))
    path = "M" + " L".join(f"{a:.1f} {b:.1f}" for a, b in corners)
    return f'<path d="{path} z" fill="{color}"/>'
