"""Read named proposals of what to adjust for: "Method 1: We look at … case by case according to age"."""

from __future__ import annotations

import re

from .sentences import split_list
from .types import Premises
from .vocabulary import Vocabulary

_METHOD = re.compile(
    r"^(?P<name>(?:the )?(?:method|approach|strategy|procedure|option|plan) \w+)\s*[:,.\-–]\s*(?P<what>.+)$", re.I
)
_BY_CASE = re.compile(
    r"(?:case by case|separately|group by group|stratum by stratum|stratified|broken down|split up|adjust(?:ing|ed)|controlling|"
    r"within (?:each )?(?:level|group|stratum|strata|levels|groups)s?)(?: (?:according to|by|for|of|in|on|per|with respect to))?"
    r"(?: (?:each|every) (?:level|value|group|stratum) of)? (?P<names>.+)$",
    re.I,
)


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add what a named method adjusts for; False when the sentence names no method."""
    found = _METHOD.match(sentence.strip())
    if not found:
        return False
    by_case = _BY_CASE.search(found["what"])
    names: list[str] = []
    if by_case:
        whole = vocabulary.variable(by_case["names"])
        phrases = [by_case["names"]] if vocabulary.named(by_case["names"]) else split_list(by_case["names"])
        names = [n for p in phrases if (n := vocabulary.variable(p)) is not None] or ([whole] if whole else [])
        if not names:
            return False
    premises.methods[" ".join(found["name"].casefold().removeprefix("the ").split())] = tuple(dict.fromkeys(names))
    return True
