"""The rule policy: deterministic, explains itself, needs no model."""

from __future__ import annotations

from ....tools.domain.questions import (
    AdjustmentQuestion,
    CounterfactualQuestion,
    DiscoveryQuestion,
    EffectQuestion,
    FormalQuestion,
    RelationQuestion,
)
from ...policy import Situation
from ...state import Catalog, Claim, Draft, Plan, PlanStep, Reading, ToolCall
from .beside import beside_calls, planned_beside, write_beside
from .effect import effect_calls, effect_plan
from .formal.question import formal_calls, formal_plan, read_formal_question, write_formal
from .graphs import graph_calls, graph_plan
from .read import read_question
from .unit import read_unit, unit_calls, unit_plan, write_unit
from .write_effect import write_effect
from .write_graph import write_graph

NOT_YET = "The question was understood, but this version has no tools for {} questions yet."


class RulePolicy:
    """Decide by stated rules; every choice comes with its reason."""

    name = "rules"

    def read(self, words: str, catalog: Catalog) -> Reading:
        """Read the question with a grammar over the columns, their descriptions and levels."""
        return read_formal_question(words, catalog) or read_unit(words, catalog) or read_question(words, catalog)

    def plan(self, situation: Situation) -> Plan:
        """Choose the design by the first rule that fits, and write the steps down."""
        question = situation.question
        if isinstance(question, EffectQuestion):
            return planned_beside(effect_plan(question, situation), question)
        if isinstance(question, DiscoveryQuestion | RelationQuestion | AdjustmentQuestion):
            return graph_plan(question, situation)
        if isinstance(question, FormalQuestion):
            return formal_plan(question)
        if isinstance(question, CounterfactualQuestion):
            return unit_plan(question, situation)
        return Plan(reasons=(NOT_YET.format(question.kind),), steps=(PlanStep(text="say so", stage="report"),))

    def next_calls(self, situation: Situation) -> tuple[ToolCall, ...]:
        """Ask for the calls of the first step that is not done."""
        question = situation.question
        if isinstance(question, EffectQuestion):
            calls = effect_calls(question, situation)
            refuting = all(c.tool.startswith(("refute_", "graph_implications")) for c in calls)
            return (beside_calls(question, situation) if refuting else ()) or calls
        if isinstance(question, DiscoveryQuestion | RelationQuestion | AdjustmentQuestion):
            return graph_calls(question, situation)
        if isinstance(question, FormalQuestion):
            return formal_calls(question, situation)
        if isinstance(question, CounterfactualQuestion):
            return unit_calls(question, situation)
        return ()

    def write(self, situation: Situation) -> Draft:
        """Fill sentence templates from the typed results."""
        question = situation.question
        if isinstance(question, EffectQuestion):
            return write_beside(question, situation, write_effect(question, situation))
        if isinstance(question, DiscoveryQuestion | RelationQuestion | AdjustmentQuestion):
            return write_graph(question, situation)
        if isinstance(question, FormalQuestion):
            return write_formal(question, situation)
        if isinstance(question, CounterfactualQuestion):
            return write_unit(question, situation)
        return Draft(headline=Claim(text=NOT_YET.format(question.kind)))
