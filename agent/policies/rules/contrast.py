"""Read which two values of the treatment are compared: a step, a range, or two of its levels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....tools.coding import control_level
from ....tools.domain.model import Scalar
from ....tools.domain.questions import Contrast
from ....tools.domain.results import ColumnCard
from .context import Context
from .lexicon import FUNCTION
from .modifiers import tail
from .slots import words_of
from .values import level_of, number
from .words import Token, name_parts, tokenise

CONTROL_LEVELS = frozenset(
    {"control", "placebo", "none", "no", "untreated", "baseline", "standard", "usual", "off", "false", "old", "current", "never"}
)  # fmt: skip
_UP = frozenset({"increase", "raise", "rise", "grow", "go", "rais", "increment", "extend", "expand", "gain", "add"})
_DOWN = frozenset({"reduce", "reduction", "decrease", "lower", "cut", "drop", "fall", "decline", "shrink", "shorten"})
_MORE = frozenset({"more", "additional", "extra", "further", "added"})
_LESS = frozenset({"fewer", "less"})
_COUNTS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15,
    "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "thousand": 1000,
}  # fmt: skip
_CODE = re.compile(r"(?<![\w.])(-?\d{1,3})\s*(?:=|:|means|denotes|stands for)\s*['\"]?([^\d,;.()=][^,;.()=\n]{0,60})")
DENIALS = frozenset({"not", "no", "without", "never", "lacking"})


def read_contrast(
    sentence: Sequence[Token], phrase: Sequence[Token], treatment: str, context: Context
) -> tuple[Contrast, str] | None:
    """The two values of the treatment that are compared, and the words that say so; None when nothing is said."""
    card = context.index.cards.get(treatment)
    if card is None:
        return None
    numeric = card.type in ("continuous", "count") or (
        card.type == "nominal" and all(isinstance(v, int | float) for v in card.levels)
    )
    if codes := _codes(card, context.index.described[treatment]):
        return _coded(sentence, phrase, codes)
    if numeric and (numbers := _from_to(sentence)):
        low, high = numbers
        return Contrast(control=low, treated=high), f"from {low} to {high}"
    if numeric and (step := _step(sentence) or _stated(sentence, phrase)):
        return Contrast(
            control=0, treated=step
        ), f"{abs(step)} {'more' if step > 0 else 'less'}, written as 0 to {step}"
    if numeric and (unit := _one_unit(sentence)):
        return Contrast(control=0, treated=1), f"one unit more, from {unit!r}, written as 0 to 1"
    if card.type in ("nominal", "binary", "text") and any(isinstance(v, str) for v in card.levels):
        found = _levels(sentence, phrase, card, context.index.described[treatment])
        return found or _withheld(phrase, card)
    return _withheld(phrase, card)


def _withheld(phrase: Sequence[Token], card: ColumnCard) -> tuple[Contrast, str] | None:
    """`not smoking`, `without insurance`: the treatment is to lack what the column records."""
    denial = next((t for t in phrase[:-1] if t.low in DENIALS), None)
    if denial is None or len(card.levels) != 2 or DENIALS & {*name_parts(card.name)}:
        return None
    place, guessed = control_level(card.levels)
    if guessed:
        return None
    without, having = card.levels[place], card.levels[1 - place]
    return Contrast(control=having, treated=without), f"{words_of(phrase)!r}: {without!r} against {having!r}"


def _from_to(tokens: Sequence[Token]) -> tuple[Scalar, Scalar] | None:
    for i, token in enumerate(tokens):
        if token.low != "from" and token.low not in {"between"}:
            continue
        numbers = [(k, v) for k in range(i + 1, min(i + 9, len(tokens))) if (v := number(tokens[k])) is not None]
        if (
            len(numbers) >= 2
            and any(t.low in {"to", "and"} for t in tokens[numbers[0][0] : numbers[1][0]])
            and token.low == "from"
        ):
            return numbers[0][1], numbers[1][1]
    return None


def _step(tokens: Sequence[Token]) -> int | float | None:
    """`increases by 10`, `lowering it by 5 mg`, `a rise of 3 points`: the size of the step, negative downwards."""
    for i, token in enumerate(tokens[:-1]):
        if token.low not in {"by", "of"} or (value := _amount(tokens[i + 1])) is None or _is_share(tokens, i + 1):
            continue
        before = {t.stem for t in tokens[max(0, i - 4 if token.low == "by" else i - 1) : i]}
        if before & (_UP | _DOWN):
            return -value if before & _DOWN and not before & _UP else value
    return None


def _stated(tokens: Sequence[Token], phrase: Sequence[Token]) -> int | float | None:
    """`had five fewer pupils`, `10 more mm`, `per 100 dollars`, `a 10-point increase`: a step within the treatment's phrase."""
    own = {t.start for t in phrase}
    for i, token in enumerate(tokens[:-1]):
        after = tokens[i + 1]
        value = _amount(token)
        if (
            value is not None
            and after.low == "-"
            and (found := {t.stem for t in tokens[i + 2 : i + 5]} & (_UP | _DOWN))
        ):
            return -value if found & _DOWN else value
        if value is None or _is_share(tokens, i) or not {token.start, after.start} & own:
            continue
        if after.low in _MORE | _LESS:
            return -value if after.low in _LESS else value
        if i and tokens[i - 1].low in {"per", "every", "each", "extra", "additional"} and value > 1:
            return value
    return None


