"""Cut conditions and joint events that are written as one phrase: "smokers and with high pollution"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from .likeness import covered, sense
from .types import Chance, Event

_JOINT = re.compile(r"\s*,\s*(?:and|but)\s+|\s*,\s*|\s+(?:and|but)\s+")
_WORDS = re.compile(r"\s+(?=(?:who|with|without|that|whose|having)\b)|\s+(?!(?:not|no)\b)")
MOST_PARTS = 5
MOST_GAPS = 8


def cut_phrases(chances: Sequence[Chance], names: Collection[str]) -> list[Chance]:
    """Cut the events and conditions of stated probabilities that are several phrases in one.

    A condition is cut where the statements about one event then vary over at most two phrases a place: four conditions
    are two by two. Two conditions are cut only when their parts speak of different variables.
    """
    events = _cut_together([c.event[0].variable for c in chances if len(c.event) == 1 and not c.given], names)
    groups: dict[str, list[str]] = {}
    for chance in chances:
        if len(chance.given) == 1:
            groups.setdefault(chance.event[0].variable, []).append(chance.given[0].variable)
    cuts = {event: _cut_conditions(given, names) for event, given in groups.items()}
    found: list[Chance] = []
    for chance in chances:
        event, given = chance.event, chance.given
        if len(event) == 1 and not given:
            event = tuple(Event(variable=p) for p in events[event[0].variable])
        if len(given) == 1:
            given = tuple(Event(variable=p) for p in cuts[chance.event[0].variable][given[0].variable])
        found.append(Chance(event=event, given=given, do=chance.do, value=chance.value))
    return found


def _cut_together(texts: Iterable[str], names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Joint events: those with an "and" are cut in two or more, alike, unless all of it names one variable."""
    texts = list(dict.fromkeys(texts))
    joint = [t for t in texts if _JOINT.search(t) and t.casefold() not in names]
    whole = {t: (t,) for t in texts}
    if not joint:
        return whole
    best = min((_alike(joint, k) for k in range(2, _fewest(joint) + 2)), key=_variety, default={})
    return {**whole, **best}


def _cut_conditions(texts: Iterable[str], names: Collection[str]) -> dict[str, tuple[str, ...]]:
    texts = list(dict.fromkeys(texts))
    if len(texts) > 2:
        for k in range(1, _fewest(texts) + 2):
            if cut := _two_a_place(texts, k, _JOINT):
                return cut
        for k in (2, 3):
            # "young smokers", "old people who smoke": two conditions without a word between
            if cut := _two_a_place(texts, k, _WORDS):
                return cut
    else:
        for k in range(min(_fewest(texts) + 1, MOST_PARTS), 1, -1):
            cut = _alike(texts, k)
            if cut and all(_of_different_variables(parts, names) for parts in cut.values()):
                return cut
    return {t: (t,) for t in texts}


def _two_a_place(texts: Sequence[str], k: int, gap: re.Pattern[str]) -> dict[str, tuple[str, ...]]:
    """A cut in which every place has at most two phrases; {} if there is none."""
    cut = _alike(texts, k, gap)
    return cut if all(len({parts[i] for parts in cut.values()}) <= 2 for i in range(k)) else {}


def _fewest(texts: Iterable[str]) -> int:
    return min((len(_JOINT.findall(t)) for t in texts), default=0)


def _alike(texts: Sequence[str], k: int, gap: re.Pattern[str] = _JOINT) -> dict[str, tuple[str, ...]]:
    """Cut each text into k parts so that the parts differ as little as can be from text to text; {} if impossible."""
    ways = [list(_ways(t, k, gap)) for t in texts]
    if not all(ways):
        return {}
    best: dict[str, tuple[str, ...]] = {}
    for first in ways[0]:
        columns = [{p} for p in first]
        found = {texts[0]: first}
        for text, choices in zip(texts[1:], ways[1:], strict=True):
            chosen = max(choices, key=lambda c: sum(p in column for p, column in zip(c, columns, strict=True)))
            found[text] = chosen
            for part, column in zip(chosen, columns, strict=True):
                column.add(part)
        if not best or _variety(found) < _variety(best):
            best = found
    return best


def _variety(cut: dict[str, tuple[str, ...]]) -> tuple[int, int]:
    if not cut:
        return (1_000_000, 0)
    columns = list(zip(*cut.values(), strict=True))
    return (sum(len(set(c)) for c in columns), len(columns))


def _ways(text: str, k: int, gap: re.Pattern[str]) -> Iterable[tuple[str, ...]]:
    gaps = [m.span() for m in gap.finditer(text)][:MOST_GAPS]
    for chosen in combinations(gaps, k - 1):
        edges = [0, *(x for gap in chosen for x in gap), len(text)]
        yield tuple(text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True))


def _of_different_variables(parts: Sequence[str], names: Collection[str]) -> bool:
    chosen: list[str] = []
    for part in parts:
        stems = sense(part).stems
        scores = {n: (covered(sense(n).stems, stems), len(n)) for n in names}
        best = max(scores, key=lambda n: scores[n], default="")
        if not best or scores[best][0] < 0.9:
            return False
        chosen.append(best)
    return len(set(chosen)) == len(chosen)
