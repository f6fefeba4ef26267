"""Rewritings that keep what follows: the published paraphrase and renaming, and our own."""

from __future__ import annotations

import random
import re

from ..harness.perturb import new_word
from .problem import HYPOTHESES, parse_hypothesis

_LISTED = re.compile(r"closed system of \d+ variables?, (.+?)(?:, whose|\.)")
_LIST = re.compile(r",? and |, ")


def paraphrase(text: str, rng: random.Random) -> str:
    """Say the hypothesis as the published paraphrase does."""
    del rng
    premise, heading, hypothesis = text.partition("Hypothesis:")
    asked = parse_hypothesis(hypothesis)
    if asked is None:
        return text
    relation, a, b = asked
    return f"{premise}{heading} {HYPOTHESES[relation][-1][1].format(a=a, b=b)}"


def refactor(text: str, rng: random.Random) -> str:
    """Name the variables from the end of the alphabet, as the published variable refactorisation does."""
    del rng
    names = names_of(text)
    last = [chr(ord("Z") - i) for i in range(len(names))]
    return _rename(text, dict(zip(names, last, strict=True))) if len(names) <= 26 else text


def rename_all(text: str, rng: random.Random) -> str:
    """Give all variables names that nobody has seen, in no telling order."""
    return _rename(text, {n: new_word(rng).capitalize() for n in names_of(text)})


def names_of(text: str) -> list[str]:
    """The variables in the order of the premise."""
    listed = _LISTED.search(text)
    return _LIST.split(listed[1]) if listed else []


def _rename(text: str, names: dict[str, str]) -> str:
    """Give whole words other names, all at once; the case counts: "a cause" is not about the variable A."""
    if not names:
        return text
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})\b", lambda m: names[m[0]], text)
