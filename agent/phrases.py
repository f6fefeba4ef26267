"""Phrases that no evidence can back, or that are not a finding at all: certainty, links, hidden text, our own prompt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from ..prompts import source

LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|!?\[[^\]]*\]\(|<\s*(?:img|a|script|iframe)\b|\bdata:[a-z]+/)", re.I
)
"""An address, or what a report would turn into one: it could carry data out when it is shown."""
CERTAIN = re.compile(
    r"\b(?:prove[sdn]?|proof|undoubtedly|indisputabl[ey]|irrefutabl[ey]|conclusive(?:ly)?|guarantee[sd]?|definite(?:ly)?"
    r"|certain(?:ly)?|beyond (?:any |all )?doubt|without (?:any |a )?doubt)\b",
    re.I,
)
DENIED = re.compile(
    r"\b(?:no|not|never|nobody|nothing|none|without|nor|neither|cannot|can't|than|less|how)\b|n't\b", re.I
)
SPARED = frozenset("²³")
"""Exponents of units."""
RUN = 8
"""So many words in a row are copied and no accident."""


def phrase_faults(text: str) -> Iterator[str]:
    """What is wrong with the words of a sentence, whatever the evidence says."""
    if hidden := sorted({ch for ch in text if _hides(ch)}):
        yield f"holds characters that cannot be seen or checked: {', '.join(f'U+{ord(ch):04X}' for ch in hidden[:4])}."
    if LINK.search(text):
        yield "holds a link or an address; an answer has none."
    for clause in re.split(r"[.;!?]\s+", text):
        word = CERTAIN.search(clause)
        if word and not DENIED.search(clause[: word.start()]):
            yield f"says {word.group()!r}; data and assumptions prove nothing for certain."
    if any(run in _prompt_runs() for run in _runs(text)):
        yield "repeats the instructions of this program."


def _hides(ch: str) -> bool:
    """Direction marks, control characters, and numerals that are no digits (Ⅻ, ½, ①)."""
    kind = unicodedata.category(ch)
    return (kind in ("Cc", "No", "Nl") and ch not in SPARED) or unicodedata.bidirectional(ch) in (
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    )  # fmt: skip


@cache
def _prompt_runs() -> frozenset[tuple[str, ...]]:
    return frozenset(_runs(source("system")))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return (tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))
