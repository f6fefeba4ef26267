"""Draw a causal graph in rows, causes above effects, coloured and labelled by role."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from ..domain.edges import Edge, Mark
from ..domain.graphs import AnyGraph
from ._layout import BOX_H, BOX_W, GAP_Y, Layout, Point, lay_out, same_row
from ._svg import BLUE, FONT, GREEN, GREY, INK, ORANGE, PURPLE, RED, TEAL, dot, picture, text

MAX_NODES, MAX_EDGES = 40, 120
COLORS = {
    "treatment": BLUE, "outcome": ORANGE, "confounder": GREEN, "adjusted": GREEN, "mediator": PURPLE, "instrument": TEAL,
    "collider": RED, "m bias collider": RED, "descendant of outcome": RED, "descendant of treatment": RED,
}  # fmt: skip
"""Colour of a box by its role; a role that is not here is white with its name below."""


def draw_graph(graph: AnyGraph, roles: dict[str, str], adjusted: frozenset[str] = frozenset()) -> str | None:
    """Draw a graph as SVG.

    Args:
        graph: Any kind; directed edges decide the rows.
        roles: What a node is to the question, in words such as `treatment` or `confounder`.
        adjusted: Nodes that were adjusted for; their boxes say so.

    Returns:
        The image, or None when the graph is too large to read as a picture.
    """
    if not graph.nodes or len(graph.nodes) > MAX_NODES or len(graph.edges) > MAX_EDGES:
        return None
    layout = lay_out(graph)
    ports = _ports(graph, layout)
    drawn = [_edge(e, i, layout, ports) for i, e in enumerate(graph.edges)]
    boxes = [
        _box(n, layout.places[n], roles.get(n, ""), adjusted=n in adjusted, latent=n in graph.latent)
        for n in graph.nodes
    ]
    bottom = layout.height + (18 if any(same_row(e, layout) for e in graph.edges) else 0)
    words = f"causal graph with {len(graph.nodes)} variables and {len(graph.edges)} edges"
    return picture(max(layout.width, 200), bottom, [_ARROW, *boxes, *drawn], words)


_ARROW = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse">'
    f'<path d="M0 0 L10 5 L0 10 z" fill="{INK}"/></marker></defs>'
)

Port = tuple[int, str]
"""An edge by its place, and which of its ends."""


def _ports(graph: AnyGraph, layout: Layout) -> dict[Port, Point]:
    """Where each end of each edge touches its box: spread along the border, in the order of the other ends."""
    sides: dict[tuple[str, bool], list[tuple[float, Port]]] = {}
    for i, e in enumerate(graph.edges):
        path = [layout.places[e.source], *layout.routes[i], layout.places[e.target]]
        for node, end, own, other in ((e.source, "source", path[0], path[1]), (e.target, "target", path[-1], path[-2])):
            below = other[1] > own[1] or same_row(e, layout)
            sides.setdefault((node, below), []).append((other[0], (i, end)))
    found: dict[Port, Point] = {}
    for (node, below), ends in sides.items():
        x, y = layout.places[node]
        for k, (_, port) in enumerate(sorted(ends), 1):
            shift = BOX_W * 0.8 * (k / (len(ends) + 1) - 0.5)
            found[port] = (x + shift, y + (BOX_H / 2 + 2 if below else -BOX_H / 2 - 2))
    return found


def _edge(e: Edge, i: int, layout: Layout, ports: dict[Port, Point]) -> str:
    if e.source == e.target:  # a variable on its own past
        x, y = layout.places[e.source]
        return text(x + BOX_W / 2 + 2, y + 4, f"↻ t-{e.lag_steps}", size=10, color=GREY)
    points = [ports[i, "source"], *layout.routes[i], ports[i, "target"]]
    path = _beside(points) if same_row(e, layout) else _through(points)
    dash = ' stroke-dasharray="5 4"' if e.symbol == "<->" else ""
    marks = _marker("start", e.mark_source) + _marker("end", e.mark_target)
    line = f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="1.3"{dash}{marks}/>'
    rings = "".join(
        dot(*p, hollow=True) for p, m in ((points[0], e.mark_source), (points[-1], e.mark_target)) if m == "circle"
    )
    (x1, y1), (x2, y2) = points[len(points) // 2 - 1], points[len(points) // 2]
    lag = text((x1 + x2) / 2 + 4, (y1 + y2) / 2, f"t-{e.lag_steps}", size=10, color=GREY) if e.lag_steps else ""
    return line + rings + lag


def _through(points: list[Point]) -> str:
    """A smooth line that leaves and enters boxes upright, and passes rows straight down between the boxes."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x1, y1), (x2, y2) in pairwise(points):
        down = 1.0 if y2 > y1 else -1.0
        reach = 0.45 * GAP_Y * down
        path += f" C{x1:.1f} {y1 + reach:.1f} {x2:.1f} {y2 - reach:.1f} {x2:.1f} {y2:.1f}"
    return path


def _beside(points: list[Point]) -> str:
    """An arc below the row, deeper for boxes further apart."""
    (x1, y1), (x2, y2) = points[0], points[-1]
    sag = min(16 + 0.06 * abs(x2 - x1), GAP_Y - 12)
    return f"M{x1:.1f} {y1:.1f} C{x1:.1f} {y1 + sag:.1f} {x2:.1f} {y2 + sag:.1f} {x2:.1f} {y2:.1f}"


def _marker(end: str, mark: Mark) -> str:
    return f' marker-{end}="url(#tip)"' if mark == "arrow" else ""


def _box(node: str, place: Point, role: str, *, adjusted: bool, latent: bool) -> str:
    x, y = place
    fill = COLORS.get(role, "white")
    stroke = ' stroke-dasharray="4 3"' if latent else ""
    words = " · ".join(w for w in (role if role != "adjusted" else "", "adjusted" if adjusted else "") if w)
    if latent:
        words = " · ".join(w for w in (role, "not measured") if w)
    ink = "white" if role in COLORS else INK
    rect = (
        f'<rect x="{x - BOX_W / 2:.1f}" y="{y - BOX_H / 2:.1f}" width="{BOX_W}" height="{BOX_H}" rx="7" fill="{fill}" '
        f'stroke="{GREY if latent else INK}"{stroke}/>'
    )
    label = _centred(x, y - 2 if words else y + 4, _cut(node, 15), ink, 13)
    below = _centred(x, y + 13, _cut(words, 24), ink, 10) if words else ""
    return f"<g>{rect}{label}{below}<title>{escape(node[:300])}</title></g>"


def _centred(x: float, y: float, words: str, color: str, size: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}" text-anchor="middle" fill="{color}">{escape(words)}</text>'


def _cut(words: str, length: int) -> str:
    """Keep both ends of a long name: what tells two of them apart is often at the end."""
    return words if len(words) <= length else words[: length - 6] + "…" + words[-5:]
