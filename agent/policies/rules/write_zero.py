"""Word the answer where a graph has no path from treatment to outcome."""

from __future__ import annotations

from collections.abc import Sequence

from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import EffectQuestion
from ....tools.domain.results import Identification, ImplicationsResult
from ...policy import Situation
from ...state import Claim, Draft
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
    tested = Seen(situation.ledger).pair(ImplicationsResult)
    wrong = [r for r in tested[1].rejected if {t, y} & {r.source, r.target}] if tested else []
    if tested and wrong:
        given = f" given {listed(wrong[0].given)}" if wrong[0].given else ""
        text = (
            f"Whether {t} changes {y} cannot be said: the graph learned from these data has no path from one to the other, but the "
            f"data contradict that graph. It implies that {wrong[0].source} and {wrong[0].target} are independent{given}, "
            "and they are not."
        )
        return Draft(headline=Claim(text=text, evidence=(evidence.id, tested[0].id)))
    text = f"Under the graph learned from these data {t} has no effect on {y}: {clause(found.reason)}."
    return Draft(
        headline=Claim(text=text, evidence=(evidence.id,)),
        claims=(*besides, Claim(text=CAUTION)),
        identification=evidence.id,
    )
