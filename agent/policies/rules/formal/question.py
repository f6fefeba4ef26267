"""A formal question in the product: read it, make its one call through the loop, and say what the result means."""

from __future__ import annotations

from functools import lru_cache

from .....tools.domain.questions import FormalQuestion
from .....tools.domain.results import result_from_json
from ....policy import Situation
from ....state import Catalog, Claim, Draft, Plan, PlanStep, Reading, ToolCall
from ..ledger import Seen
from .read import read_formal
from .sentences import split_passage
from .types import FormalReading, Premises, Unreadable

LEAST_WORDS = 8
"""A shorter text does not hold premises and a question."""

MOST_CHARACTERS = 40_000
"""A longer one is not read as one while somebody waits."""


def states_premises(words: str) -> bool:
    """Whether a text states premises of its own, so that its question needs no table."""
    found = _read(words)
    return found is not None and found.premises is not None and found.premises.stated


def read_formal_question(words: str, catalog: Catalog) -> Reading | None:
    """The reading of a text that is a formal problem; None when it is not one.

    With a table at hand only a text that brings its own numbers, rules or independencies is: that one variable causes
    another is then rather said about the table.
    """
    found = _read(words)
    premises = found.premises if found is not None else None
    if found is None or premises is None or not premises.stated:
        return None
    if (catalog.table or catalog.graph) and not (premises.chances or premises.mechanisms or premises.independencies):
        return None
    if isinstance(found, Unreadable) and catalog.table is not None:
        return None  # it may still be a question about the table
    if isinstance(found, Unreadable):
        return Reading(problem=found.problem, because=_stated(premises))
    question = FormalQuestion(premises=words, hypothesis=split_passage(words).question)
    return Reading(question=question, because=(*_stated(premises), *found.because))


def formal_plan(question: FormalQuestion) -> Plan:
    """One call decides a formal question."""
    found = _read(_text(question))
    if not isinstance(found, FormalReading):
        return Plan(reasons=("the question cannot be read",), steps=(PlanStep(text="say so", stage="report"),))
    step = PlanStep(text=f"reason from the premises: {found.call.why}", stage="reason", tools=(found.call.tool,))
    return Plan(reasons=("the text states all that is known; no data are asked for", *found.because), steps=(step,))


def formal_calls(question: FormalQuestion, situation: Situation) -> tuple[ToolCall, ...]:
    """The one call, until it was made."""
    found = _read(_text(question))
    if not isinstance(found, FormalReading) or Seen(situation.ledger).ran(found.call.tool):
        return ()
    return (found.call,)


def write_formal(question: FormalQuestion, situation: Situation) -> Draft:
    """The answer to the question as it was worded, with what it was read from."""
    found = _read(_text(question))
    if not isinstance(found, FormalReading):
        problem = found.problem if found is not None else "The text holds no premises."
        return Draft(headline=Claim(text=problem))
    evidence = next(iter(reversed(Seen(situation.ledger).of(found.call.tool))), None)
    if evidence is None or evidence.result is None:
        failed = [e for e in situation.ledger if not e.ok]
        reason = f": {failed[-1].summary.rstrip('.')}" if failed else ""
        text = f"The question cannot be decided{reason}."
        return Draft(headline=Claim(text=text, evidence=tuple(e.id for e in failed[-1:])))
    verdict = found.decide(result_from_json(evidence.result))
    read_as = Claim(text=f"Read as: {'; '.join(found.because)}.", evidence=(evidence.id,))
    return Draft(
        headline=Claim(text=verdict.sentence, evidence=(evidence.id,)),
        claims=(read_as,),
        primary=evidence.id if verdict.answer is not None else None,
    )


def _text(question: FormalQuestion) -> str:
    asked = " ".join(question.hypothesis.split())
    inside = asked in " ".join(question.premises.split())
    return question.premises if inside else f"{question.premises}\nQuestion: {asked}"


@lru_cache(maxsize=4)
def _read(words: str) -> FormalReading | Unreadable | None:
    fits = len(words) <= MOST_CHARACTERS and len(words.split()) >= LEAST_WORDS
    return read_formal(words) if fits else None


def _stated(premises: Premises) -> tuple[str, ...]:
    """What was read of the premises, counted."""
    parts = (
        (premises.edges, "direct effect"),
        (premises.chances, "probability"),
        (premises.mechanisms, "rule"),
        (premises.independencies, "independence statement"),
        (premises.latent, "unobserved variable"),
    )
    return tuple(f"{len(found)} x {what} stated" for found, what in parts if found)
