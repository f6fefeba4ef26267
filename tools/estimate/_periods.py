"""Put the periods of a column in order of time, or say that their order is unknown.

A treatment has a control level, which may be either value; a period has a date. Taking the one rule for the other turns
the sign of a difference in differences round, so text is ordered only where it says its order itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .. import coding
from ..coding import show
from ..domain.errors import AssumptionViolated
from ..domain.model import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ..coding import Ints

BEFORE = frozenset({"before", "pre", "prior", "previous", "baseline", "old", "early", "earlier", "initial", "start"})
AFTER = frozenset({
    "after", "post", "following", "followup", "endline", "new", "late", "later", "final", "end", "since",
})  # fmt: skip
DURING = frozenset({"during", "current", "now"})
NAMED_BEFORE = frozenset({"before", "pre", "prior", "baseline"})
"""In the name of a 0/1 column: it is 1 before."""
BACKWARDS = frozenset({*BEFORE, "ago", "left", "remaining", "until", "minus", "bc", "bce"})
"""Beside these a larger number is earlier, or may be."""
INDICATORS = ({"no", "yes"}, {"n", "y"}, {"false", "true"}, {"f", "t"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"(?<![a-z])(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})\b|(?<=\d)(?:st|nd|rd|th)\b")
_NUMBER = re.compile(r"(?:(?<=\s)|^)-\d+(?:\.\d+)?(?![\d.])|\d+(?:\.\d+)*")
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")


class Label(NamedTuple):
    """What the text of a period says of its place in time."""

    around: str
    """The text without its numbers and months: periods are compared by number only where this is the same."""
    numbers: tuple[float, ...]
    years: tuple[int, ...]
    """Positions in `numbers` of what is written as a year."""
    month: int | None


def periods_of(column: pd.Series, name: str) -> tuple[tuple[Scalar, ...], Ints]:
    """The distinct periods, first to last, and for each row the position of its period.

    Args:
        column: No missing values.
        name: For messages.

    Raises:
        AssumptionViolated: text that does not say in which order the periods came.
    """
    import numpy as np
    from pandas.api import types

    levels, codes = coding.levels_of(column)
    order: Sequence[int] | None
    if coding.kind_of(column) == "text":
        order = order_of_text(tuple(map(str, levels)), name)
    elif types.is_timedelta64_dtype(column):
        seconds = column.dt.total_seconds().to_numpy()
        order = np.argsort([seconds[codes == i][0] for i in range(len(levels))]).tolist()
    else:  # numbers and truth values are sorted as such, dates by their text year-month-day
        last_first = levels in ((0, 1), (False, True)) and _tells_before(name)
        order = range(len(levels))[:: -1 if last_first else 1]
    if order is None:
        raise AssumptionViolated(
            f"Which period of column {show(name)} came first cannot be read from {', '.join(map(show, levels[:4]))}. Number the periods, "
            f"write them as dates (2024-01-31), or name two of them 'before' and 'after'."
        )
    return tuple(levels[i] for i in order), np.argsort(np.array(order))[codes]


def order_of_text(levels: tuple[str, ...], name: str = "") -> list[int] | None:
    """Positions of the levels in order of time; None when the words do not say it."""
    words = [" ".join(level.casefold().replace("\u2212", "-").replace("\u2013", "-").split()) for level in levels]
    if len(words) == 2 and set(words) in INDICATORS:
        return sorted((0, 1), key=words.__getitem__, reverse=_tells_before(name))
    by_words = _by_words(words) if len(words) == 2 else None
    labels = [_label(word) for word in words]
    by_date = _by_year(labels) if all(len(b.years) == 1 for b in labels) else None
    if by_date is None and len({b.around for b in labels}) == 1 and _counts_up(labels[0]):
        by_date = _by_numbers([b.numbers for b in labels])
    if by_words is not None and by_date is not None and by_words != by_date:
        return None  # such as 'end of 2018' and 'start of 2019'
    return by_words or by_date


def _tells_before(name: str) -> bool:
    """Whether the name of a yes/no column says that it is yes in the period before."""
    said = _said(name)
    return bool(said & NAMED_BEFORE) and not said & AFTER


def _said(text: str) -> set[str]:
    return {*re.findall(r"[a-z]+", re.sub("follow[- ]up", "followup", text.casefold()))}


def _by_words(words: list[str]) -> list[int] | None:
    """Two periods by a word such as before or after in each, or by `pre…` and `post…` of the same thing."""
    sides = [_side(_said(word)) for word in words]
    if "baseline" in words and None in sides:
        sides[1 - words.index("baseline")] = 1  # whatever it is called, it comes after the baseline
    known = [side for side in sides if side is not None]
    if len(known) == 2 and known[0] != known[1]:
        return sorted((0, 1), key=known.__getitem__)
    for order in ([0, 1], [1, 0]):
        first, last = (words[i] for i in order)
        if first.startswith("pre") and last.startswith("post") and first[3:] == last[4:]:
            return order
    return None


def _side(said: set[str]) -> int | None:
    """-1 before, 0 during, 1 after; None when the words say none of these, or several."""
    sides = [side for side, cues in ((-1, BEFORE), (0, DURING), (1, AFTER)) if said & cues]
    return sides[0] if len(sides) == 1 else None


def _label(word: str) -> Label:
    word = _ORDINAL.sub(lambda m: str(_ORDINALS.index(m[0]) + 1) if m[0] in _ORDINALS else "", word)
    months = [_MONTHS.index(m[0][:3]) for m in _MONTH.finditer(word)]
    month = months[0] if len(months) == 1 else None
    word = word if month is None else _MONTH.sub("#", word)
    numbers: list[float] = []
    years: list[int] = []
    for match in _NUMBER.finditer(word):
        parts = match[0].split(".")
        dated = len(parts) != 2 or any(_YEAR.fullmatch(p) for p in parts)  # 31.12.2019 is three numbers, 1.5 is one
        for part in parts if dated else (match[0],):
            years += [len(numbers)] if _YEAR.fullmatch(part) else []
            numbers.append(float(part))
    return Label(" ".join(_NUMBER.sub("#", word).split()), tuple(numbers), tuple(years), month)


def _by_year(labels: list[Label]) -> list[int] | None:
    """By the year of each; within years by month, by what follows the year, or by a single number beside it."""
    years = [b.numbers[b.years[0]] for b in labels]
    if len({*years}) == len(years):
        return _sorted([(y,) for y in years])
    if len({b.around for b in labels}) > 1 or len({b.years[0] for b in labels}) > 1:
        return None
    rest = [b.numbers[: b.years[0]] + b.numbers[b.years[0] + 1 :] for b in labels]
    if any(v < 0 for r in rest for v in r):
        return None
    months = [b.month for b in labels if b.month is not None]
    if len(months) == len(labels):
        return _sorted([(y, m, *r) for y, m, r in zip(years, months, rest, strict=True)])
    if months:
        return None
    if all(b.years[0] == 0 for b in labels) or all(len(r) == 1 for r in rest):
        return _sorted([(y, *r) for y, r in zip(years, rest, strict=True)])
    if any(len(r) != 2 for r in rest):
        return None
    # day and month before the year, in either order: whatever the numbers allow must agree
    readings = [
        _sorted([(y, r[month], r[1 - month]) for y, r in zip(years, rest, strict=True)])
        for month in (0, 1)
        if all(r[month] <= 12 for r in rest)
    ]
    return readings[0] if readings and all(r == readings[0] for r in readings) else None


def _counts_up(label: Label) -> bool:
    """Whether a larger number is a later period: not in '2 weeks before', 't-2' or beside the name of a month."""
    return label.month is None and not _said(label.around) & BACKWARDS and not re.search(r"\b[a-z] ?- ?#", label.around)


def _by_numbers(numbers: list[tuple[float, ...]]) -> list[int] | None:
    """By the numbers in the text when all that differ put the periods in the same order: wave 2 before wave 10."""
    columns = [values for values in zip(*numbers, strict=True) if len({*values}) > 1]
    orders = [_sorted([(v,) for v in values]) for values in columns]
    return orders[0] if orders and all(o == orders[0] for o in orders) else None


def _sorted(keys: list[tuple[float, ...]]) -> list[int] | None:
    """Positions in ascending order of the keys; None when two are the same."""
    return sorted(range(len(keys)), key=keys.__getitem__) if len({*keys}) == len(keys) else None
