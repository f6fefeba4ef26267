"""Decision diagrams: boolean functions of many variables, each function stored once, so that equal ones are one number."""

from __future__ import annotations

from collections.abc import Mapping

from ..domain.errors import TooLarge

MOST_VARIABLES = 300
MOST_NODES = 200_000
FALSE, TRUE = 0, 1


class Diagrams:
    """Reduced ordered decision diagrams (Bryant 1986) over variables numbered in order; a function is a number."""

    def __init__(self, n_variables: int) -> None:
        if n_variables > MOST_VARIABLES:
            raise TooLarge(
                f"{n_variables} root causes matter, at most {MOST_VARIABLES} can; give the rules that matter."
            )
        self._nodes: list[tuple[int, int, int]] = [(n_variables, 0, 0), (n_variables, 1, 1)]
        self._index: dict[tuple[int, int, int], int] = {}
        self._joined: dict[tuple[int, int], int] = {}
        self._negated: dict[int, int] = {FALSE: TRUE, TRUE: FALSE}

    def variable(self, number: int) -> int:
        """The function that is one variable."""
        return self._node(number, FALSE, TRUE)

    def negate(self, f: int) -> int:
        """Not f."""
        if f not in self._negated:
            level, low, high = self._nodes[f]
            self._negated[f] = self._node(level, self.negate(low), self.negate(high))
        return self._negated[f]

    def both(self, f: int, g: int) -> int:
        """Return f and g."""
        if f == g or g == TRUE:
            return f
        if f == TRUE:
            return g
        if FALSE in (f, g):
            return FALSE
        key = (f, g) if f < g else (g, f)
        if key not in self._joined:
            (i, *below_f), (j, *below_g) = self._nodes[f], self._nodes[g]
            low, high = (
                self.both(a if i <= j else f, b if j <= i else g) for a, b in zip(below_f, below_g, strict=True)
            )
            self._joined[key] = self._node(min(i, j), low, high)
        return self._joined[key]

    def either(self, f: int, g: int) -> int:
        """Return f or g."""
        return self.negate(self.both(self.negate(f), self.negate(g)))

    def value(self, f: int, values: Mapping[int, bool]) -> bool:
        """The function at a point."""
        while f > TRUE:
            level, low, high = self._nodes[f]
            f = high if values[level] else low
        return f == TRUE

    def point(self, f: int) -> dict[int, bool]:
        """A point where a function that is not FALSE is true; variables are false where they can, or left out."""
        found: dict[int, bool] = {}
        while f > TRUE:
            level, low, high = self._nodes[f]
            found[level] = low == FALSE
            f = high if low == FALSE else low
        return found

    def _node(self, level: int, low: int, high: int) -> int:
        if low == high:
            return low
        key = (level, low, high)
        if key not in self._index:
            if len(self._nodes) > MOST_NODES:
                raise TooLarge("The rules are too entangled to decide; give the state of some root causes in observed.")
            self._index[key] = len(self._nodes)
            self._nodes.append(key)
        return self._index[key]
