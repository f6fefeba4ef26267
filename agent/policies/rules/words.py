"""Cut text into words: tokens, stems, sentences, and words one slip of the finger apart.

Everything here is linear in the length of the text, so hostile input costs time in proportion and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

MIN_TYPO_LENGTH = 5
"""Shorter words are too near to each other to guess at."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th)?(?![\w.])%?|->|→|>=|<=|≥|≤|\w+(?:['’]\w+|-\w+)*|[^\w\s]")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_BRITISH = {
    "programme": "program", "programmes": "programs", "cheque": "check", "centre": "center", "labour": "labor",
    "behaviour": "behavior", "colour": "color", "favour": "favor", "neighbour": "neighbor", "neighbours": "neighbors",
    "tumour": "tumor", "haemoglobin": "hemoglobin", "anaemia": "anemia", "fibre": "fiber", "litre": "liter",
    "enrol": "enroll", "enrols": "enrolls", "enrolment": "enrollment", "paediatric": "pediatric", "grey": "gray",
    "cut-off": "cutoff", "cut-offs": "cutoffs", "e-mail": "email", "e-mails": "emails", "on-line": "online",
    "ageing": "aging", "judgement": "judgment", "licence": "license", "practise": "practice", "analyse": "analyze",
}  # fmt: skip
_IRREGULAR = {
    "women": "woman", "men": "man", "children": "child", "people": "person", "persons": "person", "mice": "mouse",
    "died": "die", "dying": "die", "deaths": "death", "took": "take", "taken": "take", "taking": "take",
    "got": "get", "gotten": "get", "getting": "get", "had": "have", "has": "have", "having": "have", "does": "do",
    "did": "do", "done": "do", "was": "be", "were": "be", "is": "be", "are": "be", "been": "be", "being": "be",
    "am": "be", "led": "lead", "leads": "lead", "leading": "lead", "made": "make", "making": "make", "rose": "raise",
    "bought": "buy", "sold": "sell", "paid": "pay", "spent": "spend", "went": "go", "gave": "give", "given": "given",
    "sent": "send", "compared": "compare", "comparing": "compare", "controlled": "control",
    "controlling": "control", "enrolled": "enroll", "cancelled": "cancel", "canceled": "cancel", "travelled": "travel",
    "taught": "teach", "chose": "choose", "won": "win",
    "grew": "grow", "fell": "fall", "cut": "cut", "cutting": "cut", "cuts": "cut", "hurts": "hurt", "slept": "sleep",
    "yes": "yes", "using": "use", "used": "use", "uses": "use", "its": "its", "this": "this", "less": "less",
    "causes": "cause", "caused": "cause", "causing": "cause", "lying": "lie", "bias": "bias", "data": "data",
    "analysis": "analysis", "status": "status", "always": "always", "diagnosis": "diagnosis", "gas": "gas",
    "earnings": "earnings", "savings": "saving", "series": "series", "species": "species", "news": "news",
}  # fmt: skip
_DEEP = (
    "isation", "ization", "ational", "ating", "ated", "ates", "ate", "ations", "ation", "ition", "ements", "ement",
    "ments", "ment", "ings", "ing",
    "ized", "ised", "ize", "ise", "ance", "ence", "ants", "ant", "ents", "ent", "ees", "ee", "ers", "er", "ors", "or",
    "ions", "ion", "ed", "ely", "ly", "ives", "ive", "als", "al", "ity", "ness", "ies", "es", "s", "e", "y",
)  # fmt: skip


class Token(NamedTuple):
    """A word as written, and the forms it is compared by."""

    text: str
    low: str
    """Lower case, American spelling."""
    stem: str
    """Without plural, -ing and -ed."""
    start: int
    end: int
    column: str | None = None
    """The column whose name this is, letter by letter or part by part."""
    lock: float = 0.0
    """How surely it is that column's name: 2 exact and unmistakable, 1 an everyday word that is also a name."""

    @property
    def is_word(self) -> bool:
        """Whether it has a letter or digit."""
        return self.column is not None or self.low[:1].isalnum() or self.low[:1] == "_"


def tokenise(text: str) -> list[Token]:
    """Cut text into words, numbers and marks; hyphenated words stay whole."""
    return [_token(m.group(), m.start()) for m in _TOKEN.finditer(text)]


