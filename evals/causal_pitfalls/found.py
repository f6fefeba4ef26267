"""What an answer found, to be looked up by kind: arms, groups, paths, worlds, populations, necessity, edges."""

from __future__ import annotations

from typing import TypeVar

from ...agent.state import Answer
from ...tools.domain.model import Scalar
from ...tools.domain.questions import Aspects, EffectQuestion
from ...tools.domain.results import (
    ArmMeans,
    EffectEstimate,
    EffectParts,
    GraphResult,
    Result,
    StrataReport,
    result_from_json,
)
from ..tables.ask import primary

R = TypeVar("R", bound=Result)


class Found:
    """The typed results of one answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.results = [(e, result_from_json(e.result)) for e in answer.evidence if e.ok and e.result]
        self.primary = primary(answer)
        self.question = answer.question if isinstance(answer.question, EffectQuestion) else None
        self.aspects = (self.question.aspects if self.question else None) or Aspects()

    def all(self, kind: type[R]) -> list[R]:
        """Every result of this type, in order."""
        return [r for _, r in self.results if isinstance(r, kind)]

    def parts(self, method: str) -> list[EffectParts]:
        """Every breakdown made in this way."""
        return [r for r in self.all(EffectParts) if r.method == method]

    def part(self, method: str, name: str, level: Scalar | None = None, through: tuple[str, ...] = ()) -> float | None:
        """One number of a breakdown."""
        return next((p.value for r in self.parts(method) if (p := r.part(name, level, through)) is not None), None)

    def groups(self, *, adjusted: bool | None = None) -> EffectParts | None:
        """The effects by group: those of an experiment as they are, unless adjusted ones are asked for."""
        found = self.parts("groups")
        fit = [r for r in found if adjusted is None or bool(r.adjustment_set) is adjusted]
        return fit[0] if fit else None

    def mediation(self) -> EffectEstimate | None:
        """The split by mediators."""
        return next((r for r in self.all(EffectEstimate) if r.estimator == "mediation"), None)

    def mediators(self) -> tuple[str, ...]:
        """The mediators that the question named."""
        return self.aspects.through or (self.question.mediators if self.question else ())

    def arms(self, level: Scalar | None) -> ArmMeans | None:
        """Both arms overall, or within the level of that name of any column that was compared."""
        report = next(iter(self.all(StrataReport)), None)
        if report is None:
            return None if level is not None else self._naive()
        if level is None:
            return report.overall
        return next((s.arms for s in report.strata if str(s.level).lower() == str(level).lower()), None)

    def _naive(self) -> ArmMeans | None:
        """The arms of the unadjusted comparison, when no column could be compared within."""
        for e in self.all(EffectEstimate):
            if e.estimator == "difference_in_means" and "outcome_mean_control" in e.diagnostics:
                low = e.diagnostics["outcome_mean_control"]
                n = [int(e.diagnostics.get(k, 0)) for k in ("n_treated", "n_control")]
                return ArmMeans(
                    n_treated=n[0], n_control=n[1], mean_treated=low + e.value, mean_control=low, difference=e.value,
                    ci_low=e.value if e.ci_low is None else e.ci_low, ci_high=e.value if e.ci_high is None else e.ci_high,
                )  # fmt: skip
        return None

    def edges(self) -> list[str] | None:
        """The directed edges of the graph among the columns that were asked about."""
        graph = next(iter(reversed(self.all(GraphResult))), None)
        question = self.answer.question
        if graph is None or question is None or question.kind != "discovery":
            return None
        inside = set(question.variables) or {v for e in graph.graph.edges for v in (e.source, e.target)}
        found = [f"{e.source}->{e.target}" for e in graph.graph.edges if e.directed and {e.source, e.target} <= inside]
        return found or None
