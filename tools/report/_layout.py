"""Place the nodes of a graph in rows, causes above effects, and lead long edges between the boxes.

The steps of Sugiyama, Tagawa, Toda 1981: layers, bends where an edge crosses a row, fewer crossings, coordinates.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

from ..domain.edges import Edge
from ..domain.graphs import AnyGraph, find_cycle

BOX_W, BOX_H, GAP_X, GAP_Y, BEND_W = 128.0, 40.0, 26.0, 60.0, 14.0
MAX_ROW = 6
"""Boxes in one row; more would not fit a page."""
SWEEPS = 12

Point = tuple[float, float]
Key = str | tuple[int, int]
"""A node by its name, or a bend by the place of its edge and its row."""


@dataclass
class Layout:
    """Where everything is, in pixels from the top left corner."""

    width: float
    height: float
    places: dict[str, Point] = field(default_factory=dict[str, Point])
    """Centre of each node's box."""
    routes: dict[int, list[Point]] = field(default_factory=dict[int, list[Point]])
    """Points an edge passes between its two boxes, from source to target, by its place in `graph.edges`."""


def lay_out(graph: AnyGraph) -> Layout:
    """Lay out a graph of at most a few dozen nodes.

    Returns:
        Places such that directed edges run downwards wherever that is possible, and routes that keep clear of boxes.
    """
    rows: list[list[Key]] = [list(row) for row in _rows(graph)]
    depth = {n: i for i, row in enumerate(rows) for n in row}
    chains: list[list[Key]] = []
    for i, e in enumerate(graph.edges):
        low, high = sorted((depth[e.source], depth[e.target]))
        bends: list[Key] = [(i, r) for r in range(low + 1, high)]
        for r, bend in enumerate(bends, low + 1):
            rows[r].append(bend)
        first, last = (e.source, e.target) if depth[e.source] <= depth[e.target] else (e.target, e.source)
        chains.append([first, *bends, last])
    _untangle(rows, chains)
    x = _coordinates(rows, chains)
    left = min(x[k] - _width(k) / 2 for row in rows for k in row)
    right = max(x[k] + _width(k) / 2 for row in rows for k in row)
    layout = Layout(width=right - left + 2 * GAP_X, height=len(rows) * (BOX_H + GAP_Y) - GAP_Y + 2 * GAP_X)
    at = {k: (x[k] - left + GAP_X, GAP_X + r * (BOX_H + GAP_Y) + BOX_H / 2) for r, row in enumerate(rows) for k in row}
    layout.places = {n: at[n] for n in graph.nodes}
    for i, (e, chain) in enumerate(zip(graph.edges, chains, strict=True)):
        passed = [(at[k][0], at[k][1] + half) for k in chain[1:-1] for half in (-BOX_H / 2, BOX_H / 2)]
        layout.routes[i] = passed if chain[0] == e.source else passed[::-1]
    return layout


