"""Tell an event from its denial: "not Praf", "the alarm does not ring", "Praf fails to occur"."""

from __future__ import annotations

import re

_BETWEEN = "still|also|nevertheless|indeed|then|even|actually|have|has|had|to|be|been|is|are|was|were|being|will|would|does|do|did"
_HAPPENING = re.compile(
    rf"\s+(?:(?:{_BETWEEN})\s+)*(?P<denied>not\s+)?(?:(?:{_BETWEEN})\s+)*"
    r"(?:occur(?:s|red|ring)?|happen(?:s|ed|ing)?|takes? place|taken place|comes? about|the case|present|true|holds?|held|absent|false)$",
    re.I,
)
_ABSENT = re.compile(r"\b(?:absent|false)$", re.I)
_FIRST = re.compile(r"^(?:(?:the )?(?:absence|lack|non-?occurrence) of|not|no|without|there is no)\s+", re.I)
_AUXILIARY = re.compile(
    r"\b(?P<verb>is|are|was|were|be|been|does|do|did|has|have|had|will|would|could|can)(?:\s+not\b|n't\b)\s*", re.I
)
_FAILS = re.compile(
    r"\b(?:(?:fail(?:s|ed)?|cease(?:s|d)?) to|(?:recover(?:s|ed)?|be cured|is cured|get cured) (?:from|of))\s+", re.I
)
"""To recover from a thing is not to have it."""
_FILLER = re.compile(r"^(?:(?:still|also|nevertheless|then|that|it is the case that|both|either)\s+)+", re.I)


def split_denial(phrase: str) -> tuple[str, bool]:
    """The event a phrase speaks of, and whether the phrase denies it.

    Example:
        >>> split_denial("not Praf"), split_denial("Vork does not occur"), split_denial("the alarm rings")
        (('Praf', True), ('Vork', True), ('the alarm rings', False))
    """
    text = _FILLER.sub("", " ".join(phrase.split()).strip(" ,"))
    denied = False
    if (auxiliary := _AUXILIARY.search(text)) is not None:
        text = f"{text[: auxiliary.start()]}{auxiliary['verb']} {text[auxiliary.end() :]}"
        denied = not denied
    text, n_fails = _FAILS.subn("", text, count=1)
    denied ^= bool(n_fails)
    if (happening := _HAPPENING.search(text)) is not None and happening.start() > 0:
        denied ^= bool(_ABSENT.search(text)) ^ bool(happening["denied"])
        text = text[: happening.start()]
    while (first := _FIRST.match(text)) is not None and first.end() < len(text):
        text, denied = text[first.end() :], not denied
    return text.strip(" ,"), denied
