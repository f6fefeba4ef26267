"""Sum given joint probabilities to margins, so that a joint table over several districts becomes usable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Cell = tuple[tuple[str, int], ...]
Key = tuple[Cell, Cell, Cell]
"""Event, what is observed, and what is set, each sorted."""


def margins(cells: Mapping[Key, float], n_levels: Mapping[str, int]) -> dict[Key, float]:
    """Every margin that follows by summing one variable over all its levels, again and again; small events first.

    A joint table with one cell left out is completed first, since its cells sum to one.
    """
    known = dict(cells)
    for key in _tables(cells):
        rest = _missing(key, known, n_levels)
        if len(rest) == 1:
            known[rest[0], key[1], key[2]] = 1.0 - sum(
                known[c, key[1], key[2]] for c in _all(key[0], n_levels) if c != rest[0]
            )
    found: dict[Key, float] = {}
    todo = [k for k in known if len(k[0]) > 1]
    while todo:
        event, given, do = todo.pop()
        for name, _ in event:
            rest = tuple(e for e in event if e[0] != name)
            key = (rest, given, do)
            parts = [(_with(rest, name, level), given, do) for level in range(n_levels[name])]
            if key not in known and all(p in known for p in parts):
                known[key] = found[key] = sum(known[p] for p in parts)
                if len(rest) > 1:
                    todo.append(key)
    return dict(sorted(found.items(), key=lambda item: (len(item[0][0]), item[0])))


def _tables(cells: Iterable[Key]) -> list[Key]:
    """One cell of each joint table."""
    found = {
        (tuple(n for n, _ in event), given, do): (event, given, do) for event, given, do in cells if len(event) > 1
    }
    return list(found.values())


def _missing(key: Key, known: Mapping[Key, float], n_levels: Mapping[str, int]) -> list[Cell]:
    return [c for c in _all(key[0], n_levels) if (c, key[1], key[2]) not in known]


def _all(event: Cell, n_levels: Mapping[str, int]) -> list[Cell]:
    """Every cell of the table over the variables of an event."""
    cells: list[Cell] = [()]
    for name, _ in event:
        cells = [(*c, (name, level)) for c in cells for level in range(n_levels[name])]
    return cells


def _with(event: Cell, name: str, level: int) -> Cell:
    return tuple(sorted((*event, (name, level))))
