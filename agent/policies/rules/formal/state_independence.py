"""Read which variables are dependent and independent: "A correlates with C. A and B are independent given C and D."."""

from __future__ import annotations

import re

from .sentences import split_list
from .types import Independence, Premises
from .vocabulary import Vocabulary

_HOW = (
    r"(?:(?:statistically|conditionally|marginally|unconditionally|mutually|still|also|strongly|significantly|always|"
    r"directly|jointly|probabilistically) )*"
)
_APART = r"(?:independent|uncorrelated|unrelated|unassociated|d-separated|not dependent)"
_TIED = r"(?:correlated|associated|related|dependent|linked|connected|tied|d-connected|not independent)"
_LINK = r"(?:statistical )?(?:correlation|association|dependence|dependency|relation(?:ship)?)"
_TO = r"(?:of|with|to|on|from)"
_GIVEN = (
    r"(?:given|conditional(?:ly)? (?:on|upon)|condition(?:ed|ing) (?:on|upon)|(?:when |after |once )?(?:we )?"
    r"(?:control(?:ling|led)?|adjust(?:ing|ed)?|account(?:ing|ed)?) for|(?:when |once )(?:we )?know(?:ing)?|\|)"
)
_FRONTED = re.compile(rf"^{_GIVEN} (?P<given>[^,]+?(?:, [^,]+?)*), (?P<rest>.+)$", re.I)
_TRAILING = re.compile(rf"^(?P<rest>.+?),? ?{_GIVEN} (?P<given>.+)$", re.I)
_STATED = (
    (False, re.compile(rf"^(?P<one>.+?) (?:is|are) (?:not|no longer) {_HOW}{_TIED}(?: {_TO} (?P<two>.+))?$", re.I)),
    (True, re.compile(rf"^(?P<one>.+?) (?:is|are) (?:not|no longer) {_HOW}{_APART}(?: {_TO} (?P<two>.+))?$", re.I)),
    (False, re.compile(rf"^(?P<one>.+?) (?:is|are|becomes?) {_HOW}{_APART}(?: {_TO} (?P<two>.+))?$", re.I)),
    (True, re.compile(rf"^(?P<one>.+?) (?:is|are|becomes?) {_HOW}{_TIED}(?: {_TO} (?P<two>.+))?$", re.I)),
    (False, re.compile(rf"^(?P<one>.+?) (?:does|do) not {_HOW}(?:correlate|associate) with (?P<two>.+)$", re.I)),
    (True, re.compile(rf"^(?P<one>.+?) {_HOW}(?:correlates?|covar(?:y|ies)|associates?) with (?P<two>.+)$", re.I)),
    (True, re.compile(r"^(?P<one>.+?) statistically depends? (?:up)?on (?P<two>.+)$", re.I)),
    (False, re.compile(r"^(?P<one>.+?) (?:indep|⊥+|⫫|_\|\|_) (?P<two>.+)$", re.I)),
    (False, re.compile(rf"^there is no {_HOW}{_LINK} between (?P<one>.+)$", re.I)),
    (True, re.compile(rf"^there is an? {_HOW}{_LINK} between (?P<one>.+)$", re.I)),
    (False, re.compile(rf"^there is (?:an? )?(?:conditional |marginal )?{_HOW}independence between (?P<one>.+)$", re.I)),
)  # fmt: skip
"""Whether the pair is dependent, and how it is said; without a second slot the first holds both."""
_TOUCHES = re.compile(
    r"correlat|depend|associat|relat|linked|connected|tied|covar|separated|\bindep\b|⊥|⫫|_\|\|_", re.I
)
_VARIABLES = re.compile(
    r"\b(?:closed |whole |self-contained )?(?:system|set|world|collection)? ?(?:of|with|has|have|contains?|consider|are) "
    r"(?:the )?(?:following )?(?:\w+ )?variables?(?: named| called)?[,:]? (?P<names>.+?)(?:,? (?:whose|where|in which|with) .+)?$",
    re.I,
)
_CLOSED = re.compile(
    r"\bclosed system\b|\ball (?:of )?(?:the )?(?:statistical |conditional |known )*(?:relations?|relationships|independenc(?:e|ies)|"
    r"dependenc(?:e|ies)|associations)\b",
    re.I,
)
_LEAD = re.compile(
    r"^(?:however|but|also|moreover|furthermore|in addition|additionally|besides|finally|meanwhile|yet|still|and|"
    r"on the other hand|at the same time|we (?:know|observe|find|see) that|it is known that|suppose(?: that)?),? ",
    re.I,
)


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add the (in)dependence, or the list of all variables, that a sentence states; False when it states neither."""
    text = sentence.strip()
    while (shorter := _LEAD.sub("", text)) != text:
        text = shorter
    if _TOUCHES.search(text) and (found := _statement(text, vocabulary)) is not None:
        premises.independencies.append(found)
        return True
    closed = bool(_CLOSED.search(text))
    premises.closed |= closed
    if closed and (listed := _VARIABLES.search(text)):
        for name in split_list(listed["names"]):
            vocabulary.declare(name)
    return closed


def _statement(text: str, vocabulary: Vocabulary) -> Independence | None:
    given: list[str] = []
    if conditional := _FRONTED.match(text) or _TRAILING.match(text):
        text, given = conditional["rest"], split_list(conditional["given"].strip("{} "))
    for dependent, pattern in _STATED:
        if not (found := pattern.match(text)):
            continue
        second = found.groupdict().get("two")
        # "independent of each other" names both before the verb
        both = [found["one"], second] if second and not second.startswith("each other") else split_list(found["one"])
        if len(both) != 2 or not all(p.strip() for p in both):
            return None
        one, two, *others = [vocabulary.declare(_name(p)) for p in (*both, *given)]
        return Independence(source=one, target=two, given=tuple(others), holds=not dependent)
    return None


def _name(phrase: str) -> str:
    return re.sub(r"^(?:both |the )?(?:variables? )?", "", phrase.strip(), flags=re.I)
