"""Which published labels are wrong, and which slip of the published generator explains each."""

from __future__ import annotations

from .classes import MOST_LISTED, follows
from .problem import parse
from .published_generator import published_label

RELABELLED = (
    "The published generator looked the pair up under the wrong names (it applied a relabelling for its inverse)."
)
LOOP = "The published generator walked the path from a confounder to the second variable the wrong way."
BOTH = "The published generator's two slips together: names looked up wrongly, and a loop that runs the wrong way."
OTHER = "The label contradicts the listed independencies."


def known_error(text: str, *, entailed: bool) -> tuple[str, str | None]:
    """Why a label is wrong, and the right one; ("", None) for a sound one, and for a text in other words.

    Args:
        text: Premise and hypothesis.
        entailed: The published label.
    """
    problem = parse(text)
    if problem is None or len(problem.variables) > MOST_LISTED:
        return "", None
    exact = follows(problem)
    if exact is None or exact == entailed:
        return "", None
    if published_label(problem) != entailed:
        reason = OTHER
    elif published_label(problem, loop_slip=False) == entailed:
        reason = RELABELLED
    else:
        reason = LOOP if published_label(problem, relabelling_slip=False) == entailed else BOTH
    return reason, "entailment" if exact else "non-entailment"
