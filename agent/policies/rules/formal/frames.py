"""Patterns over causal English, written almost as English.

`frame("{aux} <cause> {moves} [the] {chance} of <event>")` matches a sentence: `<name>` is a slot for any words, `{class}`
one of the ways to say something, `[…]` may be missing, `(a|b)` is a choice. Classes are shared by all readers, so a
new word is added in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

MORE = "more|larger|higher|greater|bigger|likelier|stronger|better"
LESS = "less|smaller|lower|fewer|weaker|worse"
RISES = (
    "increases?|raises?|rises?|boosts?|grows?|goes up|go up|elevates?|lifts?|improves?|heightens?|enlarges?|adds? to|"
    "increased|raised|boosted|enhances?|promotes?"
)
FALLS = (
    "decreases?|reduces?|lowers?|falls?|drops?|goes down|go down|diminish(?:es)?|shrinks?|cuts?|lessens?|declines?|"
    "decreased|reduced|lowered|suppress(?:es)?"
)
POSITIVE = "positively|favou?rably|positive|beneficial"
NEGATIVE = "negatively|adversely|unfavou?rably|negative|harmful"
CLASSES = {
    "aux": "will|would|does|do|did|can|could|is it true that|is it the case that",
    "is": "is|are|was|were|will|would|does|do|can",
    "chance": "probability|chances?|likelihood|odds|risk|proportion|share|frequency|rate",
    "overall": "overall|unconditional|marginal|total|general|baseline|joint",
    "likely": "likely|probable|common|frequent",
    "way": f"(?P<way>{MORE}|{LESS})",
    "moves": f"(?P<moves>{RISES}|{FALLS})",
    "sign": f"(?P<sign>{POSITIVE}|{NEGATIVE})",
    "affect": "affects?|influences?|impacts?|acts? on|changes?",
    "affected": "affected|influenced|impacted|changed",
    "through": "through|via|by way of|by means of|by acting on|mediated by|thanks to",
    "look at": (
        "if we (?:only )?look (?:only )?at|when we (?:only )?look (?:only )?at|looking (?:only )?at|among|amongst|for|within|"
        "in|of|considering(?: only)?|restricted to|given|if we (?:only )?consider(?: only)?"
    ),
    "seeing": "observing|seeing|knowing|learning|finding|we observe|we see|one observes|we know|we learn|we find|it is known",
    "when": "when|if|after|on|upon|by|given|with",
    "ignoring": (
        "(?:if|when|suppose|supposing) (?:we|one) (?:disregard|ignore|leave out|leave aside|set aside|exclude|block|remove|"
        "do not count|switch off|rule out)|disregarding|ignoring|leaving aside|setting aside|excluding|apart from|aside from|"
        "not counting|other than"
    ),
    "path": (
        "(?:the |any |all )?(?:mediation |mediated |mediating |indirect )?(?:effects?|influence|path(?:way)?s?|route|channel)"
    ),
    "cause an effect": (
        "(?:have|has|exert|exerts) an? (?:direct |causal |overall |total |net )*(?P<sign>positive|negative|beneficial|harmful) "
        "(?:causal |overall |total |net )*(?:effect|influence|impact) on"
    ),
    "the effect": (
        "the (?:(?:average|total|overall|net|causal|treatment|mean|population) )*(?:effect|influence|impact)(?: \\(ATE\\))? of"
    ),
    "conclude": (
        "(?:does|would) (?:it|this|that) (?:mean|imply|show|follow) that|can we conclude that|is it true that|"
        "is it the case that|do we know that|should we conclude that"
    ),
    "impose": (
        "set|sets|force|forces|make|makes|intervene on|intervenes on|intervene to ensure|impose|imposes|bring about|brings about|"
        "made|forced|imposed|intervened on"
    ),
    "denied": "(?P<denied>does not|do not|doesn't|don't|not|no|cannot|never)",
    "by": "through|via|of|by way of|by",
    "number": r"(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+)) ?(?P<percent>%|percent|per cent)?",
    "equals": "is equal to|is about|is around|is|was|equals|amounts to|stands at|comes to|=|of",
    "people": "people|persons?|individuals?|adults?|patients?|students?|someone",
    "among": "among|amongst|for|given(?: that)?|conditional on|within",
    "are": "are|is|have|has|get|gets|were|was|develop|develops|show|shows|receive|receives|take|takes|do|does|experience",
    "occurs": "occurs?|happens?|is seen|is observed|is found|is present|holds?",
}
MOST_CHARACTERS = 1_000
"""A longer sentence fits no pattern; trying would take long on purpose-made ones."""
_COMMA = ",?"
_TOKEN = re.compile(
    r"<(?P<slot>\w+)>|\{(?P<kind>[\w ]+)\}|\[(?P<maybe>(?:[^\[\]]|\[[^\]]*\])+)\]|\((?P<choice>[^()]+)\)|(?P<word>[^\s<{\[(]+)"
)


@cache
def frame(pattern: str, *, commas: bool = False) -> re.Pattern[str]:
    """Compile a pattern; it must match the whole of a text, the case of letters and a question mark aside.

    Args:
        pattern: As the module says.
        commas: Whether its commas must stand in the text, or may.
    """
    compiled = _compiled(pattern)
    return re.compile(rf"\s*{compiled.replace(_COMMA, ',') if commas else compiled}\s*\??\s*", re.I)


def matches(patterns: tuple[str, ...], text: str) -> Iterator[dict[str, str]]:
    """The slots of every pattern that fits, those without words left out; patterns whose commas are there come first."""
    if len(text) > MOST_CHARACTERS:
        return
    for commas in (True, False) if "," in text else (False,):
        for pattern in patterns:
            if found := frame(pattern, commas=commas).fullmatch(text):
                yield {k: v.strip(" ,") for k, v in found.groupdict().items() if v}


def match_any(patterns: tuple[str, ...], text: str) -> dict[str, str] | None:
    """The slots of the first pattern that fits; None when none fits."""
    return next(matches(patterns, text), None)


def _compiled(pattern: str) -> str:
    """The regular expression of a pattern: pieces with one space between, an optional piece takes its space along."""
    parts: list[str] = []
    pending = ""
    end = 0
    for token in _TOKEN.finditer(pattern):
        spaced = token.start() > end or not parts
        end = token.end()
        piece = _piece(token)
        gap = r"\s+" if parts and spaced and not pending else ""
        if token["maybe"]:
            # whichever side has a space already, the optional piece brings the other one
            parts.append(f"(?:{gap}{piece})?" if parts else f"(?:{piece}\\s+)?")
            pending = "" if len(parts) > 1 else "taken"
        else:
            parts.append(f"{gap}{piece}")
            pending = ""
    return "".join(parts)


def _piece(token: re.Match[str]) -> str:
    if token["slot"]:
        return f"(?P<{token['slot']}>.+?)"
    if token["kind"]:
        return f"(?:{CLASSES[token['kind']]})"
    if token["maybe"]:
        return _compiled(token["maybe"])
    if token["choice"]:
        return "(?:" + "|".join(_compiled(c) for c in token["choice"].split("|")) + ")"
    return re.escape(token["word"]).replace(",", _COMMA)
