"""Which column does a phrase mean? Scores every column against the words of a phrase.

A column answers to its name, the parts of its name, what these abbreviate, the words of its description and
its levels; words of one family (`training`, `program`) stand for each other more weakly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ....tools.domain.results import ColumnCard
from ...state import Catalog
from .lexicon import ABBREVIATIONS, FUNCTION, GENERIC, STOP, families, family_of
from .words import Speller, Token, name_parts, root, stem, tokenise

MAX_FULL_INDEX = 3000
"""Past this many columns only names are indexed, not descriptions and levels."""

EXACT, ROOT, PREFIX, ABBREVIATED, FAMILY = 1.0, 0.9, 0.85, 0.6, 0.62
DESCRIBED, FAR_DESCRIBED, LEVEL, STUDY = 0.85, 0.75, 0.85, 0.75
GENERIC_WEIGHT, NAMED_GENERIC_WEIGHT, UNKNOWN_WEIGHT, UNKNOWN_TAIL_WEIGHT, HEAD_WEIGHT = 0.35, 0.6, 0.5, 0.1, 1.5
INITIALS = 0.7
"""Score of a column whose name has the first letters of several words of the phrase."""
MAX_INITIALS = 4
_LETTERS_DIGITS = re.compile(r"[a-z]+\d+")
_VOWELS = frozenset("aeiou")
_HEAD_ENDS = frozenset(
    {"of", "from", "in", "at", "who", "whether", "that", "which", "with", "by", "for", "on", "among"}
)
_EXTRA = ("household", "birth", "order", "height", "name", "cell", "retail", "false", "true", "poverty", "stamp")


class Match(NamedTuple):
    """How well one column fits a phrase."""

    column: str
    score: float
    """About 1 for its name, 0.5 for a synonym; a name written exactly reaches 1.2."""
    how: str
    """Why, for people: `named`, `its description says "training"`."""


class _Term(NamedTuple):
    column: int
    part: int
    """Which part of the name; -1 for words of the description, -2 for levels."""
    strength: float
    how: str


class ColumnIndex:
    """The words by which the columns of one table can be meant."""

    def __init__(self, catalog: Catalog) -> None:
        cards = catalog.table.columns if catalog.table else ()
        names = [c.name for c in cards] or list(catalog.graph_nodes)
        self.names: tuple[str, ...] = tuple(dict.fromkeys(names))
        self.cards: dict[str, ColumnCard] = {c.name: c for c in cards}
        self.described: dict[str, str] = {
            n: " ".join(
                filter(
                    None, (catalog.codebook.columns.get(n, ""), self.cards[n].description if n in self.cards else "")
                )
            )
            for n in self.names
        }
        self._raw: set[str] = set()
        self._terms: dict[str, list[_Term]] = {}
        self._roots: dict[str, list[_Term]] = {}
        self._families: dict[int, list[_Term]] = {}
        self._initials: dict[str, list[tuple[str, _Term]]] = {}
        self._short: dict[str, list[int]] = {}
        """Short parts of names, which may be the first letters of several words."""
        self._weights: list[list[float]] = []
        self._described_size: list[int] = []
        self._cache: dict[str, dict[int, list[_Term]]] = {}
        for i, name in enumerate(self.names):
            self._add_name(i, name)
            self._described_size.append(0)
            if len(self.names) <= MAX_FULL_INDEX:
                self._add_words(i, self.described[name], DESCRIBED, 'its description says "{}"')
                self._add_levels(i, name)
        self._speller: Speller | None = None

    def _add_name(self, i: int, name: str) -> None:
        parts = expanded_parts(name) or (name.lower(),)
        self._weights.append(
            [GENERIC_WEIGHT if p in GENERIC or stem(p) in GENERIC or len(p) < 2 or p.isdigit() else 1.0 for p in parts]
        )
        for mixed in _LETTERS_DIGITS.findall(name.lower()):  # p99, which is cut into p and 99
            for word in ABBREVIATIONS.get(mixed, "").split():
                self._put(stem(word), _Term(i, 0, 0.95, f"{mixed!r} stands for {word!r}"), by_family=True)
        for k, part in enumerate(parts):
            if 2 <= len(part) <= MAX_INITIALS and part.isalpha() and part not in GENERIC:
                self._short.setdefault(part, []).append(i)
            self._put(stem(part), _Term(i, k, EXACT, "named"), by_family=True)
            if len(part) >= 2 and not _VOWELS & set(part[1:]):
                self._initials.setdefault(part[0], []).append(
                    (part, _Term(i, k, ABBREVIATED, f"{part!r} abbreviates it"))
                )
            for word in ABBREVIATIONS.get(part, "").split():
                self._put(stem(word), _Term(i, k, 0.95, f"{part!r} stands for {word!r}"), by_family=True)

    def _add_words(self, i: int, text: str, strength: float, how: str) -> None:
        count, far = 0, False
        for token in tokenise(text[:400]):
            far = far or token.low in {"where", "since", "(", ";"} or (token.low in {".", ","} and count > 0)
            for low in token.low.split("-"):
                word = stem(low)
                if not low[:1].isalnum() or low in STOP or word in STOP or (low.isdigit() and len(low) < 2):
                    continue
                count += 1
                self._raw.add(low)
                if count <= 6 and not far and word not in GENERIC:
                    self._described_size[i] += 1
                power = min(strength, FAR_DESCRIBED) if far or count > 10 else strength
                self._put(word, _Term(i, -1, power, how.format(low[:40])), by_family=count <= 5 and not far)

    def _add_levels(self, i: int, name: str) -> None:
        card = self.cards.get(name)
        for level in card.levels[:20] if card else ():
            if isinstance(level, str) and len(level) < 60:
                for token in tokenise(level):
                    if token.is_word and token.low not in STOP and not token.low.isdigit():
                        self._put(token.stem, _Term(i, -2, LEVEL, f"{level!r} is one of its values"), by_family=False)

    def add_study_words(self, column: str, phrase: str) -> None:
        """Let a column answer to the words by which the codebook speaks of the study's treatment or outcome."""
        self._add_words(self.names.index(column), phrase, STUDY, 'the codebook\'s text says "{}" of it')
        self._cache.clear()

    def _put(self, word: str, term: _Term, *, by_family: bool) -> None:
        self._terms.setdefault(word, []).append(term)
        if len(word) >= 4:
            self._roots.setdefault(root(word), []).append(term)
        if by_family:
            for family in family_of(word):
                how = term.how if term.part == -1 else f"a word for {self.names[term.column]!r}"
                self._families.setdefault(family, []).append(term._replace(strength=term.strength * FAMILY, how=how))

    def vocabulary(self) -> Speller:
        """The words of names and descriptions, to correct slips of the finger against."""
        if self._speller is None:
            self._speller = Speller((*self._terms, *self._raw))
        return self._speller

    def knows(self, word: str) -> bool:
        """Whether a stem occurs in a name, description or level."""
        return word in self._terms

    def hits(self, word: str) -> dict[int, list[_Term]]:
        """Columns that a single stem may mean, with the strengths."""
        if word not in self._cache:
            self._cache[word] = self._hits(word)
        return self._cache[word]

    def _hits(self, word: str) -> dict[int, list[_Term]]:
        found: dict[int, list[_Term]] = {}
        direct = self._terms.get(word, [])
        weaker = (
            [t._replace(strength=t.strength * ROOT) for t in self._roots.get(root(word), [])] if len(word) >= 4 else []
        )
        for size in range(3, len(word)):  # educ -> education
            weaker += [
                t._replace(strength=PREFIX)
                for t in self._terms.get(word[:size], [])
                if t.part >= 0 and size < len(word) and word[:size] not in STOP
            ]
        if len(word) == 4 and word.isdigit():  # 1978 for re78
            direct = [*direct, *(t for t in self._terms.get(word[2:], []) if t.part >= 0)]
        for part, term in self._initials.get(word[:1], []) if len(word) >= 5 else []:
            if len(part) >= 3 and part != word and _is_subsequence(part, word):
                weaker.append(term)
        for family in family_of(word):
            weaker += self._families.get(family, [])
        for term in (*direct, *weaker):
            found.setdefault(term.column, []).append(term)
        return found

    def score(self, span: Sequence[Token]) -> list[Match]:
        """Score the columns that a phrase may mean, the best first."""
        words = self.content_words(span)
        locked = {t.column: t.lock for t in span if t.column is not None}
        if not words and not locked:
            return []
        weights = self._word_weights(words, set(self.content_words(_head_phrase(span))))
        total = sum(weights) or 1.0
        gained: dict[int, float] = {}
        parts: dict[int, dict[int, float]] = {}
        described: dict[int, int] = {}
        how: dict[int, tuple[float, str]] = {}
        for word, weight in zip(words, weights, strict=True):
            for column, terms in self.hits(word).items():
                best = max(terms, key=lambda t: t.strength)
                gained[column] = gained.get(column, 0.0) + weight * best.strength
                described[column] = described.get(column, 0) + any(t.part < 0 for t in terms)
                for term in terms:
                    own = parts.setdefault(column, {})
                    own[term.part] = max(own.get(term.part, 0.0), term.strength)
                if best.strength * weight > how.get(column, (0.0, ""))[0]:
                    how[column] = (best.strength * weight, best.how)
        found = [
            Match(
                self.names[c],
                0.6 * gained[c] / total + 0.4 * self._coverage(c, parts[c], described[c]),
                how.get(c, (0, ""))[1],
            )
            for c in gained
        ]
        if all(w in STOP for w in words):  # only words that say little: the whole name must be there
            found = [
                m._replace(score=m.score * self._coverage(c, parts[c], 0)) for m, c in zip(found, gained, strict=True)
            ]
        found = [m if m.column not in locked else _lock(m, locked[m.column], len(words)) for m in found]
        missing = [c for c in locked if c not in {m.column for m in found}]
        found += [_lock(Match(c, 0.4, "named"), locked[c], len(words)) for c in missing]
        if self._short:
            found = _best_of((*found, *self._by_initials(span)))
        return sorted(found, key=lambda m: (-m.score, self.names.index(m.column) if len(found) < 50 else 0))

    def _by_initials(self, span: Sequence[Token]) -> Iterator[Match]:
        """Columns with a short part that the first letters of several words make: `bmi` for body mass index."""
        for words in ([t for t in span if t.is_word], [t for t in span if t.is_word and t.low not in FUNCTION]):
            for size in range(2, MAX_INITIALS + 1):
                for i in range(len(words) - size + 1):
                    window = words[i : i + size]
                    for position in self._short.get("".join(t.low[0] for t in window), ()):
                        text = " ".join(t.text for t in window)
                        yield Match(self.names[position], INITIALS, f"its name has the first letters of {text!r}")

    def content_words(self, span: Sequence[Token]) -> list[str]:
        """The stems of a phrase that may name a column, without repetition, the head last."""
        found: dict[str, None] = {}
        for token in _ordered(span):
            for word in _pieces(token) if token.is_word else ():
                if token.lock < 1.5 and (word in FUNCTION or token.low in FUNCTION):
                    continue
                weak = token.lock < 1.5 and (word in STOP or token.low in STOP)
                if weak and not any(t.part >= 0 for terms in self.hits(word).values() for t in terms):
                    continue
                if len(word) > 1 or token.column is not None:
                    found[word] = None
        return list(found)

    def _word_weights(self, words: Sequence[str], front: set[str]) -> list[float]:
        head = _head(words)
        return [self._weight(w, in_front=w in front) * (HEAD_WEIGHT if i == head else 1.0) for i, w in enumerate(words)]

    def _weight(self, word: str, *, in_front: bool) -> float:
        """How much a word tells: little when generic, more when some column is named so."""
        if word in GENERIC or word in STOP:
            named = any(t.part >= 0 and t.strength >= ROOT for terms in self.hits(word).values() for t in terms)
            return NAMED_GENERIC_WEIGHT if named and word in GENERIC else GENERIC_WEIGHT
        return 1.0 if self.hits(word) else UNKNOWN_WEIGHT if in_front else UNKNOWN_TAIL_WEIGHT

    def _coverage(self, column: int, matched: dict[int, float], described: int) -> float:
        weights = self._weights[column]
        name = sum(w * matched.get(k, 0.0) for k, w in enumerate(weights)) / sum(weights)
        words = 0.9 * min(1.0, described / max(1, min(4, self._described_size[column]))) if described else 0.0
        return max(name, words * matched.get(-1, 0.0), matched.get(-2, 0.0))


