"""Read from the words how the person wants the effect estimated: by which method, against whom, given what."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Estimator = Literal["regression", "matching", "ipw", "aipw"]

_BY = r"\b(?:us(?:e|ing)|by|with|via|through|apply(?:ing)?|perform(?:ing)?|run(?:ning)?|fit(?:ting)?|estimate\w*)\b[^.;?!]{0,80}?"
ESTIMATORS: tuple[tuple[Estimator, re.Pattern[str]], ...] = (
    ("aipw", re.compile(_BY + r"\b(?:aipw|doubly[- ]robust|augmented inverse)", re.IGNORECASE)),
    ("ipw", re.compile(_BY + r"\b(?:ipt?w|inverse[- ]propensity|inverse[- ]probability|propensity[- ]score weight)", re.IGNORECASE)),
    ("matching", re.compile(_BY + r"\b(?:propensity[- ]score )?match(?:ing|ed)\b", re.IGNORECASE)),
    ("regression", re.compile(_BY + r"\b(?:linear |ols |multiple )?(?:regression\b(?! discontinuity)|ols\b|least squares)", re.IGNORECASE)),
)  # fmt: skip
RELEVANT = re.compile(
    r"\b(?:adjust\w*|control\w*|account\w*|consider\w*|includ\w*|condition\w*|tak\w+ into account)\b"
    r"(?:(?!\b(?:how|why|whether)\b)[^.;?!]){0,40}?"
    r"\b(?:controls?|covariates?|confounders?|confounding|relevant variables|variables of interest|background (?:variables|factors))\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:without|not|no|never|n['’]t)\s+(?:\w+\s+)?$", re.IGNORECASE)
COMPARABLE = re.compile(
    r"\b(?:similar|comparable|matched|otherwise (?:identical|similar)|alike)\b(?:\s+\w+){0,2}?\s+"
    r"(?:who|that|which)\s+(?:\w+\s+)?(?:did|do|does|had|have|were|was)(?:\s+not|n['’]?t)\b|"
    r"\b(?:similar|comparable|matched) (?:non-?participants|untreated|controls)\b",
    re.IGNORECASE,
)
EVERYONE = re.compile(
    r"\bATE\b|\baverage (?:treatment|causal) effect\b(?! (?:on|among) the treated)|\b(?:everyone|whole population)\b"
)


class Approach(NamedTuple):
    """What the words ask of the estimation; nothing when they ask nothing."""

    estimator: Estimator | None = None
    relevant: str | None = None
    """The words that ask to adjust for what is relevant, without naming it."""
    comparable: str | None = None
    """The words that compare the treated with untreated ones like them."""


def read_approach(words: str) -> Approach:
    """Find the method asked for, `with suitable controls`, and `similar people who did not`.

    Of several methods named the first in the text counts, except that a doubly robust one goes before the weighting it contains.
    """
    named: list[tuple[int, Estimator]] = [
        (m.start(), name) for name, pattern in ESTIMATORS if (m := pattern.search(words))
    ]
    both = {name for _, name in named}
    estimator: Estimator | None = "aipw" if both == {"ipw", "aipw"} else min(named)[1] if named else None
    relevant = next(
        (m[0] for m in RELEVANT.finditer(words) if not _DENIED.search(words[max(0, m.start() - 20) : m.start()])), None
    )
    comparable = COMPARABLE.search(words)
    return Approach(estimator, relevant, comparable[0] if comparable else None)
