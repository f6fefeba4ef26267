"""Answer the questions by the rule policy, and report the fields that the key asks for from its evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ...agent.state import Answer
from ...tools.domain.results import ArmMeans, EffectEstimate, GraphResult, StrataReport, result_from_json
from ..harness.spec import Item, Response
from ..tables.ask import ask, estimate_in, primary

ARM = {"YES": True, "TREATMENT": True, "TREATED": True, "NO": False, "CONTROL": False}


def solve(item: Item) -> Response:
    """Ask the question of its table; fields that the evidence does not hold stay open."""
    answer = ask(item.data["question"], Path(item.data["table"]))
    said = {name: value for name in item.data["asked"] if (value := field_of(name, answer, item)) is not None}
    because = "\n".join([*answer.reading, *answer.design_reasons, *(c.text for c in answer.claims), answer.claim])
    return Response(answer=json.dumps(said) if said else None, because=because)


def field_of(name: str, answer: Answer, item: Item) -> float | str | list[str] | None:
    """What the answer says of one field, by the words of its name; None where it says nothing."""
    parts = name.split("_")
    if "EDGES" in parts:
        return _edges(answer)
    if "RELATIONSHIP" in parts:
        return _relationship(answer)
    level = next((item.data["levels"].get(p) for p in parts if re.fullmatch(r"LEVEL\d+", p)), None)
    if "DIRECTION" in parts:
        return _direction(parts, level, answer)
    if {"P", "MEAN", "RATE"} & set(parts):
        return _mean(parts, level, answer)
    if "EFFECT" in parts or "ATE" in parts:
        estimate = primary(answer)
        return None if estimate is None else estimate.value
    return None


def _direction(parts: list[str], level: str | None, answer: Answer) -> str | None:
    """The sign of the overall difference, of that in one level, or of the adjusted estimate."""
    if level is not None or "OVERALL" in parts:
        arms = _arms(level, answer)
        return None if arms is None else _sign(arms.difference)
    estimate = primary(answer)
    return None if estimate is None else _sign(estimate.value)


def _mean(parts: list[str], level: str | None, answer: Answer) -> float | None:
    words = [p for p in parts if p in ARM]
    arms = _arms(level, answer)
    if not words or arms is None:
        return None
    treated = ARM[words[-1]] if "NO" not in words else False  # `MEAN_NO_TREATMENT` is the control arm
    return arms.mean_treated if treated else arms.mean_control


def _arms(level: str | None, answer: Answer) -> ArmMeans | None:
    """Both arms overall, or within the level of that name of any column that was compared."""
    report = next((r for e in answer.evidence if e.ok and isinstance(r := _result(e.result), StrataReport)), None)
    if report is None:
        return None if level is not None else _naive(answer)
    if level is None:
        return report.overall
    return next((s.arms for s in report.strata if str(s.level).lower() == level.lower()), None)


def _naive(answer: Answer) -> ArmMeans | None:
    """The arms of the unadjusted comparison, when no column could be compared within."""
    for evidence in answer.evidence:
        e = estimate_in(evidence)
        if (
            isinstance(e, EffectEstimate)
            and e.estimator == "difference_in_means"
            and "outcome_mean_control" in e.diagnostics
        ):
            low = e.diagnostics["outcome_mean_control"]
            n = [int(e.diagnostics.get(k, 0)) for k in ("n_treated", "n_control")]
            return ArmMeans(
                n_treated=n[0], n_control=n[1], mean_treated=low + e.value, mean_control=low, difference=e.value,
                ci_low=e.ci_low if e.ci_low is not None else e.value, ci_high=e.ci_high if e.ci_high is not None else e.value,
            )  # fmt: skip
    return None


def _result(raw: dict[str, object] | None) -> object:
    return result_from_json(raw) if raw else None


def _relationship(answer: Answer) -> str | None:
    """Whether an association stands for anything: not in rows that were selected, not when the interval holds 0."""
    question = answer.question
    if question is not None and question.kind == "effect" and question.hints.selected_on:
        return "no association"
    estimate = primary(answer)
    if estimate is None or estimate.ci_low is None or estimate.ci_high is None:
        return None
    return "no association" if estimate.ci_low <= 0 <= estimate.ci_high else _sign(estimate.value)


def _edges(answer: Answer) -> list[str] | None:
    """The directed edges of the graph among the columns that were asked about."""
    graph = next(
        (r for e in reversed(answer.evidence) if e.ok and isinstance(r := _result(e.result), GraphResult)), None
    )
    question = answer.question
    if graph is None or question is None or question.kind != "discovery":
        return None
    inside = set(question.variables)
    found = [f"{e.source}->{e.target}" for e in graph.graph.edges if e.directed and {e.source, e.target} <= inside]
    return found or None


def _sign(value: float) -> str:
    return "positive" if value > 0 else "negative"
