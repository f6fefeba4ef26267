"""Read what is observed in the actual world: "We observed Vork and not Zim", "the candle is lit"."""

from __future__ import annotations

import re

from .ask_counterfactual import asks_what_would_be
from .likeness import covered, sense
from .state_rules import VERB, mention
from .types import Premises
from .vocabulary import Vocabulary

_SEEN = re.compile(
    r"^(?:(?:and|but|now|then|also|in addition|moreover|furthermore|however|today|yesterday),?\s+)*"
    r"(?:(?:suppose|assume|given)(?: that)?\s+)?"
    r"(?:(?:we|i|they|one|you|people)(?: have| had| also| then| now| actually)* "
    r"(?:observed?|see|saw|seen|noticed?|found?|learn(?:ed|t)?|record(?:ed)?|know)|"
    r"it (?:is|was|has been|turned out|turns out|happened|happens) (?:also |then )?(?:observed|seen|noticed|found|recorded|known|given)?|"
    r"(?:what is|the) observed(?: fact)? is|in (?:fact|reality|actuality|the actual world)|actually|"
    r"as a matter of fact|observed|observation),?:?\s*(?:that\s+)?",
    re.I,
)
_UNSEEN = re.compile(
    r"^(?:but |and |however, )?(?:we|i|they|one)(?: did not| didn't| do not| have not)"
    r"(?: see| observe| find| notice| seen| observed)(?: that)? (?P<never>.+)$",
    re.I,
)
"""What was looked for and not seen did not happen."""
_WAS_SEEN = re.compile(
    r"^(?P<what>.+?) (?:was|were|is|has been|have been)(?P<not> not)? (?:observed|seen|noticed|found|recorded)$", re.I
)
_AND = re.compile(r"\s*,\s*(?:and|but)\s+(?:that\s+)?|\s*,\s*|\s+(?:and|but)\s+(?:that\s+)?", re.I)

_ALL, _MOST = 0.99, 0.5
"""How much of an event must be in a bare sentence, and of the sentence in the event: more would say something else."""


def read(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add the facts a sentence states; a bare one counts only when all of it is spoken of in the rules."""
    if not asks_what_would_be(vocabulary.asked):
        return False
    text = _told(sentence.strip())
    seen = _SEEN.match(text)
    parts = [p for p in _AND.split(text[seen.end() :] if seen else text) if p.strip()]
    if not parts or VERB.search(text) or not (seen or all(_spoken_of(p, premises) for p in parts)):
        return False
    premises.observed += [mention(p, vocabulary) for p in parts]
    return True


def read_unseen(sentence: str, premises: Premises, vocabulary: Vocabulary) -> bool:
    """Add an event beside rules that was looked for and not seen; a variable of a graph is rather said to be hidden."""
    text = sentence.strip()
    if premises.edges:
        return False
    return _told(text) != text and read(sentence, premises, vocabulary)


def _told(text: str) -> str:
    """A report of what was not seen, or that puts what was seen first, in the usual words."""
    if unseen := _UNSEEN.match(text):
        return f"We observed not {unseen['never']}"
    if (was := _WAS_SEEN.match(text)) and was["what"].casefold() != "it":
        return f"We observed {'not ' if was['not'] else ''}{was['what']}"
    return text


def _spoken_of(phrase: str, premises: Premises) -> bool:
    """Whether the phrase has all words of an event in the rules."""
    events = [e for m in premises.mechanisms for e in (m.effect, *(e for side in m.alternatives for e in side))]
    words = sense(phrase).stems
    return any(
        covered(sense(e.variable).stems, words) > _ALL and covered(words, sense(e.variable).stems) >= _MOST
        for e in events
    )
