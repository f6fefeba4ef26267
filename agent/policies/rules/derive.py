"""Have the columns computed that a question speaks of and the table does not hold."""

from __future__ import annotations

from ....tools.data.derive import described
from ....tools.domain.questions import EffectQuestion
from ....tools.domain.results import DatasetCard
from ...policy import Situation
from ...state import PlanStep, ToolCall
from .ledger import Seen

DERIVE = "data_derive"


def derive_call(question: EffectQuestion, situation: Situation) -> ToolCall:
    """The call that makes a new table with the columns asked for, without those that they stand for.

    A column that a new one is computed from would predict it exactly, so it is left out unless the question uses it.
    """
    table = situation.catalog.table
    assert table is not None  # a derived column is read only over a table
    hints = question.hints
    used = {question.treatment, question.outcome, *question.given, *question.mediators, *(hints.adjust_for or ())}
    used |= {c.column for c in question.population}
    used |= {hints.instrument, hints.running_variable, hints.time, hints.unit, hints.cluster}
    sources = dict.fromkeys(name for d in question.derived for name in d.of)
    names = ", ".join(d.name for d in question.derived)
    args = {
        "dataset": table.name,
        "into": f"{table.name} with {names}"[:200],
        "columns": [d.model_dump(exclude_none=True) for d in question.derived],
        "leave_out": [name for name in sources if name not in used],
    }
    return ToolCall(tool=DERIVE, args=args, why=f"compute {names}, which the question asks about")


def with_derived(question: EffectQuestion, situation: Situation) -> Situation:
    """The situation over the table that holds the computed columns, once it exists."""
    found = [e.result for e in Seen(situation.ledger).of(DERIVE)]
    if not question.derived or not found:
        return situation
    catalog = situation.catalog.model_copy(update={"table": DatasetCard.model_validate(found[-1])})
    return situation.model_copy(update={"catalog": catalog})


def derive_steps(question: EffectQuestion) -> list[PlanStep]:
    """The first step of a plan that needs columns computed."""
    return [
        PlanStep(stage="data", text=f"compute {d.name} as {described(d)}", tools=(DERIVE,)) for d in question.derived
    ]
