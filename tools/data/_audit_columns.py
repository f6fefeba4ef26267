"""Findings about single columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._audit import Audited
from ._cells import NA_WORDS
from ._typing import name_words

if TYPE_CHECKING:
    import numpy as np

_CODE_WORDS = re.compile(
    "codes?|type|category|cat|class|kind|group|grp|region|zip|zipcode|zcta|postal|postcode|plz|fips|state|county|district|country|"
    "province|department|dept|site|centre|center|ward|school|store|shop|branch|cluster|brand|segment|sector|industry|naics|sic|"
    "occupation|occ|ethnicity|race|religion|marital|married|nationality|language|lang|colou?r|status|arm|station|hospital|"
    "provider|firm|city|town|area|zone|stratum|strata|cohort|diagnosis|icd"
)
_AMOUNT_WORDS = re.compile(
    "n|num|numbers?|counts?|size|share|rate|score|income|tax|age|years?|length|price|cost|pct|percent|mean|avg|sum|total|"
    "sqft|km|dist|distance|time|days|hours|index"
)
_CODE_TEXT = re.compile(
    r"\b(codes?|coded|categor(y|ies)|nominal|type of)\b|\b\d+\s*[=:]\s*[a-z]+[^.]*\b\d+\s*[=:]\s*[a-z]", re.I
)
_SENTINELS = (
    -1,
    -7,
    -8,
    -9,
    -88,
    -99,
    -888,
    -999,
    -8888,
    -9999,
    -99999,
    9,
    88,
    99,
    888,
    999,
    8888,
    9999,
    99999,
    999999,
)


def audit_columns(audited: Audited) -> None:
    """Look at every column by itself."""
    _unusable(audited)
    _missing(audited)
    for card in audited.cards:
        if card.type == "count" and _is_code(card.name, card.description, card.n_distinct):
            audited.find(
                "nominal_code", "warning", [card.name],
                f"Column {card.name[:60]!r} holds {card.n_distinct} whole numbers that look like labels, not amounts.",
                "Treat it as nominal (one indicator per level), unless the numbers are ordered amounts.",
            )  # fmt: skip
    for name in audited.numeric:
        _sentinel(audited, name)
        _mixed_units(audited, name)
    for name in audited.of_type("id", "text", "nominal", "binary"):
        if name not in audited.numeric:
            _texts(audited, name)
    _rare_levels(audited)


def _unusable(audited: Audited) -> None:
    for card in audited.cards:
        if card.type == "constant":
            gaps = f" ({card.n_missing:,} cells are missing)" if card.n_missing else ""
            audited.find(
                "constant", "warning", [card.name], f"Column {card.name[:60]!r} has one value only{gaps}.",
                "Leave it out; what never varies can neither cause nor explain.",
            )  # fmt: skip
        elif card.type == "empty":
            audited.find(
                "constant", "warning", [card.name], f"Column {card.name[:60]!r} has no values at all.", "Leave it out."
            )
        elif card.type == "id":
            n_present = audited.n_rows - card.n_missing
            repeats = n_present / max(1, card.n_distinct)
            text = f"Column {card.name[:60]!r} is an identifier ({card.n_distinct:,} distinct values in {n_present:,} rows)."
            if repeats > 1.05:
                text += f" Each one has {repeats:.1f} rows on average, so the rows are not independent."
            action = "Leave it out of the model" + (
                "; name it as the cluster for standard errors." if repeats > 1.05 else "."
            )
            audited.find("identifier", "warning" if repeats > 1.05 else "note", [card.name], text, action)


def _missing(audited: Audited) -> None:
    shares = {c.name: c.n_missing / audited.n_rows for c in audited.cards if c.n_missing and c.type != "empty"}
    for severity, low, high in (("note", 0.0, 0.05), ("warning", 0.05, 1.0)):
        names = [n for n, share in shares.items() if low < share <= high]
        if names:
            listed = ", ".join(f"{n[:60]!r} {shares[n]:.1%}" for n in names[:8]) + (", …" if len(names) > 8 else "")
            audited.find(
                "missing", severity, names, f"{len(names)} column(s) have missing cells: {listed}.",
                "Say why they are missing; leaving out rows is safe only when missingness has nothing to do with the outcome.",
            )  # fmt: skip


def _is_code(name: str, description: str, n_distinct: int) -> bool:
    if n_distinct < 3:
        return False
    words = name_words(name)
    while words and words[-1].isdigit():
        words.pop()
    amount = any(_AMOUNT_WORDS.fullmatch(w) for w in words)
    if words and not amount and (_CODE_WORDS.fullmatch(words[-1]) or words[:2] in (["type", "of"], ["kind", "of"])):
        return True
    return bool(description) and _CODE_TEXT.search(description) is not None


def _sentinel(audited: Audited, name: str) -> None:
    """Find numbers such as -99 or 999 that stand apart from all others and come in a spike."""
    import numpy as np

    x = audited.numbers(name)
    values, counts = np.unique(x[~np.isnan(x)], return_counts=True)
    if len(values) <= 3:
        return
    codes = np.isin(values, _SENTINELS)
    if not codes.any() or codes.all():
        return
    rest, rest_counts = values[~codes], counts[~codes]
    found = [
        (v, k)
        for v, k in zip(values[codes], counts[codes], strict=True)
        if k >= max(3, 0.002 * counts.sum())
        and (_stands_apart(v, k, rest, rest_counts) or _spikes(v, k, values, counts))
    ]
    if found:
        listed = ", ".join(f"{v:g} ({k:,} times)" for v, k in found)
        audited.find(
            "na_like_code", "warning", [name],
            f"Column {name[:60]!r} has {listed}, apart from its other values ({rest[0]:g} to {rest[-1]:g}); such "
            "numbers often mean missing.",
            "Check the codebook; if they mean missing, load again with missing=[…].",
        )  # fmt: skip


def _stands_apart(value: float, count: int, rest: np.ndarray, counts: np.ndarray) -> bool:
    """Whether a code lies beyond all other values, by a gap or by a jump in frequency."""
    import numpy as np

    low, high = float(rest[0]), float(rest[-1])
    if low < value < high:
        return False
    whole = bool((rest == np.floor(rest)).all())
    gap = low - value if value < low else value - high
    edge, inner = (counts[0], counts[1]) if value < low else (counts[-1], counts[-2])
    if value > high:
        if value == 9:
            return whole and low >= 0 and high <= 7 and gap >= 2 and count >= 0.005 * (counts.sum() + count)
        return gap > 0.5 * (high - low) or (gap >= max(5.0, 0.1 * (high - low)) and count > edge)
    if low >= 0 and (not whole or gap > 1):
        return True
    if low >= 0:
        # A tail that thins out towards zero may reach -1 by itself; then only a spike is suspicious.
        return len(rest) > 2 and (count > edge if edge < 0.7 * inner else True)
    return gap > 0.5 * (high - low)


def _spikes(value: float, count: int, values: np.ndarray, counts: np.ndarray) -> bool:
    """Whether a code inside the range is the one number that repeats among numbers that hardly ever do."""
    if abs(value) < 99 or len(values) < 0.5 * counts.sum():
        return False
    others = counts[(values != value) & (values != 0)]
    return count >= max(5, 0.005 * counts.sum()) and count >= 5 * int(others.max(initial=1))


def _mixed_units(audited: Audited, name: str) -> None:
    """Find positive columns whose values form two clouds a factor of 10, 100, 1,000 or a million apart."""
    import numpy as np

    x = audited.numbers(name)
    logs = np.sort(np.log10(x[x > 0]))
    n = len(logs)
    if n < 20 or len(np.unique(logs)) <= 20:
        return
    sizes = np.arange(1, n)
    sums = np.cumsum(logs)[:-1]
    between = sizes * (n - sizes) * (sums / sizes - (logs.sum() - sums) / (n - sizes)) ** 2
    cut = int(np.argmax(between)) + 1
    low, high = logs[:cut], logs[cut:]
    apart = float(np.median(high) - np.median(low))
    spread = float(np.sqrt((low.var() + high.var()) / 2))
    power = round(apart)
    small = min(len(low), len(high))
    if power in (1, 2, 3, 6) and abs(apart - power) < 0.2 and apart > 5 * spread and small >= max(5, 0.005 * n):
        audited.find(
            "mixed_units", "warning", [name],
            f"Column {name[:60]!r} has two clouds of values about {10**power:,} times apart ({small:,} of {n:,} rows "
            "in the smaller one); "
            "the units may be mixed.",
            "Check the units of the smaller cloud and convert them before loading.",
        )  # fmt: skip


def _texts(audited: Audited, name: str) -> None:
    """Look at the levels of a text column: leading zeros, words for missing, numbers among text."""
    levels: list[Any] = audited.frame[name].dropna().unique().tolist()
    if not levels or not isinstance(levels[0], str):
        return
    digits = [v for v in levels if v.isdecimal()]
    led = [v for v in digits if len(v) > 1 and v[0] == "0"]
    if led and len(digits) >= 0.9 * len(levels):
        audited.find(
            "leading_zeros", "note", [name],
            f"Column {name[:60]!r} has digits with leading zeros (such as {led[0][:24]!r}) and was kept as text.",
            "Nothing to do if they are codes; if they are numbers, load again with numbers=[…].",
        )  # fmt: skip
    words = sorted(v for v in levels if v in NA_WORDS)
    if words:
        audited.find(
            "na_like_code", "note", [name],
            f"Column {name[:60]!r} has the level(s) {', '.join(map(repr, words[:4]))}, which may mean missing.",
            "If they mean missing, load again with missing=[…]; otherwise nothing to do.",
        )  # fmt: skip
    spelled = _spelled(levels)
    if spelled:
        audited.find(
            "spelling", "warning", [name],
            f"Column {name[:60]!r} has levels that differ only in case or spaces: {'; '.join(spelled[:3])}. They count as different.",
            "Write each level in one way and load again; until then the level means only the rows that are spelled so.",
        )  # fmt: skip
    numbers = sum(v.replace(".", "", 1).lstrip("+-").isdecimal() for v in levels) if not led else 0
    if len(levels) > 5 and 0.5 * len(levels) <= numbers < len(levels):
        audited.find(
            "other", "warning", [name],
            f"Column {name[:60]!r} is text, but {numbers:,} of its {len(levels):,} distinct values are numbers.",
            "Correct the other cells, or load again with missing=[…] or numbers=[…].",
        )  # fmt: skip


def _spelled(levels: list[str]) -> list[str]:
    """Levels that are one word written in several ways; of a column with many levels only the first are looked at."""
    ways: dict[str, list[str]] = {}
    for level in levels[:1000]:
        ways.setdefault(" ".join(level.casefold().split()), []).append(level[:40])
    return [" and ".join(map(repr, sorted(same))) for same in ways.values() if len(same) > 1]


def _rare_levels(audited: Audited) -> None:
    import numpy as np

    rare: dict[str, int] = {}
    for name in audited.of_type("nominal", "binary"):
        codes, n_levels = audited.codes(name)
        counts = np.bincount(codes[codes >= 0], minlength=n_levels)
        n_rare = int(((counts < 10) & (counts < 0.05 * counts.sum())).sum())
        if n_rare and n_levels <= 1000:
            rare[name] = n_rare
    if rare:
        listed = ", ".join(f"{n[:60]!r} ({k})" for n, k in list(rare.items())[:8])
        audited.find(
            "rare_level", "note", rare, f"{quoted_count(rare)} have levels with fewer than 10 rows: {listed}.",
            "Join rare levels or leave their rows out as a stated restriction; nothing can be learned within them.",
        )  # fmt: skip


def quoted_count(names: dict[str, int]) -> str:
    """`1 column` or `3 columns`, for a message."""
    return f"{len(names)} column{'s' if len(names) > 1 else ''}"
