"""Numerals in prose, however they are written, and the numbers of the evidence that they may stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any, Literal, NamedTuple

from ..tools.domain.evidence import Evidence

NUMBER = re.compile(
    r"(?<![\w.])[-−+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?:\s?%)?(?![\w])"
)
GLUED = re.compile(r"(?<![\w.])[-−+]?\d[\d,.]*[_'’A-Za-z][\w'’]*")
"""A numeral that runs into letters, such as 3x or 1_794."""
METHOD = re.compile(r"[23]SLS|\d+(?:st|nd|rd|th)|[123]D", re.I)
"""Names of methods and ordinals, which are no numbers."""
LEADING_ZERO = re.compile(r"[-−+]?0\d")
PROSE = frozenset({"meaning", "does_not_show", "warnings", "action", "what_would_help"})
"""Parts of a result that explain: rules of thumb in them are not findings."""
OPINION = "knowledge_"
"""How the names of tools begin that take in what somebody thinks."""
SIZES = re.compile(r"value|low|high|effect|difference|mean|contrast|estimate|ate|att|formula|reason")
"""Names of the fields that hold how large something is, and not how many rows or how probable."""
UNSCALED = frozenset({"value", "ci_low", "ci_high", "std_error", "low", "high"})
"""Fields in the unit of the outcome; a hundred times one of them is no per cent, unless the outcome is a share."""
SCALES = {
    "hundred": 2, "thousand": 3, "k": 3, "million": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "trillion": 12,
}  # fmt: skip
WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_WORD = "|".join(WORDS)
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_IN_WORDS = re.compile(
    rf"\b({_WORD})(?=[\s-]+(?:{_SCALE}|%|per\s?cent|dollars?|euros?|pounds?|points?|times|fold|years?)\b|\s*%)", re.I
)
_SCALED = re.compile(rf"(?<=\d)\s*[- ]?(?:{_SCALE})\b(?!\w)", re.I)
_POWER = re.compile(r"(?<=\d)\s*[×x*·]\s*10\s*\^?\s*([-−+]?\d+)")
_PER_CENT = re.compile(r"\s*-?(?:per\s?cent(?:age)?(?:\s+points?)?|pct|pp)\b", re.I)
TIMES = re.compile(
    rf"\b(?:(?P<n>\d+(?:\.\d+)?|{_WORD})[\s-]*(?:times|fold)\b|(?P<two>twice|doubl(?:e[sd]?|ing)\b(?! machine| robust| debias))"
    r"|(?P<three>tripl(?:e[sd]?|ing)|threefold)|(?P<half>halv(?:e[sd]?|ing)|half (?:of|as|the))|(?P<four>quadrupl\w+)"
    r"|(?P<part>(?:a|one|two|three) (?:third|quarter|fifth|tenth)s?\b)|(?P<many>(?:dozens|hundreds|thousands|millions) of))",
    re.I,
)
"""Factors, in figures or words."""
P_VALUE = re.compile(
    r"\bp(?:[\s-]?values?)?\s*(?P<is>=|<|≤|>|≥|of|is|was|below|under|above)\s*(?P<n>(?:\d+)?\.?\d+(?:[eE][-+]?\d+)?)",
    re.I,
)


COARSEST = 0.05
"""Of a number told in thousands or more: how far its rounding may reach, as a share of it."""


class Known(NamedTuple):
    """A number of the evidence, and what it may be printed as."""

    value: float
    kind: Literal["plain", "share", "percent"] = "plain"
    field: str = ""


def as_seen(text: str) -> str:
    """A sentence as a reader sees it: in figures, and with one sign for every way to write per cent."""
    return _PER_CENT.sub(" %", in_figures(text))


def in_figures(text: str) -> str:
    """A sentence without invisible characters, with digits of any script as ASCII and scales as powers of ten."""
    text = "".join(ch for ch in text if unicodedata.category(ch) != "Cf")
    text = "".join(str(unicodedata.digit(ch)) if unicodedata.category(ch) == "Nd" else ch for ch in text)
    text = _IN_WORDS.sub(lambda m: str(WORDS[m[1].lower()]), text)
    text = _POWER.sub(lambda m: f"e{m[1].replace('−', '-')}", text)
    return _SCALED.sub(lambda m: f"e{SCALES[m.group().strip(' -').lower()]}", text)


def numbers_of(evidence: Evidence, is_share: bool) -> Iterator[Known]:
    """Every number of a piece of evidence; of an opinion only how sure it is, since nobody computed the rest.

    Args:
        is_share: Whether the outcome is a share, so that its effect may be told in per cent.
    """
    if evidence.tool.startswith(OPINION):
        yield from (k for k in walk(evidence.result, is_share) if k.field == "confidence")
        return
    yield from walk(evidence.result, is_share)
    yield from walk(evidence.args, is_share)
    yield from walk(evidence.summary, is_share)
    yield from walk(evidence.provenance.model_dump(include={"n_rows_used", "n_rows_dropped", "seed"}), is_share)


def walk(value: Any, is_share: bool = False, field: str = "") -> Iterator[Known]:
    """Every number in a JSON value, those in its texts included."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        if "percent" in field:
            yield Known(float(value), "percent", field)
        else:
            can_be = abs(value) <= 1 and (is_share or field not in UNSCALED)
            yield Known(float(value), "share" if can_be else "plain", field)
    elif isinstance(value, str):
        for match in NUMBER.finditer(as_seen(value)):
            number, _, percent = parse(match.group())
            yield Known(number, "percent" if percent else "plain", field)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in PROSE:
                yield from walk(item, is_share, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from walk(item, is_share, field)


def parse(text: str) -> tuple[float, float, bool]:
    """Value, half a unit of its last printed digit, and whether it is a per cent."""
    percent = text.endswith("%")
    body = text.rstrip("% ").replace(",", "").replace("−", "-")
    mantissa, _, exponent = body.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    scale = 10.0 ** int(exponent or 0)
    return float(body), 0.5 * 10.0**-decimals * scale, percent


def prints_as(value: float, text: str, kind: str = "") -> bool:
    """Whether a value rounds to the printed numeral; signs may be carried by words ("lower by 3").

    A whole numeral under 100 must be the number itself: rounding 0.4 to 0 would let any small number pass.

    Args:
        kind: Of the value; a per cent must be of a share or a per cent. Empty to take the value as it is.
    """
    if not isfinite(value) or LEADING_ZERO.match(text) or abs(value) > 1e300:
        return False
    printed, half, percent = parse(text)
    if half == 0.5 and abs(printed) < 100:
        half = 1e-9
    if (percent and kind == "plain") or (half > 0.5 and half > COARSEST * abs(printed)):
        return False
    meant = 100 * value if percent and kind == "share" else value
    return abs(abs(meant) - abs(printed)) <= half * (1 + 1e-9) + 1e-13 * abs(printed)


def p_faults(text: str, known: Iterable[Known]) -> list[str]:
    """P-values that no cited result has; one may be told by a bound."""
    values = [k.value for k in known if "p_value" in k.field]
    found: list[str] = []
    for match in P_VALUE.finditer(text):
        bound = float(match["n"])
        if match["is"].lower() in ("<", "≤", "below", "under"):
            holds = any(v <= bound for v in values)
        elif match["is"] in (">", "≥", "above"):
            holds = any(v >= bound for v in values)
        else:
            holds = any(prints_as(v, match["n"]) for v in values)
        if not holds:
            found.append(match.group())
    return found


def factors(text: str, ratios: Iterable[float], said: str) -> list[str]:
    """Factors ("twice", "3 times") that are neither a declared ratio nor printed so by the evidence.

    Args:
        ratios: Ratios that were declared and hold.
        said: What the cited evidence prints.
    """
    known = tuple(ratios)
    found: list[str] = []
    for match in TIMES.finditer(text):
        number = match["n"]
        value = WORDS.get(number.lower()) if number else 2 if match["two"] else 3 if match["three"] else None
        plain = str(value) if value is not None else number or ""
        declared = plain != "" and any(prints_as(k, plain) for k in known)
        if not declared and match.group().casefold() not in said.casefold():
            found.append(match.group())
    return found