def _token(text: str, start: int) -> Token:
    low = normal(text)
    return Token(text, low, stem(low), start, start + len(text))


@lru_cache(maxsize=20_000)
def normal(word: str) -> str:
    """Lower case, straight apostrophes, American spelling, no possessive."""
    low = word.lower().replace("’", "'").removesuffix("'s")
    return _BRITISH.get(low, low)


@lru_cache(maxsize=20_000)
def stem(low: str) -> str:
    """Take plural, -ing and -ed off a lower-case word.

    Example:
        >>> [stem(w) for w in ("studies", "wages", "training", "dropped", "class", "causes")]
        ['study', 'wage', 'train', 'drop', 'class', 'cause']
    """
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    if len(low) < 4 or not low.isalpha() or low.endswith("thing"):
        return low
    word = low
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and any(v in base for v in "aeiouy"):
            return _restore(base)
    return word


def _restore(base: str) -> str:
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    if base.endswith("at") and not base.endswith("eat"):
        return base + "e"
    if base.endswith(("iz", "us", "uc", "ov", "iv", "as", "eas", "ang", "arg", "ur", "ag", "ak", "ut")):
        return base + "e"
    return base


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """Take endings off as deep as four letters: education, educated and educ share one.

    Example:
        >>> root("reservation") == root("reserved"), root("hospitalized") == root("hospital")
        (True, True)
    """
    again = True
    while again and len(word) > 4:
        again = False
        for ending in _DEEP:
            if word.endswith(ending) and len(word) - len(ending) >= 4:
                word, again = word[: -len(ending)], True
                break
    return word


def name_parts(name: str) -> tuple[str, ...]:
    """Cut a column name at underscores, dots, spaces, digits and capitals; lower case.

    Example:
        >>> name_parts("pushDelivered_v2"), name_parts("margin.pre")
        (('push', 'delivered', 'v', '2'), ('margin', 'pre'))
    """
    return tuple(normal(p) for p in _CAMEL.findall(name[:200]))


def sentences(tokens: list[Token]) -> list[list[Token]]:
    """Cut a list of tokens at full stops, question marks, exclamation marks and semicolons."""
    found: list[list[Token]] = [[]]
    for i, token in enumerate(tokens):
        found[-1].append(token)
        if token.low in {"?", "!", ";"} or (token.low == "." and _ends_sentence(tokens, i)):
            found.append([])
    return [s for s in found if any(t.is_word for t in s)]


def _ends_sentence(tokens: list[Token], i: int) -> bool:
    """Whether a full stop ends a sentence: not inside `a.b`, nor after `e.g`, `vs`, `etc` before a small letter."""
    if i + 1 >= len(tokens):
        return True
    after = tokens[i + 1]
    if after.start == tokens[i].end:
        return False
    before = tokens[i - 1].low if i else ""
    return not (after.text[:1].islower() and before in {"e", "g", "vs", "etc", "al", "approx", "resp"})


class Speller:
    """Finds the word of a vocabulary that is one edit away: one letter more, less, other, or two swapped."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known = frozenset(w for w in vocabulary if len(w) >= MIN_TYPO_LENGTH and w.isalpha())
        self._deletes: dict[str, set[str]] = {}
        for word in self._known:
            for shorter in _shortened(word):
                self._deletes.setdefault(shorter, set()).add(word)

    def correct(self, word: str) -> str | None:
        """The one known word that is one edit away and starts with the same letter; None when none or several."""
        if len(word) < MIN_TYPO_LENGTH or not word.isalpha() or word in self._known or len(word) > 40:
            return None
        near: set[str] = set()
        for shorter in _shortened(word):
            near |= self._deletes.get(shorter, set())
        close = {w for w in near if w[0] == word[0] and one_edit(w, word)}
        return close.pop() if len(close) == 1 else None


def _shortened(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def one_edit(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns one word into the other."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    i = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return longer[i + 1 :] == shorter[i:]
    return a[i + 1 :] == b[i + 1 :] or (a[i + 2 :] == b[i + 2 :] and a[i : i + 2] == b[i : i + 2][::-1])
