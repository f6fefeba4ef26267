"""Read which two values of the treatment are compared: a step, a range, or two of its levels."""

from __future__ import annotations

from collections.abc import Sequence

from ....tools.coding import control_level
from ....tools.domain.model import Scalar
from ....tools.domain.questions import Contrast
from ....tools.domain.results import ColumnCard
from .context import Context
from .modifiers import tail
from .slots import words_of
from .values import level_of, number
from .words import Token, name_parts, tokenise

CONTROL_LEVELS = frozenset(
    {"control", "placebo", "none", "no", "untreated", "baseline", "standard", "usual", "off", "false", "old", "current", "never"}
)  # fmt: skip
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
    if numeric and (numbers := _from_to(sentence)):
        low, high = numbers
        return Contrast(control=low, treated=high), f"from {low} to {high}"
    if numeric and (step := _step(sentence)):
        return Contrast(control=0, treated=step), f"{step} more, written as 0 to {step}"
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
    """`increases by 10`, `raising it by 5 mg`: the size of the step."""
    for i, token in enumerate(tokens[:-1]):
        rising = any(t.stem in {"increase", "raise", "rise", "grow", "go", "rais"} for t in tokens[max(0, i - 4) : i])
        if (
            token.low == "by"
            and rising
            and (value := number(tokens[i + 1])) is not None
            and "%" not in tokens[i + 1].text
        ):
            return value
    return None


def _one_unit(tokens: Sequence[Token]) -> str | None:
    for i, token in enumerate(tokens[:-1]):
        following = tokens[i + 1].low
        if token.low in {"each", "every", "one", "an", "per", "additional", "extra", "1"} and following in {
            "extra", "additional", "more", "unit", "further", "added", "one", "year", "increase",
        } and not (token.low == "an" and following == "increase"):  # fmt: skip
            return words_of(tokens[i : i + 3])
        if token.low in {"one-unit", "unit", "1-unit"} and following in {"increase", "change", "rise"}:
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
