"""Read what running text says of columns: `north is 1 for receipts of …, n_items the number of articles`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

WRAPPED = 55
"""A line at least this long that the next one goes on from was broken to fit a page."""
SHORT = 20
"""A shorter line is joined too when the next begins with a small letter."""
MAX_SAID = 300
MAX_TRIED = 200
"""Places looked at for one column; what is said of it stands among the first."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_BULLET = re.compile(r"\s*(?:[-*•+>|#]|\d{1,3}[.)]\s)")
_CLOSING = re.compile(r"[`'\"’”*\]]{0,3}")
_SAYS = re.compile(
    r"\s+(?:(?:column\s+)?(?:says|tells|marks|states|records|indicates|denotes|represents|measures|counts|gives|holds|shows|flags|equals|"
    r"codes|reports|contains)\s+|(?:is|are|was|were)\s+(?=(?:1|0|one|zero|true|equal to)\b))"
)
"""What only a column does: a plain word followed by it is the column of that name."""
_IS = re.compile(r"\s+(?:is|are|was|were)\s+(?=(?:the|a|an|in|his|her|their|its|whether|how|what)\b)")
_ELLIPSIS = re.compile(
    r"\s+(?=(?:number|amount|total|average|mean|share|the|a|an|whether|how|what|his|her|their|its|in|1|0|if)\b)"
)
"""`…, n_items the number of articles`: the verb stands with the column before."""
_INSIDE = re.compile(r"(?:\s?[,:;=]\s?|\s[–-]\s)([^()]{2,200})\)")
_STOP = re.compile(r"[;\n]|\.(?=\s|$)")
_AND = re.compile(r"(?:,|\s+and|,\s*and)\s*[`'\"‘“*]{0,3}$")


class Mention(NamedTuple):
    """A place where a column's name stands as a word."""

    column: str
    start: int
    end: int


def unwrapped(text: str, columns: Sequence[str]) -> str:
    """Join lines that were only broken to fit a page; lines that start a new entry stay."""
    names = set(columns)
    lines = text.split("\n")
    found = lines[:1]
    last = len(found[0]) if found else 0
    for line in lines[1:]:
        first = line.strip().split(" ")[0].strip("`'\"*:,;")
        starts = not line.strip() or _BULLET.match(line) or "\t" in line or (first in names and _is_entry(line))
        flows = last >= WRAPPED or (last >= SHORT and line[:1].islower() and found[-1].rstrip()[-1:] not in ".:;|")
        if flows and not starts:
            found[-1] += " " + line.strip()
        else:
            found.append(line)
        last = len(line)
    return "\n".join(found)


def _is_entry(line: str) -> bool:
    """Whether a line that begins with a name defines it: `age: …`, `age   …`, `age - …`."""
    return re.match(r"\s*\S+\s*(?::|\t|\||=|\s{2}|\s[-–—]\s)", line) is not None


def from_prose(text: str, mentions: list[Mention], known: Container[str]) -> Iterator[tuple[str, str]]:
    """Descriptions in sentences and lists, for columns that are not known yet, the first that is found."""
    tried: dict[str, int] = {}
    for i, mention in enumerate(mentions):
        tried[mention.column] = tried.get(mention.column, 0) + 1
        if tried[mention.column] > MAX_TRIED or mention.column in known:
            continue
        after = _CLOSING.match(text, mention.end)
        at = after.end() if after else mention.end
        said = (
            _parenthesis_after(text, mention, at)
            or _sentence(text, mentions, i, at)
            or _item(text, mentions, i, at)
            or _first_in_parenthesis(text, mention, at)
        )
        if said:
            tried[mention.column] = MAX_TRIED
            yield mention.column, said


def _parenthesis_after(text: str, mention: Mention, at: int) -> str | None:
    """`child_age (years)`, `girl (1 = girl)`: of a name that is also a word only when it reads as a definition."""
    inside = re.compile(r"\s?\(([^()]{2,200})\)").match(text, at)
    if inside is None or not _WORD.search(inside[1]):
        return None
    coded = re.match(r"\s*[\w'\"]{1,12}\s*(?:=|if|for|means)", inside[1]) is not None
    return inside[1] if coded or _unlike_words(text, mention, at) or _in_list(text, mention) else None


def _sentence(text: str, mentions: list[Mention], i: int, at: int) -> str | None:
    mention = mentions[i]
    sure = _unlike_words(text, mention, at) or _opens_in_small(text, mention)
    verb = _SAYS.match(text, at) or (_IS.match(text, at) if sure or _in_list(text, mention) else None)
    if verb is None and (sure or _in_list(text, mention)) and _beside_another(text, mentions, i):
        verb = _ELLIPSIS.match(text, at)
    return said_until(text, mentions, i, verb.end()) if verb else None


def _item(text: str, mentions: list[Mention], i: int, at: int) -> str | None:
    """`…; unemp_months, months unemployed before the programme; …`: one entry of a list that semicolons part."""
    start = max(text.rfind(c, max(0, mentions[i].start - MAX_SAID), mentions[i].start) for c in ";:\n")
    if text[start + 1 : mentions[i].start].strip(" `'\"‘“*") or text[at : at + 1] != ",":
        return None
    said = _STOP.split(text[at + 1 : at + MAX_SAID])[0]
    before, after = text[max(0, start) : start + 1], text[at + 1 + len(said) : at + 2 + len(said)]
    named = any(m.start < at + 1 + len(said) for m in mentions[i + 1 : i + 2])
    return None if named or ";" not in (before, after) else said


def _first_in_parenthesis(text: str, mention: Mention, at: int) -> str | None:
    """`mental health (mh_score, 0-100, higher is better)`: the phrase before, and what else is said of it."""
    opening = text.rfind("(", max(0, mention.start - 4), mention.start)
    inside = _INSIDE.match(text, at)
    if (
        opening < 0
        or inside is None
        or not _WORD.search(inside[1])
        or text[opening + 1 : mention.start].strip(" `'\"‘“*")
    ):
        return None
    phrase = re.split(r"[.;:,()]", text[max(0, opening - 120) : opening])[-1]
    return f"{' '.join(phrase.split()[-6:])} ({inside[1]})"


def said_until(text: str, mentions: list[Mention], i: int, start: int) -> str | None:
    """The words up to the end of the sentence or to where the next column is spoken of."""
    end = min(len(text), start + MAX_SAID)
    if stop := _STOP.search(text, start, end):
        end = stop.start()
    for later in mentions[i + 1 : i + 6]:
        if later.start >= end:
            break
        parted = _AND.search(text[start : later.start])
        if parted and (_unlike_words(text, later, later.end) or _goes_on(text, later)):
            end = start + parted.start()
            break
    said = text[start:end].strip(" `'\"‘“*,(")
    return said if _WORD.search(said) else None


def _goes_on(text: str, mention: Mention) -> bool:
    """Whether a new definition starts at a name: `…, north is 1 for …`."""
    after = _CLOSING.match(text, mention.end)
    at = after.end() if after else mention.end
    return any(p.match(text, at) for p in (_SAYS, _IS, _ELLIPSIS)) or text[at : at + 2].lstrip()[:1] in ("(", ",", ".")


def _beside_another(text: str, mentions: list[Mention], i: int) -> bool:
    """Whether the words before end an entry, so that a definition without a verb can follow."""
    before = text[max(0, mentions[i].start - 8) : mentions[i].start]
    return i > 0 and _AND.search(before) is not None and "\n" not in before


def _in_list(text: str, mention: Mention) -> bool:
    """Whether a name stands where lists of columns have theirs: after a comma, a colon or the words that open the list."""
    before = text[max(0, mention.start - 40) : mention.start].rstrip(" `'\"‘“*")
    opened = re.search(
        r"(?:\b(?:columns?|variables?|fields?|file|table|data|dataset)\s+(?:are|is|has|have|include[sd]?|contains?)|[;:,(]|\band)$",
        before,
    )
    return opened is not None


def _opens_in_small(text: str, mention: Mention) -> bool:
    """Whether a sentence begins with this name in small letters, as no word of English would."""
    before = text[max(0, mention.start - 12) : mention.start].rstrip(" `'\"‘“*")
    return mention.column[:1].islower() and (before[-1:] in (".", ";") or (mention.start < 3 and not before))


def _unlike_words(text: str, mention: Mention, at: int) -> bool:
    """Whether a name cannot be mistaken for a word of the sentence: a mark in it, quotes, or capitals within a sentence."""
    name = mention.column
    if not name.isalpha() or at > mention.end:
        return True
    inner = name[1:]
    return inner != inner.lower() and inner != inner.upper()
