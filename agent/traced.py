"""Trace the numbers of a sentence to the evidence it cites, also where they are disguised or put together anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import isclose
from typing import Any

from ..tools.domain.evidence import Evidence
from .numerals import (
    GLUED,
    METHOD,
    NUMBER,
    OPINION,
    P_VALUE,
    SIZES,
    Known,
    as_seen,
    factors,
    numbers_of,
    p_faults,
    prints_as,
)
from .policy import Situation
from .state import Claim, Derived
from .units import measure_of, told_otherwise
from .verdicts import DOWN

_N = r"[-−+]?[\d,]+(?:\.\d+)?(?:[eE][-+]?\d+)?"
WITH_INTERVAL = re.compile(rf"(?P<value>{_N}) \((?P<level>\d+) % interval (?P<low>{_N}) to (?P<high>{_N})\)")
PAIR = re.compile(rf"(?P<low>{_N})(?:\s*,\s*|\s*[–;]\s*|\s+(?:to|and|-)\s+)(?P<high>{_N})")
"""Two numerals that may be the ends of an interval."""
LEAD_IN = frozenset(
    {
        "is",
        "was",
        "be",
        "by",
        "of",
        "equals",
        "about",
        "around",
        "roughly",
        "estimate",
        "as",
        "to",
        "and",
        "report",
        "say",
    }
)
"""Words after which a numeral is a result, whatever the question says."""
LED_IN = re.compile(r"\b(?:is|was|by|of|equals|about|estimate|effect)\W+(?:about )?[-−+]?\d", re.I)
"""A name that reads like a result."""
SIZE = re.compile(
    r"(?:\beffects?\b[^.;:()]{0,60}?\b(?:is|was|of|equals)|\bestimate(?: is| was| of|d at)"
    rf"|\b(?:raise[sd]?|lower(?:s|ed)?|increase[sd]?|decrease[sd]?|reduce[sd]?|improve[sd]?)\b[^.;:()]{{0,60}}?\bby)"
    rf"\s+(?:about |around |roughly )?(?P<n>{_N}(?:\s?%)?)",
    re.I,
)
"""A numeral given as the size of an effect or estimate: it must be one, and not a count of rows."""


SIGNED = re.compile(
    rf"(?:\beffects?\b[^.;:()]{{0,60}}?\b(?:is|was|of|equals)|\bestimate(?: is| was| of|d at))\s+(?:about |around |roughly )?(?P<n>{_N})",
    re.I,
)
"""An effect or estimate told with its sign, since no verb carries it."""
ENDS = frozenset({"ci_low", "ci_high", "std_error"})
"""An end of an interval is not the effect."""


def untraced(claim: Claim, cited: Iterable[Evidence], situation: Situation) -> tuple[str, ...]:
    """The numerals of a sentence that no cited evidence contains at the printed precision.

    A numeral inside the name of a column, level, table or graph is part of the name, not a number; one that the
    person wrote in the question is theirs, beside the same word.
    """
    cited = tuple(cited)
    text = _without_names(as_seen(claim.text), situation)
    share = _outcome_is_share(situation)
    known = [k for e in cited for k in numbers_of(e, share)]
    known += told_otherwise(known, measure_of(situation))
    derived = _derived(claim, cited, known)
    sizes = [k for k in known if SIZES.search(k.field) and k.field not in ENDS] + derived
    found = [*p_faults(text, known), *factors(text, _ratios(claim, derived), _computed(cited))]
    text = P_VALUE.sub(" ", text)
    found += [
        m.group()
        for m in GLUED.finditer(text)
        if not NUMBER.fullmatch(m.group()) and not _is_known_word(m.group(), cited, situation)
    ]
    found += [m["n"] for m in SIZE.finditer(text) if cited and not _traced(m["n"].strip(), sizes)]
    found += [m["n"] for m in SIGNED.finditer(text) if cited and _is_turned(m, text, sizes)]
    asked = _asked(situation.words)
    found += [
        m.group()
        for m in NUMBER.finditer(text)
        if not _traced(m.group(), [*known, *derived]) and not _beside(text, m) & asked.get(m.group(), frozenset())
    ]
    return tuple(dict.fromkeys(found))


def _computed(cited: Iterable[Evidence]) -> str:
    """What the tools say that computed something."""
    return " ".join(e.summary for e in cited if not e.tool.startswith(OPINION))


def _traced(numeral: str, known: Iterable[Known]) -> bool:
    """Whether a number prints so; what is printed with a minus must be negative."""
    minus = numeral.lstrip()[:1] in ("-", "−")
    return any(prints_as(k.value, numeral, k.kind) and (not minus or k.value < 0) for k in known)


def _is_turned(match: re.Match[str], text: str, sizes: Iterable[Known]) -> bool:
    """Whether an effect below zero is told as one above, with no word that says so."""
    numeral = match["n"].strip()
    if numeral[0] in "-−" or DOWN.search(text):
        return False
    same = [k.value for k in sizes if prints_as(k.value, numeral, k.kind)]
    return bool(same) and all(v < 0 for v in same)


def _derived(claim: Claim, cited: Sequence[Evidence], known: Iterable[Known]) -> list[Known]:
    """The derivations of a sentence that hold."""
    values = [k.value for k in known]
    lengths = {n for e in cited for n in _lengths(e.result)} | {len(claim.evidence)}
    held = [d for d in claim.derived if _derivation_holds(d, values, lengths)]
    return [Known(d.value, "percent" if d.how == "percent_change" else "share", d.how) for d in held]


def _ratios(claim: Claim, derived: Iterable[Known]) -> list[float]:
    return [k.value for k in derived if k.field == "ratio"]


def _outcome_is_share(situation: Situation) -> bool:
    """Whether the outcome is coded 0 and 1, so that its mean is a share."""
    table, outcome = situation.catalog.table, getattr(situation.question, "outcome", None)
    card = table.column(outcome) if table and outcome else None
    return card is not None and card.type == "binary"


def _asked(words: str) -> dict[str, frozenset[str]]:
    """The numerals of the question, each with the words beside it that may stand beside it in an answer too."""
    found: dict[str, frozenset[str]] = {}
    for match in NUMBER.finditer(words):
        found[match.group()] = found.get(match.group(), frozenset()) | _beside(words, match)
    return found


def _beside(text: str, match: re.Match[str]) -> frozenset[str]:
    """The words before and after a numeral, but for those that lead in a result."""
    before = re.search(r"([^\W\d]+)\W*$", text[: match.start()])
    after = re.match(r"\W*([^\W\d]+)", text[match.end() :])
    words = {f"{w[1].casefold()} _" for w in (before,) if w} | {f"_ {w[1].casefold()}" for w in (after,) if w}
    return frozenset(w for w in words if w.strip("_ ") not in LEAD_IN)


def _is_known_word(token: str, cited: Iterable[Evidence], situation: Situation) -> bool:
    """Whether a numeral glued to letters is a word of the evidence or the question, or the name of a method."""
    if METHOD.fullmatch(token):
        return True
    said = f"{situation.words} {_computed(cited)}"
    return re.search(rf"(?<!\w){re.escape(token)}(?!\w)", said) is not None


def _without_names(text: str, situation: Situation) -> str:
    """The sentence without names that hold numerals; a number that is led in as a result is no name."""
    table = situation.catalog.table
    names = {*situation.catalog.graph_nodes, situation.catalog.graph or ""}
    if table:
        names |= {table.name, table.source, *(c.name for c in table.columns)}
        names |= {str(level) for c in table.columns for level in c.levels if isinstance(level, str)}
    names |= {i for e in situation.ledger for i in (e.id,)}
    named = sorted((n for n in names if any(ch.isdigit() for ch in n)), key=len, reverse=True)
    for name in named:
        if not LED_IN.search(name):
            text = re.sub(rf"(?<!\w)(?P<name>{re.escape(as_seen(name))})(?!\w)", _blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    """Take a name out, unless it is a bare numeral that a sentence leads in as a result."""
    led = re.search(r"([^\W\d]+)\W*$", match.string[: match.start()])
    bare = NUMBER.fullmatch(match["name"]) is not None
    return match.group() if bare and led and led[1].casefold() in LEAD_IN else " "


def interval_faults(claim: Claim, cited: Iterable[Evidence], situation: Situation) -> tuple[str, ...]:
    """Estimates printed with their interval whose three numbers are not together in one cited result."""
    triples = [t for e in cited for t in _triples(e.result)]
    measure = measure_of(situation)
    if measure and measure.power:  # thousands may be told in full
        full = 10.0**measure.power
        triples += [(value * full, level, low * full, high * full) for value, level, low, high in triples]
    text = as_seen(claim.text)
    return (
        *_torn(text, triples),
        *(
            m.group()
            for m in WITH_INTERVAL.finditer(text)
            if not any(
                _traced(m["value"], [Known(t[0])])
                and prints_as(t[1], m["level"])
                and _same(t[2], m["low"])
                and _same(t[3], m["high"])
                for t in triples
            )
        ),
    )


def _torn(text: str, triples: Sequence[tuple[float, float, float, float]]) -> Iterator[str]:
    """Pairs of numerals that are ends of intervals, but swapped, or of two different intervals."""
    ends = {v for _, _, low, high in triples for v in (low, high)}
    for match in PAIR.finditer(text):
        low, high = match["low"], match["high"]
        both = all(any(prints_as(v, n) for v in ends) for n in (low, high))
        if both and not any(_same(a, low) and _same(b, high) for _, _, a, b in triples):
            yield match.group()


def _same(value: float, numeral: str) -> bool:
    return prints_as(value, numeral) and (value < 0) == (numeral[0] in "-−")


def _triples(value: Any, level: float = 0.95) -> Iterator[tuple[float, float, float, float]]:
    """Every estimate in a result: value, level in per cent, both ends of the interval."""
    if isinstance(value, dict):
        level = value.get("ci_level", level)
        numbers = [value.get(k) for k in ("value", "ci_low", "ci_high")]
        if all(isinstance(n, int | float) for n in numbers):
            yield numbers[0], 100 * level, numbers[1], numbers[2]  # pyright: ignore[reportReturnType]
        value = list(value.values())
    for item in value if isinstance(value, list | tuple) else ():
        yield from _triples(item, level)


def _lengths(value: Any) -> Iterator[int]:
    """The lengths of the lists in a result: what a sentence may count."""
    if isinstance(value, list | tuple):
        yield len(value)
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        yield from _lengths(item)


def _derivation_holds(derived: Derived, known: list[float], lengths: set[int]) -> bool:
    parts = derived.of
    if derived.how == "count":
        return derived.value in lengths
    if any(not any(isclose(p, k, rel_tol=1e-9, abs_tol=1e-12) for k in known) for p in parts):
        return False
    if derived.how == "sum":
        return isclose(derived.value, sum(parts), rel_tol=1e-6)
    if len(parts) != 2 or (derived.how != "difference" and parts[1] == 0):
        return False
    a, b = parts
    expected = {"difference": a - b, "ratio": a / b if b else 0.0, "percent_change": 100 * (a - b) / b if b else 0.0}[
        derived.how
    ]
    return isclose(derived.value, expected, rel_tol=1e-6, abs_tol=1e-12)
