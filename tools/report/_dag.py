"""Draw a causal graph in layers, causes above effects, coloured by role."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from math import hypot

from ..domain.edges import Edge, Mark
from ..domain.graphs import AnyGraph
from ._svg import BLUE, FONT, GREEN, GREY, INK, ORANGE, dot, picture, text

MAX_NODES = 40
BOX_W, BOX_H, GAP_X, GAP_Y = 116.0, 30.0, 28.0, 64.0


def draw_graph(graph: AnyGraph, colors: dict[str, str]) -> str | None:
    """Draw a graph as SVG.

    Args:
        graph: Any kind; directed edges decide the layers.
        colors: Role of a node to colour it by: `treatment`, `outcome`, `adjusted`.

    Returns:
        The image, or None when the graph is too large to read as a picture.
    """
    if not graph.nodes or len(graph.nodes) > MAX_NODES:
        return None
    layers = _layers(graph)
    width = max(len(layer) for layer in layers) * (BOX_W + GAP_X) + GAP_X
    height = len(layers) * (BOX_H + GAP_Y) + 24
    places: dict[str, tuple[float, float]] = {}
    for row, layer in enumerate(layers):
        left = (width - len(layer) * (BOX_W + GAP_X) + GAP_X) / 2
        for column, node in enumerate(layer):
            places[node] = (left + column * (BOX_W + GAP_X) + BOX_W / 2, 24 + row * (BOX_H + GAP_Y) + BOX_H / 2)
    drawn = [_edge(e, places) for e in graph.edges]
    boxes = [_box(n, places[n], colors.get(n, ""), latent=n in graph.latent) for n in graph.nodes]
    return picture(width, height, [_ARROW, *drawn, *boxes], f"causal graph with {len(graph.nodes)} variables")


_ARROW = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
    f'<path d="M0 0 L10 5 L0 10 z" fill="{INK}"/></marker></defs>'
)
_FILL = {"treatment": BLUE, "outcome": ORANGE, "adjusted": GREEN}


def _layers(graph: AnyGraph) -> list[list[str]]:
    """Longest-path layers over the directed edges, each ordered by the mean place of its neighbours above."""
    depth = dict.fromkeys(graph.nodes, 0)
    for _ in graph.nodes:
        moved = False
        for node in graph.nodes:
            for parent in graph.parents(node):
                if parent != node and depth[node] <= depth[parent] < len(graph.nodes):
                    depth[node], moved = depth[parent] + 1, True
        if not moved:
            break
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for node in graph.nodes:
        rows[depth[node]].append(node)
    for above, row in pairwise(rows):
        order = {n: i for i, n in enumerate(above)}
        row.sort(key=lambda n: _mean([order[a] for a in graph.adjacent(n) if a in order], default=len(order) / 2))
    return [row for row in rows if row]


def _mean(values: list[int], default: float) -> float:
    return sum(values) / len(values) if values else default


def _box(node: str, place: tuple[float, float], role: str, *, latent: bool) -> str:
    x, y = place
    fill = _FILL.get(role, "white")
    stroke = ' stroke-dasharray="4 3"' if latent else ""
    name = node if len(node) <= 16 else node[:15] + "…"
    ink = "white" if role in _FILL else INK
    rect = (
        f'<rect x="{x - BOX_W / 2:.1f}" y="{y - BOX_H / 2:.1f}" width="{BOX_W}" height="{BOX_H}" rx="7" fill="{fill}" '
        f'stroke="{GREY if latent else INK}"{stroke}/>'
    )
    label = f'<text x="{x:.1f}" y="{y + 4:.1f}" {FONT} font-size="12" text-anchor="middle" fill="{ink}">{escape(name)}</text>'
    return f"<g>{rect}{label}<title>{escape(node)}</title></g>"


def _edge(e: Edge, places: dict[str, tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = places[e.source], places[e.target]
    if e.source == e.target:
        return ""
    both = e.symbol == "<->"
    x1, y1, x2, y2 = _shorten(x1, y1, x2, y2)
    bend = 36 if both or abs(y1 - y2) < 1 else 18 if abs(y1 - y2) > 2 * (BOX_H + GAP_Y) else 0
    length = max(hypot(x2 - x1, y2 - y1), 1)
    mx, my = (x1 + x2) / 2 + bend * (y2 - y1) / length, (y1 + y2) / 2 - bend * (x2 - x1) / length
    dash = ' stroke-dasharray="5 4"' if both else ""
    marks = _marker("start", e.mark_source) + _marker("end", e.mark_target)
    path = f'<path d="M{x1:.1f} {y1:.1f} Q{mx:.1f} {my:.1f} {x2:.1f} {y2:.1f}" fill="none" stroke="{INK}" stroke-width="1.3"{dash}{marks}/>'
    rings = "".join(
        dot(x, y, hollow=True) for x, y, m in ((x1, y1, e.mark_source), (x2, y2, e.mark_target)) if m == "circle"
    )
    lag = text(mx, my, f"t-{e.lag_steps}", size=10, color=GREY) if e.lag_steps else ""
    return path + rings + lag


def _marker(end: str, mark: Mark) -> str:
    return f' marker-{end}="url(#tip)"' if mark == "arrow" else ""


def _shorten(x1: float, y1: float, x2: float, y2: float) -> tuple[float, float, float, float]:
    """Move both ends from the centres of the boxes to their borders."""
    dx, dy = x2 - x1, y2 - y1
    share = min(
        (BOX_W / 2 + 3) / abs(dx) if dx else 1.0,
        (BOX_H / 2 + 3) / abs(dy) if dy else 1.0,
        0.45,
    )
    return x1 + dx * share, y1 + dy * share, x2 - dx * share, y2 - dy * share