def _best_of(matches: Iterable[Match]) -> list[Match]:
    """One match a column, the best."""
    best: dict[str, Match] = {}
    for match in matches:
        if match.column not in best or match.score > best[match.column].score:
            best[match.column] = match
    return list(best.values())


def _lock(match: Match, lock: float, n_words: int) -> Match:
    """A name written out wins, except an everyday word among others: `hospital` in `hospital stay`."""
    if lock >= 1.5:
        return Match(match.column, 0.9 + 0.15 * lock, "named")
    return Match(match.column, max(match.score, 0.8 if n_words <= 1 else 0.45), "named")


def _head(words: Sequence[str]) -> int:
    """Position of the word that says most: the last one that is not generic."""
    return max((i for i, w in enumerate(words) if w not in GENERIC), default=len(words) - 1)


def _head_phrase(span: Sequence[Token]) -> Sequence[Token]:
    """The words before the first `of`, `in`, `from`, …"""
    cut = next((i for i, t in enumerate(span) if i and t.low in _HEAD_ENDS and t.column is None), len(span))
    return span[:cut]


def _ordered(span: Sequence[Token]) -> list[Token]:
    """The words with the head phrase last, so that its last word is the head: `[of education] years`."""
    head = _head_phrase(span)
    return [*span[len(head) :], *head]


