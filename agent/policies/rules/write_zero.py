"""Word the answer where a graph has no path from treatment to outcome, or where the data contradict what was learned."""

from __future__ import annotations

from collections.abc import Sequence

from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import EffectQuestion
from ....tools.domain.results import Identification
from ...policy import Situation
from ...state import Claim, Draft
from .learn import contradiction
from .ledger import Seen
from .wording import clause, listed

CAUTION = "A learned graph can miss an edge: too few rows or paths that cancel look the same, so this is no proof."


def write_zero(
    question: EffectQuestion, situation: Situation, evidence: Evidence, found: Identification, besides: Sequence[Claim]
) -> Draft:
    """No effect: certain as the graph is, and no more certain than that; none is claimed by a graph the data contradict.

    Args:
        question: What was asked.
        situation: With the ledger.
        evidence: Of the identification.
        found: That the effect is zero under the graph.
        besides: What else to say of a learned graph.
    """
    t, y = question.treatment, question.outcome
    if situation.catalog.graph is not None:
        text = f"Under the graph {situation.catalog.graph!r} {t} has no effect on {y}: {clause(found.reason)}."
        return Draft(headline=Claim(text=text, evidence=(evidence.id,)), identification=evidence.id)
    text = f"Under the graph learned from these data {t} has no effect on {y}: {clause(found.reason)}."
    return Draft(
        headline=Claim(text=text, evidence=(evidence.id,)),
        claims=(*besides, Claim(text=CAUTION)),
        identification=evidence.id,
    )


def write_contradicted(question: EffectQuestion, seen: Seen) -> Draft | None:
    """No answer by a learned graph that the data contradict about the treatment; None where they do not."""
    found = contradiction(question.treatment, seen)
    if found is None:
        return None
    evidence, wrong = found
    given = f" given {listed(wrong.given)}" if wrong.given else ""
    text = (
        f"Whether {question.treatment} changes {question.outcome} cannot be said by the graph learned from these data, which they "
        f"contradict: it implies that {wrong.source} and {wrong.target} are independent{given}, and they are not."
    )
    help_text = "Say what came before the treatment, name what to adjust for, or give a graph."
    return Draft(headline=Claim(text=text, evidence=(evidence.id,)), claims=(Claim(text=help_text),))
