"""Several treatments that the words set at once: `if everyone had t = 1 and m = 0`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .grammar import CUTS
from .prepare import EVERYDAY
from .words import Token

_EVERYONE = frozenset({"everyone", "everybody"})
_SET = frozenset({"set", "force", "fix"})
_ASSIGNED = frozenset({"=", "==", "to", "at", "equal", "be"})


def joint_problem(tokens: Sequence[Token], treatment: str, outcome: str) -> str | None:
    """Say that several columns are set together, which one effect does not answer; None when at most one is.

    What everyone is set to is an intervention. To keep only the rows where it happens to hold is another question.
    """
    columns = [c for c in dict.fromkeys(_set_together(tokens)) if c != outcome]
    if len(columns) < 2 or treatment not in columns:
        return None
    others = " and ".join(repr(c) for c in columns if c != treatment)
    return (
        f"The question sets {treatment!r} and {others} for everyone at once, and the effect of several treatments together is "
        f"not estimated. Ask about {treatment!r} alone, or about its effect with {others} held at a value."
    )


def _set_together(tokens: Sequence[Token]) -> Iterator[str]:
    """The columns given a value after `everyone`, `we set` or `do(`, up to words that open a modifier."""
    for start, token in enumerate(tokens[:-1]):
        everyone, doing = token.low in _EVERYONE, token.low == "do" and tokens[start + 1].low == "("
        if token.lock >= EVERYDAY or not (everyone or doing or token.stem in _SET):
            continue
        for i, later in enumerate(tokens[start + 1 :], start + 1):
            if later.low in CUTS or later.stem in CUTS or (doing and later.low == ")"):
                break
            if later.column is not None and later.lock >= EVERYDAY and (everyone or _given_a_value(tokens, i)):
                yield later.column


def _given_a_value(tokens: Sequence[Token], i: int) -> bool:
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    return after is not None and (after.low in _ASSIGNED or after.stem in _ASSIGNED or after.low[:1].isdigit())
