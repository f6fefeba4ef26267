"""Have a model plan: look at the data first, then design, estimators and steps, fixed before any estimate exists."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ....prompts import render
from ....tools.domain.model import Model
from ....tools.domain.questions import DesignKind, EffectQuestion
from ....tools.domain.results import ADJUSTING, Identification, result_from_json
from ...policy import Situation
from ...primary import any_estimate
from ...state import Plan, PlanStep
from . import toolbox
from .ask import Asker
from .view import situation_prompt

LOOK = PlanStep(stage="data", text="look at the data for what could mislead", tools=("data_audit",))
MOST_REVISIONS = 2
MOST_STEPS = 8


class Step(Model):
    """A step in plain language."""

    text: str = Field(max_length=300)
    stage: str
    tools: tuple[str, ...]


class PlanReply(Model):
    """A plan."""

    design: DesignKind | None
    reasons: tuple[str, ...]
    """Why this design, from the question, the study and the evidence."""
    rejected: tuple[str, ...]
    """Designs not taken, each with its reason."""
    adjustment_set: tuple[str, ...] | None
    estimators: tuple[str, ...]
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MOST_STEPS)


def plan(asker: Asker, situation: Situation) -> Plan:
    """The plan as it stands now.

    Before the audit of the data it is one step long and asks no model. Then the model plans once; the plan stays
    provisional until identification has spoken, and is made again only when the evidence contradicts it.
    """
    before = situation.plan
    if situation.catalog.table is not None and not any(e.tool == "data_audit" for e in situation.ledger):
        return Plan(reasons=("the data are looked at first",), steps=(LOOK,), provisional=True)
    if before is None or before.steps == (LOOK,):
        return _settled(_asked(asker, situation, None), situation)
    contradiction = _contradiction(before, situation)
    if contradiction is None or any_estimate(situation.ledger) or _revisions(asker) >= MOST_REVISIONS:
        return _settled(before, situation)
    return _settled(_asked(asker, situation, contradiction), situation)


def _asked(asker: Asker, situation: Situation, contradiction: str | None) -> Plan:
    kind = situation.question.kind
    task = render(
        "plan", contradiction=contradiction, effect=kind == "effect", tools=toolbox.index(kind),
        stages=", ".join(toolbox.STAGES.get(kind, ())),
    )  # fmt: skip
    reply = asker.typed(
        "replan" if contradiction else "plan",
        situation_prompt(situation, task, study=True),
        PlanReply,
        check=lambda r: tuple(faults(r, situation)),
    )
    looked = (LOOK,) if situation.catalog.table is not None else ()
    steps = tuple(PlanStep(text=s.text, stage=s.stage, tools=s.tools) for s in reply.steps)
    return Plan(
        design=reply.design, reasons=reply.reasons, rejected=reply.rejected, steps=(*looked, *steps),
        primary_estimator=reply.estimators[0] if reply.estimators else None, estimators=reply.estimators,
        adjustment_set=reply.adjustment_set,
    )  # fmt: skip


def faults(reply: PlanReply, situation: Situation) -> Iterator[str]:
    """What of a plan cannot be carried out."""
    kind = situation.question.kind
    known, stages = toolbox.offered(kind), toolbox.STAGES.get(kind, ())
    for n, step in enumerate(reply.steps, 1):
        if step.stage not in stages:
            yield f"step {n}: there is no stage {step.stage[:40]!r} for this question; there are {', '.join(stages)}"
        for name in step.tools:
            if name not in known:
                yield f"step {n}: there is no tool {name[:60]!r} to plan with; look at the list"
            elif not name.startswith(f"{step.stage}_"):
                yield f"step {n}: {name!r} belongs to another stage than {step.stage!r}"
    for name in reply.estimators:
        if name not in known or not name.startswith("estimate_"):
            yield f"estimators: {name[:60]!r} is not one of the estimate tools"
    if isinstance(situation.question, EffectQuestion):
        yield from _effect_faults(reply, situation.question, situation)


def _effect_faults(reply: PlanReply, question: EffectQuestion, situation: Situation) -> Iterator[str]:
    order = [s.stage for s in reply.steps]
    if "estimate" in order and "identify" not in order[: order.index("estimate")]:
        yield "steps: identify has to come before estimate"
    if "refute" in order and "estimate" not in order[: order.index("refute")]:
        yield "steps: refute has to come after estimate"
    if ("estimate" in order) != bool(reply.estimators):
        yield "estimators: name them if and only if there is a step of stage estimate"
    if "estimate" in order and situation.catalog.table is None:
        yield "steps: there is no table, so nothing can be estimated"
    if reply.design is None:
        yield "design: an effect question needs one"
    table = situation.catalog.table
    for name in reply.adjustment_set or ():
        if table is not None and table.column(name) is None and name not in situation.catalog.graph_nodes:
            yield f"adjustment_set: there is no column {name[:80]!r}"
        if name in (question.treatment, question.outcome, *question.mediators):
            yield f"adjustment_set: {name!r} is the treatment, the outcome or a mediator"


def _settled(made: Plan, situation: Situation) -> Plan:
    """The plan, final as soon as identification has said what is estimated; its set is taken over if none was named."""
    found = latest_identification(situation)
    waits = bool(made.estimators) and found is None and not any_estimate(situation.ledger)
    update: dict[str, object] = {"provisional": waits}
    if found is not None and found.status == "identified" and (made.adjustment_set is None or _other_set(made, found)):
        update["adjustment_set"] = found.adjustment_set  # a model that keeps to another set does not get its way
    return made.model_copy(update=update)


def _other_set(made: Plan, found: Identification) -> bool:
    """Whether a plan adjusts for another set than the one that identifies the effect."""
    return found.strategy in ADJUSTING and {*(made.adjustment_set or ())} != {*(found.adjustment_set or ())}


def latest_identification(situation: Situation) -> Identification | None:
    """What the last identification of this very query found."""
    question = situation.question
    for e in reversed(situation.ledger):
        result = result_from_json(e.result) if e.ok and e.result and e.tool.startswith("identify_") else None
        if isinstance(result, Identification) and (result.treatment, result.outcome) == (
            getattr(question, "treatment", None), getattr(question, "outcome", None),
        ):  # fmt: skip
            return result
    return None


def _contradiction(made: Plan, situation: Situation) -> str | None:
    """What in the evidence speaks against going on with a plan; None when nothing does."""
    found = latest_identification(situation)
    if found is not None and found.status != "identified" and made.estimators:
        range_planned = made.estimators == ("estimate_range",) and found.status == "depends_on_orientation"
        return None if range_planned else found.summary()
    if found is not None and made.adjustment_set is not None and _other_set(made, found):
        return f"The plan adjusts for {list(made.adjustment_set)!r}, but identification says {list(found.adjustment_set or ())!r}."
    failed = [e for e in situation.ledger if not e.ok and e.tool.startswith(("discover_", "identify_"))]
    last = situation.ledger[-1] if situation.ledger else None
    if failed and last is not None and not last.ok and found is None and len(failed) >= 2:
        return f"{last.tool} failed: {last.summary}"
    return None


def _revisions(asker: Asker) -> int:
    return sum(t.act == "replan" for t in asker.transcript.all())
