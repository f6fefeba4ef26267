"""Mark an answer to a data question part by part: what was read, the method, the size, the significance."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import cast

from ...tools.domain.model import Model
from ..harness.answers import as_number
from ..harness.spec import Item

CLOSE = 0.1
"""Relative error of an effect up to which it counts as right."""
CAP = 1.0
"""Relative errors are capped at 100 %, so that one miss does not decide a mean."""
FAMILIES: tuple[frozenset[str], ...] = (
    frozenset({"ols", "regression", "rct", "difference in means", "glm", "linear regression", "experiment"}),
    frozenset({"matching", "psm", "ipw", "psw", "aipw", "propensity score matching", "propensity score weighting", "weighting"}),
    frozenset({"iv", "instrumental variable", "2sls", "encouragement"}),
    frozenset({"did", "difference in differences", "twfe", "panel"}),
    frozenset({"rdd", "rd", "regression discontinuity"}),
    frozenset({"frontdoor"}),
)  # fmt: skip
"""Names of the same way to an effect."""


class Marks(Model):
    """What of one answer is right; None where the published answer is silent."""

    treatment: bool | None = None
    outcome: bool | None = None
    method: bool | None = None
    error: float | None = None
    """Relative error of the effect, capped; the cap when there is no number."""
    significant: bool | None = None

    @property
    def credit(self) -> float:
        """Share of treatment, outcome, method and effect that is right; significance is reported apart."""
        size = None if self.error is None else self.error <= CLOSE
        known = [p for p in (self.treatment, self.outcome, self.method, size) if p is not None]
        return sum(known) / len(known) if known else 0.0


def mark(target: str, answer: str | None, *, turned: bool = False) -> Marks:
    """Compare an answer with the published one, both as JSON.

    Args:
        target: What was published.
        answer: What was said, or None.
        turned: Whether the published treatment and outcome are known to be exchanged.
    """
    gold, said = _parts(target), _parts(answer)
    if turned:
        gold = {**gold, "treatment": gold.get("outcome"), "outcome": gold.get("treatment")}
    effect = gold.get("effect")
    is_cut = gold.get("treatment") is None and gold.get("running") is not None
    return Marks(
        treatment=_same(gold, said, "running" if is_cut else "treatment"),
        outcome=_same(gold, said, "outcome"),
        method=None if gold.get("method") is None else same_method(str(gold["method"]), str(said.get("method", ""))),
        error=relative_error(said.get("effect"), float(effect)) if isinstance(effect, int | float) else None,
        significant=None if gold.get("significant") is None else _truth(said.get("significant")) == _truth(gold["significant"]),
    )  # fmt: skip


def score(item: Item, answer: str) -> float:
    """The credit of an answer: of its parts, or all or nothing for a number or a choice."""
    if item.answer_kind == "text":
        return mark(item.target, answer, turned=bool(item.label_error)).credit
    if item.answer_kind == "number":
        given, right = as_number(answer), as_number(item.target)
        return float(given is not None and right is not None and abs(given - right) <= item.tolerance * (1 + 1e-9))
    return float(answer.strip().lower().startswith(item.target.strip().lower()))


def relative_error(said: object, gold: float) -> float:
    """Distance from the published effect as a share of it, at most the cap."""
    number = said if isinstance(said, int | float) else as_number(str(said)) if said is not None else None
    if number is None or not math.isfinite(number):
        return CAP
    return min(abs(number - gold) / abs(gold), CAP) if gold else min(abs(number), CAP)


def same_name(one: str, other: str) -> bool:
    """Whether two names are of the same column: equal but for case and marks, or but for a slip of the pen."""
    a, b = (re.sub(r"[\W_]+", "", name.lower()) for name in (one, other))
    if a == b:
        return True
    begins = min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a))
    return begins or (min(len(a), len(b)) >= 5 and SequenceMatcher(None, a, b).ratio() >= 0.85)


def same_method(one: str, other: str) -> bool:
    """Whether two names stand for the same way to an effect."""
    a, b = (re.sub(r"[\W_]+", " ", name.lower()).strip() for name in (one, other))
    return a == b or any(a in family and b in family for family in FAMILIES)


def _same(gold: Mapping[str, object], said: Mapping[str, object], part: str) -> bool | None:
    named = gold.get(part)
    if named is None:
        return None
    answered = said.get(part) or (said.get("treatment") if part == "running" else None)
    return answered is not None and any(same_name(str(answered), n.strip()) for n in str(named).split(","))


def _truth(value: object) -> bool | None:
    return None if value is None else str(value).lower() in ("1", "1.0", "true", "yes")


def _parts(text: str | None) -> dict[str, object]:
    try:
        found: object = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}
