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
    """Add what a named method looks at case by case; False when the sentence names no method."""
    del vocabulary
    found = _METHOD.match(sentence.strip())
    if not found:
        return False
    by_case = _BY_CASE.search(found["what"])
    name = " ".join(found["name"].casefold().removeprefix("the ").split())
    # as written: the variables may be introduced further on
    premises.methods[name] = (by_case["names"],) if by_case else ()
    return True


def settle_methods(premises: Premises, vocabulary: Vocabulary) -> bool:
    """Put variables in the place of the words of every method; False when some words name none."""
    for name, phrases in premises.methods.items():
        parts = [p for phrase in phrases for p in ([phrase] if vocabulary.named(phrase) else split_list(phrase))]
        names = [vocabulary.variable(p) for p in parts]
        if not all(names):
            return False
        premises.methods[name] = tuple(dict.fromkeys(n for n in names if n))
    return True
