"""What may be said: numbers that a tool printed, and verdicts that the estimand and interval back.

The verifier knows nothing of who wrote the draft. It returns complaints; the writer gets one chance to mend
them, then unsupported sentences are dropped and the drop is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..tools.domain.evidence import Evidence
from ..tools.domain.results import ADJUSTING
from .phrases import phrase_faults
from .policy import Situation
from .primary import is_estimate, primary_faults, rightful_primary
from .state import Claim, Draft
from .traced import interval_faults, untraced
from .units import unit_faults
from .verdicts import DOWN, EFFECT_IS, INSIGNIFICANT, NO_EFFECT, SIGNIFICANT, UP, verdicts_in


def verify_draft(draft: Draft, situation: Situation) -> tuple[str, ...]:
    """Check every sentence of a draft against the ledger.

    Returns:
        One complaint a fault, each quoting the sentence; empty when all is supported.
    """
    by_id = {e.id: e for e in situation.ledger}
    complaints = [*primary_faults(draft, situation)]
    for claim in (draft.headline, *draft.claims):
        complaints += _claim_faults(claim, draft, by_id, situation)
    return tuple(complaints)


def keep_supported(draft: Draft, situation: Situation) -> tuple[Draft, tuple[str, ...]]:
    """Drop what is not supported.

    Returns:
        The draft that remains, and one line per dropped sentence. A headline that falls is replaced by the
        tool's own summary of the primary evidence, or by the plain word that nothing can be said; an estimate that
        was not declared in the plan gives way to the one that was.
    """
    by_id = {e.id: e for e in situation.ledger}
    kept: list[Claim] = []
    dropped = [*primary_faults(draft, situation)]
    if dropped:
        rightful = rightful_primary(situation)
        draft = draft.model_copy(update={"primary": rightful.id if rightful else None})
    for claim in draft.claims:
        faults = _claim_faults(claim, draft, by_id, situation)
        if faults:
            dropped.append(f"Dropped an unsupported sentence: {faults[0]}")
        else:
            kept.append(claim)
    headline = draft.headline
    if faults := _claim_faults(headline, draft, by_id, situation):
        dropped.append(f"Replaced an unsupported headline: {faults[0]}")
        primary = by_id.get(draft.primary or "")
        text = primary.summary if primary and primary.ok else "Nothing can be said that the evidence supports."
        headline = Claim(text=text, evidence=(primary.id,) if primary else ())
    return draft.model_copy(update={"headline": headline, "claims": tuple(kept)}), tuple(dropped)


def claim_faults(claim: Claim, draft: Draft, situation: Situation) -> list[str]:
    """What of one sentence the ledger does not support, whoever says it of a draft."""
    return _claim_faults(claim, draft, {e.id: e for e in situation.ledger}, situation)


def _claim_faults(claim: Claim, draft: Draft, by_id: dict[str, Evidence], situation: Situation) -> list[str]:
    quoted = repr(claim.text[:160])
    if missing := [i for i in claim.evidence if i not in by_id]:
        return [f"{quoted} cites {', '.join(missing)}, which the ledger does not have."]
    cited = [by_id[i] for i in claim.evidence]
    faults = [
        f"{quoted} has the number {n}, which {_ids(claim)} does not contain." for n in untraced(claim, cited, situation)
    ]
    faults += [
        f"{quoted} has {t!r}, but no cited estimate has these numbers together."
        for t in interval_faults(claim, cited, situation)
    ]
    faults += [f"{quoted} {fault}" for fault in unit_faults(claim.text, cited, situation)]
    faults += [f"{quoted} {fault}" for fault in phrase_faults(claim.text)]
    if claim is draft.headline:
        faults += [f"{quoted} {fault}" for fault in _headline_faults(claim, draft, by_id, situation)]
    return faults + [f"{quoted} {fault}" for fault in _verdict_faults(claim.text, draft, by_id, situation)]


def _headline_faults(claim: Claim, draft: Draft, by_id: dict[str, Evidence], situation: Situation) -> Iterator[str]:
    """The headline tells the estimate that answers: its numbers come from there and from nowhere else."""
    primary = by_id.get(draft.primary or "")
    if primary is None or not is_estimate(primary.tool):
        return
    backing = [e for e in (primary, by_id.get(draft.identification or "")) if e is not None]
    if any(i not in [e.id for e in backing] for i in claim.evidence) and (
        foreign := untraced(claim, backing, situation)
    ):
        yield f"is the headline, and {foreign[0]} is not a number of the estimate that answers, {primary.id}."


def _ids(claim: Claim) -> str:
    return "cited evidence " + ", ".join(claim.evidence) if claim.evidence else "no evidence is cited, so the ledger"


def _verdict_faults(text: str, draft: Draft, by_id: dict[str, Evidence], situation: Situation) -> list[str]:
    """Verdict words need an identified estimand, and an interval on the side they name."""
    faults: list[str] = []
    for sentence in re.split(r"(?<=[.;!?])\s+", text):
        words = verdicts_in(sentence)
        if not words:
            continue
        identification = by_id.get(draft.identification or "")
        result = (identification.result or {}) if identification and identification.ok else {}
        primary = by_id.get(draft.primary or "")
        if fault := _unidentified(identification, primary, situation):
            faults.append(fault)
            continue
        faults += _interval_faults(sentence, primary, result) if words != [EFFECT_IS] else []
    return faults


def _unidentified(identification: Evidence | None, primary: Evidence | None, situation: Situation) -> str | None:
    """Why a sentence may not be phrased as an effect; None when the estimate is of an identified query."""
    found = (identification.result or {}) if identification and identification.ok else {}
    if identification is None or found.get("status") != "identified":
        return "is phrased as an effect, but no identified estimand backs it."
    for part in ("treatment", "outcome"):
        if part in found and found[part] != getattr(situation.question, part, found[part]):
            return f"is phrased as an effect, but {identification.id} identifies another one: its {part} is {found[part]!r}."
    estimate = (primary.result or {}) if primary and primary.ok and is_estimate(primary.tool) else {}
    if primary is None or not estimate:
        return None
    order = [e.id for e in situation.ledger]
    if order.index(identification.id) > order.index(primary.id):
        return f"is phrased as an effect, but its estimand ({identification.id}) was written down after the estimate."
    if found.get("strategy") in ADJUSTING and not _same_set(
        found.get("adjustment_set"), estimate.get("adjustment_set")
    ):
        return (
            f"is phrased as an effect, but {primary.id} does not adjust for the set that identifies it, "
            f"{list(found.get('adjustment_set') or ())!r}."
        )
    return None


def _same_set(one: Any, other: Any) -> bool:
    return one is None or other is None or {*one} == {*other}


def _interval_faults(sentence: str, primary: Evidence | None, identification: dict[str, Any]) -> list[str]:
    if (identification.get("estimand") or {}).get("formula") == "0":
        return []  # the graph itself says that there is none
    estimate = (primary.result or {}) if primary and primary.ok else {}
    low, high = estimate.get("ci_low"), estimate.get("ci_high")
    if low is None or high is None:
        return ["gives a verdict, but the primary estimate has no interval."]
    if NO_EFFECT.search(sentence):
        return ["says there is no effect; an interval can only fail to show one."]
    if UP.search(sentence) and not low > 0 and not DOWN.search(sentence):
        return ["says it rises, but the interval does not lie above 0."]
    if DOWN.search(sentence) and not high < 0 and not UP.search(sentence):
        return ["says it falls, but the interval does not lie below 0."]
    if INSIGNIFICANT.search(sentence):
        return [] if low <= 0 <= high else ["says it is not significant, but the interval excludes 0."]
    if SIGNIFICANT.search(sentence) and low <= 0 <= high:
        return ["says significant, but the interval contains 0."]
    return []
