"""Cut a text into statements and one question, and enumerations into their parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_CHARACTERS = 2_000_000
"""Longer texts are cut. All independencies of a dozen variables fill a million."""

_END = re.compile(r"(?<=[.!?;])[\"')\]]*\s+|\n+")
_HEAD = re.compile(r"^\s*(premise|background|context|given info|given information|conditions|facts|story)\s*:\s*", re.I)
_ASKED = re.compile(r"\b(hypothesis|question)\s*:\s*", re.I)
_COLON = re.compile(r":\s+(?=\S)")
_KEEPS_COLON = re.compile(r"\bmethod\s+\w+\s*$|\b(?:option|choice)\s*\w*\s*$", re.I)
_SUPPOSES = re.compile(
    r"^(?:further |now |next |and |then |also |let us |let's )*(?:(?:assume|suppose)\b(?! there (?:is|are))|imagine that\b)",
    re.I,
)
_BARE = re.compile(
    r"^(?:then |so |in that case,? )?(?:would|will|does|do|did|is|are)\b(?!.*\b(?:if|when|instead|given|had)\b)", re.I
)
"""A question that needs a supposition."""
_TELLS = re.compile(r"\d|\b(?:causes?|leads?|results?|brings?|observed?|effect|if|when)\b", re.I)
MOST_BETWEEN = 3
"""So many sentences that state nothing may stand between a supposition and its question."""
_OPENS = re.compile(
    r"^(?:(?:overall|so|then|now|finally|therefore|question|in (?:this|that|such a) (?:\w+ )?world|given (?:this|these|the above)[^,]*|"
    r"based on [^,]*|according to [^,]*),\s+)+",
    re.I,
)
_LIST = re.compile(r"\s*,\s*(?:and|or|as well as)\s+|\s*,\s*|\s+(?:and|or|as well as)\s+")
_NUMBERED = re.compile(r"(?m)^\s*\(?\d+[.)]\s+")

_FORM = re.compile(r"^(?:please )?(?:answer|provide|give|reply|respond|return|choose|select|round|state)\b", re.I)


@dataclass(frozen=True)
class Passage:
    """A text, cut."""

    statements: tuple[str, ...]
    """Sentences without their full stop, in order."""
    question: str
    """What is asked, with the suppositions right before it; empty when nothing is."""
    form: str = ""
    """What is said about the form of the answer: "Answer yes or no"."""


def split_passage(text: str) -> Passage:
    """Cut a text into its statements and its question.

    The question is what a heading names, else the last sentence with a question mark, else the last sentence.
    """
    text = text[:MOST_CHARACTERS].replace("’", "'").replace("“", '"').replace("”", '"')
    asked = list(_ASKED.finditer(text))
    if asked:
        before = split_sentences(text[: asked[-1].start()])
        first, *more = split_sentences(text[asked[-1].end() :], keep_mark=True) or [""]
        more, form = _part_form(more)
        return Passage(tuple(before), " ".join([first, *more]), ". ".join(form))
    sentences = split_sentences(text, keep_mark=True)
    at = max((i for i, s in enumerate(sentences) if s.endswith("?")), default=len(sentences) - 1)
    start = at
    while start > 0 and _SUPPOSES.match(sentences[start - 1]):
        start -= 1
    after, form = _part_form(sentences[at + 1 :])
    supposed, end = sentences[start:at], start
    if not supposed and _BARE.match(sentences[at] if sentences else ""):
        start, end = _supposed_before(sentences, at)
        supposed = sentences[start:end]
    between = sentences[end:at] if start < end <= at else []
    statements = [s.rstrip("?") for s in (*sentences[:start], *between, *after)]
    return Passage(tuple(statements), _OPENS.sub("", " ".join([*supposed, *sentences[at : at + 1]])), ". ".join(form))


def _supposed_before(sentences: list[str], at: int) -> tuple[int, int]:
    """Where the suppositions of a question begin and end that others stand between; both its own place if there are none."""
    end = at
    while end > 0 and at - end < MOST_BETWEEN + 1 and not _SUPPOSES.match(sentences[end - 1]):
        if _TELLS.search(sentences[end - 1]):
            return at, at
        end -= 1
    start = end
    while start > 0 and _SUPPOSES.match(sentences[start - 1]):
        start -= 1
    return (start, end) if start < end else (at, at)


def _part_form(sentences: list[str]) -> tuple[list[str], list[str]]:
    """What comes after a question, parted where it begins to speak of the form of the answer."""
    start = next((i for i, s in enumerate(sentences) if _FORM.match(s)), len(sentences))
    return sentences[:start], sentences[start:]


def split_sentences(text: str, *, keep_mark: bool = False) -> list[str]:
    """The sentences of a text, without full stops; `keep_mark` keeps question marks."""
    found: list[str] = []
    for piece in _END.split(_NUMBERED.sub("", text)):
        piece = _HEAD.sub("", piece).strip()
        start = 0
        for colon in _COLON.finditer(piece):
            if _KEEPS_COLON.search(piece, start, colon.start()):
                break
            found.append(piece[start : colon.start()].strip())
            start = colon.end()
        piece = piece[start:]
        marked = piece.rstrip("\"')] ").endswith("?")
        piece = piece.rstrip(" .!;\t").rstrip("?").rstrip()
        if piece:
            found.append(f"{piece}?" if keep_mark and marked else piece)
    return [s for s in found if s]


def split_list(phrase: str) -> list[str]:
    """The parts of "A", "A and B", "A, B, and C"."""
    phrase = re.sub(r"^both\s+", "", phrase.strip())
    return [p.strip() for p in _LIST.split(phrase) if p and p.strip()]
