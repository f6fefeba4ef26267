"""Read values: levels of a column, numbers, conditions on rows, and the contrast that is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from ....tools.domain.model import Scalar
from ....tools.domain.questions import Condition
from ....tools.domain.results import ColumnCard
from .context import Context
from .grammar import CUTS, GENERIC_HEADS
from .lexicon import FUNCTION, STOP
from .modifiers import tail
from .slots import head_of, words_of
from .words import Token, name_parts, root, stem, tokenise

Op = Literal["==", "!=", "<", "<=", ">", ">="]

OPS: dict[str, Op] = {
    "older_than": ">", "over": ">", "above": ">", "more_than": ">", "greater_than": ">", "higher_than": ">",
    "exceed": ">", ">": ">", "at_least": ">=", "no_less_than": ">=", ">=": ">=", "≥": ">=", "under": "<", "below": "<",
    "less_than": "<", "fewer_than": "<", "younger_than": "<", "lower_than": "<", "<": "<", "at_most": "<=",
    "no_more_than": "<=", "<=": "<=", "≤": "<=", "=": "==", "equal": "==", "age": "==", "aged": "==",
}  # fmt: skip
_AFTER_NUMBER: dict[str, Op] = {
    "older": ">=",
    "more": ">=",
    "above": ">=",
    "over": ">=",
    "younger": "<=",
    "less": "<=",
    "below": "<=",
}
_CUES = frozenset(
    {"for", "among", "in", "within", "when", "if", "where", "of", "on", "only", "restrict", "given", "to", "with"}
)
_FEMALE = frozenset({"woman", "female", "girl", "lady"})
_MALE = frozenset({"man", "male", "boy"})
_NEGATED = ("non-", "un", "not ", "non")
_MAP = re.compile(
    r"(-?\d{1,3})\s*(?:=|:|if|means|denotes|for|-|–)\s*['\"]?([A-Za-z][\w' -]{0,30})|([A-Za-z][\w'-]{0,30})['\"]?\s*=\s*(-?\d{1,3})"
)


def number(token: Token) -> int | float | None:
    """The value of a number token; ordinals and per cents count, words do not."""
    match = re.fullmatch(r"(\d{1,15}(?:,\d{3})*(?:\.\d+)?)(?:st|nd|rd|th|%)?", token.text)
    if match is None:
        return None
    value = float(match[1].replace(",", ""))
    return int(value) if value == int(value) else value


def value_map(description: str) -> dict[str, int]:
    """Codes that a description explains: `1 = female, 0 = male` gives female 1, male 0 (stems)."""
    found: dict[str, int] = {}
    for match in _MAP.finditer(description[:400]):
        code, words = (match[1], match[2]) if match[1] else (match[4], match[3])
        for token in tokenise(words)[:3]:
            if token.is_word and token.stem not in STOP:
                found.setdefault(token.stem, int(code))
                break
    return found


def level_of(tokens: Sequence[Token], card: ColumnCard, description: str) -> list[tuple[int, Scalar]]:
    """Levels of a column that a phrase names, with the position of each in the text, in order."""
    found: dict[Scalar, int] = {}
    stems = [t.stem for t in tokens]
    for level in sorted((v for v in card.levels if isinstance(v, str)), key=len, reverse=True):
        wanted = [t.stem for t in tokenise(level) if t.is_word]
        for i in range(len(stems) - len(wanted) + 1) if wanted else ():
            if stems[i : i + len(wanted)] == wanted and not (wanted[0] in FUNCTION and tokens[i].text != level):
                found.setdefault(level, tokens[i].start)
                break
    codes = value_map(description) if not found else {}
    for token in tokens:
        if token.stem in codes and codes[token.stem] in card.levels:
            found.setdefault(codes[token.stem], token.start)
    return sorted(((at, level) for level, at in found.items()), key=lambda p: p[0])


def read_population(
    tokens: Sequence[Token], used: set[int], taken: Sequence[str], context: Context
) -> Iterator[tuple[Condition, str]]:
    """Conditions on the rows: `among women`, `people over 40`, `when age > 30`, `for Tory candidates`.

    Args:
        tokens: The sentence of the question.
        used: Starts of the words that already name treatment or outcome.
        taken: Columns that are treatment or outcome.
        context: The lookups of this reading.

    Yields:
        Each condition and the words it was read from.
    """
    seen: set[Condition] = set()
    for condition, phrase in (*comparisons(tokens, context), *_groups(tokens, used, context)):
        if condition.column not in taken and condition not in seen:
            seen.add(condition)
            yield condition, phrase


def comparisons(tokens: Sequence[Token], context: Context) -> Iterator[tuple[Condition, str]]:
    """Columns that the words compare with a number, and the words that do."""
    for i, token in enumerate(tokens):
        value = number(token)
        if value is None or token.column is not None:
            continue
        if pair := _between(tokens, i, context):
            yield from pair
            continue
        before = tokens[i - 1] if i else None
        op: Op | None = OPS.get(before.low) if before is not None and before.lock < 1.5 else None
        back = i - 1
        after = tokens[i + 1 : i + 3]
        if len(after) == 2 and after[0].low in {"or", "and"} and after[1].low in _AFTER_NUMBER:
            op = _AFTER_NUMBER[after[1].low]
        elif op is None and before is not None and before.stem == "be" and i > 1 and _conditional(tokens, i):
            op = "=="
        if op is None or (before is not None and before.low == "age" and not _conditional(tokens, i)):
            continue
        column = _compared_column(tokens, i, max(0, back), context)
        if column is not None:
            yield Condition(column=column, op=op, value=value), words_of(tokens[max(0, i - 3) : i + 1])


def _between(tokens: Sequence[Token], i: int, context: Context) -> list[tuple[Condition, str]]:
    """`aged between 20 and 30`, `aged 20 to 30`, `age 20-30`: both ends belong to the group."""
    later = tokens[i + 1 : i + 3]
    if len(later) < 2 or later[0].low not in {"and", "to", "-", "–"} or (high := number(later[1])) is None:
        return []
    low = number(tokens[i])
    back = i - 1 if i and tokens[i - 1].low == "between" else i
    aged = back > 0 and tokens[back - 1].low in {"aged", "age", "ages"}
    if low is None or low >= high or not (aged or tokens[i - 1].low == "between"):
        return []
    column = _compared_column(tokens, i, back, context)
    if column is None:
        return []
    words = words_of(tokens[max(0, back - 1) : i + 3])
    return [
        (Condition(column=column, op=">=", value=low), words),
        (Condition(column=column, op="<=", value=high), words),
    ]


def _conditional(tokens: Sequence[Token], i: int) -> bool:
    return any(
        t.low in {"if", "when", "where", "for", "among", "whose", "who", "with"} for t in tokens[max(0, i - 7) : i]
    )


def _compared_column(tokens: Sequence[Token], i: int, back: int, context: Context) -> str | None:
    """The column a number is compared with: age of persons, or named before it, or the unit after it."""
    index = context.index
    age = next((n for n in index.names if "age" in name_parts(n) and _numeric(context, n)), None)
    before = next((t for t in reversed(tokens[:back]) if t.is_word), None)
    persons = (
        before is not None
        and before.stem in GENERIC_HEADS | _FEMALE | _MALE
        and tokens[i - 1].low not in {"=", "equal"}
    )
    aged = {"older_than", "younger_than", "aged", "old", "older", "younger"} & {
        t.low for t in tokens[max(0, i - 2) : i + 4]
    }
    if age is not None and (persons or aged) and (before is None or before.column is None):
        return age
    for size in (1, 2, 3, 4):
        span = [t for t in tokens[max(0, back - size) : back] if t.is_word and t.stem not in {"be", "who", "whose"}]
        if not span or span[0].low in CUTS | {"the", "their", "his", "her", "with", "whose", "is"}:
            continue
        matches = [m for m in index.score(span) if _numeric(context, m.column)]
        if matches and matches[0].score >= 0.75:
            return matches[0].column
    unit = head_of([t for t in tokens[i + 1 : i + 5] if t.is_word])
    matches = [m for m in index.score(unit) if _numeric(context, m.column)] if unit else []
    if (
        matches
        and matches[0].score >= 0.75
        and unit[0].stem in {"year", "hour", "day", "point", "unit", matches[0].column}
    ):
        return matches[0].column
    return None


def _numeric(context: Context, name: str) -> bool:
    card = context.index.cards.get(name)
    if card is None or card.type in ("continuous", "count"):
        return True
    return card.type == "nominal" and all(isinstance(v, int | float) for v in card.levels or ("",))


def _groups(tokens: Sequence[Token], used: set[int], context: Context) -> Iterator[tuple[Condition, str]]:
    for i, token in enumerate(tokens):
        if token.low not in _CUES or token.lock >= 1.5:
            continue
        span = [t for t in tail(tokens, i + 1, lists=False)[:6] if t.start not in used]
        strong = token.low in {"for", "among", "within", "when", "if", "where", "only", "restrict"}
        yield from read_group(span, context, strong=strong, lead=token.text)


def read_group(
    span: Sequence[Token], context: Context, *, strong: bool, lead: str = ""
) -> Iterator[tuple[Condition, str]]:
    """Conditions that the words of a population make, a column at most once."""
    for word in span:
        found = _group(word, context, strong=strong)
        if found is not None:
            yield found, f"{lead} {words_of(span)}".strip()


def unplaced_sex(span: Sequence[Token], context: Context) -> str | None:
    """A word such as `women` in a population for which no column says who they are."""
    word = next((t for t in span if t.stem in _FEMALE | _MALE and t.column is None), None)
    return word.text if word is not None and _group(word, context, strong=True) is None else None


def _group(word: Token, context: Context, *, strong: bool) -> Condition | None:
    """A condition that one word of a population makes: `women`, `Tory`, `married`, `non-smokers`."""
    named = context.index.cards.get(word.column) if word.column else None
    if named is not None and strong and named.type == "binary" and set(named.levels) <= {0, 1} and word.lock >= 1.5:
        return Condition(column=named.name, op="==", value=1)
    if word.stem in STOP or not word.is_word or len(word.stem) < 2:
        return None
    same = next((s for s in (_FEMALE, _MALE) if word.stem in s), frozenset({word.stem}))
    for name, card in context.index.cards.items():
        letter = "f" if word.stem in _FEMALE else "m" if word.stem in _MALE else ""
        if letter and {"sex", "gender"} & set(name_parts(name)):
            for level in card.levels:
                if isinstance(level, str) and level.lower() == letter:
                    return Condition(column=name, op="==", value=level)
        for candidate in sorted(same, key=lambda w: w != word.stem):
            stand_in = word._replace(low=candidate, stem=candidate)
            for _, level in level_of([stand_in], card, context.index.described[name]):
                return Condition(column=name, op="==", value=level)
        if (
            card.type == "binary"
            and set(card.levels) <= {0, 1}
            and (found := _indicator(word, name, context, strong=strong))
        ):
            return found
    return None


def _indicator(word: Token, name: str, context: Context, *, strong: bool) -> Condition | None:
    """A condition on a 0/1 column that is named after the group: `female`, `married`, `smoker`."""
    own = set(name_parts(name))
    for code, sex in ((1, _FEMALE), (0, _MALE)):
        if word.stem in sex and own & (_FEMALE | {"women"}):
            return Condition(column=name, op="==", value=code)
        if word.stem in sex and own & (_MALE | {"men"}):
            return Condition(column=name, op="==", value=1 - code)
    parts = {root(stem(p)) for p in own if len(p) > 2}
    bare, negative = _positive(word.low)
    if strong and root(stem(bare)) in parts and len(parts) <= 2 and context.roles.treatment.get(name, 0) < 0.6:
        return Condition(column=name, op="==", value=0 if negative else 1)
    return None


def _positive(low: str) -> tuple[str, bool]:
    for prefix in _NEGATED:
        if low.startswith(prefix) and len(low) - len(prefix) >= 4:
            return low[len(prefix) :].lstrip("-"), True
    return low, False
