"""Read a codebook: what free text says about each column. The text is data; nothing in it is obeyed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import cast

from ...state import Codebook
from .codebook_prose import Mention, from_prose, said_until, unwrapped
from .words import name_parts, one_edit, stem

MAX_TEXT = 200_000
MAX_DESCRIPTION = 400
MAX_PHRASE_WORDS = 12

_WORD = re.compile(r"\w+")
_OPENING = "`'\"‘“*[ "
_CLOSING = re.compile(r"[`'\"’”*\]]{0,3}")
_LABEL = re.compile(
    r"[ \t]*(?:(?:[-*•+>]|\d{1,3}[.)])[ \t]+)?\|?[ \t]*"
    r"(?P<label>[^:|=\t\n,;–—]{1,80}?)[ \t]*(?P<mark>:|\||\t|=|,|;|[ ][-–—]{1,2}[ ]|(?<=\S)[ ]{2,})[ \t]*(?P<rest>[^\n]*)"
)
_COLON = re.compile(r"\s{0,3}(?::|\s[-–—]\s|=)\s*")
_DEFINES = re.compile(
    r"\s*,?\s*(?:\(?(?:which|that|this|column|variable|and)\s+)?"
    r"(?:is|are|was|were|being|represent(?:s|ing)?|denot(?:es|ing)|indicat(?:es|ing)|measur(?:es|ing)|signif(?:ies|ying)|"
    r"reflect(?:s|ing)?|record(?:s|ing)?|show(?:s|ing)?|stand(?:s|ing) for|refer(?:s|ring) to|captur(?:es|ing)|"
    r"giv(?:es|ing)|mean(?:s|ing)|contain(?:s|ing)|describ(?:es|ing)|count(?:s|ing)|corresponds? to|equals?|identif(?:ies|ying)|tells?)\s+"
)  # fmt: skip
_RANGE = re.compile(
    r"(?P<a>[^\W\d]{1,30}?)_?(?P<from>\d{1,4})['`]?\s*(?:-|–|—|to|through|\.\.\.|…)\s*['`]?(?P=a)_?(?P<to>\d{1,4})\b"
)
_CUT = re.compile(
    r"[.;:,()\n]|\b(?:effects?|impacts?|influence|consequences?) of\b|\bon\b|\bincluding\b|\bincludes\b|\bcontains\b"
)


def read_codebook(text: str, columns: Sequence[str]) -> Codebook:
    """Find the description of each column in free text.

    Understands a line a column (`name: …`, `- name - …`, tables, tabs), JSON objects, definitions within a line
    (`x: …, y: …`), parentheses on either side of a name, `name represents …`, and ranges such as `x1-x25`.

    Args:
        text: The codebook; past 200,000 characters it is cut.
        columns: The exact names of the table's columns.

    Returns:
        The text and the descriptions found; a column the text does not describe has no entry.
    """
    text = text[:MAX_TEXT].replace("\\n", "\n").replace("\r\n", "\n").replace("\x00", "")
    text = unwrapped(text, columns)
    found = _from_json(text, columns)
    if not found:
        mentions = _mentions(text, columns)
        found = _from_lines(text, columns)
        for pairs in (
            _from_definitions(text, mentions),
            _from_parentheses(text, mentions),
            from_prose(text, mentions, found),
            _from_ranges(text, columns),
            _from_shared_parts(text, columns),
        ):
            for column, description in pairs:
                found.setdefault(column, description)
        for column, other in _in_one_breath(text, mentions):
            if other in found:
                found.setdefault(column, found[other])
    clean = {c: " ".join(d.split())[:MAX_DESCRIPTION].strip(" ,;|*") for c, d in found.items()}
    return Codebook(text=text, columns={c: clean[c] for c in columns if clean.get(c)})


def _from_json(text: str, columns: Sequence[str]) -> dict[str, str]:
    if not text.lstrip().startswith("{"):
        return {}
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    entries = cast("dict[str, object]", raw) if isinstance(raw, dict) else {}
    inner = entries.get("columns")
    if isinstance(inner, dict):
        entries = cast("dict[str, object]", inner)
    return {c: entry for c in columns if isinstance(entry := entries.get(c), str)}


def _from_lines(text: str, columns: Sequence[str]) -> dict[str, str]:
    """One line a column: the label before the first mark names it."""
    exact = {c.strip(): c for c in columns}
    loose: dict[tuple[str, ...], list[str]] = {}
    for column in columns:
        loose.setdefault(tuple(stem(p) for p in name_parts(column)), []).append(column)
    found: dict[str, str] = {}
    doubtful: list[tuple[str, str]] = []
    for line in text.split("\n"):
        if not (match := _LABEL.match(line)):
            continue
        label, rest, mark = match["label"].strip("`'\"*_ []()"), match["rest"], match["mark"]
        column = exact.get(label) or exact.get(match["label"].strip(" `'\"*"))
        if column is None and mark not in (",", "=", ";"):
            near = loose.get(tuple(stem(p) for p in name_parts(label)), [])
            column = near[0] if len(near) == 1 else None
        if column is None and mark in (":", "\t", "|") and " " not in label:
            doubtful.append((label, rest))
        if column is None or column in found or not re.search(r"[^\W_]", rest):
            continue
        if mark in (",", ";") and exact.get(re.split("[,;]", rest)[0].strip()):
            continue  # a list of column names, not a definition
        found[column] = _until_next(rest, exact)
    for label, rest in doubtful:
        near = [c for c in columns if c not in found and len(c) > 3 and one_edit(c.lower(), label.lower())]
        if len(near) == 1:
            found[near[0]] = _until_next(rest, exact)
    return found


def _until_next(rest: str, names: dict[str, str]) -> str:
    """Cut a description where the next `name:` on the same line starts."""
    for match in re.finditer(r"[,;.]\s+[`'\"*]{0,3}(\w+(?:\.\w+)*)[`'\"*]{0,3}\s?:", rest):
        if match[1] in names:
            return rest[: match.start()]
    return rest


def _mentions(text: str, columns: Sequence[str]) -> list[Mention]:
    """Every place where a column's name stands as a word, in order."""
    plain = {c for c in columns if _WORD.fullmatch(c)}
    found = [Mention(m.group(), m.start(), m.end()) for m in _WORD.finditer(text) if m.group() in plain]
    for column in columns:
        if column in plain or not column.strip():
            continue
        start = text.find(column)
        while start >= 0 and len(found) < 50_000:
            end = start + len(column)
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                found.append(Mention(column, start, end))
            start = text.find(column, end)
    found.sort(key=lambda m: (m.start, -m.end))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _from_definitions(text: str, mentions: list[Mention]) -> Iterator[tuple[str, str]]:
    """`name: …` within a line, `name (…)` and `name represents …`."""
    for i, (column, _, end) in enumerate(mentions):
        after = _CLOSING.match(text, end)
        at = after.end() if after else end
        if (colon := _COLON.match(text, at)) and text[at : colon.end()].count("\n") == 0:
            stop = next((m.start for m in mentions[i + 1 :] if _defines_at(text, m.end)), len(text))
            yield (
                column,
                re.split(r"\n|\.\s", text[colon.end() : min(stop, colon.end() + 600)].rstrip(_OPENING + ",;"))[0],
            )
    for column, _, end in mentions:
        after = _CLOSING.match(text, end)
        at = after.end() if after else end
        inside = text[at : at + 2].lstrip()
        if inside.startswith("("):
            content = text[text.index("(", at) + 1 : at + 500].split(")")[0]
            if len(_WORD.findall(content)) >= 4:
                yield column, content
    for i, (column, start, end) in enumerate(mentions):
        after = _CLOSING.match(text, end)
        at = after.end() if after else end
        sure = at > end or not column.isalpha() or text[start - 1 : start] in ("", "\n")
        if (verb := _DEFINES.match(text, at)) and (sure or text[start - 9 : start].endswith("variable ")):
            said = said_until(text, mentions, i, verb.end())
            if said:
                yield column, re.split(r"[;.\n,]", said)[0].rstrip(_OPENING)


