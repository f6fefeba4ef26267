"""Answer data questions by the rule policy: read, plan, run the tools."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ...agent.state import Answer
from ..harness.spec import Item, Response
from ..tables.ask import ask, primary

METHODS = {
    "instrument": "iv",
    "regression_discontinuity": "rdd",
    "difference_in_differences": "did",
    "frontdoor": "frontdoor",
    "experiment": "ols",
}
ESTIMATORS = {
    "aipw": "aipw", "ipw": "ipw", "matching": "matching", "regression_adjustment": "ols", "difference_in_means": "ols",
}  # fmt: skip
_VERDICTS = {
    "up": re.compile(r"\b(?:increas|rais|positiv|improv|higher|more|yes)\w*", re.IGNORECASE),
    "down": re.compile(r"\b(?:decreas|reduc|lower|negativ|less|fewer|worse)\w*", re.IGNORECASE),
    "none": re.compile(r"\b(?:no (?:significant |causal )?(?:effect|impact|difference)|not|no|none|neither)\b", re.IGNORECASE),
}  # fmt: skip


def solve(item: Item) -> Response:
    """Ask the question of its table; without an estimate there is no answer to a numerical question."""
    answer = ask(item.data["question"], Path(item.data["table"]), item.data["about"])
    because = "\n".join([*answer.reading, *answer.design_reasons, answer.claim])
    return Response(answer=_said(item, answer), because=because)


def _said(item: Item, answer: Answer) -> str | None:
    if item.data["form"] == "parts":
        parts = parts_of(answer)
        return json.dumps(parts) if parts else None
    if item.data["form"] == "number":
        return None if answer.estimate is None else repr(answer.estimate.value)
    return chosen(item.choices, answer)


def parts_of(answer: Answer) -> dict[str, object]:
    """What an answer says, in the words that data questions are marked by; empty when no effect was asked."""
    question = answer.question
    if question is None or question.kind != "effect":
        return {}
    hints = question.hints
    estimate = primary(answer)
    said: dict[str, object] = {
        "treatment": question.treatment,
        "outcome": question.outcome,
        "method": METHODS.get(answer.design or "", ESTIMATORS.get(answer.estimator or "", "")),
        "running": hints.running_variable,
        "instrument": hints.instrument,
        "time": hints.time,
        "effect": None if estimate is None else estimate.value,
        "significant": None if estimate is None else int(estimate.p_value is not None and estimate.p_value < 0.05),
    }
    return {name: value for name, value in said.items() if value not in (None, "")}


def chosen(choices: tuple[str, ...], answer: Answer) -> str | None:
    """The one choice whose words agree with the verdict of the interval; None when none or several do."""
    e = answer.estimate
    if e is None or e.ci_low is None or e.ci_high is None:
        return None
    verdict = "up" if e.ci_low > 0 else "down" if e.ci_high < 0 else "none"
    fitting = [c for c in choices if _reads_as(c) == verdict]
    return fitting[0] if len(fitting) == 1 else None


def _reads_as(choice: str) -> str | None:
    if _VERDICTS["none"].search(choice):
        return "none"
    found = [name for name in ("up", "down") if _VERDICTS[name].search(choice)]
    return found[0] if len(found) == 1 else None