def _pieces(token: Token) -> Sequence[str]:
    """The stems a token stands for: parts of a name, halves of a hyphenated word."""
    if token.column is not None:
        return [stem(p) for p in expanded_parts(token.text)] or [token.stem]
    halves = token.low.split("-")
    return [stem(h) for h in halves] if len(halves) > 1 else [token.stem]


@lru_cache(maxsize=20_000)
def expanded_parts(name: str) -> tuple[str, ...]:
    """The parts of a name, compounds cut where both halves are words: `cigsale`, `yearofbirth`, `lnincome`."""
    found: list[str] = []
    for part in name_parts(name):
        found.extend(_cut_compound(part))
    return tuple(found)


def _cut_compound(part: str) -> Iterable[str]:
    if len(part) < 5 or not part.isalpha() or _is_word(part) or part in ABBREVIATIONS:
        return (part,)
    for cut in range(1, len(part) - 2):
        left, right = part[:cut], part[cut:]
        if (left in ("ln", "log", "l") and _is_word(right)) or (
            cut >= 3 and _is_word(left, short=True) and _is_word(right)
        ):
            return (left, right)
        if right[:2] == "of" and _is_word(left) and len(right) > 5:
            return (left, right[2:])
    return (part,)


def _is_word(word: str, *, short: bool = False) -> bool:
    """Whether a lower-case piece is an everyday word of tables (or, when `short`, a known abbreviation)."""
    return word in _dictionary() or stem(word) in _dictionary() or (short and word in ABBREVIATIONS)


@lru_cache(maxsize=1)
def _dictionary() -> frozenset[str]:
    return frozenset(w for w in (*families(), *GENERIC, *_EXTRA) if len(w) >= 3)


def _is_subsequence(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
