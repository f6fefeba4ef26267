"""Read questions about which of several named methods is right: which set to adjust for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .....tools.domain.results import Result, SetsVerdict
from ....state import ToolCall
from .state_methods import settle_methods
from .types import FormalReading, FormalVerdict, Premises
from .vocabulary import Vocabulary

_ENDS = r"(?:,|\?|$| is | should | would | which )"
_ACTS = r"(?:directly |causally )?(?:affects?|influences?|impacts?|changes?|acts on)"
_EFFECT = tuple(
    re.compile(p + _ENDS, re.I)
    for p in (
        rf"\bhow (?P<cause>.+?) {_ACTS} (?P<effect>.+?)",
        r"\b(?:effect|influence|impact) of (?P<cause>.+?) (?:on|upon|over) (?P<effect>.+?)",
        r"\bhow (?P<effect>.+?) (?:is|are) (?:affected|influenced|impacted|changed) by (?P<cause>.+?)",
    )
)
_METHOD = re.compile(r"\b(?:method|approach|strategy|procedure|option|plan) \w+", re.I)
_WORSE = re.compile(r"\b(?:less (?:correct|appropriate|valid|suitable|accurate)|worse|wrong|incorrect|avoid)\b", re.I)


def read(question: str, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Compare two named methods by the adjustment criterion."""
    named = [m.casefold() for m in _METHOD.findall(question)]
    named = list(dict.fromkeys(n for n in named if n in premises.methods))
    effect = next((found for p in _EFFECT if (found := p.search(question))), None)
    if len(named) != 2 or effect is None:
        return None
    cause, outcome = (vocabulary.variable(effect[side]) for side in ("cause", "effect"))
    if cause is None or outcome is None or cause == outcome or not settle_methods(premises, vocabulary):
        return None
    sets = [premises.methods[n] for n in named]
    # a method that looks at a variable takes it as measured, whatever the data at hand hold
    latent = tuple(n for n in premises.latent if n not in {v for s in sets for v in s})
    args = {
        "edges": tuple(premises.edges),
        "latent": latent,
        "criterion": "backdoor",
        "treatment": cause,
        "outcome": outcome,
        "options": tuple(sets),
        # of two valid sets the smaller does the same with less
        "prefer": "minimal",
    }
    call = ToolCall(tool="reason_sets", args=args, why=f"judges the sets of {named[0]} and {named[1]}")
    because = [f"effect of {cause} on {outcome}", *(f"{n}: {_shown(s)}" for n, s in zip(named, sets, strict=True))]
    return FormalReading(call, _decide(named, worse=bool(_WORSE.search(question))), premises, tuple(because))


def _decide(named: Sequence[str], *, worse: bool) -> Callable[[Result], FormalVerdict]:
    def decide(result: Result) -> FormalVerdict:
        assert isinstance(result, SetsVerdict)
        if len(result.best) != 1:
            return FormalVerdict(
                answer=None, sentence=f"Neither method is shown to be the right one. {result.summary()}"
            )
        right = named[result.best[0] - 1]
        answer = "yes" if (right == named[0]) != worse else "no"
        return FormalVerdict(answer=answer, sentence=f"{answer.capitalize()}: {right} is right. {result.summary()}")

    return decide


def _shown(names: Sequence[str]) -> str:
    return f"adjusts for {', '.join(names)}" if names else "adjusts for nothing"
