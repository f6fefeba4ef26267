"""Read which variable affects which, and which are not observed."""

from __future__ import annotations

import re

from .frames import MOST_CHARACTERS
from .sentences import split_list
from .types import Premises
from .vocabulary import Vocabulary

_HOW = r"(?:(?:directly|causally|strongly|also|both|both directly|partly|only|itself|in turn) )*"
_KIND = r"(?:(?:direct|causal|immediate|strong|significant|real|known|an?|the|some|any) )*"
_NOUN = r"(?:effect|influence|impact|bearing|causal effect)s?"
_ACTS = (
    r"affect|influence|impact|cause|determine|drive|shape|change|alter|control|govern|produce|trigger|bring about|"
    r"act on|feed into|contribute to|lead to|result in|give rise to|play a(?: causal)? role in"
)
_PAST = (
    r"affected|influenced|impacted|caused|determined|driven|shaped|changed|altered|controlled|governed|produced|"
    r"triggered|brought about"
)
_THIRD = (
    r"affects|influences|impacts|causes|determines|drives|shapes|changes|alters|controls|governs|produces|triggers|"
    r"brings about|acts on|has a bearing on|feeds into|contributes to|leads to|results in|gives rise to|plays a(?: causal)? role in"
)
_NOT = r"(?: not|n't| never)"
_DENIED = re.compile(
    rf"\b(?:(?:has|have|exerts?)(?P<no> no) {_KIND}{_NOUN}|(?P<does>(?:do(?:es)?|did|can|could|will|would|may){_NOT} |cannot |never )"
    rf"{_HOW}(?:{_ACTS}|{_THIRD})|(?:is|are|was|were)(?P<not>{_NOT}) (?:{_HOW}(?:{_PAST}) by|{_KIND}(?:cause|determinant|driver)s? of))\b",
    re.I,
)
_UNLESS = re.compile(r",? (?:except|other than|but|save|unless|beyond|through|via)\b.*$", re.I)
_FORWARD = re.compile(
    rf"^(?P<causes>.+?) (?:(?:has|have|had|exerts?) {_KIND}{_NOUN} (?:on|upon|over)"
    rf"|(?:is|are) {_KIND}(?:cause|determinant|driver)s? of|{_HOW}(?:{_THIRD}|{_ACTS})) {_HOW}(?P<effects>.+)$",
    re.I,
)
_BACKWARD = re.compile(
    rf"^(?P<effects>.+?) (?:(?:is|are|gets?) {_HOW}(?:{_PAST}) {_HOW}by|depends? {_HOW}(?:up)?on|(?:is|are) {_KIND}"
    rf"(?:{_NOUN}|result|consequence|outcome|function)s? of|responds? {_HOW}to|results? {_HOW}from|"
    rf"(?:is|are) {_HOW}under the influence of) {_HOW}(?P<causes>.+)$",
    re.I,
)
_NAMED = re.compile(
    rf"^(?:there (?:is|are|exists?) {_KIND}{_NOUN} of|an? (?:arrow|edge|link)s? (?:goes|leads|points|runs) from|"
    rf"(?:arrow|edge)s? (?:go|lead|point|run) from) (?P<causes>.+?) (?:on|upon|to) (?P<effects>.+)$",
    re.I,
)
_CAUSES_OF = re.compile(
    rf"^(?:the )?(?:only )?{_KIND}(?:causes?|determinants?|drivers?) of (?P<effects>.+?) (?:is|are) (?P<causes>.+)$",
    re.I,
)
_AGAIN = re.compile(r",?\s+(?:and )?(?:which|who|that) (?:in turn |then |itself |also )*", re.I)
_ASIDE = re.compile(r", (?:directly|in turn|also|too|as well|however),", re.I)
_THROUGH = re.compile(r"^(?P<effects>.+?)\s+(?:only )?(?:through|via|by way of|by means of)\s+(?P<means>.+)$", re.I)
_HIDDEN = re.compile(
    r"^(?P<names>.+?) (?:is|are|was|were|remains?|stays?) (?:(?:also|itself|both|an?|never|completely) )*"
    r"(?:unobserved|unmeasured|hidden|latent|unseen|unrecorded|unknown|not (?:directly )?(?:observed|measured|recorded|seen)|"
    r"unobservable|(?:never )?(?:observed|measured|recorded)?(?<=never) ?)(?: (?:variable|factor|cause|confounder|quantity)s?)?$",
    re.I,
)
_NEVER = re.compile(
    r"^(?P<names>.+?) (?:is|are|was|were|can|could) (?:never|not|cannot) (?:be )?(?:observed|measured|recorded|seen)$",
    re.I,
)
_WE_DO_NOT = re.compile(
    r"^(?:we|one|nobody|the data) (?:do not|does not|cannot|can not|never|did not) (?:observe|measure|record|see) (?P<names>.+)$",
    re.I,
)
_NONE = re.compile(r"(?:neither|there (?:is|are))\b", re.I)
"""What opens no name of a cause."""
_ON = re.compile(r"^(?:on|upon|both|also) ", re.I)
_LEAD = re.compile(
    r"^(?:we know that|it is known that|suppose(?: that)?|assume(?: that)?|in this world|here|further(?:more)?|also|moreover|"
    r"in addition|finally|and|that),? ",
    re.I,
)


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add the edges or the hidden variables a sentence states; False when it states neither."""
    if len(sentence) > MOST_CHARACTERS:
        return False
    text = _ASIDE.sub("", _LEAD.sub("", sentence.strip()))
    for pattern in (_NEVER, _WE_DO_NOT, _HIDDEN):
        if found := pattern.match(text):
            for name in _names(found["names"], vocabulary):
                premises.latent += [name] if name not in premises.latent else []
            return True
    if denied := _DENIED.search(text):
        return _deny(text, denied, premises, vocabulary)
    return all(_edges(clause, premises, vocabulary) for clause in _clauses(text))


def _deny(text: str, denied: re.Match[str], premises: Premises, vocabulary: Vocabulary) -> bool:
    """Note the edges that a sentence denies; False when it says something else too."""
    word = next(w for w in ("no", "does", "not") if denied[w])
    rest = _UNLESS.sub("", text[denied.end() :])
    if _DENIED.search(rest) or _verb(text[: denied.start()]) or _verb(rest) or len(_clauses(rest)) > 1:
        return False
    if rest != text[denied.end() :]:
        return True  # what comes after "except through" is stated elsewhere
    said = Premises()
    affirmed = text[: denied.start(word)] + (" an" if word == "no" else "") + text[denied.end(word) :]
    read = _edges(affirmed, said, vocabulary)
    premises.denied += said.edges
    return read


def _clauses(text: str) -> list[str]:
    """Clauses with a verb of their own: "A affects B, and B affects C"."""
    parts = [
        _LEAD.sub("", p.strip()) for p in re.split(r"(?:;|,? (?:and|while|whereas|but) |, (?!which |who |that ))", text)
    ]
    starts = [0] + [i for i, p in enumerate(parts) if i and _verb(p)]
    if len(starts) == 1 or not all(_verb(parts[i]) for i in starts):
        return [text]
    # clauses begin where a part has both a subject and a verb; parts before it belong to the list they end
    found: list[str] = []
    for start, end in zip(starts, [*starts[1:], len(parts)], strict=True):
        found.append(" and ".join(parts[start:end]))
    return found


def _verb(part: str) -> bool:
    return any(p.match(part) for p in (_FORWARD, _BACKWARD, _NAMED, _CAUSES_OF))


def _edges(clause: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    first, *further = _AGAIN.split(clause, maxsplit=1)
    if further and _verb(f"x {further[0]}") and (link := _FORWARD.match(first)):
        # "A affects B, which in turn affects C"
        return _edges(first, premises, vocabulary) and _edges(f"{link['effects']} {further[0]}", premises, vocabulary)
    found = next((m for p in (_CAUSES_OF, _NAMED, _BACKWARD, _FORWARD) if (m := p.match(clause))), None)
    if not found or _NONE.match(found["causes"]):
        return False
    effects, means = found["effects"], ""
    if through := _THROUGH.match(effects):
        effects, means = through["effects"], through["means"]
    causes = _names(found["causes"], vocabulary)
    between = _names(means, vocabulary) if means else []
    targets = _names(effects, vocabulary)
    pairs = [(a, m) for a in causes for m in between] + [(m, b) for m in between for b in targets]
    for pair in pairs or [(a, b) for a in causes for b in targets]:
        if pair[0] != pair[1] and pair not in premises.edges:
            premises.edges.append(pair)
    return True


def _names(phrase: str, vocabulary: Vocabulary) -> list[str]:
    phrase = re.sub(
        r"^(?:the )?variables? |^(?:both )?(?:on|upon|to|in) |,? (?:directly|too|as well|itself)$", "", phrase.strip()
    )
    if known := vocabulary.named(phrase):
        return [known]
    return [vocabulary.declare(_ON.sub("", p)) for p in split_list(phrase)]
