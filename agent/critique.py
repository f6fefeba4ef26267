"""Objections to a draft: which of them are founded, which were answered, and those that the ledger itself raises.

A critic is checked like a writer: an objection that rests on nothing in the ledger, or that says what no evidence
backs, is thrown away. What the writer does not answer is shown to the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..tools.domain.evidence import Check, Evidence
from .policy import Situation
from .state import Claim, Draft, Objection
from .verify import claim_faults

TESTS = ("refute_", "graph_implications")
"""Tools whose failed checks speak against an estimate."""


def founded(objections: Iterable[Objection], draft: Draft, situation: Situation) -> tuple[Objection, ...]:
    """The objections that rest on something: evidence of the ledger, or a check or assumption that it holds.

    Their numbers and verdicts are verified against that evidence, as those of every sentence are.
    """
    kept: dict[str, Objection] = {}
    for objection in objections:
        resting = _resting(objection, situation.ledger)
        claim = Claim(text=objection.text, evidence=tuple(e.id for e in resting))
        if objection.text and resting and not claim_faults(claim, draft, situation):
            kept.setdefault(objection.text.casefold(), objection)
    return tuple(kept.values())


def _resting(objection: Objection, ledger: Iterable[Evidence]) -> list[Evidence]:
    """What an objection rests on; nothing when any of it does not exist, or an ignored check has passed."""
    by_id = {e.id: e for e in ledger}
    if any(id not in by_id for id in objection.evidence):
        return []
    holding = [e for e in by_id.values() if objection.about is not None and _holds(objection, e)]
    if objection.about is not None and not holding:
        return []
    if objection.kind == "ignored_check" and not any(_open(e.checks) for e in holding):
        return []
    return [e for e in by_id.values() if e.id in objection.evidence or e in holding]


def _holds(objection: Objection, evidence: Evidence) -> bool:
    checks = [c.name for c in evidence.checks]
    names = checks if objection.kind == "ignored_check" else [*checks, *(a.name for a in evidence.assumptions)]
    return objection.about in names


def _open(checks: Iterable[Check]) -> bool:
    return any(c.status != "pass" for c in checks)


def ignored_checks(draft: Draft, situation: Situation) -> tuple[Objection, ...]:
    """The failed checks of the primary estimate and of the tests made of it that no sentence mentions."""
    by_id = {e.id: e for e in situation.ledger if e.ok}
    primary = by_id.get(draft.primary or "")
    tested = [e for e in by_id.values() if e is primary or (primary and e.tool.startswith(TESTS))]
    failed = [(e, c) for e in tested for c in e.checks if c.status == "fail"]
    said = [draft.headline, *draft.claims]
    return tuple(
        Objection(
            kind="ignored_check", text=f"The check {c.name.replace('_', ' ')!r} failed, and the answer does not say so.",
            evidence=(e.id,), about=c.name,
        )
        for e, c in failed
        if not any(_mentions(s, c, e) for s in said)
    )  # fmt: skip


def _mentions(sentence: Claim, check: Check, evidence: Evidence) -> bool:
    """Whether a sentence is about a check: by its name, or by citing where it failed as a failure."""
    if _named(check.name, sentence.text):
        return True
    return (
        evidence.id in sentence.evidence
        and re.search(r"\bfail|\bfault|\bcare\b|\bdoubt", sentence.text, re.I) is not None
    )


def _named(name: str, text: str) -> bool:
    return _plain(name) in _plain(text)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).casefold().strip()


def unanswered(objections: Iterable[Objection], before: Draft, after: Draft) -> tuple[Objection, ...]:
    """The objections that no new sentence takes up: by what they rest on, or by the name of check or assumption."""
    old = {c.text for c in (before.headline, *before.claims)}
    new = [c for c in (after.headline, *after.claims) if c.text not in old]
    return tuple(o for o in objections if not any(_takes_up(c, o) for c in new))


def _takes_up(sentence: Claim, objection: Objection) -> bool:
    if objection.about is not None:
        return _named(objection.about, sentence.text)
    return bool({*objection.evidence} & {*sentence.evidence})


def shown(objection: Objection) -> str:
    """An objection as the person sees it."""
    rests_on = ", ".join(_grounds(objection))
    return f"A critic objects: {objection.text} ({rests_on})"


def _grounds(objection: Objection) -> Iterator[str]:
    yield from objection.evidence
    if not objection.evidence and objection.about is not None:
        yield objection.about
