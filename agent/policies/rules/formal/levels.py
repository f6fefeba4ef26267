"""Decide which phrases of one variable say that it happens, and which that it does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import product

from .likeness import contrary, covered, denies, head, predicate, sense, tells

_NOTHING = 1e-9
_SCALE = 0.2
"""What it counts that two phrases without a common word are at the same end, or at two ends, of a scale."""
_OTHERWISE = 0.8
_ALL = 0.99
MOST_PHRASES = 10
"""With more phrases of one variable the later ones follow the first."""


@dataclass
class Colours:
    """The phrases of one variable with their levels, 0 or 1."""

    variable: str
    level_of: dict[str, int]
    pairs: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def level(self, phrase: str) -> int:
        """The level of a new phrase, from what it has in common with those known, else from itself."""
        judged = self.judge(phrase)
        if judged is None:
            return 0 if sense(phrase).negated or sense(phrase).low else 1
        return judged

    def judge(self, phrase: str) -> int | None:
        """The level of a new phrase as far as those known decide it; None when it has nothing in common with them."""
        if (known := self.level_of.get(phrase)) is not None:
            return known
        opposite = _opposites(self.pairs)
        name = sense(self.variable).stems
        pull = sum((1 if v else -1) * _affinity(phrase, p, opposite, name) for p, v in self.level_of.items())
        return None if abs(pull) < _NOTHING else int(pull > 0)


def colour(
    variable: str,
    phrases: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    anchors: Collection[str],
    first: Collection[str],
) -> Colours:
    """The levels of the phrases of one variable.

    Args:
        variable: Its name.
        phrases: In the order of the text.
        pairs: Phrases known to be opposite, the one that came first first.
        anchors: Phrases whose own probability is stated, without a negation: these are what happens.
        first: Those of them that are stated without any condition.
    """
    own = list(dict.fromkeys(phrases))
    inside = [(a, b) for a, b in pairs if a in own and b in own]
    opposite = _opposites(inside)
    counted = own[:MOST_PHRASES]
    name = sense(variable).stems
    ties = {
        (i, j): _affinity(one, counted[j], opposite, name)
        for i, one in enumerate(counted)
        for j in range(i + 1, len(counted))
    }
    lean = [_lean(p, variable, inside, anchors, first, opposite) for p in counted]

    def score(levels: tuple[int, ...]) -> float:
        together = sum(v if levels[i] == levels[j] else -v for (i, j), v in ties.items())
        return 4 * together + sum(v if level else -v for v, level in zip(lean, levels, strict=True))

    best = max(product((1, 0), repeat=len(counted)), key=score)
    found = Colours(variable, dict(zip(counted, best, strict=True)), inside)
    for phrase in own[MOST_PHRASES:]:
        found.level_of[phrase] = found.level(phrase)
    return found


def _opposites(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    return dict(pairs) | {b: a for a, b in pairs}


def told_apart(one: str, two: str, variable: str, *, alike: bool) -> bool:
    """Whether two phrases of one variable are likely its two levels: they differ, and nothing says that they agree.

    Args:
        one: A phrase.
        two: Another one.
        variable: The name of the variable.
        alike: Whether the two are worded alike where they mean the same, as two rules are; then any difference tells.
    """
    a, b = sense(one), sense(two)
    if not _shared(one, two):
        return not (a.low and b.low) and not (a.high and b.high)
    return _otherwise(one, two, sense(variable).stems, anyway=alike)


def _otherwise(one: str, two: str, name: Sequence[str], *, anyway: bool = False) -> bool:
    """Whether two phrases say different things of the same: a smooth street, the street is rough."""
    first, second = sense(one), sense(two)
    if (first.low and second.low) or (first.high and second.high):
        return False
    a, b = first.stems, second.stems
    common = [x for x in a if covered((x,), b) > 0]
    if any(tells(p) and not covered(sense(p).stems[:1], common) for p in (one, two)):
        return False  # a sentence about something else: the commuter arrives late, being late
    rest, other = _unmatched(predicate(one), b), _unmatched(predicate(two), a)
    same = anyway or head(one) == head(two) or covered(common, name) > _ALL
    return bool(common and rest and other) and same


def _unmatched(said: Sequence[str], by: Sequence[str]) -> list[str]:
    return [x for x in said if not covered((x,), by)]


def _affinity(one: str, two: str, opposite: dict[str, str], name: Sequence[str]) -> float:
    """How much two phrases seem to say the same (positive) or the opposite (negative)."""
    if opposite.get(one) == two:
        return -10.0
    a, b = sense(one), sense(two)
    shared = _shared(one, two)
    denied = a.negated != b.negated
    turned = any(contrary(x, y) for x in a.stems for y in b.stems)
    turned |= a.low != b.low and not a.negated and not b.negated
    pull = (-1.5 if denied != turned else 0.4) * shared
    if not shared:
        pull += _SCALE * ((a.low and b.low) + (a.high and b.high) - (a.low and b.high) - (a.high and b.low))
    elif not denied and not turned and _otherwise(one, two, name):
        pull = -_OTHERWISE * shared
    pull += _nearer(one, two, opposite) + _nearer(two, one, opposite)
    return pull


def _nearer(phrase: str, to: str, opposite: dict[str, str]) -> float:
    """Whether a phrase is nearer to another one than to that one's opposite, by the words it is built of."""
    if to not in opposite or opposite[to] == phrase or sense(to).negated != sense(opposite[to]).negated:
        return 0.0
    return _shared(phrase, to) - _shared(phrase, opposite[to])


def _shared(one: str, two: str) -> float:
    a, b = sense(one).stems, sense(two).stems
    return 0.5 * (covered(a, b) + covered(b, a))


def _lean(
    phrase: str,
    variable: str,
    pairs: Sequence[tuple[str, str]],
    anchors: Collection[str],
    first: Collection[str],
    opposite: dict[str, str],
) -> float:
    """How much a phrase by itself seems to say that the variable happens."""
    said = sense(phrase)
    lean = 3.0 * (phrase in anchors) + 1.5 * (phrase in first)
    lean -= 2.0 * said.negated + 0.5 * said.low
    if phrase in opposite:
        lean += _shared(phrase, variable) - _shared(opposite[phrase], variable)
        other = sense(opposite[phrase]).stems
        lean += 2.0 * sum(denies(y, x) - denies(x, y) for x in said.stems for y in other)
    # the published languages name the level that happens second
    lean += sum(0.25 if phrase == b else -0.25 for a, b in pairs if phrase in (a, b))
    return lean
