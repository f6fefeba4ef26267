"""Have a model write the answer: sentences with the evidence each rests on, rewritten once when the verifier refuses."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ....prompts import render
from ....tools.domain.model import Model
from ...policy import Situation
from ...primary import rightful_primary
from ...state import Claim, Derived, Draft
from .ask import Asker
from .view import situation_prompt

MOST_CLAIMS = 8
LONGEST = 700


class Sentence(Model):
    """A sentence and what it rests on."""

    text: str = Field(max_length=LONGEST)
    evidence: tuple[str, ...]
    derived: tuple[Derived, ...]
    """Numbers of the sentence that were computed from numbers of the evidence."""


class WriteReply(Model):
    """An answer."""

    headline: Sentence
    claims: tuple[Sentence, ...] = Field(max_length=2 * MOST_CLAIMS)
    primary: str | None
    identification: str | None


def write(asker: Asker, situation: Situation) -> Draft:
    """Say what the evidence shows."""
    primary = rightful_primary(situation)
    before = situation.draft if situation.complaints or situation.objections else None
    act = "revise" if situation.objections else "rewrite" if before else "write"
    task = render(
        "write", most=MOST_CLAIMS, primary=primary.id if primary else None, complaints=list(situation.complaints),
        objections=[[o.kind, o.text, *o.evidence, *([o.about] if o.about else [])] for o in situation.objections],
        draft=before.model_dump(mode="json") if before else None,
    )  # fmt: skip
    reply = asker.typed(
        act,
        situation_prompt(situation, task),
        WriteReply,
        check=lambda r: tuple(_faults(r, situation)),
        stream=True,
    )
    return Draft(
        headline=_claim(reply.headline),
        claims=tuple(_claim(c) for c in reply.claims),
        primary=reply.primary,
        identification=reply.identification,
    )


def _faults(reply: WriteReply, situation: Situation) -> Iterator[str]:
    known = {e.id for e in situation.ledger}
    for part, id in (("primary", reply.primary), ("identification", reply.identification)):
        if id is not None and id not in known:
            yield f"{part}: there is no evidence {id[:20]!r}; there is {', '.join(sorted(known, key=lambda i: int(i[1:])))}"
    if not reply.headline.text.strip():
        yield "headline: it is empty"


def _claim(sentence: Sentence) -> Claim:
    return Claim(text=" ".join(sentence.text.split()), evidence=sentence.evidence, derived=sentence.derived)
