"""Units in prose: a number in the unit of the outcome may be told in that unit only, and on its scale.

What the outcome is measured in comes from its description, its name and the question. A unit that none of them names
is as unsupported as a number that no tool printed: dollars for euros, years for months, units for thousands, per cent
for percentage points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..tools.domain.evidence import Evidence
from .numerals import NUMBER, Known, in_figures, prints_as, walk
from .policy import Situation

_WORDS: dict[str, str] = {
    "dollar": r"dollars?|usd|us\$", "euro": r"euros?|eur", "pound": r"pounds?|gbp|sterling|lbs?", "yen": r"yen|jpy",
    "yuan": r"yuan|cny|rmb|renminbi", "rupee": r"rupees?|inr", "franc": r"(?:swiss )?francs?|chf", "krona": r"kron(?:a|or|er|e)|sek",
    "peso": r"pesos?|mxn", "real": r"reais|brl", "rouble": r"rou?bles?|rub", "cent": r"cents?", "penny": r"pennies|pence",
    "millisecond": r"milliseconds?|msecs?|ms", "second": r"seconds?|secs?", "minute": r"minutes?|mins?", "hour": r"hours?|hrs?",
    "day": r"days?", "week": r"weeks?|wks?", "month": r"months?", "quarter year": r"quarters", "year": r"years?|yrs?",
    "decade": r"decades?", "millimetre": r"millimet(?:re|er)s?|mm", "centimetre": r"centimet(?:re|er)s?|cm",
    "kilometre": r"kilomet(?:re|er)s?|km", "metre": r"met(?:re|er)s?", "inch": r"inch(?:es)?", "foot": r"feet|foot|ft",
    "mile": r"miles?", "milligram": r"milligram(?:me)?s?|mg", "kilogram": r"kilogram(?:me)?s?|kilos?|kg", "gram": r"gram(?:me)?s?",
    "tonne": r"tonn?es?|tons?", "ounce": r"ounces?|oz", "millilitre": r"millilit(?:re|er)s?|ml", "litre": r"lit(?:re|er)s?",
    "gallon": r"gallons?", "hectare": r"hectares?", "acre": r"acres?", "celsius": r"(?:degrees? |°\s?)c(?:elsius)?|celsius",
    "fahrenheit": r"(?:degrees? |°\s?)f(?:ahrenheit)?|fahrenheit", "kilowatt hour": r"kwh|kilowatt[- ]?hours?",
    "calorie": r"(?:kilo)?calories?|kcal", "mmhg": r"mm ?hg", "log point": r"log[- ]points?",
    "standard deviation": r"standard deviations?|standardi[sz]ed|z-?scores?|sds?",
    "person": r"people|persons|men|women|participants|patients|children|students|pupils|households|individuals|workers|rows",
}  # fmt: skip
"""A unit and how it is written, in words and in names of columns."""
_SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee"}
_UNIT = {unit: re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.I) for unit, words in _WORDS.items()}
_BESIDE = re.compile(
    r"[\s-]*(?:more |fewer |less |extra |additional |real |constant |current |us |u\.s\. |american |\d{4} )*"
    + "(?:" + "|".join(f"(?P<u{n}>{words})" for n, words in enumerate(_WORDS.values())) + r")(?![\w])",
    re.I,
)  # fmt: skip
"""A unit right after a numeral."""
_NAMES = tuple(_WORDS)
_MAIN = re.compile(r"(?:\bin |\()(?P<main>[^,;()]{1,40})", re.I)
"""What follows "in" or stands in brackets is what a column is measured in, sooner than other units it speaks of."""
_COUNTS = re.compile(r"\b(?:numbers?|counts?|employ\w*|population|staff|headcount|size)\b", re.I)
_POINTS = re.compile(r"\s*-?(?:per\s?cent(?:age)?[- ]points?|pp|p\.p\.)(?!\w)", re.I)
_PER_CENT = re.compile(
    r"\s*-?(?:%|per\s?cent|percent|pct)(?!\w)(?!\s*(?:confidence |credible )?(?:interval|level|ci\b|of))", re.I
)
_IN_PER_CENT = re.compile(r"%|\bper ?cent\b|\bpercent(?:age)?\b|(?<![a-z])(?:pct|perc)(?![a-z])", re.I)
_LOG = re.compile(r"\b(?:log(?:s|ged|arithm|arithmic)?|ln)\b(?![- ]?(?:in|on|book|file)s?\b)", re.I)
_LOG_NAME = re.compile(r"^(?:log|ln)(?=[_. A-Z])")
_SCALE = re.compile(
    r"(?:\bin |\()(?:[$€£] ?)?(?P<w>hundreds|thousands|millions|billions|1,?000s|1,?000,?000s)\b"
    r"|(?<!per )\b(?P<of>thousand|million|billion)s? (?:of )?(?=(?:us |real )?(?:dollars|euros|pounds|usd|eur|gbp|[$€£]))"
    r"|\b(?P<n>1,?000|1,?000,?000) (?=(?:us |real )?(?:dollars|euros|pounds|usd|eur|gbp))|[$€£] ?(?P<money>1,?000s?|k|m|mn)\b",
    re.I,
)
"""How a description says that values are hundreds, thousands or millions."""
_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "1000": 3, "1000000": 6, "k": 3, "m": 6, "mn": 6}
_RATES: dict[str, str] = {
    "hour": r"hourly|per hour|an hour", "day": r"daily|per day|a day", "week": r"weekly|per week|a week",
    "month": r"monthly|per month|a month", "year": r"yearly|annual(?:ly)?|per (?:year|annum)|a year",
}  # fmt: skip
_RATE = {unit: re.compile(rf"\b(?:{words})\b", re.I) for unit, words in _RATES.items()}
SIZED = frozenset(
    {
        "value",
        "ci_low",
        "ci_high",
        "std_error",
        "low",
        "high",
        "original",
        "refuted_mean",
        "refuted_std",
        "adjusted_estimate",
    }
)
"""Fields of results about effects that are in the unit of the outcome."""
EFFECTS = frozenset({"estimate", "effect_range", "refutation", "sensitivity"})
"""Kinds of results that hold them."""


class Measure(NamedTuple):
    """What an outcome is measured in, as far as anything says so."""

    name: str
    units: frozenset[str] = frozenset()
    """Those that it may be told in."""
    stated: frozenset[str] = frozenset()
    """Those that its description, its name or the study's text gives."""
    power: int = 0
    """Of ten: 3 where its values are thousands."""
    log: bool = False
    percent: bool = False
    """Its values are per cents, from 0 to 100."""
    share: bool = False
    """It is coded 0 and 1, so that its mean is a share."""
    rates: frozenset[str] = frozenset()


