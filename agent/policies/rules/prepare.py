"""Prepare the words of a question: find names written out, mend slips of the finger, join phrases."""

from __future__ import annotations

from functools import cache

from .columns import ColumnIndex
from .grammar import CUTS, GENERIC_HEADS
from .lexicon import (
    CHANGE_VERBS,
    COMMON,
    EFFECT_NOUNS,
    FAMILIES,
    FUNCTION,
    MERGED,
    ORDINARY,
    STOP,
    cue_vocabulary,
    families,
    phrase_table,
)
from .pattern import verb_forms
from .words import Speller, Token, name_parts, normal, root, sentences, stem, tokenise

MAX_CORRECTIONS = 60
MAX_NAME_TOKENS = 7
QUOTES = "`'\"“”‘’"
UNMISTAKABLE, PARTS, EVERYDAY = 2.0, 1.7, 1.0
"""How surely a word is a column's name: written exactly, part by part, or an everyday word that is also a name."""

_ARTICLE_LIKE = frozenset({"a", "i"})


class Prepared:
    """The sentences of a question, and what was mended in it."""

    def __init__(self, text: str, index: ColumnIndex) -> None:
        self.corrections: dict[str, str] = {}
        """Word as written to the word it was read as."""
        tokens = _lock_parts(_lock_literals(text, index), index)
        tokens = [self._mend(t, index) for t in tokens]
        self.tokens = tokens
        self.sentences = [_join_phrases(s) for s in sentences(tokens)]

    def _mend(self, token: Token, index: ColumnIndex) -> Token:
        if token.column is not None or len(token.low) < 5 or len(self.corrections) >= MAX_CORRECTIONS:
            return token
        if not token.low.isalpha() or _known(token, index):
            return token
        better = (
            index.vocabulary().correct(token.low)
            or index.vocabulary().correct(token.stem)
            or _speller().correct(token.low)
        )
        if better is None or (better in STOP and better not in cue_vocabulary()):
            return token
        self.corrections[token.text] = better
        return Token(token.text, better, stem(better), token.start, token.end)


def _known(token: Token, index: ColumnIndex) -> bool:
    word = token.stem
    return (
        token.low in ORDINARY or word in ORDINARY or token.low in _everyday() or word in _everyday()
        or root(word) in _everyday() or index.knows(word) or bool(index.hits(word))
    )  # fmt: skip


@cache
def _everyday() -> frozenset[str]:
    return frozenset((*families(), *cue_vocabulary(), *verb_forms(), *CUTS, *GENERIC_HEADS, *COMMON))


@cache
def _speller() -> Speller:
    return Speller((*cue_vocabulary(), *(w for f in FAMILIES for w in f.split() if len(w) > 5), *verb_forms()))


def _lock_literals(text: str, index: ColumnIndex) -> list[Token]:
    """Cut the text, names with unusual characters first, so that no grammar looks inside them."""
    spans: list[tuple[int, int, str]] = []
    for name in index.names:
        if len(name) < 2 or name.replace("_", "a").isalnum() or name not in text:
            continue
        start = text.find(name)
        while start >= 0 and len(spans) < 500:
            end = start + len(name)
            before, after = text[max(0, start - 1) : start], text[end : end + 1]
            inside_word = (before.isalnum() and name[0].isalnum()) or (after.isalnum() and name[-1].isalnum())
            quoted = before in QUOTES and after in QUOTES and before != ""
            if not inside_word and (quoted or not _only_grammar(name)):
                spans.append((start, end, name))
            start = text.find(name, end)
    tokens: list[Token] = []
    at = 0
    for start, end, name in sorted(spans, key=lambda s: (s[0], -s[1])):
        if start >= at:
            tokens += _shifted(text[at:start], at)
            tokens.append(Token(name, normal(name), stem(normal(name)), start, end, name, UNMISTAKABLE))
            at = end
    return tokens + _shifted(text[at:], at)


def _only_grammar(name: str) -> bool:
    """Whether a name is made of words that questions are made of, such as `effect of`: then it must be quoted."""
    grammar = FUNCTION | EFFECT_NOUNS | CHANGE_VERBS
    parts = name_parts(name)
    letters = name.replace("_", " ").replace(" ", "").isalpha()
    return letters and bool(parts) and all(p in grammar or stem(p) in grammar for p in parts)


def _shifted(text: str, by: int) -> list[Token]:
    return [t._replace(start=t.start + by, end=t.end + by) for t in tokenise(text)]


