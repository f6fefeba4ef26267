"""Sum a run up as one JSON object."""

from __future__ import annotations

from typing import Any

from .record import RunInfo
from .scores import Score, Scores
from .tally import Tally


def summary(info: RunInfo, tally: Tally, scores: Scores) -> dict[str, Any]:
    """The object that `whence eval NAME --json` prints: plain numbers on top, tables below."""
    overall = scores.overall
    chosen = info.selection
    return {
        "benchmark": tally.benchmark.name,
        "title": tally.benchmark.title,
        "run": info.id,
        "policy": info.policy,
        "model": info.model or None,
        **score_object(overall),
        "wrong": overall.n - overall.correct - overall.abstained,
        "unreadable": tally.unreadable,
        "failed": tally.failed,
        "seconds": round(info.seconds, 3),
        "items_per_second": round(overall.n / info.seconds, 2) if info.seconds > 0 else None,
        "seed": chosen.seed,
        "data": chosen.data,
        "generate": chosen.generate,
        "limit": chosen.limit,
        "perturb": list(chosen.perturb),
        "model_calls": tally.model_calls,
        "prompt_tokens": tally.prompt_tokens,
        "completion_tokens": tally.completion_tokens,
        "tokens": tally.prompt_tokens + tally.completion_tokens,
        "cost": info.cost(tally.prompt_tokens, tally.completion_tokens) if tally.model_calls else None,
        "cached": tally.cached,
        "label_errors": scores.label_errors,
        "wrong_unexplained": scores.wrong_unexplained,
        "without_label_errors": _or_none(scores.without_label_errors),
        "corrected": _or_none(scores.corrected),
        "groups": {name: {v: score_object(s) for v, s in rows.items()} for name, rows in scores.by_group.items()},
        "shortcuts": {name: score_object(s) for name, s in scores.shortcuts.items()},
        "majority": _or_none(scores.majority),
        "published": [p.model_dump(mode="json") for p in scores.published],
    }


def score_object(score: Score) -> dict[str, Any]:
    """One score as plain numbers; shares in [0, 1]."""
    answered = score.accuracy_answered
    return {
        "n": score.n,
        "correct": score.correct,
        "abstained": score.abstained,
        "accuracy": score.accuracy.value,
        "accuracy_se": score.accuracy.std_error,
        "accuracy_interval": [score.accuracy.low, score.accuracy.high],
        "accuracy_answered": answered.value if answered else None,
        "f1": score.f1.value,
        "f1_se": score.f1.std_error,
        "precision": score.precision,
        "recall": score.recall,
        "mean_credit": score.mean_credit,
    }


def _or_none(score: Score | None) -> dict[str, Any] | None:
    return score_object(score) if score else None
