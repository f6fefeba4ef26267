"""Which words of a text are made-up names, that others may replace."""

from __future__ import annotations

import re

_EDGE = re.compile(
    r"([A-Za-z]+(?:(?:,? and |, )[a-z]+)*) (?:has a direct (?:effect|influence) on|directly (?:affects|influences|impacts)) "
    r"([a-z]+(?:(?:,? and |, )[a-z]+)*)"
)
_PART = re.compile(r",? and |, ")


def made_up_names(text: str) -> list[str]:
    """The names of the variables when they stand for themselves: all single words, negated as "not word"; else none."""
    found: dict[str, None] = {}
    sentences = re.split(r"(?<=[.:]) ", text)
    edges = [m for s in sentences if (m := _EDGE.fullmatch(s.rstrip(".")))]
    if len(edges) < sum("direct effect" in s or "directly affects" in s for s in sentences):
        return []
    for edge in edges:
        for side in edge.groups():
            found |= dict.fromkeys(n.lower() for n in _PART.split(side))
    bare = any(re.search(rf"\bnot {n}\b", text) for n in found) or "Method 1" in text
    return list(found) if bare else []
