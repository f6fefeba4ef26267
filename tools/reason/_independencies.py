"""From a list of independencies to the equivalence class, with every clash named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from ..domain.errors import TooLarge
from ..domain.meek import Partial

Statement = tuple[str, str, frozenset[str]]
"""(x, y, given), x before y in the order of the variables."""
MOST_COMPARED = 12
"""Variables up to which every separation of the class is compared with the list."""
MOST_GRAPHS = 30_000
"""Graphs tried when the list is partial."""


def words(statement: Statement, independent: bool = True) -> str:
    """The statement as people write it."""
    x, y, given = statement
    shown = f" given {', '.join(sorted(given))}" if given else ""
    return f"{x} and {y} are {'' if independent else 'not '}independent{shown}"


class Separations:
    """d-separation over bit sets, for many questions about one DAG."""

    def __init__(self, names: tuple[str, ...], arrows: Iterable[tuple[str, str]]) -> None:
        self.index = {n: i for i, n in enumerate(names)}
        self.parents = [0] * len(names)
        self.children = [0] * len(names)
        for a, b in arrows:
            self.parents[self.index[b]] |= 1 << self.index[a]
            self.children[self.index[a]] |= 1 << self.index[b]

    def connected(self, start: int, given: int) -> int:
        """The set of nodes with an open path to `start` (Bayes ball, Shachter 1998)."""
        up, down, visited_up, visited_down = 1 << start, 0, 0, 0
        while up | down:
            if up:  # arrived from a child: may go on to parents and to children
                bit = up & -up
                up ^= bit
                visited_up |= bit
                if not bit & given:
                    i = bit.bit_length() - 1
                    up |= self.parents[i] & ~visited_up
                    down |= self.children[i] & ~visited_down
                continue
            bit = down & -down
            down ^= bit
            visited_down |= bit
            i = bit.bit_length() - 1
            if bit & given:
                up |= self.parents[i] & ~visited_up
            else:
                down |= self.children[i] & ~visited_down
        return (visited_up | visited_down) & ~given

    def holds(self, statement: Statement) -> bool:
        """Whether the graph separates the pair of the statement."""
        x, y, given = statement
        mask = sum(1 << self.index[g] for g in given)
        return not self.connected(self.index[x], mask) >> self.index[y] & 1

    def all(self, names: tuple[str, ...]) -> Iterator[Statement]:
        """Every separation of the graph."""
        for i in range(len(names)):
            others = [k for k in range(len(names)) if k != i]
            for size in range(len(names) - 1):
                for chosen in combinations(others, size):
                    reached = self.connected(i, sum(1 << k for k in chosen))
                    given = frozenset(names[k] for k in chosen)
                    for j in range(i + 1, len(names)):
                        if names[j] not in given and not reached >> j & 1:
                            yield names[i], names[j], given


def build_class(names: tuple[str, ...], listed: frozenset[Statement]) -> tuple[Partial, list[str]]:
    """Build the class whose separations are the listed ones: all of them, and no other.

    A pair is adjacent when no independence of it is listed; the middle of an unshielded triple is a collider when it
    is in none of the pair's separating sets (Verma and Pearl 1990).

    Returns:
        The class, closed under Meek's rules, and what is inconsistent, in words (empty when nothing is).
    """
    sets: dict[tuple[str, str], list[frozenset[str]]] = {}
    for x, y, given in listed:
        sets.setdefault((x, y), []).append(given)
    partial = Partial(names)
    for x, y in combinations(names, 2):
        if (x, y) not in sets:
            partial.join(x, y)
    clashes: list[str] = []
    for (x, y), separating in sorted(sets.items()):
        for z in sorted(partial.adjacent[x] & partial.adjacent[y]):
            if any(z in s for s in separating):
                continue
            for a in (x, y):
                if a in partial.children[z]:
                    clashes.append(f"{z} -> {a} and {a} -> {z} are both required (colliders at {z} and at {a})")
                elif a not in partial.parents[z]:
                    partial.direct(a, z)
    if clashes:
        return partial, clashes
    colliders = partial.unshielded_colliders()
    arrows = partial.close().extension()
    if arrows is None or partial.cyclic() or partial.unshielded_colliders() != colliders:
        needed = "; ".join(f"{a} -> {b} <- {c}" for a, b, c in sorted(colliders)[:5]) or "none"
        return partial, [f"the colliders that the list requires ({needed}) leave a cycle or a collider more"]
    return partial, _differences(names, listed, Separations(names, arrows))


def _differences(names: tuple[str, ...], listed: frozenset[Statement], graph: Separations) -> list[str]:
    lost = [s for s in listed if not graph.holds(s)]
    clashes = [f"{words(s)}, yet the other premises connect them" for s in sorted(lost, key=_order)]
    if len(names) <= MOST_COMPARED:
        more = [s for s in graph.all(names) if s not in listed]
        clashes += [f"{words(s)} follows from the other premises, yet is not listed" for s in more]
    return clashes


def _order(statement: Statement) -> tuple[str, str, int, list[str]]:
    x, y, given = statement
    return x, y, len(given), sorted(given)


def agreeing_dags(
    names: tuple[str, ...], independent: frozenset[Statement], dependent: frozenset[Statement]
) -> Iterator[list[tuple[str, str]]]:
    """Yield every DAG that has some independencies and lacks others; nothing is known of the rest.

    Raises:
        TooLarge: too many graphs would have to be tried.
    """
    apart = {(x, y) for x, y, _ in independent}
    pairs = [p for p in combinations(names, 2) if p not in apart]
    n_tried = 0
    todo: list[tuple[int, list[tuple[str, str]], dict[str, frozenset[str]]]] = [
        (0, [], {n: frozenset((n,)) for n in names})
    ]
    while todo:
        at, arrows, below = todo.pop()
        if at == len(pairs):
            n_tried += 1
            if n_tried > MOST_GRAPHS:
                raise TooLarge(
                    f"A partial list over {len(names)} variables leaves over {MOST_GRAPHS} graphs to try; give the "
                    "complete list (complete=true), or independencies of more pairs."
                )
            graph = Separations(names, arrows)
            if all(graph.holds(s) for s in independent) and not any(graph.holds(s) for s in dependent):
                yield arrows
            continue
        x, y = pairs[at]
        todo.append((at + 1, arrows, below))
        for a, b in ((y, x), (x, y)):
            if a not in below[b]:
                grown = {n: s | below[b] if a in s else s for n, s in below.items()}
                todo.append((at + 1, [*arrows, (a, b)], grown))
