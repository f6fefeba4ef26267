"""Read hypotheses about what independencies imply: direct and indirect causes, common causes, common effects."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .....tools.domain.results import RelationVerdict, Result
from ....state import ToolCall
from .types import FormalReading, FormalVerdict, Independence, Premises
from .vocabulary import Vocabulary

_PLURAL = re.compile(r"\(e?s\)")
_GLOSS = re.compile(r"\s*\([^()]*\)")
_FRAMING = re.compile(
    r"^(?:(?:is it true|is it the case|does it follow|do these relations imply|can (?:we|one) (?:conclude|infer|deduce)|"
    r"(?:it|one|we) (?:follows|can (?:conclude|infer))|must it be) that|therefore,?|hence,?|then,?|so,?|thus,?|"
    r"necessarily,?)\s+",
    re.I,
)
_ASKS = re.compile(r"^(?:does|do|did|is|are|must)\s+", re.I)
_DENIED = re.compile(r"\b(?:does|do|is|are)(?: not|n't) (?!necessarily)", re.I)
_NO_SUCH = re.compile(r"^(?:there (?:is|exists|are) )?no(?: |ne of )", re.I)

_VERB = (
    r"(?:causes?|affects?|influences?|impacts?|drives?|determines?|acts? on|"
    r"(?:has|have|exerts?) (?:an? |some )?(?:causal )?(?:effect|influence|impact) on)"
)
_DONE = r"(?:caused|affected|influenced|impacted|driven|determined)"
_BETWEEN = r"(?:through|via|by way of|by means of)"
_MEANS = (
    r"(?:at least one |one or more |some |an? |other |another )*(?:mediat(?:or|ing (?:variable|factor))|intermediar(?:y|ies)|"
    r"(?:intermediate |other |third )?(?:variable|factor))(?:s|ies)?(?:,? but not directly)?"
)
_ELSE = (
    r"(?:something else|(?:an?other|some other|a third|an intermediate) (?:variable|factor)|(?:some )?other variables)"
)
_NOT_DIRECT = (
    r",? (?:but|though|although|albeit|only) (?:not (?:an? )?(?:direct(?:ly)?|immediate)(?: (?:one|cause))?|"
    r"(?:an )?indirect(?:ly)?(?: one)?)"
)
_SOME = r"(?:(?:at least one|one or more|some|an?|another|other|third) )*(?:variable|factor|thing|cause|node)s?"
_EFFECT_NOUN = r"(?:collider|(?:common|shared|joint|mutual) (?:effect|child|descendant|consequence)|common children)s?"
_CAUSE_NOUN = r"(?:confounder|(?:common|shared|joint|mutual) (?:cause|parent|ancestor|source))s?"
_EXISTS = r"(?:there (?:exists?|is|are) )?(?:at least one |one or more |some |an? )?"
_AND = r"(?P<one>.+?) and (?P<two>.+?)"

_SAID: tuple[tuple[str, str], ...] = (
    ("common_effect", rf"{_EXISTS}{_EFFECT_NOUN} (?:of|for|between|shared by) (?:both )?{_AND}"),
    ("common_cause", rf"{_EXISTS}{_CAUSE_NOUN} (?:of|for|between|shared by|behind) (?:both )?{_AND}"),
    ("common_effect", rf"(?:both )?{_AND} (?:have|share) {_EXISTS}{_EFFECT_NOUN}"),
    ("common_cause", rf"(?:both )?{_AND} (?:have|share) {_EXISTS}{_CAUSE_NOUN}"),
    ("common_effect", rf"(?:both )?{_AND} (?:together|jointly|both|each) {_VERB} {_SOME}"),
    ("common_effect", rf"{_EXISTS}{_SOME} (?:that )?(?:is|are) {_DONE} by both {_AND}"),
    ("common_effect", rf"{_EXISTS}{_SOME} (?:that )?both {_AND} {_VERB}"),
    ("common_cause", rf"{_EXISTS}{_SOME} (?:that )?{_VERB} both {_AND}"),
    ("common_cause", rf"(?:both )?{_AND} are (?:both |jointly |together )?{_DONE} by {_SOME}"),
    ("indirect_cause", rf"(?P<one>.+?) {_VERB} {_ELSE}(?:,? (?:which|that))(?: in turn| then)? {_VERB} (?P<two>.+?)"),
    ("indirect_cause", rf"(?P<one>.+?) (?:is|are|be) (?:an? )?cause (?:of|for) (?P<two>.+?){_NOT_DIRECT}"),
    ("indirect_cause", rf"(?P<one>.+?) {_VERB} (?P<two>.+?){_NOT_DIRECT}"),
    ("indirect_cause", r"(?P<one>.+?) (?:is|are|be) an indirect cause (?:of|for) (?P<two>.+?)"),
    ("indirect_cause", r"(?P<two>.+?) (?:is|are|be) an indirect (?:effect|result|consequence) of (?P<one>.+?)"),
    ("indirect_cause", rf"(?P<one>.+?) (?:indirectly|not directly) {_VERB} (?P<two>.+?)"),
    ("indirect_cause", r"(?P<one>.+?) (?:has|have) an indirect (?:causal )?(?:effect|influence|impact) on (?P<two>.+?)"),
    ("indirect_cause", rf"(?P<two>.+?) (?:is|are|be) indirectly {_DONE} by (?P<one>.+?)"),
    ("indirect_cause", rf"(?P<one>.+?) (?:indirectly )?{_VERB} (?P<two>.+?),? (?:only )?{_BETWEEN} {_MEANS}"),
    ("indirect_cause", rf"(?P<two>.+?) (?:is|are|be) (?:indirectly )?{_DONE} by (?P<one>.+?),? {_BETWEEN} {_MEANS}"),
    ("parent", rf"(?P<one>.+?) (?:directly|immediately) {_VERB} (?P<two>.+?)"),
    ("parent", rf"(?P<one>.+?) {_VERB} (?P<two>.+?) (?:directly|immediately)"),
    ("parent", r"(?P<one>.+?) (?:is|are|be) (?:an? |the )?(?:(?:direct|immediate) cause|parent) (?:of|for) (?P<two>.+?)"),
    ("parent", r"(?P<two>.+?) (?:is|are|be) (?:an? |the )?(?:(?:direct|immediate) (?:effect|result|consequence)|child) of (?P<one>.+?)"),
    ("parent", r"(?P<one>.+?) (?:has|have|exerts?) an? direct (?:causal )?(?:effect|influence|impact) on (?P<two>.+?)"),
    ("parent", rf"(?P<two>.+?) (?:is|are|be) (?:directly|immediately) {_DONE} by (?P<one>.+?)"),
    ("parent", r"there (?:is|exists) an? (?:direct(?:ed)? )?(?:edge|arrow|link) from (?P<one>.+?) to (?P<two>.+?)"),
    ("adjacent", rf"{_AND} are (?:adjacent|neighbou?rs|directly (?:connected|linked|related))"),
    ("ancestor", rf"(?P<one>.+?) (?:(?:directly )?or indirectly |ultimately |causally )?{_VERB} (?P<two>.+?)"),
    ("ancestor", r"(?P<one>.+?) (?:is|are|be) (?:an? |the )?(?:cause|ancestor) (?:of|for) (?P<two>.+?)"),
    ("ancestor", r"(?P<two>.+?) (?:is|are|be) (?:an? |the )?(?:effect|descendant|result|consequence) of (?P<one>.+?)"),
    ("ancestor", rf"(?P<two>.+?) (?:is|are|be) {_DONE} by (?P<one>.+?)"),
)  # fmt: skip
_PATTERNS = tuple((relation, re.compile(pattern, re.I)) for relation, pattern in _SAID)
"""Most special first; the first whose slots are names of variables decides."""


def read(question: str, premises: Premises, vocabulary: Vocabulary) -> FormalReading | None:
    """Read a hypothesis, or a question that asks whether it holds; None without any stated (in)dependence."""
    if not premises.independencies and not premises.closed:
        return None
    text = _GLOSS.sub("", _PLURAL.sub("s", question.strip().rstrip("?.! ")))
    text = _FRAMING.sub("", text)
    denied = bool(_DENIED.search(text) or _NO_SUCH.match(text))
    text = _NO_SUCH.sub("there is ", _DENIED.sub("", text))
    for words in dict.fromkeys((text, _ASKS.sub("", text))):
        for relation, pattern in _PATTERNS:
            found = pattern.fullmatch(words)
            one, two = (_variable(found[end], vocabulary) if found else None for end in ("one", "two"))
            if one is not None and two is not None and one != two:
                return _reading(relation, one, two, premises, denied=denied)
    return None


def _variable(phrase: str, vocabulary: Vocabulary) -> str | None:
    return vocabulary.named(re.sub(r"^(?:the )?variables? ", "", phrase.strip(" ,"), flags=re.I))


def _reading(relation: str, one: str, two: str, premises: Premises, *, denied: bool) -> FormalReading:
    args: dict[str, Any] = {
        "variables": tuple(premises.nodes),
        "independencies": tuple(_listed(s) for s in premises.independencies if s.holds),
        "dependencies": () if premises.closed else tuple(_listed(s) for s in premises.independencies if not s.holds),
        "complete": premises.closed,
        "relation": relation,
        "source": one,
        "target": two,
    }
    call = ToolCall(tool="reason_relations", args=args, why="asks what the independencies imply")
    because = (f"whether {one} is {relation.replace('_', ' ')} of {two} in every graph that fits",)
    return FormalReading(call, _entailed(denied=denied), premises, because)


def _listed(statement: Independence) -> dict[str, Any]:
    return {"source": statement.source, "target": statement.target, "given": statement.given}


def _entailed(*, denied: bool) -> Callable[[Result], FormalVerdict]:
    """A hypothesis follows when it holds in all graphs; a denied one, when what it denies holds in none."""

    def decide(result: Result) -> FormalVerdict:
        assert isinstance(result, RelationVerdict)
        if result.verdict == "inconsistent":
            return FormalVerdict(answer=None, sentence=result.summary())
        answer = "yes" if result.verdict == ("none" if denied else "all") else "no"
        return FormalVerdict(answer=answer, sentence=f"{answer.capitalize()}: {result.summary()}")

    return decide
