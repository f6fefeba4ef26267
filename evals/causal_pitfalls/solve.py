"""Answer the questions by the rule policy, and report the fields that the key asks for from its evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..harness.spec import Item, Response
from ..tables.ask import ask
from .fields import Field
from .found import Found
from .words import MEDIATED, NECESSITY, WORLDS


def solve(item: Item) -> Response:
    """Ask the question of its table; fields that the evidence does not hold stay open, and are named."""
    answer = ask(f"{item.data['question']}{request(item)}", Path(item.data["table"]))
    found = Found(answer)
    said = {n: value for n in item.data["asked"] if (value := Field(n, item.data["levels"], found).said()) is not None}
    still_open = [n for n in item.data["asked"] if n not in said]
    because = [*answer.reading, *answer.design_reasons, *(c.text for c in answer.claims), answer.claim]
    because += [f"Not answered: {', '.join(still_open)}"] if still_open else []
    return Response(answer=json.dumps(said) if said else None, because="\n".join(because))


def request(item: Item) -> str:
    """What the fields to be reported ask for beyond the question, as a sentence: they are part of what is asked."""
    words = {p for n in item.data["asked"] for p in re.split(r"[^A-Z0-9]+", n.upper())}
    legend = dict.fromkeys(str(v) for k, v in item.data["levels"].items() if not k.upper().startswith("M"))
    lines: list[str] = []
    if words & set(NECESSITY):
        lines.append("Report the probability of necessity and of sufficiency.")
    mediators = [str(v) for k, v in item.data["levels"].items() if k.upper().startswith("M")]
    if words & (set(MEDIATED) | {"SEQUENTIAL", "SERIAL"}):
        through = f" through {' and '.join(mediators)}" if mediators else ""
        lines.append(f"Report direct and indirect effects{through}.")
    if words & WORLDS:
        lines.append("Report the mean potential outcomes.")
    if words & {"TRANSPORTED", "TRANSPORT"}:
        lines.append("Report the transported effect.")
    if len(legend) > 1 and words & {"EFFECT", "ATE", "CATE"}:
        lines.append(f"Compare the effect between {' and '.join(legend)}.")
    return "".join(f" {line}" for line in lines)
