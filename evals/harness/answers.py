"""Bring answers into one form, and say how much credit one gets."""

from __future__ import annotations

import math
import re

from .spec import Benchmark, Item

NUMBER = re.compile(r"[+-]?(?=\.?\d)(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?")
THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
ANSWER_LINE = re.compile(r"[\s>*_#-]*(?:the\s+)?(?:final\s+)?answer(?:\s+is)?[\s*_]*:(?P<answer>.+)", re.IGNORECASE)


def normal(text: str, item: Item) -> str | None:
    """The answer in the form of the item's `answer_kind`; None when it has not that form, which is no answer.

    Strict on purpose: what is not plainly an answer is counted as unreadable, never guessed at.
    """
    bare = text.strip().strip("*_`\"'").strip().removesuffix(".").strip().strip("*_`\"'")
    if item.answer_kind == "yes_no":
        return bare.lower() if bare.lower() in ("yes", "no") else None
    if item.answer_kind == "number":
        return str(number) if (number := as_number(bare)) is not None else None
    if item.choices:
        return next((c for c in item.choices if c.lower() == bare.lower()), None)
    return bare or None


def as_number(text: str) -> float | None:
    """A finite number with a decimal point, perhaps with commas between thousands; None for anything else."""
    plain = text.strip().replace("−", "-")
    if not NUMBER.fullmatch(plain):
        return None
    value = float(plain.replace(",", ""))
    return value if math.isfinite(value) else None


def credit(benchmark: Benchmark, item: Item, answer: str | None, target: str | None = None) -> float:
    """How right an answer is, in [0, 1]; an abstention gets nothing.

    Args:
        benchmark: Whose own rule of credit is used where it has one.
        item: The question.
        answer: What was said, normalised.
        target: What is right; the published answer when None.
    """
    if answer is None:
        return 0.0
    if target is not None:
        item = item.model_copy(update={"target": target})
    if benchmark.score is not None:
        return min(1.0, max(0.0, float(benchmark.score(item, answer))))
    if item.answer_kind == "number":
        given, right = as_number(answer), as_number(item.target)
        allowed = item.tolerance * (1 + 1e-9) + 1e-12  # the last binary digit must not decide
        return float(given is not None and right is not None and abs(given - right) <= allowed)
    return float(answer.strip().lower() == item.target.strip().lower())


def form(item: Item) -> str:
    """What a model is told of the form of the answer."""
    if item.answer_kind == "yes_no":
        return "The answer is yes or no."
    if item.answer_kind == "number":
        return "The answer is one number, written with digits and a decimal point, without a unit or per cent sign."
    if item.choices:
        return f"The answer is exactly one of: {' | '.join(item.choices)}"
    return "The answer is a short text in one line."


def extract(text: str, item: Item, *, is_bare: bool) -> str | None:
    """The answer in what a model wrote; None when it is not where it was asked for.

    Args:
        text: The whole reply.
        item: The question.
        is_bare: Whether the reply was to be the answer alone, not end in a line `Answer: …`.
    """
    lines = [line for line in THOUGHTS.sub("", text).splitlines() if line.strip()]
    if not lines or (is_bare and len(lines) > 1):
        return None
    marked = ANSWER_LINE.match(lines[-1])
    if marked:
        return normal(marked["answer"], item)
    return normal(lines[-1], item) if is_bare else None


def ends_in_answer(text: str) -> bool:
    """Whether the last line of what a model wrote is `Answer: …`."""
    lines = text.strip().splitlines()
    return bool(lines and ANSWER_LINE.match(lines[-1]))