def _defines_at(text: str, end: int) -> bool:
    after = _CLOSING.match(text, end)
    return _COLON.match(text, after.end() if after else end) is not None


def _from_parentheses(text: str, mentions: list[Mention]) -> Iterator[tuple[str, str]]:
    """`the amount paid (payments)`: the phrase before the parenthesis."""
    for column, start, end in mentions:
        opening = text.rfind("(", max(0, start - 20), start)
        if opening < 0 or text[end : end + 3].lstrip("`'\"’”*")[:1] != ")":
            continue
        if text[opening + 1 : start].strip(_OPENING).lower() in (
            "",
            "the variable",
            "variable",
            "column",
            "the column",
        ):
            yield column, phrase_before(text, opening)


def _from_ranges(text: str, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`the confounders (x1-x25)`: every column in the range."""
    seen: set[str] = set()
    for match in _RANGE.finditer(text):
        if match[0] in seen:
            continue
        seen.add(match[0])
        low, high = int(match["from"]), int(match["to"])
        for column in columns:
            number = column.removeprefix(match["a"]).lstrip("_")
            if column.startswith(match["a"]) and number.isdigit() and len(number) < 5 and low <= int(number) <= high:
                yield column, phrase_before(text, match.start())


def _in_one_breath(text: str, mentions: list[Mention]) -> Iterator[tuple[str, str]]:
    """`x and y: …`: a name, and the one after it whose description is for both; the last names come first."""
    defined = -1
    for i in range(len(mentions) - 2, -1, -1):
        here, after = mentions[i], mentions[i + 1]
        between = text[here.end : after.start] if after.start - here.end < 12 else "."
        if between.strip("`'\"‘“”’* ") in (",", "and", ", and", "/", "&") and (
            defined == i + 1 or _defines_at(text, after.end)
        ):
            defined = i
            yield here.column, after.column


def _from_shared_parts(text: str, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`HAMD: Hamilton depression score`, where columns are called HAMD_base and HAMD_week8."""
    names = {c.lower() for c in columns}
    for match in re.finditer(r"(?:^|[.;\n] ?|\(|[-*] )[`'\"]?([A-Za-z]\w{1,20})[`'\"]? ?[:=] ([^.;\n]{3,120})", text):
        part = match[1].lower()
        if part not in names:
            for column in columns:
                if part in name_parts(column) and len(name_parts(column)) > 1:
                    yield column, match[2]


def phrase_before(text: str, end: int) -> str:
    """The noun phrase that ends here: back to punctuation or to `effect of`, at most twelve words."""
    window = text[max(0, end - 160) : end].rstrip(" (`'\"")
    cuts = list(_CUT.finditer(window))
    return " ".join(window[cuts[-1].end() if cuts else 0 :].split()[-MAX_PHRASE_WORDS:])


def prose(codebook: Codebook) -> str:
    """The running text of a codebook: wrapped lines joined, lines that define a column left out."""
    kept: list[str] = []
    for line in codebook.text[:50_000].split("\n"):
        match = _LABEL.match(line)
        if match and match["label"].strip("`'\"*_ []()") in codebook.columns and match["mark"] != ",":
            kept.append(". ")
        else:
            kept.append(line.strip() or ". ")
    return " ".join(kept)