def measure_of(situation: Situation) -> Measure | None:
    """What the outcome of a question is measured in; None where there is no column to tell it by."""
    table, outcome = situation.catalog.table, getattr(situation.question, "outcome", None)
    card = table.column(outcome) if table and outcome else None
    derived = [d for d in getattr(situation.question, "derived", ()) if d.name == outcome]
    if outcome is None or table is None or (card is None and not derived) or any(d.how != "log" for d in derived):
        return None
    about = situation.catalog.codebook.columns.get(outcome) or (card.description if card else "")
    own = f"{about} ; {re.sub(r'(?<=[a-z])(?=[A-Z])|[_.]', ' ', outcome)}"
    if card is not None and card.type == "binary":
        return Measure(name=outcome, share=True)
    if derived or _LOG.search(own) or _LOG_NAME.match(outcome):
        return Measure(name=outcome, log=True)
    stated = _units_in(" ; ".join(m["main"] for m in _MAIN.finditer(about))) or _units_in(own)
    stated = stated or _units_in(_about_it(own, situation.catalog.codebook.text))
    return Measure(
        name=outcome,
        units=stated | _units_in(situation.words) | ({"person"} if _COUNTS.search(own) else set()),
        stated=stated,
        power=_power(_SCALE.search(about)),
        percent=_IN_PER_CENT.search(own) is not None,
        rates=frozenset(u for u, r in _RATE.items() if r.search(f"{own} ; {situation.words}")),
    )


def _about_it(own: str, study: str) -> str:
    """The sentences of a study's text that share a word with what is said of the outcome."""
    words = _stems(own)
    return " ".join(s for s in re.split(r"(?<=[.;])\s+", study) if words & _stems(s))


