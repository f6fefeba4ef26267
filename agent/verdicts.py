"""Words that give a verdict on an effect, and the hedges under which they give none.

A closed list of verbs, wide enough that a size or a cause cannot be told without one of them.
"""

from __future__ import annotations

import re

_MOVE = r"(?:go(?:es)?|went|push\w*|drive[sn]?|drove|br(?:ing|ought)s?|pull\w*|send[s]?|sent|take[sn]?|took)\b[^.;:()]{0,40}?"
UP = re.compile(
    r"\b(?:raise[sd]?|increase[sd]?|improve[sd]?|boost(?:s|ed)?|lift(?:s|ed)?|gr[eo]ws?|gain(?:s|ed)|r[oi]se(?:s|n)?|climb(?:s|ed)?"
    rf"|{_MOVE}\bup|ma(?:ke|kes|de)\b[^.;:()]{{0,40}}? (?:higher|larger|bigger|better)\b"
    r"|positive (?:causal |average )?(?:effect|impact|influence)"
    r"|by \d[^.;:()]{0,20}? (?:more|higher)\b|earn(?:s|ed)? (?:about )?\$?\d[^.;:()]{0,20}? more\b)",
    re.I,
)
DOWN = re.compile(
    r"\b(?:lower(?:s|ed)?|decrease[sd]?|reduce[sd]?|cuts?(?= (?!-?off|point|short))|fell|falls|drop(?:s|ped)? (?:\w+ )?by"
    r"|declin(?:es?|ed)|diminish(?:es|ed)?|shr[iau]nks?|worsen(?:s|ed)?|hurts?|harm(?:s|ed)"
    rf"|{_MOVE}\bdown|ma(?:ke|kes|de)\b[^.;:()]{{0,40}}? (?:lower|smaller|worse)\b"
    r"|negative (?:causal |average )?(?:effect|impact|influence)"
    r"|\d[^.;:()]{0,20}? (?:less|fewer|lower|worse)\b)",
    re.I,
)
CAUSAL = re.compile(
    r"(?<!common )(?<!direct )(?<!hidden )\b(?:causes|caused)\b(?! of| with)"
    r"|\b(?:no effect|ha(?:s|d|ve) an? (?:[\w-]+ ){0,3}?(?:effect|impact|influence)|affect(?:s|ed)?|leads to|led to|results in"
    r"|resulted in|is responsible for|drives|drove|brings about|brought about|(?:is|was|proved|proves) effective"
    r"|pays off|paid off|work(?:s|ed) (?:well|as hoped))\b"
    r"|\b(?:went|goes|go|r[oi]se|fell|falls|higher|lower|more|less)\b[^.;:()]{0,40}\b(?:because of|due to|thanks to|owing to)\b",
    re.I,
)
"""Verbs that give a verdict; "a common cause" and "direct causes of" speak of a graph."""
EFFECT_IS = re.compile(
    r"\beffects? of\s+(?:about )?[-−+]?\d"
    r"|\beffect\b[^.;:]{0,100}?\b(?:is|was|equals|amounts to|comes to)\s+(?:about |around |roughly )?[-−+]?\d",
    re.I,
)
"""A number given as the size of an effect; it needs an identified estimand, whatever its interval."""
SIGNIFICANT = re.compile(r"\bsignifican(?:t|tly|ce)\b", re.I)
INSIGNIFICANT = re.compile(r"\binsignifican|(?:\b(?:not|no|never|non)|n't)\b[\s-]+(?:\w+ )?significan", re.I)
NO_EFFECT = re.compile(
    r"\b(?:no (?:causal |real |measurable |true )?(?:effect|impact|influence)|(?:zero|without (?:any )?) ?effect|do(?:es)? nothing"
    r"|did nothing|(?:does|did) not (?:affect|work|matter|change)|(?:is|was) (?:useless|ineffective)|ma[dk]es? no difference)\b",
    re.I,
)
VERDICTS = (UP, DOWN, CAUSAL, SIGNIFICANT, INSIGNIFICANT, NO_EFFECT)
_HEDGE = re.compile(
    r"\b(whether|cannot|can't|could|would|if|not identifiable|do not settle|does not show|assum\w+|unless|possible)\b",
    re.I,
)
_CONDITION = re.compile(r"\b(if|unless|provided|assuming)\b", re.I)
"""What makes a verdict conditional also when it comes after; `as everybody could see` does not."""


def verdicts_in(sentence: str) -> list[re.Pattern[str]]:
    """The kinds of verdict that a sentence gives; none where a hedge comes before, or a condition stands anywhere."""
    found = [(pattern, match.start()) for pattern in VERDICTS if (match := pattern.search(sentence))]
    size = EFFECT_IS.search(sentence)
    begins = [*(at for _, at in found), *([size.start()] if size else [])]
    if not begins or is_open(sentence, min(begins)):
        return []
    return [pattern for pattern, _ in found] or [EFFECT_IS]


def is_open(sentence: str, at: int) -> bool:
    """Whether what is said from this place on is left open."""
    hedge = _HEDGE.search(sentence)
    return (hedge is not None and hedge.start() < at) or _CONDITION.search(sentence) is not None
