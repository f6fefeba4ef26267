"""Answer Corr2Cause with the rule policy's reader and tools, and by shortcuts that never read the premise."""

from __future__ import annotations

from ..harness.formal import solve_formally
from ..harness.spec import Item, Response
from .load import CHOICES
from .problem import parse_hypothesis

_LABEL_OF = {"yes": CHOICES[0], "no": CHOICES[1]}


def solve(item: Item) -> Response:
    """Read the text, run the one tool that decides it, and say what its result means."""
    found = solve_formally(item)
    return found.model_copy(update={"answer": _LABEL_OF.get(found.answer or "")})


def always_entailed(item: Item) -> Response:
    """Say that every hypothesis follows."""
    del item
    return Response(answer=CHOICES[0])


def earlier_letter(item: Item) -> Response:
    """Say that a direct cause follows when its name comes first in the alphabet: published names are in causal order."""
    return _shortcut(item, colliders=False)


def earlier_letter_or_collider(item: Item) -> Response:
    """The same, and that every collider follows."""
    return _shortcut(item, colliders=True)


def _shortcut(item: Item, *, colliders: bool) -> Response:
    asked = parse_hypothesis(item.prompt.partition("Hypothesis:")[2])
    if asked is None:
        return Response(answer=CHOICES[1])
    relation, a, b = asked
    says = (relation == "parent" and a < b) or (colliders and relation == "collider")
    return Response(answer=CHOICES[0] if says else CHOICES[1])