def _rows(graph: AnyGraph) -> list[list[str]]:
    """Longest-path layers; a layer with too many boxes for a page is broken into several rows."""
    down: dict[str, list[str]] = {n: [] for n in graph.nodes}
    for cause, effect in [*_directed(graph), *_spanning(graph)]:
        down[cause].append(effect)
        if find_cycle(down):  # a loop over time, or an undecided edge against the others
            down[cause].pop()
    depth = dict.fromkeys(graph.nodes, 0)
    waiting = {n: sum(n in c for c in down.values()) for n in graph.nodes}
    ready = deque(n for n in graph.nodes if not waiting[n])
    while ready:
        node = ready.popleft()
        for child in down[node]:
            depth[child] = max(depth[child], depth[node] + 1)
            waiting[child] -= down[node].count(child)
            if waiting[child] <= 0 and child not in ready:
                ready.append(child)
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    alone = [n for n in graph.nodes if not graph.adjacent(n)]
    for node in graph.nodes:
        if node not in alone:
            layers[depth[node]].append(node)
    layers = [layer for layer in [*layers, alone] if layer]
    rows: list[list[str]] = []
    for layer in layers:
        n_rows = -(-len(layer) // MAX_ROW)
        size = -(-len(layer) // n_rows)
        rows += [layer[i : i + size] for i in range(0, len(layer), size)]
    return rows


def _directed(graph: AnyGraph) -> list[tuple[str, str]]:
    """Edges with one arrowhead, from cause to effect, each pair once; lagged ones last."""
    found: dict[tuple[str, str], None] = {}
    for e in sorted(graph.edges, key=lambda e: (not e.directed, e.lag_steps)):
        if e.source != e.target and (e.mark_source == "arrow") != (e.mark_target == "arrow"):
            found[(e.source, e.target) if e.mark_target == "arrow" else (e.target, e.source)] = None
    return list(found)


def _spanning(graph: AnyGraph) -> list[tuple[str, str]]:
    """Edges without a direction that tie the rest together, away from the best connected node (breadth first)."""
    both: dict[str, list[str]] = {n: [] for n in graph.nodes}
    for e in graph.edges:
        if e.source != e.target and (e.mark_source == "arrow") == (e.mark_target == "arrow") and e.symbol != "<->":
            both[e.source].append(e.target)
            both[e.target].append(e.source)
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for root in sorted(graph.nodes, key=lambda n: -len(both[n])):
        todo = deque([] if root in seen else [root])
        seen.add(root)
        while todo:
            node = todo.popleft()
            fresh = [n for n in both[node] if n not in seen]
            seen.update(fresh)
            todo.extend(fresh)
            found += [(node, n) for n in fresh]
    return found


def _untangle(rows: list[list[Key]], chains: list[list[Key]]) -> None:
    """Order each row by the middle of its neighbours above, then below; keep the order with fewest crossings."""
    up, down = _neighbours(chains)
    best, fewest = [list(r) for r in rows], _crossings(rows, chains)
    for sweep in range(SWEEPS):
        table = up if sweep % 2 == 0 else down
        for row, before in pairwise(rows) if sweep % 2 == 0 else pairwise(reversed(rows)):
            at = {k: i / max(len(row) - 1, 1) for i, k in enumerate(row)}
            own = {k: i / max(len(before) - 1, 1) for i, k in enumerate(before)}
            before.sort(key=lambda k, at=at, own=own: _mean([at[n] for n in table.get(k, ()) if n in at], own[k]))
        crossings = _crossings(rows, chains)
        if crossings < fewest:
            best, fewest = [list(r) for r in rows], crossings
    rows[:] = best


def _neighbours(chains: list[list[Key]]) -> tuple[dict[Key, list[Key]], dict[Key, list[Key]]]:
    up: dict[Key, list[Key]] = {}
    down: dict[Key, list[Key]] = {}
    for chain in chains:
        for a, b in pairwise(chain):
            down.setdefault(a, []).append(b)
            up.setdefault(b, []).append(a)
    return up, down


def _crossings(rows: list[list[Key]], chains: list[list[Key]]) -> int:
    place = {k: (r, i) for r, row in enumerate(rows) for i, k in enumerate(row)}
    between: dict[int, list[tuple[int, int]]] = {}
    same = 0
    for chain in chains:
        for a, b in pairwise(chain):
            (r, i), (s, j) = place[a], place[b]
            if r == s:
                same += abs(i - j) - 1
            else:
                between.setdefault(r, []).append((i, j))
    return same + sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for pairs in between.values()
        for i, a in enumerate(pairs)
        for b in pairs[i + 1 :]
    )


def _coordinates(rows: list[list[Key]], chains: list[list[Key]]) -> dict[Key, float]:
    """Move every box towards the middle of its neighbours while the order and the gaps hold."""
    up, down = _neighbours(chains)
    x: dict[Key, float] = {}
    for row in rows:
        _spread(row, dict.fromkeys(row, 0.0), x)
    for sweep in range(SWEEPS):
        for r in range(len(rows)) if sweep % 2 == 0 else reversed(range(len(rows))):
            wanted = {
                k: _mean([x[n] for n in (*up.get(k, ()), *down.get(k, ())) if n not in rows[r]], x[k]) for k in rows[r]
            }
            _spread(rows[r], wanted, x)
    return x


def _spread(row: list[Key], wanted: dict[Key, float], x: dict[Key, float]) -> None:
    """Least moves from the wanted places that keep the order and the gaps (pool adjacent violators)."""
    offset, offsets = 0.0, list[float]()
    for i, key in enumerate(row):
        offset += (_width(row[i - 1]) + _width(key)) / 2 + GAP_X if i else 0.0
        offsets.append(offset)
    blocks: list[list[float]] = []
    for key, o in zip(row, offsets, strict=True):
        blocks.append([wanted[key] - o])
        while len(blocks) > 1 and _mean(blocks[-2], 0) >= _mean(blocks[-1], 0):
            last = blocks.pop()
            blocks[-1] += last
    starts = [_mean(block, 0) for block in blocks for _ in block]
    x.update({key: start + o for key, start, o in zip(row, starts, offsets, strict=True)})


def _width(key: Key) -> float:
    return BOX_W if isinstance(key, str) else BEND_W


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def same_row(e: Edge, layout: Layout) -> bool:
    """Whether both boxes of an edge stand side by side."""
    return layout.places[e.source][1] == layout.places[e.target][1]
