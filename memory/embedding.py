"""Turn text into a vector without a model, a download or a library: signed hashing of words, stems and letters.

Each text becomes a bag of features: stems of its words, the concept a word belongs to in a small built-in
thesaurus ("wage" and "income" share one), and groups of letters, so that spellings and endings still meet. Each
feature is hashed to four places, each with a sign (Weinberger et al. 2009, "Feature hashing for large scale multitask
learning"). Two texts are close when they share features; this is lexical recall with a thesaurus, not
understanding. Equal text gives equal vectors in every process and on every machine.
"""

from __future__ import annotations

import math
import re
import struct
import unicodedata
from array import array
from collections import Counter
from functools import lru_cache
from hashlib import blake2b

from .thesaurus import concept_of, is_filler, stem

NAME = "hash-512-1"
"""Stored beside each vector; vectors of another name are computed anew."""
N_DIMENSIONS = 512
MAX_WORD = 40
MAX_CHARS = 8_000
"""Text beyond this does not count: a graph of thousands of edges is found by its name, note and first nodes."""

_CASE_CHANGE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def embed(text: str) -> array[float]:
    """Embed a text.

    Returns:
        512 numbers (C floats) of Euclidean length 1, or all 0 when there is no word.
    """
    vector = [0.0] * N_DIMENSIONS
    for feature, weight in _features(text).items():
        for place, sign in _places(feature):
            vector[place] += sign * weight
    length = math.sqrt(sum(x * x for x in vector))
    return array("f", [x / length for x in vector] if length else vector)


def pack(vector: array[float]) -> bytes:
    """Write a vector as little-endian 32-bit floats, the form it is stored in."""
    return struct.pack(f"<{len(vector)}f", *vector)


def words(text: str) -> list[str]:
    """Split text into lower-case words.

    `numChildren`, `num_children` and "num children" are the same two; `educ76` is that and `educ`.
    """
    try:
        plain = unicodedata.normalize("NFKC", text[:MAX_CHARS])
    except UnicodeError:  # lone surrogates, from file names that are not UTF-8
        plain = text[:MAX_CHARS]
    found: list[str] = []
    for word in _WORD.findall(_CASE_CHANGE.sub(" ", plain).casefold()):
        found.append(word)
        if not word.isalpha():
            found += _LETTERS.findall(word)
    return found


def says_nothing(text: str) -> bool:
    """Whether no word of a text carries content, as in "what did we learn?"."""
    return all(is_filler(word) for word in words(text))


def _features(text: str) -> dict[str, float]:
    """The features of a text, each with its weight; how often a word comes counts by its logarithm."""
    weights: dict[str, float] = {}
    found = words(text)
    content = [w for w in found if not is_filler(w)]
    for word, count in Counter(content or found).items():
        repeated = 1.0 + math.log(count)
        root = stem(word)
        _add(weights, f"stem:{root}", repeated)
        if content and (concept := concept_of(word, root)):
            _add(weights, f"concept:{concept}", 1.2 * repeated)
        grams = _letter_groups(word) if content else ()
        for gram in grams:
            _add(weights, f"gram:{gram}", 0.6 * repeated / math.sqrt(len(grams)))
    return weights


def _add(weights: dict[str, float], feature: str, weight: float) -> None:
    weights[feature] = weights.get(feature, 0.0) + weight


@lru_cache(maxsize=20_000)
def _letter_groups(word: str) -> tuple[str, ...]:
    """Runs of 3 and 4 letters with the word's edges marked; of 1 and 2 where scripts write words without blanks."""
    if any(ord(char) >= 0x2E80 for char in word):
        return _runs(word, (1, 2))
    return _runs(f"<{word[:MAX_WORD]}>", (3, 4)) if len(word) >= 3 else ()


def _runs(text: str, lengths: tuple[int, int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[i : i + n] for n in lengths for i in range(len(text) - n + 1)))


@lru_cache(maxsize=100_000)
def _places(feature: str) -> tuple[tuple[int, float], ...]:
    """Four places, each with a sign: two features that meet in one of them still differ in three."""
    code = blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return tuple((n % N_DIMENSIONS, 0.5 if n >> 31 else -0.5) for n in struct.unpack("<4I", code))