def _stems(text: str) -> set[str]:
    return {w.casefold().rstrip("s")[:6] for w in re.findall(r"[^\W\d_]{4,}", text)}


def _units_in(text: str) -> frozenset[str]:
    found = {unit for unit, pattern in _UNIT.items() if pattern.search(text)}
    return frozenset(found | {unit for sign, unit in _SIGNS.items() if sign in text})


def _power(scale: re.Match[str] | None) -> int:
    if scale is None:
        return 0
    word = next(w for w in scale.groupdict().values() if w).casefold().replace(",", "").rstrip("s")
    return _POWERS.get(word, 0)


def told_otherwise(known: Iterable[Known], measure: Measure | None) -> list[Known]:
    """The same sizes as they may be told besides: thousands in full, differences of per cents in points."""
    if measure is None or not (measure.power or measure.percent):
        return []
    sizes = [k for k in known if k.field in SIZED]
    full = [k._replace(value=k.value * 10**measure.power) for k in sizes] if measure.power else []
    return full + ([k._replace(kind="percent") for k in sizes] if measure.percent else [])


def unit_faults(text: str, cited: Iterable[Evidence], situation: Situation) -> Iterator[str]:
    """Numbers of a sentence that are told in another unit, or on another scale, than the outcome has."""
    measure = measure_of(situation)
    if measure is None:
        return
    sizes = [k for e in cited if (e.result or {}).get("kind") in EFFECTS for k in walk(e.result) if k.field in SIZED]
    others = [k for e in cited for k in walk(e.result) if k.field and k.field not in SIZED]
    text = in_figures(text)
    for match in NUMBER.finditer(text):
        numeral = match.group().rstrip("% ")
        elsewhere = numeral in situation.words or any(prints_as(k.value, numeral) for k in others)
        if _is(numeral, sizes, measure) and not elsewhere:
            after = text[match.start() + len(numeral) :]
            yield from _faults(numeral, text[: match.start()], after, sizes, measure)


def _is(numeral: str, sizes: Iterable[Known], measure: Measure) -> bool:
    """Whether a numeral is one of the sizes, on its own scale, in full, or as a per cent of a share."""
    factors = (1.0, 10.0**measure.power, *([100.0] if measure.share else []))
    return any(prints_as(k.value * f, numeral) for k in sizes for f in factors)


def _faults(numeral: str, before: str, after: str, sizes: list[Known], measure: Measure) -> Iterator[str]:
    if (measure.share or measure.percent) and _PER_CENT.match(after) and not _POINTS.match(after):
        yield f"gives {numeral} in per cent; an effect on {measure.name!r} is in percentage points."
    if _POINTS.match(after) and not (measure.share or measure.percent):
        yield f"gives {numeral} in percentage points, which {measure.name!r} is not measured in."
    sign = re.search(r"[$€£¥₹]\s?[-−+]?$", before)
    beside = _BESIDE.match(after)
    named = [n for n in (beside.groupdict().items() if beside else ()) if n[1]]
    unit = _NAMES[int(named[0][0][1:])] if named else _SIGNS[sign.group()[0]] if sign else None
    if unit is None or (unit == "log point" and measure.log):
        return
    if unit not in measure.units:
        yield f"gives {numeral} in the unit {unit!r}, but {measure.name!r} {_kind(measure)}."
    elif measure.power and any(prints_as(k.value, numeral) for k in sizes):
        yield f"gives {numeral} without the scale: {measure.name!r} is told in units of 10^{measure.power}."
    rest = after[beside.end() :] if beside else after
    rate = next((u for u, r in _RATE.items() if r.match(rest.lstrip())), None)
    if rate and measure.rates and rate not in measure.rates:
        yield f"gives {numeral} per {rate}, but {measure.name!r} is per {_listed(measure.rates)}."


def _kind(measure: Measure) -> str:
    if measure.log or measure.share:
        return "is a logarithm" if measure.log else "is coded 0 and 1"
    return f"is in {_listed(measure.stated)}" if measure.stated else "has no unit that anything states"


def _listed(units: Iterable[str]) -> str:
    return " or ".join(sorted(units))
