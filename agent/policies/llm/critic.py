"""Have a model argue against a draft: one request, typed objections, each with what it rests on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ....prompts import render
from ....tools.domain.evidence import Evidence
from ....tools.domain.model import Model
from ...policy import Situation
from ...state import Draft, Objection
from .ask import Asker
from .client import ChatClient
from .errors import NoUsableReply, Refused
from .prompt import text_tokens
from .view import question_line, short

MOST_OBJECTIONS = 3
OFF, SAME = "off", "same"
MOST_CALLS, MOST_TOKENS = 8, 15_000
"""What a run may have cost with the critic; a longer one does without, and says so."""
OVERHEAD = 375
"""Tokens of a request beside its prompt: the system's part and the shape of the reply."""
LONGEST_SUMMARY, HEAD, LONGEST_MEANING, MOST_CHECKS = 110, 45, 80, 6


class Objected(Model):
    """An objection."""

    kind: Literal["unstated_assumption", "wrong_estimand", "ignored_check", "overclaim", "other"]
    text: str = Field(max_length=400)
    evidence: tuple[str, ...]
    about: str | None


class CriticReply(Model):
    """What speaks against a draft."""

    objections: tuple[Objected, ...] = Field(max_length=4 * MOST_OBJECTIONS)


def criticise(asker: Asker, situation: Situation, draft: Draft) -> tuple[Objection, ...]:
    """Ask for objections to a draft that the verifier accepted.

    A critic that says nothing usable is no reason to lose the answer: it counts as silent, and that is said.

    Returns:
        What it objects, unchecked; nothing when the configuration switches it off.
    """
    if asker.client.config.critic == OFF:
        return ()
    task = _task(situation, draft)
    spent = asker.usage()
    if spent.calls >= MOST_CALLS or spent.prompt_tokens + text_tokens(task) + OVERHEAD > MOST_TOKENS:
        asker.warn("No critic was asked, because the run has cost enough already.")
        return ()
    critic = _other(asker)
    try:
        reply = critic.typed("critic", task, CriticReply)
    except (NoUsableReply, Refused) as error:
        asker.warn(f"The critic said nothing that can be used: {error}")
        return ()
    finally:
        if critic is not asker:
            critic.client.close()
    return tuple(
        Objection(kind=o.kind, text=" ".join(o.text.split()), evidence=tuple(dict.fromkeys(o.evidence)), about=o.about or None)
        for o in reply.objections[:MOST_OBJECTIONS]
    )  # fmt: skip


def _other(asker: Asker) -> Asker:
    """Who asks the critic: the same asker, or one for another model that keeps the same record."""
    config = asker.client.config
    if config.critic in (SAME, config.model):
        return asker
    return Asker(ChatClient(config.model_copy(update={"model": config.critic})), asker.transcript, asker.emit)


def _task(situation: Situation, draft: Draft) -> str:
    """The prompt: the draft, what it cites, and what did not hold; neither columns nor the rest of the ledger."""
    said = (draft.headline, *draft.claims)
    ids = {draft.primary, draft.identification, *(i for c in said for i in c.evidence)}
    cited = [e for e in situation.ledger if e.id in ids]
    failed = [(e, c) for e in situation.ledger for c in e.checks if c.status == "fail"]
    return render(
        "critic", words=situation.words, question=question_line(situation.question), draft=[[c.text, *c.evidence] for c in said],
        evidence=[[e.id, _gist(e)] for e in cited],
        checks=[[e.id, c.name, short(c.meaning, LONGEST_MEANING)] for e, c in failed[:MOST_CHECKS]],
        assumptions=_assumptions(draft, situation), most=MOST_OBJECTIONS,
    )  # fmt: skip


def _gist(evidence: Evidence) -> str:
    """What a piece of evidence says, its end with the numbers kept; of a test that found nothing, that it did."""
    if evidence.tool.startswith("refute_") and all(c.status == "pass" for c in evidence.checks):
        return evidence.summary.partition(". ")[0]
    text = " ".join(evidence.summary.split())
    return text if len(text) <= LONGEST_SUMMARY else f"{text[:HEAD]}…{text[HEAD - LONGEST_SUMMARY :]}"


def _assumptions(draft: Draft, situation: Situation) -> list[list[str]]:
    cited = [e for e in situation.ledger if e.id in (draft.primary, draft.identification)]
    return list({a.name: [a.name, a.status] for e in cited for a in e.assumptions}.values())