def _lock_parts(tokens: list[Token], index: ColumnIndex) -> list[Token]:
    """Mark words that are a column's name, also as `push delivered` for `push_delivered`."""
    exact = {n: n for n in index.names}
    folded: dict[str, str | None] = {}
    by_parts: dict[tuple[str, ...], str | None] = {}
    for name in index.names:
        folded[name.lower()] = None if name.lower() in folded else name
        key = tuple(stem(p) for p in name_parts(name))
        if len(key) > 1 and not _only_grammar(name):
            by_parts[key] = None if key in by_parts else name
    letters = _letter_levels(index)
    found: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.column is None and token.text in letters and not _article(tokens, i):
            token = token._replace(column=letters[token.text], lock=PARTS)
        if token.column is None and (joined := _parts_at(tokens, i, by_parts)):
            found.append(joined[0])
            i += joined[1]
            continue
        name = exact.get(token.text) or folded.get(token.text.lower())
        if token.column is None and name is not None:
            token = _locked(tokens, i, name)
        found.append(token)
        i += 1
    return found


def _letter_levels(index: ColumnIndex) -> dict[str, str]:
    """Capital letters that are a level of exactly one column: `drug A`, `plan B`."""
    found: dict[str, list[str]] = {}
    for name, card in index.cards.items():
        for level in card.levels:
            if isinstance(level, str) and len(level) == 1 and level.isupper():
                found.setdefault(level, []).append(name)
    return {level: names[0] for level, names in found.items() if len(names) == 1 and level not in index.names}


def _article(tokens: list[Token], i: int) -> bool:
    """Whether this `a` or `I` is an everyday word: a plain noun follows."""
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    return tokens[i].low in _ARTICLE_LIKE and after is not None and after.is_word and after.stem not in ORDINARY


def _parts_at(tokens: list[Token], i: int, by_parts: dict[tuple[str, ...], str | None]) -> tuple[Token, int] | None:
    for size in range(min(MAX_NAME_TOKENS, len(tokens) - i), 1, -1):
        window = tokens[i : i + size]
        name = by_parts.get(tuple(t.stem for t in window))
        if name is not None and all(t.column is None for t in window):
            text = " ".join(t.text for t in window)
            low = normal(name)
            return Token(text, low, stem(low), window[0].start, window[-1].end, name, PARTS), size
    return None


def _locked(tokens: list[Token], i: int, name: str) -> Token:
    """How surely one word is this column's name."""
    token = tokens[i]
    around = (tokens[i - 1].text if i else "") in QUOTES and (
        tokens[i + 1].text if i + 1 < len(tokens) else " "
    ) in QUOTES
    if around and i:
        return token._replace(column=name, lock=UNMISTAKABLE)
    if len(name) == 1:
        return token if _article(tokens, i) or token.text != name else token._replace(column=name, lock=UNMISTAKABLE)
    plain = name.isalpha() and (name.islower() or name.istitle())
    if plain and (token.low in ORDINARY or token.stem in ORDINARY):
        return token._replace(column=name, lock=EVERYDAY * 0.6)
    if plain and len(name) <= 3 and token.text != name:
        return token
    return token._replace(column=name, lock=EVERYDAY if plain else UNMISTAKABLE)


def _join_phrases(tokens: list[Token]) -> list[Token]:
    table = phrase_table()
    found: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        phrase = next((p for p in table.get(token.stem, ()) if _fits(tokens, i, p)), None) if token.lock < 1.5 else None
        window = tokens[i : i + len(phrase)] if phrase else [token]
        i += len(window)
        low = _joined_low(window, phrase) if phrase else token.low
        low = MERGED.get(low, MERGED.get("_".join(phrase), low) if phrase else low)
        if phrase or low != token.low:
            text = " ".join(t.text for t in window)
            token = Token(
                text,
                low,
                MERGED.get("_".join(phrase), "_".join(phrase)) if phrase else stem(low),
                window[0].start,
                window[-1].end,
            )
        found.append(token)
    return found


def _joined_low(window: list[Token], phrase: tuple[str, ...]) -> str:
    """`leads to` becomes `leads_to`, so that its form is still seen."""
    return "_".join([window[0].low, *(t.low for t in window[1:])]) if phrase else window[0].low


def _fits(tokens: list[Token], i: int, phrase: tuple[str, ...]) -> bool:
    window = tokens[i : i + len(phrase)]
    return len(window) == len(phrase) and all(t.stem == p and t.lock < 1.5 for t, p in zip(window, phrase, strict=True))