def _amount(token: Token) -> int | float | None:
    """A number in digits or in words."""
    return _COUNTS.get(token.low, number(token))


def _is_share(tokens: Sequence[Token], i: int) -> bool:
    """Whether a number is a share, which is no step of a column in its own unit."""
    following = tokens[i + 1].low if i + 1 < len(tokens) else ""
    return "%" in tokens[i].text or following in {"%", "percent", "per"}


def _one_unit(tokens: Sequence[Token]) -> str | None:
    for i, token in enumerate(tokens[:-1]):
        following = tokens[i + 1].low
        if token.low in {"each", "every", "one", "an", "per", "additional", "extra", "1"} and following in {
            "extra", "additional", "more", "unit", "further", "added", "one", "year", "increase",
        } and not (token.low == "an" and following == "increase"):  # fmt: skip
            return words_of(tokens[i : i + 3])
        if (token.low == "unit" or token.low.split("-")[0] in {"one", "1", "single"}) and following in {
            "increase", "change", "rise",
        }:  # fmt: skip
            return words_of(tokens[i : i + 2])
    return None


def _levels(
    sentence: Sequence[Token], phrase: Sequence[Token], card: ColumnCard, description: str
) -> tuple[Contrast, str] | None:
    named = [level for _, level in level_of(phrase, card, description)]
    compared: list[Scalar] = []
    for i, token in enumerate(sentence):
        if token.stem in {"compare_to", "than", "versus"}:
            compared += [level for _, level in level_of(tail(sentence, i + 1), card, description)]
            earlier = [level for _, level in level_of(sentence[max(0, i - 8) : i], card, description)]
            named = named or earlier[-1:]
    if not named and not compared:
        return None
    treated = next((v for v in named if v not in compared), None)
    control = next((v for v in compared if v != treated), None) or next((v for v in named if v != treated), None)
    if treated is None and control is not None:
        others = [v for v in card.levels if v != control]
        treated = others[0] if len(others) == 1 else None
    if treated is not None and control is None:
        control = _control_level(card, treated)
    if treated is None or control is None or treated == control:
        return None
    if not compared and _is_control(treated) and not _is_control(control):
        treated, control = control, treated
    return Contrast(control=control, treated=treated), f"{treated!r} against {control!r}"


def _codes(card: ColumnCard, description: str) -> dict[Scalar, set[str]]:
    """The words by which a description explains three or more codes: `0 = control, 1 = pill, 2 = spray`."""
    found = {
        int(m[1]): {t.stem for t in tokenise(m[2]) if t.is_word and t.stem not in FUNCTION}
        for m in _CODE.finditer(description)
    }
    known: dict[Scalar, set[str]] = {code: words for code, words in found.items() if code in card.levels}
    return known if len(known) > 2 else {}


def _coded(
    sentence: Sequence[Token], phrase: Sequence[Token], codes: dict[Scalar, set[str]]
) -> tuple[Contrast, str] | None:
    """The codes that the words mean; the one that is called control where none is compared with."""
    at = next(
        (i for i, t in enumerate(sentence) if t.stem in {"compare_to", "than", "versus"} or t.low.endswith("_than")),
        None,
    )
    compared = None if at is None else _code_of(tail(sentence, at + 1), codes)
    treated = _code_of(phrase, codes)
    if treated is None or treated == compared:
        treated = _code_of(sentence[:at], {c: w for c, w in codes.items() if c != compared})
    named = [c for c, words in codes.items() if words & CONTROL_LEVELS]
    control = compared if compared is not None else named[0] if len(named) == 1 else None
    if treated is None or control is None or treated == control:
        return None
    return Contrast(control=control, treated=treated), f"{treated!r} against {control!r}, as the codebook codes them"


def _code_of(tokens: Sequence[Token], codes: dict[Scalar, set[str]]) -> Scalar | None:
    """The code of whose words the largest share is named; None when none is or two are alike."""
    stems = {t.stem for t in tokens}
    shares = sorted(
        ((len(words & stems) / len(words), code) for code, words in codes.items() if words & stems), key=lambda p: -p[0]
    )
    return shares[0][1] if shares and (len(shares) == 1 or shares[0][0] > shares[1][0]) else None


def _control_level(card: ColumnCard, treated: Scalar) -> Scalar | None:
    """The level to compare with when none is named: the other one, or the one that is called control."""
    others = [v for v in card.levels if v != treated]
    if len(others) == 1:
        return others[0]
    named = [v for v in others if _is_control(v)]
    return named[0] if len(named) == 1 else None


def _is_control(level: Scalar) -> bool:
    """Whether a level is called by a word for those who are not treated."""
    return isinstance(level, str) and bool({t.low for t in tokenise(level)} & CONTROL_LEVELS)
