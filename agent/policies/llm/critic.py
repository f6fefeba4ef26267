"""Have a model argue against a draft: one request, typed objections, each with what it rests on."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ....prompts import render
from ....tools.domain.model import Model
from ...policy import Situation
from ...state import Draft, Objection
from .ask import Asker
from .client import ChatClient
from .errors import NoUsableReply, Refused
from .view import situation_prompt

MOST_OBJECTIONS = 3
OFF, SAME = "off", "same"
MOST_CALLS, MOST_TOKENS = 8, 15_000
"""What a run may have cost with the critic; a longer one does without, and says so."""


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
    spent, last = asker.usage(), asker.transcript.all()[-1].prompt_tokens
    if spent.calls >= MOST_CALLS or spent.prompt_tokens + last > MOST_TOKENS:
        asker.warn("No critic was asked, because the run has cost enough already.")
        return ()
    task = render(
        "critic", draft=_draft(draft), assumptions=_assumptions(draft, situation), most=MOST_OBJECTIONS
    )  # fmt: skip
    critic = _other(asker)
    try:
        reply = critic.typed("critic", situation_prompt(situation, task), CriticReply)
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


def _draft(draft: Draft) -> dict[str, Any]:
    """The sentences as the person would read them, with the ids they cite."""
    return {
        "headline": [draft.headline.text, *draft.headline.evidence],
        "claims": [[c.text, *c.evidence] for c in draft.claims],
    }


def _assumptions(draft: Draft, situation: Situation) -> list[list[str]]:
    cited = [e for e in situation.ledger if e.id in (draft.primary, draft.identification)]
    return list({a.name: [a.name, a.status] for e in cited for a in e.assumptions}.values())
